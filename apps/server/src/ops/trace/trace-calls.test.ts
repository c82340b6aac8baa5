import {
  broadcastRoom,
  liveRoom,
  type SourceRecord,
  type Trace,
  type TraceStarted,
  type TracesAnswer,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race, sessionLine } from '../../testing/race.js';
import { serverForEachTest, type TestRelay } from '../../testing/running-server.js';

const { token, socket, relay, viewer, get, url, restart } = serverForEachTest({ OPS_UI_ENABLED: '1' });

/** Sends frames captured now, ten a second, until the test is over. */
let stopFeeding: () => void = () => undefined;
afterEach(() => stopFeeding());

async function race10Hz(rig: TestRelay, recordsOf: (n: number) => SourceRecord[] = (n) => [frame(n)]): Promise<void> {
  await rig.send(race(1), 1);
  let n = 1;
  let seq = 3;
  const timer = setInterval(() => {
    const records = recordsOf(n).map((record) => ({ ...record, capturedAt: Date.now() }));
    // The last one is cut off with the server.
    rig.send(records, seq).catch(() => undefined);
    n += 1;
    seq += records.length;
  }, 100);
  stopFeeding = () => clearInterval(timer);
}

async function post<T>(
  path: string,
  body?: object,
  bearer?: string,
): Promise<{ status: number; type: string; body: T }> {
  const response = await fetch(`${url()}${path}`, {
    method: 'POST',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, body: (await response.json()) as T };
}

async function start(body: object): Promise<TraceStarted> {
  const { status, body: started } = await post<TraceStarted>('/api/ops/trace/start', body, await token('ops'));
  expect([status, started]).toMatchObject([202, { traceId: expect.stringMatching(/^trace_/) }]);
  return started;
}

async function read(traceId: string, more = ''): Promise<Trace> {
  const { status, body } = await get<Trace>(`/api/ops/trace/${traceId}${more}`, await token('ops'));
  expect(status).toBe(200);
  return body;
}

async function director(set: object): Promise<void> {
  const made = socket('/', { token: await token('director'), clientKind: 'director' });
  expect(await made.emitWithAck('broadcast:delay:set', { show: 'local', mode: 'jump', ...set })).toMatchObject({
    ok: true,
  });
  made.disconnect();
}

/** The stream that a client reads from. */
function lineOf(client: Socket): { pause(): void; destroy(): void } {
  const { transport } = client.io.engine as unknown as { transport: { ws: { _socket: ReturnType<typeof lineOf> } } };
  return transport.ws._socket;
}

describe('the calls of traces', () => {
  it('are not there where operations are off', async () => {
    await restart(() => undefined, { OPS_UI_ENABLED: '0' });
    const bearer = await token('ops');
    expect((await post('/api/ops/trace/start', { sessionId: 'x', durationSec: 5 }, bearer)).status).toBe(404);
    expect((await get('/api/ops/traces', bearer)).status).toBe(404);
  });

  it('answer nobody without a right token, and refuse what they cannot use', async () => {
    const rig = await relay();
    const body = { sessionId: rig.sessionId, durationSec: 5 };
    expect(await post('/api/ops/trace/start', body)).toMatchObject({ status: 401, type: 'application/problem+json' });
    const wrong = await token('director');
    expect(await post('/api/ops/trace/start', body, wrong)).toMatchObject({
      status: 403,
      body: { capability: 'ops:read' },
    });
    for (const path of ['/api/ops/traces', '/api/ops/trace/x']) {
      expect((await get(path)).status).toBe(401);
      expect((await get(path, wrong)).status).toBe(403);
    }
    expect((await post('/api/ops/trace/x/stop', undefined, wrong)).status).toBe(403);
    const ops = await token('ops');
    for (const bad of [
      {},
      { ...body, durationSec: 4 },
      { ...body, durationSec: 301 },
      { ...body, durationSec: 5.5 },
      { ...body, when: { figure: 'nonsense', above: 1 } },
      { ...body, when: { figure: 'skipped', above: -1 } },
      { ...body, sessionId: '' },
    ])
      expect((await post('/api/ops/trace/start', bad, ops)).status, JSON.stringify(bad)).toBe(400);
    expect(await post('/api/ops/trace/start', { ...body, sessionId: 'sess_none' }, ops)).toMatchObject({
      status: 404,
      type: 'application/problem+json',
    });
    expect((await get('/api/ops/trace/trace_none', ops)).status).toBe(404);
    expect((await post('/api/ops/trace/trace_none/stop', undefined, ops)).status).toBe(404);
    const { traceId } = await start(body);
    expect((await get(`/api/ops/trace/${traceId}?seq=1,x`, ops)).status).toBe(400);
    expect((await get(`/api/ops/trace/${traceId}?seq=1,2,3`, ops)).status).toBe(400);
  });

  it('list traces, stop them, bound how many run at once, and read one again and again', async () => {
    const rig = await relay();
    await rig.send(race(5), 1);
    const body = { sessionId: rig.sessionId, durationSec: 300 };
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push((await start(body)).traceId);
    expect(await post('/api/ops/trace/start', body, await token('ops'))).toMatchObject({
      status: 429,
      body: { detail: expect.stringContaining('4 traces') },
    });
    expect(await post(`/api/ops/trace/${ids[0]}/stop`, undefined, await token('ops'))).toMatchObject({
      status: 200,
      body: { traceId: ids[0], state: 'done' },
    });
    const next = await start(body);
    const { traces } = (await get<TracesAnswer>('/api/ops/traces', await token('ops'))).body;
    expect(traces.map(({ traceId }) => traceId)).toEqual([next.traceId, ...ids.reverse()]);
    const stopped = await read(traces.at(-1)?.traceId ?? '');
    expect(stopped).toMatchObject({ state: 'done', endedBecause: 'It was stopped.', expiresAt: expect.any(Number) });
    expect(await read(stopped.traceId)).toEqual(stopped);
    const response = await fetch(`${url()}/api/ops/trace/${stopped.traceId}?download=1`, {
      headers: { authorization: `Bearer ${await token('ops')}` },
    });
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${stopped.traceId}.json"`);
    expect(await response.json()).toEqual(stopped);
  });

  it('end a trace with its session', async () => {
    const rig = await relay();
    await rig.send(race(5), 1);
    const { traceId } = await start({ sessionId: rig.sessionId, durationSec: 60 });
    await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
    expect(await read(traceId)).toMatchObject({ state: 'done', endedBecause: 'The session has ended.' });
    const again = await post('/api/ops/trace/start', { sessionId: rig.sessionId, durationSec: 60 }, await token('ops'));
    expect(again).toMatchObject({ status: 404, body: { detail: expect.stringContaining('has ended') } });
  });
});

describe('a trace', () => {
  it('has its session at every stage, exactly counted, and nothing of another', async () => {
    const rig = await relay({ playback: false });
    const other = await relay({ relayId: 'other', run: 'run-2', simSessionKey: '78:0', playback: false });
    await race10Hz(rig);
    await viewer({ sessionId: rig.sessionId, audience: 'live' });
    await viewer({ sessionId: rig.sessionId, audience: 'live', format: 'json' });
    await viewer({ sessionId: other.sessionId, audience: 'live' });
    const { traceId } = await start({ sessionId: rig.sessionId, durationSec: 60 });
    for (let n = 0; n < 20; n++) await other.send(n === 0 ? race(1) : [frame(n)], n === 0 ? 1 : n + 2);
    // A slow disk is behind; what it syncs it syncs in groups.
    await eventually(async () => {
      const { frames, timeline } = (await read(traceId)).counters;
      expect(frames).toBeGreaterThan(15);
      expect(timeline).toBeGreaterThan(0);
    });
    await post(`/api/ops/trace/${traceId}/stop`, undefined, await token('ops'));
    stopFeeding();
    const trace = await read(traceId);
    const { counters, events, limits, summary } = trace;
    expect(limits.dropped).toEqual({ events: 0, bytes: 0, rate: 0 });
    for (const stage of ['ingest', 'timing', 'tick', 'room', 'write', 'skip'] as const)
      expect([stage, events.filter((event) => event.stage === stage).length]).toEqual([stage, counters[stage]]);
    expect(counters.ingest).toBe(counters.frames);
    expect(counters.timing).toBe(counters.ingest);
    expect(counters.room).toBeGreaterThan(10);
    expect(counters.write).toBe(counters.room);
    const { happened, deliveries: _, ...rest } = trace;
    const text = JSON.stringify({ ...rest, happened });
    expect(text).not.toContain(other.sessionId);
    expect(text).not.toContain('"other"');
    const seqs = events.filter(({ stage }) => stage === 'ingest').map(({ seq }) => seq ?? 0);
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort((a, b) => a - b));
    const live = liveRoom(rig.sessionId);
    for (const [from, to, room] of [
      ['ingest', 'timeline', null],
      ['ingest', 'timing', null],
      ['timing', 'tick', live],
      ['tick', 'room', live],
      ['room', 'write', live],
      ['ingest', 'tick', broadcastRoom(rig.sessionId, 0)],
    ] as const) {
      const row = summary.latencies.find((each) => each.from === from && each.to === to && each.room === room);
      expect(row?.count, `${from} ${to} ${room}`).toBeGreaterThan(0);
      expect(row?.p50Ms).toBeLessThanOrEqual(row?.p95Ms ?? 0);
      expect(row?.p95Ms).toBeLessThanOrEqual(row?.maxMs ?? 0);
    }
    expect(summary.framesPerSec).toBeCloseTo(((counters.frames ?? 0) * 1_000) / summary.durationMs, 0);
  });

  it('says of a frame for everybody whether they have got it, wait for it, or why not', async () => {
    const rig = await relay({ playback: false });
    await race10Hz(rig);
    await director({ delayMs: 20_000 });
    const live = await viewer({ show: 'local', audience: 'live' });
    // What aired before the delay was raised stands still until it is due: there is something to join.
    const held = await viewer({ show: 'local', audience: 'broadcast' }, await token('overlay'));
    expect(held.joined.ok).toBe(true);
    const idle = socket('/', { token: await token('team'), clientKind: 'dashboard' });
    await new Promise<void>((resolve) => idle.on('connect', resolve));
    const refused = await viewer({ show: 'local', audience: 'live' }, await token('viewer', { shows: ['local'] }));
    const anonymous = socket('/', { clientKind: 'public' });
    await new Promise<void>((resolve) => anonymous.on('connect', resolve));
    const elsewhere = await viewer({ show: 'other', audience: 'live' }, await token('team', { shows: ['other'] }));
    const leaving = await viewer({ show: 'local', audience: 'live' });
    const [liveId, heldId, idleId, refusedId, anonymousId, leavingId] = [
      ...[live.viewer.id, held.viewer.id, idle.id, refused.viewer.id, anonymous.id, leaving.viewer.id],
    ];
    const { traceId } = await start({ sessionId: rig.sessionId, durationSec: 60 });
    leaving.viewer.disconnect();
    const trace = await eventually(async () => {
      const found = await read(traceId);
      expect(found.deliveries[0]?.counts).toMatchObject({ sent: 1, gone: 1 });
      return found;
    });
    const told = new Map(trace.deliveries[0]?.recipients.map((each) => [each.socketId, each]));
    expect(told.get(liveId ?? '')).toMatchObject({ verdict: 'sent', room: liveRoom(rig.sessionId), role: 'dashboard' });
    expect(told.get(liveId ?? '')?.afterMs).toBeLessThan(5_000);
    expect(told.get(heldId ?? '')).toMatchObject({ verdict: 'held', room: broadcastRoom(rig.sessionId, 0) });
    const dueIn = (told.get(heldId ?? '')?.at ?? 0) - (trace.deliveries[0]?.receivedAt ?? 0);
    // Counted from when it happened, which is a little before it came.
    expect(dueIn).toBeGreaterThan(15_000);
    expect(dueIn).toBeLessThan(20_002);
    expect(told.get(idleId ?? '')).toMatchObject({ verdict: 'not_joined', room: null });
    expect(told.get(refusedId ?? '')?.verdict).toBe('no_right');
    expect(told.get(refusedId ?? '')?.text).toContain('session:live');
    expect(told.get(anonymousId ?? '')).toMatchObject({ verdict: 'no_right' });
    expect(told.get(leavingId ?? '')).toMatchObject({ verdict: 'gone', text: expect.stringContaining('client_left') });
    expect(told.has(elsewhere.viewer.id ?? '')).toBe(false);
    expect(trace.deliveries[0]?.counts).toEqual({
      sent: 1,
      held: 1,
      not_joined: 1,
      no_right: 2,
      gone: 1,
      skipped_slow: 0,
    });
    const seq = trace.deliveries[0]?.seq ?? 0;
    const asked = await read(traceId, `?seq=${seq},999999`);
    expect(asked.deliveries.map((each) => each.seq)).toContain(seq);
    expect(asked.notKept).toEqual([999_999]);
  });

  it('names those that lack a right, by what they were refused', async () => {
    const rig = await relay({ playback: false });
    await race10Hz(rig);
    const refused = await viewer({ show: 'local', audience: 'live' }, await token('relay', { shows: ['local'] }));
    const { traceId } = await start({ sessionId: rig.sessionId, durationSec: 60 });
    const deliveries = await eventually(async () => {
      const [found] = (await read(traceId)).deliveries;
      expect(found?.counts.no_right).toBe(1);
      return found;
    });
    expect(deliveries?.recipients[0]).toMatchObject({
      socketId: refused.viewer.id,
      verdict: 'no_right',
      text: expect.stringContaining('lacks session:live'),
    });
  });

  it('sees who reads too slowly, and says it of the frame, of the counters and among what stands out', async () => {
    const rig = await relay({ playback: false });
    const crowd = (n: number) =>
      sessionLine({
        entries: Array.from({ length: 250 }, (_, car) => ({
          car,
          carNumber: String(car),
          teamName: 'x'.repeat(190),
          classId: 'a',
          pace: false,
          driver: { id: `d${car}`, name: `${n}`.padEnd(190, 'y') },
        })),
      });
    await race10Hz(rig, (n) => [crowd(n), frame(n)]);
    const slow = await viewer();
    const other = await viewer();
    const line = lineOf(slow.viewer);
    line.pause();
    const { traceId } = await start({
      sessionId: rig.sessionId,
      durationSec: 60,
      when: { figure: 'skipped', above: 0 },
    });
    const armed = await read(traceId);
    expect(armed).toMatchObject({ state: 'armed', triggeredAt: null, endsAt: null, deliveries: expect.any(Array) });
    const trace = await vi.waitFor(
      async () => {
        const found = await read(traceId);
        expect(found).toMatchObject({ state: 'running', counters: { skip: expect.any(Number) } });
        const verdictOf = (id: string | undefined) =>
          found.deliveries[0]?.recipients.find(({ socketId }) => socketId === id)?.verdict;
        expect([verdictOf(slow.viewer.id), verdictOf(other.viewer.id)]).toEqual(['skipped_slow', 'sent']);
        expect(found.anomalies.map(({ code }) => code)).toContain('skipped');
        expect(found.happened.some(({ event }) => event === 'slow_consumer')).toBe(true);
        return found;
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(trace.counters.skip).toBeGreaterThan(0);
    const before = trace.events.filter(({ at }) => at < (trace.triggeredAt ?? 0));
    expect(before.length).toBeGreaterThan(10);
    expect(before[0]?.at).toBeGreaterThanOrEqual((trace.triggeredAt ?? 0) - 10_001);
    line.destroy();
  }, 90_000);
});

describe('a probe', () => {
  it('passes every stage to every socket and the delay line, and no client hears of it', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(3), 1);
    await director({ delayMs: 1_500 });
    const live = await viewer();
    const delayed = await viewer({ show: 'local', audience: 'broadcast' }, await token('overlay'));
    expect(delayed.joined.ok).toBe(true);
    const events: string[] = [];
    for (const { viewer: made } of [live, delayed]) made.onAny((event: string) => events.push(event));
    const noops: string[] = [];
    for (const { viewer: made } of [live, delayed])
      made.io.engine.on('packet', ({ type }: { type: string }) => type === 'noop' && noops.push(made.id ?? ''));
    // No frame comes: nothing else is sent, and the probe passes all the same.
    const { traceId } = await start({ sessionId: rig.sessionId, durationSec: 5, probe: true });
    const { probe } = await eventually(async () => {
      const found = await read(traceId);
      expect(found.probe?.stages.filter(({ stage }) => stage === 'write')).toHaveLength(2);
      return found;
    });
    const passed = (stage: string, of: string | null) =>
      probe?.stages.find((each) => each.stage === stage && each.of === of);
    for (const stage of ['ingest', 'timeline', 'timing']) expect(passed(stage, null), stage).toBeDefined();
    const [liveName, publicName] = [liveRoom(rig.sessionId), broadcastRoom(rig.sessionId, 0)];
    for (const stage of ['tick', 'room', 'write']) {
      const publicMs = passed(stage, publicName)?.afterMs ?? 0;
      expect(publicMs, stage).toBeGreaterThanOrEqual(1_500);
      expect(passed(stage, liveName)?.afterMs, stage).toBeLessThan(publicMs);
    }
    expect(passed('write', liveName)?.sockets).toBe(1);
    expect(probe?.broadcastDelayMs).toBeGreaterThanOrEqual(1_500);
    expect(probe?.words).toContain('1 of 1');
    expect(new Set(noops)).toEqual(new Set([live.viewer.id, delayed.viewer.id]));
    expect(events.filter((event) => event !== 'broadcast:delay:state' && event !== 'feed')).toEqual([]);
    const recording = await fetch(`${url()}/api/sessions/${rig.sessionId}/recording`, {
      headers: { authorization: `Bearer ${await token('team')}` },
    });
    const reader = recording.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(first).toContain('"kind":"recording"');
    expect(first).not.toContain(traceId);
    await reader?.cancel();
  });

  it('says where it ends: nobody in a room, or not aired yet', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(3), 1);
    await director({ delayMs: 60_000 });
    const { traceId } = await start({ sessionId: rig.sessionId, durationSec: 5, probe: true });
    const { probe } = await eventually(async () => {
      const found = await read(traceId);
      expect(found.probe?.stages.some(({ stage }) => stage === 'tick')).toBe(true);
      return found;
    });
    expect(probe).toMatchObject({ broadcastDelayMs: null });
    expect(probe?.words).toContain('Nobody is in the live room');
    expect(probe?.words).toContain('has not aired');
  });
});
