import type { OpsEvent, Trace, TraceEvent, TraceStage } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOSEST_MS,
  columnsOf,
  framesOf,
  type LaneEvents,
  lanesOf,
  nearest,
  panned,
  type Span,
  showing,
  sinceLabel,
  ticksOf,
  wholeSpan,
  zoomed,
} from './timeline-layout.js';

const passed = (stage: TraceStage, at: number, seq: number | null = null): TraceEvent => ({
  at,
  stage,
  seq,
  of: null,
  sinceReceivedMs: null,
  bytes: null,
});
const happened = (id: number, at: number): OpsEvent => ({ id, at, type: 'socket', event: 'join' });
const traceOf = (over: Partial<Trace>) => ({
  startedAt: 1_000,
  triggeredAt: null,
  endsAt: 31_000,
  events: [],
  happened: [],
  ...over,
});
const whole: Span = { from: 0, to: 60_000 };
const spans = fc
  .tuple(fc.double({ min: 0, max: 59_000, noNaN: true }), fc.double({ min: CLOSEST_MS, max: 1_000, noNaN: true }))
  .map(([from, length]) => ({ from, to: from + length }));

describe('a trace’s timeline', () => {
  it('covers what is in it, also what was before it was triggered, and is never empty', () => {
    expect(wholeSpan(traceOf({}))).toEqual({ from: 1_000, to: 1_000 + CLOSEST_MS });
    expect(
      wholeSpan(traceOf({ triggeredAt: 5_000, events: [passed('ingest', 2_000), passed('write', 9_000)] })),
    ).toEqual({ from: 2_000, to: 9_000 });
    expect(wholeSpan(traceOf({ happened: [happened(1, 40_000)] }))).toEqual({ from: 1_000, to: 40_000 });
  });

  it('has a lane a stage and one for what happened, each in order of time', () => {
    const lanes = lanesOf({
      events: [passed('ingest', 1), passed('write', 2), passed('ingest', 3)],
      happened: [happened(2, 9), happened(1, 4)],
    });
    const of = (name: string) => lanes.find(({ lane }) => lane === name);
    expect(of('ingest')).toMatchObject({ at: [1, 3], places: [0, 2] });
    expect(of('happened')).toMatchObject({ at: [4, 9], places: [1, 0] });
    expect(of('room')?.at).toEqual([]);
  });

  it('zooming keeps what is under the pointer there, as far as the ends allow', () => {
    expect(zoomed(whole, whole, 4, 15_000)).toEqual({ from: 11_250, to: 26_250 });
    expect(zoomed({ from: 0, to: 100 }, whole, 1_000, 50)).toEqual({ from: 40, to: 60 });
    expect(zoomed({ from: 40_000, to: 50_000 }, whole, 0.001)).toEqual(whole);
  });

  it('whatever is zoomed and panned, it stays within the trace and never closer than instants are exact', () => {
    fc.assert(
      fc.property(
        spans,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        (span, factor, by) => {
          for (const next of [
            zoomed(span, whole, factor, span.from),
            panned(span, whole, by),
            showing(span, whole, by),
          ]) {
            expect(next.from).toBeGreaterThanOrEqual(whole.from);
            expect(next.to).toBeLessThanOrEqual(whole.to + 1e-6);
            expect(next.to - next.from).toBeGreaterThanOrEqual(CLOSEST_MS - 1e-6);
          }
        },
      ),
    );
  });

  it('an instant that is out of sight is brought into it, and one that is in sight moves nothing', () => {
    const span = { from: 10_000, to: 20_000 };
    expect(showing(span, whole, 15_000)).toBe(span);
    expect(showing(span, whole, 40_000)).toEqual({ from: 35_000, to: 45_000 });
    expect(showing(span, whole, 59_000)).toEqual({ from: 50_000, to: 60_000 });
  });

  const lane = (at: readonly number[]): LaneEvents => ({
    lane: 'write',
    at,
    places: at.map((_, place) => place + 100),
  });

  it('every event in sight is in one column, and none that is not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 200 }),
        spans,
        fc.integer({ min: 1, max: 50 }),
        (instants, span, columns) => {
          const at = [...instants].sort((a, b) => a - b);
          const counted = columnsOf(lane(at), span, columns).reduce((sum, count) => sum + count, 0);
          expect(counted).toBe(at.filter((instant) => instant >= span.from && instant <= span.to).length);
        },
      ),
    );
    expect([...columnsOf(lane([0, 1, 5, 9, 10]), { from: 0, to: 10 }, 2)]).toEqual([2, 3]);
  });

  it('points at the event that is nearest, and at none that is too far', () => {
    expect(nearest(lane([10, 20, 30]), 21, 5)).toBe(101);
    expect(nearest(lane([10, 20, 30]), 26, 5)).toBe(102);
    expect(nearest(lane([10, 20, 30]), 50, 5)).toBeNull();
    expect(nearest(lane([]), 0, 5)).toBeNull();
  });

  it('frames are those that came in, each once', () => {
    const events = [passed('ingest', 1, 7), passed('timing', 2, 7), passed('ingest', 3, 8), passed('ingest', 4, 7)];
    expect(framesOf({ events })).toEqual([
      { seq: 7, at: 1 },
      { seq: 8, at: 3 },
    ]);
  });

  it('the axis counts from the trigger in round steps, backwards before it', () => {
    expect(ticksOf({ from: 5_000, to: 25_000 }, 10_000, 5).map(({ words }) => words)).toEqual([
      '−5 s',
      '0',
      '+5 s',
      '+10 s',
      '+15 s',
    ]);
    expect(ticksOf({ from: 10_000, to: 10_020 }, 10_000, 4).map(({ words }) => words)).toEqual([
      '0',
      '+0.005 s',
      '+0.010 s',
      '+0.015 s',
      '+0.020 s',
    ]);
    expect(sinceLabel(-1_250, 10)).toBe('−1.25 s');
  });

  it('the axis has no more marks than there is room for, however long a file says that a trace was', () => {
    expect(ticksOf({ from: 0, to: 5e12 }, 0, 8).map(({ at }) => at)).toEqual([0, 1e12, 2e12, 3e12, 4e12, 5e12]);
    expect(ticksOf({ from: 0, to: 6_000_000 }, 0, 8).map(({ at }) => at)).toEqual([0, 1e6, 2e6, 3e6, 4e6, 5e6, 6e6]);
    const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(anyNumber, anyNumber, anyNumber, fc.integer({ min: 2, max: 40 }), (a, b, zero, most) => {
        const span = { from: Math.min(a, b), to: Math.max(a, b) };
        const ticks = ticksOf(span, zero, most);
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        for (const { at } of ticks) expect(at).toBeLessThanOrEqual(span.to);
      }),
      {
        examples: [
          [0, 1e300, 0, 8],
          [0, 1e300, 1e300, 8],
          [-1e308, 1e308, 0, 8],
          [1e300, 1e300, 0, 8],
        ],
      },
    );
  });
});
