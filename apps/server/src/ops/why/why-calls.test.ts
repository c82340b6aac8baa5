import type { WhyAnswer } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay, viewer, get, post, restart } = serverForEachTest({ OPS_UI_ENABLED: '1' });

const why = async (socketId: string | undefined): Promise<WhyAnswer> => {
  const { status, body } = await get<WhyAnswer>(`/api/ops/sockets/${socketId}/why`, await token('ops'));
  expect(status).toBe(200);
  return body;
};
const ends = ({ verdict, steps }: WhyAnswer) => [verdict, steps.at(-1)?.stage];
/** A relay that feeds ten frames a second until it is told to stop. */
async function feeding(hello: object = {}) {
  const rig = await relay({ playback: false, ...hello });
  await rig.send([{ ...sessionLine(), capturedAt: Date.now() }], 1);
  let n = 0;
  const timer = setInterval(() => {
    void rig.send([{ ...frame(n), capturedAt: Date.now() }], n + 2).catch(() => undefined);
    n += 1;
  }, 50);
  return { ...rig, stop: () => clearInterval(timer) };
}

it('is not there where operations are off, and answers nobody without a right token', async () => {
  const { viewer: made } = await viewer({ show: 'none', audience: 'live' });
  const path = `/api/ops/sockets/${made.id}/why`;
  expect((await get(path)).status).toBe(401);
  expect((await get(path, 'nonsense')).status).toBe(401);
  expect(await get(path, await token('director'))).toMatchObject({ status: 403, body: { capability: 'ops:read' } });
  expect((await get('/api/ops/sockets/none/why', await token('ops'))).status).toBe(404);
  expect((await get(path, await token('ops'))).status).toBe(200);
  await restart(() => undefined, { OPS_UI_ENABLED: '0' });
  expect((await get(path, await token('ops'))).status).toBe(404);
});

it('tells a fresh picture from one that is meant to be late, one whose relay stopped, and one that is gone', async () => {
  const rig = await feeding();
  const { viewer: live } = await viewer();
  await eventually(async () => expect(ends(await why(live.id))).toEqual(['unknown', 'line']));
  let shownAt: number | null = null;
  live.on('feed', ({ at }: { at: number }) => {
    shownAt = at;
  });
  await eventually(async () => {
    await live.emitWithAck('feed:beat', { at: shownAt, rttMs: 12 });
    const told = await why(live.id);
    expect(ends(told)).toEqual(['fresh', 'page']);
    expect(told.steps.find(({ stage }) => stage === 'line')?.figures).toContainEqual({
      name: 'rtt',
      value: 12,
      unit: 'ms',
    });
  });
  const { viewer: shown } = await viewer({ show: 'local', audience: 'broadcast' }, await token('overlay'));
  const director = socket('/', { token: await token('director'), clientKind: 'director' });
  await director.emitWithAck('director:join', { show: 'local' });
  expect(ends(await why(director.id))).toEqual(['expected', 'room']);
  await director.emitWithAck('broadcast:delay:set', { show: 'local', delayMs: 60_000 });
  // Where the machine stalls, no frame may have come lately.
  await eventually(async () => {
    const held = await why(shown.id);
    expect(ends(held)).toEqual(['expected', 'delay']);
    expect(held.text).toContain('held for another');
  });
  expect(ends(await why(rig.relay.id))).toEqual(['expected', 'connection']);
  rig.stop();
  await eventually(async () => expect(ends(await why(live.id))).toEqual(['broken', 'ingest']));
  expect((await why(live.id)).nextStep).toContain('8765');
  await post('/api/ops/relays/rig/pause', { paused: true, because: 'a test' }, await token('admin'));
  expect(await why(live.id)).toMatchObject({ verdict: 'expected', text: expect.stringContaining('a test') });
  rig.relay.disconnect();
  await eventually(async () => expect((await why(live.id)).text).toContain('no relay feeds'));
  const { id } = live;
  live.disconnect();
  await eventually(async () => expect(ends(await why(id))).toEqual(['broken', 'connection']));
  expect((await why(id)).steps[0]?.figures).toContainEqual({ name: 'code', value: 'client_left', unit: '' });
});

it('tells who was refused from who never asked, and from who watches a session that is over', async () => {
  const rig = await relay({ playback: false });
  await rig.send(race(5), 1);
  const idle = socket('/', { clientKind: 'overlay' });
  await new Promise<void>((resolve) => idle.on('connect', resolve));
  expect(ends(await why(idle.id))).toEqual(['broken', 'room']);
  const { viewer: refused } = await viewer({ show: 'local', audience: 'live' }, await token('viewer'));
  expect(await why(refused.id)).toMatchObject({
    verdict: 'broken',
    nextStep: expect.stringContaining('okboxbox token --role team'),
  });
  const { viewer: byId } = await viewer({ sessionId: rig.sessionId, audience: 'live' });
  await rig.relay.emitWithAck('relay:bye', { reason: 'session-changed' });
  expect(ends(await why(byId.id))).toEqual(['expected', 'room']);
  const next = await relay({ playback: false, run: 'run-2', simSessionKey: '77:1' });
  const late = await why(byId.id);
  expect(ends(late)).toEqual(['broken', 'room']);
  expect(late.text).toContain(next.sessionId);
  expect(late.nextStep).toContain('?show=local');
});
