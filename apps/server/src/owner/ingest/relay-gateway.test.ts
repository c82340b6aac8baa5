import { type Entry, type Lap, MAX_BATCH_BYTES, type SessionSummary } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { batch, frame, race, sessionLine } from '../../testing/race.js';
import { RELAY_STATUS } from '../../testing/relay-status.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay, get, timingOf, hello, restart } = serverForEachTest();

describe('a relay', () => {
  it('is welcomed to a session, and what it sends is timed and acknowledged', async () => {
    const { sessionId, send } = await relay();
    expect(sessionId).toMatch(/^sess_/);
    expect(await send(race(450), 1)).toEqual({ ok: true, have: [[1, 451]] });
    const timing = await timingOf(sessionId);
    expect(timing.entries.map((entry: Entry) => [entry.position, entry.carNumber, entry.lapsCompleted])).toEqual([
      [1, '11', 2],
      [2, '12', 2],
      [3, '13', 2],
    ]);
    const laps = await get<Lap[]>(`/api/sessions/${sessionId}/laps?car=0`, await token('team'));
    expect(laps.body.map((lap) => [lap.lap, lap.from])).toEqual([
      [1, 'green'],
      [2, 'line'],
    ]);
    expect(laps.body[1]?.lapTimeMs).toBeCloseTo(20_000, -1);
  });

  it('may send what it sent before: duplicates change nothing', async () => {
    const { sessionId, send } = await relay();
    await send(race(300), 1);
    const before = await timingOf(sessionId);
    expect(await send(race(300), 1)).toEqual({ ok: true, have: [[1, 301]] });
    // How far the logs can be read is known at the next tick, whatever came meanwhile.
    expect(await timingOf(sessionId)).toEqual({ ...before, topics: expect.anything() });
  });

  it('is told what is there where something is missing, and nothing behind a gap is taken', async () => {
    const { send } = await relay();
    await send(race(10), 1);
    expect(await send([frame(20)], 22)).toEqual({ ok: true, have: [[1, 11]] });
    expect(await send(race(30).slice(11), 12)).toEqual({ ok: true, have: [[1, 31]] });
  });

  it('goes on in its session after it was cut off, with what the server has', async () => {
    const first = await relay();
    await first.send(race(10), 1);
    first.relay.disconnect();
    const second = await relay();
    expect(second).toMatchObject({ sessionId: first.sessionId, have: [[1, 11]] });
  });

  it('that sends a record out of schema loses that record alone, and hears of a broken batch', async () => {
    const { sessionId, send, relay: rig } = await relay();
    await send(race(10), 1);
    const broken = batch([frame(10), frame(11)], 12);
    // The session time of the first frame, behind the headers of batch and record and the time of capture.
    new DataView(broken.buffer).setFloat64(4 + 12 + 8, -5, true);
    expect(await rig.emitWithAck('relay:frames', Buffer.from(broken))).toEqual({ ok: true, have: [[1, 13]] });
    expect((await timingOf(sessionId)).sessionTime).toBeCloseTo(101.1);
    expect(await rig.emitWithAck('relay:frames', Buffer.from('nonsense'))).toMatchObject({
      ok: false,
      error: { code: 'bad_request' },
    });
    expect(await rig.emitWithAck('relay:frames', { not: 'binary' })).toMatchObject({
      ok: false,
      error: { code: 'bad_request' },
    });
    expect(await rig.emitWithAck('relay:frames', Buffer.alloc(MAX_BATCH_BYTES + 1))).toMatchObject({
      ok: false,
      error: { code: 'too_large', message: expect.stringContaining('smaller batches') },
    });
    expect(await send([frame(12)], 14)).toEqual({ ok: true, have: [[1, 14]] });
  });

  it('begins a new session at each run of a playback, and joins a live sim’s by its key', async () => {
    const playback = await relay();
    expect((await relay({ run: 'run-2' })).sessionId).not.toBe(playback.sessionId);
    const live = { simSessionKey: '88:1', playback: false };
    const sim = await relay({ ...live, run: 'a' });
    await sim.send([sessionLine({ simSessionKey: '88:1' }), frame(0)], 1);
    expect((await relay({ ...live, run: 'b', relayId: 'other', sessionTime: 100.2 })).sessionId).toBe(sim.sessionId);
    expect((await relay({ ...live, run: 'c', relayId: 'other', sessionTime: 3 })).sessionId).not.toBe(sim.sessionId);
    const zero = await relay({ simSessionKey: '0:0', playback: false, run: 'd' });
    expect((await relay({ simSessionKey: '0:0', playback: false, run: 'e', relayId: 'x' })).sessionId).not.toBe(
      zero.sessionId,
    );
  });

  it('that is back takes the place of its connection before, even where that still looks alive', async () => {
    const before = await relay();
    await before.send(race(50), 1);
    const after = await relay();
    expect(after.sessionId).toBe(before.sessionId);
    await eventually(() => expect(before.relay.connected).toBe(false));
    await after.relay.emitWithAck('relay:bye', { reason: 'finished' });
    const [session] = (await get<SessionSummary[]>('/api/sessions', await token('team'))).body;
    expect(session?.status).toBe('ended');
  });

  it('ends the session of a playback when it says goodbye', async () => {
    const { relay: rig, send, sessionId } = await relay();
    await send(race(50), 1);
    expect(await rig.emitWithAck('relay:bye', { reason: 'finished' })).toEqual({ ok: true });
    const { body } = await get<SessionSummary[]>('/api/sessions', await token('team'));
    expect(body).toEqual([expect.objectContaining({ sessionId, status: 'ended', track: 'Testring', entryCount: 3 })]);
    expect((await timingOf(sessionId)).entries).toHaveLength(3);
  });

  it.each([
    ['no token', {}, 'unauthenticated', 'relay:publish'],
    ['a token of another role', { token: token('team') }, 'forbidden', 'relay:publish'],
    ['a token of nobody', { token: 'x.y.z' }, 'unauthenticated', undefined],
  ])(
    'with %s is refused, and told what was missing',
    async (_name, auth: { token?: string | Promise<string> }, code, capability) => {
      const refused = socket('/relay', { ...auth, ...(auth.token && { token: await auth.token }) });
      const error = await new Promise<Error & { data: object }>((resolve) =>
        refused.on('connect_error', (failed) => resolve(failed as never)),
      );
      expect(error.data).toEqual({ code, message: error.message, ...(capability && { capability }) });
    },
  );

  it('may feed the shows of its token only, with a protocol that is spoken here, after a greeting', async () => {
    const rig = socket('/relay', { token: await token('relay', { shows: ['local'] }) });
    expect(await rig.emitWithAck('relay:hello', { ...hello, show: 'other' })).toMatchObject({
      error: { code: 'forbidden', capability: 'relay:publish' },
    });
    expect(await rig.emitWithAck('relay:hello', { ...hello, protocol: 99 })).toMatchObject({
      error: { code: 'version_mismatch', message: expect.stringContaining('Update the server') },
    });
    expect(await rig.emitWithAck('relay:hello', { ...hello, relayId: 5 })).toMatchObject({
      error: { code: 'bad_request', message: expect.stringContaining('relayId') },
    });
    expect(await rig.emitWithAck('relay:frames', Buffer.from(batch(race(1), 1)))).toMatchObject({
      error: { code: 'bad_request', message: expect.stringContaining('Greet first') },
    });
  });
});

describe('a relay that has lost records', () => {
  it('says which, and goes on behind them, also after a restart', async () => {
    const { send, relay: rig, sessionId } = await relay();
    await send(race(10), 1);
    const lost = { from: 12, to: 41, reason: 'spool_full' };
    expect(await rig.emitWithAck('relay:lost', lost)).toEqual({ ok: true, have: [[1, 41]] });
    expect(await send([frame(41)], 42)).toEqual({ ok: true, have: [[1, 42]] });
    expect((await timingOf(sessionId)).sessionTime).toBeCloseTo(104.1);
    await restart();
    expect((await relay()).have).toEqual([[1, 42]]);
  });

  it('cannot lose what is here, nor what is behind a gap', async () => {
    const { send, relay: rig } = await relay();
    await send(race(10), 1);
    expect(await rig.emitWithAck('relay:lost', { from: 3, to: 9, reason: 'spool_full' })).toEqual({
      ok: true,
      have: [[1, 11]],
    });
    expect(await rig.emitWithAck('relay:lost', { from: 20, to: 29, reason: 'spool_full' })).toEqual({
      ok: true,
      have: [[1, 11]],
    });
    expect(await rig.emitWithAck('relay:lost', { from: 12, to: 1e99, reason: 'bored' })).toMatchObject({
      ok: false,
      error: { code: 'bad_request' },
    });
  });
});

describe('what is known of a relay', () => {
  it('is its clock, what it says of itself and how far it has come, for operators', async () => {
    await restart(undefined, { DIAGNOSTICS_ENABLED: 'true' });
    const { send, relay: rig, sessionId } = await relay();
    rig.on('clock:ping', (_ping, answer) => {
      const now = Date.now() + 7_000;
      answer({ receivedAt: now, sentAt: now, wallAt: now });
    });
    await send(race(10), 1);
    const status = { ...RELAY_STATUS, cpu: 0.01 };
    expect(await rig.emitWithAck('relay:status', status)).toEqual({ ok: true });
    const path = `/api/diagnostics/parity?sessionId=${sessionId}`;
    expect((await get(path)).status).toBe(401);
    expect((await get(path, await token('team'))).status).toBe(403);
    await eventually(async () => {
      const { body } = await get<{ sessions: object[] }>(path, await token('ops'));
      expect(body.sessions).toMatchObject([
        { framesTotal: 10, relays: [{ relayId: 'rig', taken: 11, acknowledged: 11, status, clock: { steps: 0 } }] },
      ]);
      const [{ relays }] = body.sessions as [{ relays: { clock: { offsetMs: number; boundMs: number } }[] }];
      const { offsetMs, boundMs } = relays[0]?.clock ?? { offsetMs: 0, boundMs: 0 };
      // On a slow machine it is known less exactly, and known to be.
      expect(Math.abs(offsetMs - 7_000)).toBeLessThan(100 + boundMs);
    });
    expect((await get('/api/diagnostics/parity?sessionId=sess_no', await token('ops'))).status).toBe(404);
    rig.disconnect();
    await eventually(async () => {
      const { body } = await get<{ sessions: { relays: object[] }[] }>(path, await token('ops'));
      expect(body.sessions[0]?.relays).toEqual([]);
    });
  });

  it("is nobody else's: without DIAGNOSTICS_ENABLED the calls are not there", async () => {
    expect((await get('/api/diagnostics/parity', await token('admin'))).status).toBe(404);
  });
});

describe('a goodbye', () => {
  it.each(['kill-switch', 'disabled'])('for %s does not end a session: the relay comes back to it', async (reason) => {
    const first = await relay();
    await first.send(race(10), 1);
    await first.relay.emitWithAck('relay:bye', { reason });
    first.relay.disconnect();
    expect(await relay()).toMatchObject({ sessionId: first.sessionId, have: [[1, 11]] });
  });
});

describe('two relays of one session', () => {
  const live = { playback: false };
  const other = { ...live, relayId: 'other', run: 'run-2' };

  it('are merged into one; the second takes over when the first is gone, and no lap is lost', async () => {
    const one = await relay(live);
    const two = await relay(other);
    expect(two.sessionId).toBe(one.sessionId);
    await one.send(race(150), 1);
    await two.send(race(150), 1);
    one.relay.disconnect();
    // What comes before that is noticed only fills in; the frame after it counts.
    let n = 150;
    await eventually(async () => {
      await two.send([frame(n)], n + 2);
      n += 1;
      expect((await timingOf(two.sessionId)).sessionTime).toBeCloseTo(100 + (n - 1) / 10);
    });
    await two.send(
      Array.from({ length: 450 - n }, (_, i) => frame(n + i)),
      n + 2,
    );
    const laps = async () => (await get<Lap[]>(`/api/sessions/${one.sessionId}/laps`, await token('team'))).body;
    expect((await laps()).map(({ car, lap, valid }) => [car, lap, valid])).toEqual([
      [0, 1, true],
      [1, 1, true],
      [2, 1, true],
      [0, 2, true],
      [1, 2, true],
      [2, 2, true],
    ]);
    const before = await laps();
    // What decides is on the timeline: a restart folds the same.
    await restart();
    expect(await laps()).toEqual(before);
  });

  it('the second takes over from a first that is connected and silent, within a second', async () => {
    const one = await relay(live);
    const two = await relay(other);
    await one.send(race(50), 1);
    await two.send(race(50), 1);
    let n = 50;
    await eventually(async () => {
      await two.send([frame(n)], n + 2);
      n += 1;
      expect((await timingOf(one.sessionId)).sessionTime).toBeCloseTo(100 + (n - 1) / 10);
    });
  });

  it('each bring the data of their own car, to those whose token names it', async () => {
    const one = await relay(live);
    const two = await relay(other);
    await one.send([sessionLine(), frame(0, { own: { car: 0, fuelL: 40 } })], 1);
    await two.send([sessionLine(), frame(0, { own: { car: 1, fuelL: 30 } })], 1);
    const heard: { carNumber: string; own: { fuelL: number } }[] = [];
    const team = socket('/', { token: await token('team', { cars: ['12'] }) });
    team.on('own', (message) => heard.push(message));
    // What has just come is in a join from the next tick on.
    await eventually(async () => {
      const joined = await team.emitWithAck('session:join', { show: 'local', audience: 'live', cars: ['12'] });
      expect(joined.own).toMatchObject({ carNumber: '12', own: { fuelL: 30 } });
    });
    await one.send([frame(1, { own: { car: 0, fuelL: 39 } })], 3);
    await two.send([frame(1, { own: { car: 1, fuelL: 29 } })], 3);
    await eventually(() => expect(heard.at(-1)).toMatchObject({ carNumber: '12', own: { fuelL: 29 } }));
    expect(heard.every(({ carNumber }) => carNumber === '12')).toBe(true);
  });
});
