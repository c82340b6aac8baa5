import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeRecord,
  joinBatch,
  liveRoom,
  MAX_BEHIND_MS,
  splitBatch,
  type Trace,
  type WireRecord,
} from '@okboxbox/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { SessionRegistry } from '../../owner/session/registry.js';
import type { Session } from '../../owner/session/session.js';
import type { Stream } from '../../owner/session/stream.js';
import { Taps } from '../../taps.js';
import { frame, sessionLine } from '../../testing/race.js';
import type { OperationsDeps } from '../deps.js';
import { OpsFigures } from '../ops-figures.js';
import { MOST_KEPT, MOST_RUNNING, TraceRefusedError, Traces } from './traces.js';

const T0 = 1_764_000_000_000;
const HELLO = {
  relayId: 'rig',
  run: 'run',
  version: '0',
  protocol: 1,
  source: 'test',
  sim: 'test',
  playback: false,
};
let dataDir: string;
let now: number;
let taps: Taps;
let registry: SessionRegistry;
let figures: OpsFigures;
let traces: Traces;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'traces-'));
  now = T0;
  taps = new Taps();
  const clock = { now: () => now };
  let ids = 0;
  registry = await SessionRegistry.open(dataDir, {
    clock,
    log: pino({ level: 'silent' }),
    randomId: () => `id${ids++}`,
    taps,
  });
  figures = new OpsFigures(() => now);
  const delay = { delayMs: 0, playhead: { moves: 'running' } };
  const broadcasts = { of: () => ({ delay, isPublic: false, session: () => undefined }) };
  const io = { of: () => ({ adapter: { rooms: new Map() } }) };
  traces = new Traces(
    { taps, registry, clock, broadcasts, io, interest: () => 0 } as unknown as OperationsDeps,
    figures,
  );
});
afterEach(async () => {
  traces.close();
  figures.loop.close();
  await registry.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function begin(simSessionKey = '7:1'): Promise<{ session: Session; stream: Stream; take(count: number): void }> {
  const { session, stream } = await registry.attach(
    { ...HELLO, relayId: `rig ${simSessionKey}`, simSessionKey },
    'local',
  );
  figures.sessions.of(session.id);
  const take = (count: number) => {
    for (let i = 0; i < count; i++) {
      const seq = stream.last + 1;
      session.receive(stream, wireOf(seq));
      now += 100;
    }
  };
  session.receive(stream, splitBatch(joinBatch([encodeRecord(sessionLine(), 1)]))[0] as WireRecord);
  return { session, stream, take };
}

function wireOf(seq: number): WireRecord {
  const record = frame(seq, { capturedAt: now - 30, sessionTime: 10 + (now - T0) / 1_000 });
  return splitBatch(joinBatch([encodeRecord(record, seq)]))[0] as WireRecord;
}

function read(traceId: string, seqs: number[] = []): Trace {
  return JSON.parse(traces.json(traceId, seqs) ?? 'null') as Trace;
}

describe('traces', () => {
  it('listen only while one runs, and tell nothing of any other session', async () => {
    const [first, second] = [await begin(), await begin('7:2')];
    const isListening = () => taps.write.emit !== null || taps.ingest.emit !== null || taps.tick.emit !== null;
    expect(isListening()).toBe(false);
    const { traceId } = traces.start({ sessionId: first.session.id, durationSec: 5 });
    expect(isListening()).toBe(true);
    first.take(3);
    second.take(4);
    expect(read(traceId).counters).toMatchObject({ ingest: 3, timing: 3, frames: 3 });
    traces.stop(traceId);
    expect(isListening()).toBe(false);
    first.take(3);
    expect(read(traceId).counters.ingest).toBe(3);
  });

  it('end when their time is over, and can be read until they expire', async () => {
    const { session, take } = await begin();
    const { traceId, startedAt, expiresAt } = traces.start({ sessionId: session.id, durationSec: 5 });
    expect([startedAt, expiresAt]).toEqual([T0, T0 + 5_000 + 30 * 60_000]);
    take(40);
    traces.look();
    expect(read(traceId).state).toBe('running');
    take(10);
    traces.look();
    const done = read(traceId);
    expect(done).toMatchObject({ state: 'done', endsAt: T0 + 5_000, expiresAt, endedBecause: null });
    now = expiresAt - 1;
    expect(read(traceId)).toEqual(done);
    now = expiresAt;
    expect(traces.json(traceId)).toBeNull();
    expect(traces.list()).toEqual({ traces: [] });
    expect(traces.stop(traceId)).toBe(false);
  });

  it('are bounded, running and kept, and the oldest that is done goes first', async () => {
    const { session } = await begin();
    const start = () => traces.start({ sessionId: session.id, durationSec: 60 }).traceId;
    const running = Array.from({ length: MOST_RUNNING }, start);
    expect(start).toThrow(TraceRefusedError);
    const [first] = running;
    for (const traceId of running) traces.stop(traceId);
    for (let n = 0; n < MOST_KEPT + 3; n++) traces.stop(start());
    const last = start();
    const { traces: kept } = traces.list();
    expect(kept).toHaveLength(MOST_KEPT + 1);
    expect(kept[0]).toMatchObject({ traceId: last, state: 'running' });
    expect(traces.json(first ?? '')).toBeNull();
  });

  it('that wait begin when the figure is above its bound, and have the seconds before', async () => {
    const { session, take } = await begin();
    figures.sessions.of(session.id).dropped = 7;
    const { traceId } = traces.start({ sessionId: session.id, durationSec: 5, when: { figure: 'dropped', above: 2 } });
    take(200);
    figures.sessions.of(session.id).dropped = 9;
    traces.look();
    const armed = read(traceId);
    expect(armed).toMatchObject({ state: 'armed', triggeredAt: null, endsAt: null, anomalies: [] });
    figures.sessions.of(session.id).dropped = 10;
    traces.look();
    const triggeredAt = now;
    take(20);
    const running = read(traceId);
    expect(running).toMatchObject({ state: 'running', triggeredAt, endsAt: triggeredAt + 5_000 });
    expect(running.counters).toMatchObject({ ingest: 20, frames: 20 });
    const before = running.events.filter(({ at }) => at < triggeredAt);
    expect(before.filter(({ stage }) => stage === 'ingest')).toHaveLength(100);
    expect(before[0]?.at).toBe(triggeredAt - 10_000);
    now = triggeredAt + 5_000;
    traces.look();
    expect(read(traceId).state).toBe('done');
  });

  it('that wait in vain end, and say so', async () => {
    const { session } = await begin();
    const when = { figure: 'lastFrameAgeMs', above: 10_000_000 } as const;
    const { traceId, expiresAt } = traces.start({ sessionId: session.id, durationSec: 5, when });
    now += 60 * 60_000;
    traces.look();
    expect(read(traceId)).toMatchObject({ state: 'done', endedBecause: expect.stringContaining('not come') });
    expect(read(traceId).expiresAt).toBeLessThanOrEqual(expiresAt);
  });

  it('wait for a silence, which shows among what stands out', async () => {
    const { session, take } = await begin();
    take(5);
    const when = { figure: 'lastFrameAgeMs', above: 3_000 } as const;
    const { traceId } = traces.start({ sessionId: session.id, durationSec: 5, when });
    now += 2_800;
    traces.look();
    expect(read(traceId).state).toBe('armed');
    now += 400;
    traces.look();
    now += 5_000;
    traces.look();
    const { state, anomalies } = read(traceId);
    expect(state).toBe('done');
    expect(anomalies[0]).toMatchObject({ code: 'no_frames', stage: 'ingest' });
  });

  it('tell what changed against the time before', async () => {
    const { session, take } = await begin();
    const rates = figures.sessions.of(session.id);
    for (let n = 0; n < 25; n++) {
      rates.frames.add(10, now);
      now += 1_000;
      traces.look();
    }
    const { traceId } = traces.start({ sessionId: session.id, durationSec: 5 });
    for (let n = 0; n < 5; n++) {
      rates.frames.add(2, now);
      now += 1_000;
      traces.look();
    }
    take(0);
    const { summary } = read(traceId);
    expect(summary.changes[0]).toEqual({ figure: 'framesPerSec', before: 10, during: 2, change: 0.8 });
    expect(summary.comparedMs).toBe(20_000);
  });

  it('measure stages by the clock: to the disk, to the timing, and to the message that takes a frame along', async () => {
    const { session, take } = await begin();
    await session.synced();
    const { traceId } = traces.start({ sessionId: session.id, durationSec: 60 });
    take(1);
    await session.synced();
    now += 20;
    taps.tick.emit?.(session.id, liveRoom(session.id), null);
    const message = {};
    taps.room.emit?.(liveRoom(session.id), 'feed', message, 3);
    now += 5;
    taps.write.emit?.('a', message, 10);
    now += 7;
    taps.skip.emit?.('b', message, 9, false);
    taps.write.emit?.('c', {}, 10);
    const { summary, counters, events } = read(traceId);
    const of = (from: string, to: string) => summary.latencies.find((row) => row.from === from && row.to === to);
    expect(of('ingest', 'timeline')).toMatchObject({ count: 1, maxMs: 100 });
    expect(of('ingest', 'timing')).toMatchObject({ count: 1, maxMs: 0 });
    expect(of('timing', 'tick')).toMatchObject({ count: 1, maxMs: 120, room: liveRoom(session.id) });
    expect(of('room', 'write')).toMatchObject({ count: 1, maxMs: 5 });
    expect(counters).toMatchObject({ ingest: 1, timeline: 1, timing: 1, tick: 1, room: 1, write: 1, skip: 1 });
    expect(events.at(-1)).toEqual({ at: now, stage: 'skip', seq: 2, of: 'b', sinceReceivedMs: 132, bytes: null });
  });

  it('send a probe that goes on being followed when the trace is over', async () => {
    const { session } = await begin();
    const { traceId } = traces.start({ sessionId: session.id, durationSec: 5, probe: true });
    await eventually(() => expect(read(traceId).probe?.stages).toHaveLength(3));
    traces.stop(traceId);
    expect(taps.write.emit).not.toBeNull();
    now += 40;
    taps.probe.emit?.(traceId, session.id, 'tick', liveRoom(session.id));
    const message = {};
    taps.room.emit?.(liveRoom(session.id), 'noop', message, 2);
    taps.write.emit?.('a', message, 3);
    taps.skip.emit?.('b', message, 9, false);
    const { probe } = read(traceId);
    expect(probe?.stages.slice(3)).toEqual([
      { stage: 'tick', of: liveRoom(session.id), afterMs: 40 },
      { stage: 'room', of: liveRoom(session.id), afterMs: 40 },
      { stage: 'write', of: liveRoom(session.id), afterMs: 40, sockets: 1 },
      { stage: 'skip', of: liveRoom(session.id), afterMs: 40, sockets: 1 },
    ]);
    traces.look();
    expect(taps.write.emit).toBeNull();
  });

  it('wait no longer for a probe than a picture may be behind', async () => {
    const { session } = await begin();
    const { traceId } = traces.start({ sessionId: session.id, durationSec: 5, probe: true });
    await eventually(() => expect(read(traceId).probe?.stages).toHaveLength(3));
    traces.stop(traceId);
    now += MAX_BEHIND_MS;
    traces.look();
    expect(taps.write.emit).not.toBeNull();
    // Its room has gone meanwhile, as that of an output does which nobody watches any more.
    now += 30_000;
    traces.look();
    expect(taps.write.emit).toBeNull();
    expect(read(traceId).probe?.words).toContain('It has not aired in the live room: it did not arrive');
  });

  it('hold nothing that a relay put into its name', async () => {
    const secret = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.abcdefgh';
    const hello = { ...HELLO, relayId: `rig ${secret}`, simSessionKey: '7:9' };
    const { session, stream } = await registry.attach(hello, 'local');
    const { traceId } = traces.start({ sessionId: session.id, durationSec: 5 });
    session.receive(stream, wireOf(1));
    const json = traces.json(traceId) ?? '';
    expect(json).toContain('rig [token]');
    expect(json).not.toContain(secret.slice(0, 12));
  });
});
