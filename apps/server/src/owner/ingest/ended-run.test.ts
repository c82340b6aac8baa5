import type { SessionSummary } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { relay, socket, hello, token, get, restart, viewer, pass, timingOf } = serverForEachTest();
const RUN = { run: 'run-1', playback: false, simSessionKey: '77:1' };

const sessions = async () => (await get<SessionSummary[]>('/api/sessions', await token('team'))).body;

/** The answer to a greeting, as it came. */
async function greet(over: object) {
  const made = socket('/relay', { token: await token('relay', { shows: ['local'] }) });
  return made.emitWithAck('relay:hello', { ...hello, ...RUN, ...over });
}

it('WIR-16: a goodbye whose answer is lost is said again on another connection, and there is one session, over a restart', async () => {
  const first = await relay(RUN);
  await first.send(race(50), 1);
  await first.relay.emitWithAck('relay:bye', { reason: 'finished' });
  first.relay.disconnect();
  for (const isRestarted of [false, true]) {
    if (isRestarted) await restart();
    const again = await relay(RUN);
    expect(again).toMatchObject({ sessionId: first.sessionId, have: [[1, 51]] });
    const ended = { ok: true, sessionId: first.sessionId, ended: true };
    expect(await again.relay.emitWithAck('relay:bye', { reason: 'finished' })).toEqual(ended);
    // And once more where it was.
    expect(await again.relay.emitWithAck('relay:bye', { reason: 'finished' })).toEqual(ended);
    again.relay.disconnect();
  }
  expect(await sessions()).toEqual([expect.objectContaining({ sessionId: first.sessionId, status: 'ended' })]);
});

it('a run whose session has ended is told so, and a new one begins another', async () => {
  const first = await relay(RUN);
  await first.send(race(20), 1);
  await first.relay.emitWithAck('relay:bye', { reason: 'session-changed' });
  expect(await greet({})).toEqual({ ok: true, sessionId: first.sessionId, have: [[1, 21]], ended: true });
  const anew = await greet({ run: 'run-2' });
  expect(anew.ended).toBeUndefined();
  expect(anew.sessionId).not.toBe(first.sessionId);
});

it('what comes after the end is timed and stored, and those who watch live see it', async () => {
  const first = await relay(RUN);
  await first.send(race(150), 1);
  await first.relay.emitWithAck('relay:bye', { reason: 'finished' });
  const { sessionId } = first;
  const laps = async () => (await get<object[]>(`/api/sessions/${sessionId}/laps`, await token('team'))).body.length;
  const before = await laps();
  const watching = await viewer({ sessionId, audience: 'live' });
  expect(watching.joined.state.session.status).toBe('ended');
  // It was cut off: nobody has finished.
  expect(await sessions()).toEqual([expect.objectContaining({ sessionId, status: 'ended', podium: [] })]);

  const again = await relay(RUN);
  const rest = Array.from({ length: 300 }, (_, n) => frame(150 + n, { state: n < 299 ? 'racing' : 'checkered' }));
  expect(await again.send(rest, 152)).toEqual({ ok: true, have: [[1, 451]] });
  await eventually(() => expect(watching.heard.length).toBeGreaterThan(0));
  await again.relay.emitWithAck('relay:bye', { reason: 'finished' });
  const check = async () => {
    expect((await timingOf(sessionId)).sessionTime).toBeCloseTo(144.9, 5);
    expect(await laps()).toBeGreaterThan(before);
    expect(await sessions()).toEqual([
      expect.objectContaining({ sessionId, status: 'ended', podium: expect.arrayContaining([expect.anything()]) }),
    ]);
  };
  await check();
  await restart();
  await check();
});

it.each([
  ['while its line is still kept', 200_000],
  ['when only the archive has it', 300_000],
])('DLY-15: what comes after the end is not public before it is due: %s', async (_when, laterMs) => {
  const director = socket('/', { token: await token('director') });
  const first = await relay(RUN);
  await director.emitWithAck('broadcast:publish', { show: 'local', published: true });
  await director.emitWithAck('broadcast:delay:set', { show: 'local', delayMs: 30_000, mode: 'jump' });
  await first.send(race(50), 1);
  await first.relay.emitWithAck('relay:bye', { reason: 'finished' });
  const { sessionId } = first;
  const publicTime = async () => {
    const { body } = await get<{ sessionTime?: number }>(`/api/public/sessions/${sessionId}/timing`);
    return body.sessionTime;
  };
  // After its end has aired another session is on air.
  pass(35_000);
  await eventually(async () => expect(await publicTime()).toBeCloseTo(104.9, 5));
  const next = await relay({ ...RUN, run: 'run-2', simSessionKey: '77:2' });
  await next.send(race(20), 1);
  pass(laterMs);
  const onAir = async () => (await get<{ sessionId: string }>('/api/public/sessions/local/timing')).body.sessionId;
  await eventually(async () => expect(await onAir()).toBe(next.sessionId));

  const again = await relay(RUN);
  await again.send(
    Array.from({ length: 100 }, (_, n) => frame(50 + n)),
    52,
  );
  await again.relay.emitWithAck('relay:bye', { reason: 'finished' });
  expect((await timingOf(sessionId)).sessionTime).toBeCloseTo(114.9, 5);
  await eventually(async () => expect(await publicTime()).toBeCloseTo(104.9, 5));
  // Nor does the show's public picture go back to it.
  expect(await onAir()).toBe(next.sessionId);
  pass(31_000);
  await eventually(async () => expect(await publicTime()).toBeCloseTo(114.9, 5));
});
