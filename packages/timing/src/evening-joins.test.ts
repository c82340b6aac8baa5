import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings } from './index.js';
import { folded, session } from './testing/drive.js';
import { type Evening, GREEN_S, type TrueCar } from './testing/evening.js';
import { played, visitsSince, within } from './testing/played.js';
import { evening, finishers } from './testing/random-evening.js';
import { isWithin } from './testing/way.js';

/** When the relay joins, as a share of the race, and for how long the first car is away then, in s. */
const join = fc.record({ share: fc.integer({ min: 10, max: 97 }), awayS: fc.constantFrom(0, 0, 2, 12) });
type Join = typeof join extends fc.Arbitrary<infer T> ? T : never;

/** The evening from when the relay joins it; `from` is the time of its first frame, in s from green. */
function joined(plan: Evening, { share, awayS }: Join) {
  const at = (played(plan).winnerAt * share) / 100;
  const [first, ...others] = plan.cars;
  fc.pre(first !== undefined);
  const away = { ...first, blinks: awayS > 0 ? [[at - 1, awayS + 1] as const] : [] };
  const { cars, frames } = played({ ...plan, cars: [away, ...others] });
  // A crossing counts as under the flag where it is after the last frame without it.
  const flagAt = (frames.filter(({ state }) => state !== 'checkered').at(-1)?.sessionTime ?? 0) - GREEN_S;
  const seen = frames.filter(({ sessionTime }) => sessionTime >= GREEN_S + at);
  // In lap 1 nothing was missed that anybody could have done.
  fc.pre(cars.every((car) => completedAt(car, at) > 0));
  // One that spins back over the line shows the place of a lap that it has done already.
  fc.pre(cars.every(({ busy }) => !isWithin(busy, at)));
  // On the grid or in formation only a red flag and the sim's counters can say that the race has begun.
  const isBegun = plan.counters && seen[0]?.flags.includes('red') === true;
  fc.pre(seen[0]?.state !== 'formation' && (seen[0]?.state !== 'grid' || isBegun));
  const from = (seen[0]?.sessionTime ?? 0) - GREEN_S;
  return { cars, from, flagAt, state: folded(session(cars.length, { limit: plan.limit }), ...seen) };
}

/** Laps of a car that began after a time, as `[lap, time in ms]`. */
function lapsSince({ crossings, laps, unclear }: TrueCar, since: number): [lap: number, ms: number][] {
  return Array.from({ length: laps }, (_, i) => i + 1).flatMap((lap): [number, number][] => {
    const begin = lap === 1 ? 0 : (crossings[lap - 2] as number);
    return begin <= since || unclear.has(lap) ? [] : [[lap, ((crossings[lap - 1] as number) - begin) * 1000]];
  });
}

/** Whether a crossing is not so close to the frame of the flag that the two could be taken either way, in s. */
const isClear = (at: number, flagAt: number) => Math.abs(at - flagAt) > 0.05;
const completedAt = ({ crossings }: TrueCar, time: number) => crossings.filter((at) => at <= time).length;

describe('a random evening that a relay joins under way', () => {
  it('JOIN-1, LAP-7: with the sim’s counters, laps begun since, places, stops and finishes are the model’s or unknown', () => {
    fc.assert(
      fc.property(evening, join, (plan, when) => {
        const { cars, from, state } = joined({ ...plan, counters: true }, when);
        const tolerance = plan.hz < 10 ? 40 : 2;
        const unseen = Math.max(...cars.map((car) => completedAt(car, from)));
        // Whether a car was away as the relay joined: it may have completed laps that nobody saw.
        const isAllSeen = when.awayS === 0 && cars.every(({ unclear }) => unclear.size === 0);
        const list = standings(state);
        for (const [index, truth] of cars.entries()) {
          const own = state.laps.filter((lap) => lap.car === index);
          expect(own.every((lap) => lap.countedFrom === undefined)).toBe(true);
          for (const [lap, ms] of lapsSince(truth, from)) {
            const found = own.find((each) => each.lap === lap);
            if (!within(found?.lapTimeMs, ms, tolerance)) expect([index, lap, found]).toEqual([index, lap, ms]);
          }
          for (const { lap, position } of own) {
            const at = truth.crossings[lap - 1] as number;
            expect([index, lap, lap <= truth.laps]).toEqual([index, lap, true]);
            // Near the line the sim's count may have been a lap behind.
            if (lap > unseen + 1 && isAllSeen) expect([index, lap, position]).not.toEqual([index, lap, null]);
            if (position === null || cars.some(({ unclear }) => unclear.has(lap))) continue;
            const before = cars.filter((other) => lap <= other.laps && (other.crossings[lap - 1] as number) < at);
            expect([index, lap, position]).toEqual([index, lap, before.length + 1]);
          }
          const figures = list.find((each) => each.car === index)?.figures;
          const { pitStops, driveThroughs } = visitsSince(truth, from);
          expect([index, figures?.pitStops, figures?.driveThroughs]).toEqual([
            index,
            pitStops || null,
            driveThroughs || null,
          ]);
          if (
            pitStops + driveThroughs === 0 &&
            truth.visits.every(({ from: entered, to }) => to < from || entered > from)
          )
            expect([index, figures?.stintLaps]).toEqual([index, null]);
        }
        const finished = list.filter(({ figures }) => figures.status === 'finished').map((each) => each.car);
        expect(finished).toEqual(finishers(cars));
      }),
      { numRuns: 40 },
    );
  });

  it('JOIN-2, LAP-4: from positions alone lap times are the model’s, and numbers, places and gaps are unknown', () => {
    fc.assert(
      fc.property(evening, join, (plan, when) => {
        const { cars, from, flagAt, state } = joined(
          { ...plan, cars: plan.cars.map((car) => ({ ...car, blinks: [] })), counters: false },
          { ...when, awayS: 0 },
        );
        const tolerance = plan.hz < 10 ? 40 : 2;
        fc.pre(
          cars.every(({ busy, crossings }) => !isWithin(busy, from) && crossings.every((at) => isClear(at, flagAt))),
        );
        const ends = cars.map(({ crossings }) => crossings.find((at) => at > flagAt) ?? Number.POSITIVE_INFINITY);
        for (const [index, truth] of cars.entries()) {
          const own = state.laps.filter((lap) => lap.car === index);
          for (const lap of own) expect(lap).toMatchObject({ countedFrom: 'seen', position: null });
          const before = completedAt(truth, from);
          const end = ends[index] as number;
          expect([index, own.length]).toEqual([index, completedAt(truth, end) - before]);
          for (const [lap, ms] of lapsSince(truth, from)) {
            if ((truth.crossings[lap - 1] as number) > end) continue;
            // The lap in which it was first seen is its first.
            const found = own.find((each) => each.lap === lap - before);
            if (!within(found?.lapTimeMs, ms, tolerance)) expect([index, lap, found]).toEqual([index, lap, ms]);
          }
        }
        for (const { car, figures } of standings(state)) {
          expect(figures).toMatchObject({ position: null, lap: null, lapsCompleted: null, gapMs: null, gapLaps: null });
          const { pitStops, driveThroughs } = visitsSince(cars[car] as TrueCar, from, ends[car]);
          const seen = [figures.pitStops ?? 0, figures.driveThroughs ?? 0];
          expect([car, ...seen]).toEqual([car, pitStops, driveThroughs]);
        }
      }),
      { numRuns: 30 },
    );
  });
});
