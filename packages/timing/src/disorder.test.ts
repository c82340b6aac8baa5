import type { Frame } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings } from './index.js';
import { type Drive, folded, race, session, steady } from './testing/drive.js';

/** When a car is out of the world: from, and for how long, in s. */
type Blink = readonly [from: number, seconds: number];

const UNTIL = 120;

const lapSeconds = fc.integer({ min: 15_000, max: 40_000 }).map((ms) => ms / 1000);
const blinks = fc.array(
  fc.tuple(fc.double({ min: 1, max: UNTIL - 12, noNaN: true }), fc.double({ min: 0.05, max: 4, noNaN: true })),
  { maxLength: 4 },
);
const field = fc.array(fc.tuple(lapSeconds, blinks), { minLength: 1, maxLength: 6 });

/** What a bad line does to frames: some come twice, some later than the one after them. */
const disorder = fc.array(fc.tuple(fc.nat(10_000), fc.constantFrom('twice', 'late')), { maxLength: 20 });

function drive(lapS: number, away: readonly Blink[]): Drive {
  const path = steady(lapS, 0.01);
  return (time) => (away.some(([from, seconds]) => time > from && time < from + seconds) ? null : path(time));
}

function disordered(frames: readonly Frame[], harm: readonly (readonly [number, string])[]): Frame[] {
  const out = [...frames];
  for (const [where, what] of harm) {
    const at = where % (out.length - 1);
    const frame = out[at] as Frame;
    if (what === 'twice') out.splice(at, 0, frame);
    else out.splice(at, 2, out[at + 1] as Frame, frame);
  }
  return out;
}

describe('blinks, frames that come twice and frames that come late', () => {
  it('LAP-7, ORD-1, GAP-3: lose no lap, invent none, give each place once and no gap below 0', () => {
    fc.assert(
      fc.property(field, disorder, fc.constantFrom(4, 10, 20), (cars, harm, hz) => {
        const frames = race(
          cars.map(([lapS, away]) => drive(lapS, away)),
          { until: UNTIL, hz },
        );
        const state = folded(session(cars.length), ...disordered(frames, harm));
        const list = standings(state);
        expect(list.map(({ figures }) => figures.position)).toEqual(cars.map((_, i) => i + 1));
        for (const [car, [lapS]] of cars.entries()) {
          const laps = state.laps.filter((lap) => lap.car === car);
          const done = Math.floor(UNTIL / lapS - 0.01);
          expect(laps.map((lap) => lap.lap)).toEqual(Array.from({ length: done }, (_, i) => i + 1));
          for (const { lap, valid, lapTimeMs } of laps) {
            if (lap > 1 && valid) expect(Math.abs((lapTimeMs ?? 0) - lapS * 1000)).toBeLessThanOrEqual(2);
          }
        }
        for (const { figures } of list) {
          for (const gap of [figures.gapMs, figures.intervalMs, figures.classGapMs, figures.classIntervalMs]) {
            expect(gap ?? 0).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('LAP-1, GAP-1: give the same race at any rate from 2 to 60 Hz', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(lapSeconds, { minLength: 2, maxLength: 5 }),
        fc.constantFrom(2, 5, 30, 60),
        (laps, hz) => {
          const drives = laps.map((lapS) => steady(lapS, 0.01));
          const at = (rate: number) => folded(session(laps.length), ...race(drives, { until: 60, hz: rate }));
          const [one, other] = [at(10), at(hz)];
          expect(other.laps).toHaveLength(one.laps.length);
          for (const lap of one.laps) {
            const twin = other.laps.find((each) => each.car === lap.car && each.lap === lap.lap);
            // Lap 1 runs from green, which is seen a sample late at most.
            const tolerance = lap.lap === 1 ? 1000 / Math.min(hz, 10) : 2;
            expect(Math.abs((twin?.lapTimeMs ?? 0) - (lap.lapTimeMs ?? 0))).toBeLessThanOrEqual(tolerance);
          }
          const [a, b] = [standings(one), standings(other)];
          expect(b.map(({ car }) => car)).toEqual(a.map(({ car }) => car));
          for (const [i, { figures }] of a.entries()) {
            expect(b[i]?.figures.gapLaps).toBe(figures.gapLaps);
            expect(Math.abs((b[i]?.figures.gapMs ?? 0) - (figures.gapMs ?? 0))).toBeLessThanOrEqual(5);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
