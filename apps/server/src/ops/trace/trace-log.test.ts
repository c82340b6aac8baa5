import { TRACE_STAGES, type TraceEvent, type TraceStage } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEFORE_MS, boundsOf, RATE_WINDOW_MS, type TraceBounds, TraceLog } from './trace-log.js';

const T0 = 1_764_000_000_000;
const passed = fc.record({
  stage: fc.constantFrom(...TRACE_STAGES),
  afterMs: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ max: 900, min: 1 }) },
  ),
  of: fc.oneof(fc.constant(null), fc.string({ maxLength: 40, unit: 'binary' })),
  seq: fc.oneof(fc.constant(null), fc.nat()),
});
const bounds: fc.Arbitrary<TraceBounds> = fc.record({
  durationSec: fc.constant(5),
  events: fc.integer({ min: 1, max: 60 }),
  bytes: fc.integer({ min: 100, max: 5_000 }),
  eventsPerSec: fc.integer({ min: 1, max: 20 }).map((n) => n * 4),
});

function eventsOf(log: TraceLog): TraceEvent[] {
  return JSON.parse(`[${log.json()}]`) as TraceEvent[];
}

function fill(log: TraceLog, list: readonly (typeof passed extends fc.Arbitrary<infer P> ? P : never)[]): number {
  let at = T0;
  for (const { stage, afterMs, of, seq } of list) {
    at += afterMs;
    log.pass(stage, at, seq, of, 1.25, null);
  }
  return at;
}

describe('the events of a trace', () => {
  it('never are more than their bounds in number, bytes and rate; and all that passed is counted', () => {
    fc.assert(
      fc.property(bounds, fc.array(passed, { maxLength: 300 }), (bound, list) => {
        const log = new TraceLog(bound);
        fill(log, list);
        const events = eventsOf(log);
        expect(events.length).toBeLessThanOrEqual(bound.events);
        expect(log.size).toBe(events.length);
        const bytes = events.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0);
        expect(bytes).toBeLessThanOrEqual(bound.bytes);
        expect(log.bytes).toBe(bytes);
        const most = bound.eventsPerSec / (1_000 / RATE_WINDOW_MS);
        const windowOf = ({ at }: TraceEvent) => Math.floor(at / RATE_WINDOW_MS);
        for (const window of new Set(events.map(windowOf))) {
          const inWindow = events.filter((event) => windowOf(event) === window);
          expect(inWindow.length).toBeLessThanOrEqual(most);
          const written = inWindow.filter(({ stage }) => stage === 'write' || stage === 'skip');
          expect(written.length).toBeLessThanOrEqual(Math.ceil(most / 2));
        }
        const { events: number, bytes: size, rate } = log.dropped;
        expect(events.length + number + size + rate).toBe(list.length);
        for (const stage of TRACE_STAGES)
          expect(log.counts[stage]).toBe(list.filter((each) => each.stage === stage).length);
      }),
    );
  });

  it('are the newest seconds while a trace waits, and go on behind them; counting begins then', () => {
    fc.assert(
      fc.property(fc.array(passed, { maxLength: 200 }), fc.array(passed, { maxLength: 50 }), (before, after) => {
        const log = new TraceLog({ durationSec: 5, events: 500, bytes: 100_000, eventsPerSec: 10_000 }, true);
        const triggeredAt = fill(log, before) + 3_000;
        expect(log.size).toBeLessThanOrEqual(before.length);
        log.trigger(triggeredAt);
        const kept = eventsOf(log);
        for (const { at } of kept) expect(at).toBeGreaterThanOrEqual(triggeredAt - BEFORE_MS);
        let at = T0;
        const late = before.filter(({ afterMs }) => {
          at += afterMs;
          return at >= triggeredAt - BEFORE_MS;
        });
        expect(kept.map(({ stage, seq }) => [stage, seq])).toEqual(late.map(({ stage, seq }) => [stage, seq]));
        expect(Object.values(log.counts).every((count) => count === 0)).toBe(true);
        for (const { stage, of, seq } of after) log.pass(stage, triggeredAt + 1_000, seq, of, null, null);
        expect(eventsOf(log)).toHaveLength(kept.length + after.length);
        expect(Object.values(log.counts).reduce((sum, count) => sum + count, 0)).toBe(after.length);
      }),
    );
  });

  it('are bounded while a trace waits, however many come', () => {
    const log = new TraceLog(boundsOf(30), true);
    for (let n = 0; n < 50_000; n++) log.pass('ingest', T0 + n / 5, n, 'rig', 0, 10);
    expect(log.size).toBeLessThanOrEqual(2_000);
    expect(log.bytes).toBeLessThanOrEqual(250_000);
    log.trigger(T0 + 10_000);
    expect(eventsOf(log).at(-1)?.at).toBeGreaterThan(T0 + 9_500);
  });

  it.each([5, 30, 120, 300])('of a trace of %i s at its rate fill its whole time', (durationSec) => {
    const bound = boundsOf(durationSec);
    expect(bound.eventsPerSec * durationSec).toBeLessThanOrEqual(Math.max(bound.events, 64 * durationSec));
    const log = new TraceLog(bound);
    const stages: readonly TraceStage[] = ['ingest', 'timeline', 'timing', 'tick', 'room', 'write'];
    for (let n = 0; n < durationSec * 10; n++) {
      for (const stage of stages) log.pass(stage, T0 + n * 100, n, 'sess_a', 3, 200);
    }
    const last = eventsOf(log).at(-1)?.at ?? 0;
    expect(last).toBeGreaterThan(T0 + durationSec * 1_000 - 1_000);
  });
});
