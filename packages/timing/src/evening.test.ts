import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings } from './index.js';
import { folded, session } from './testing/drive.js';
import { type Evening, type EveningCar, GREEN_S, type Incident, playEvening, type TrueCar } from './testing/evening.js';

const LAPS = 16;
const incident = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Incident>('none') },
  { weight: 1, arbitrary: fc.constantFrom<Incident>('spin', 'stop', 'drive-through') },
);
const car = (index: number): fc.Arbitrary<EveningCar> =>
  fc.record({
    back: fc.integer({ min: 0, max: 5 }).map((ms) => 0.01 * (index + 1) + ms / 1000),
    fromPits: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(index > 0) }),
    laps: fc.array(
      fc.tuple(
        fc.integer({ min: 18_000, max: 24_000 }).map((ms) => ms / 1000),
        incident,
      ),
      {
        minLength: LAPS,
        maxLength: LAPS,
      },
    ),
    blinks: fc.array(fc.tuple(fc.integer({ min: 5, max: 120 }), fc.constantFrom(0.3, 1.5, 4)), { maxLength: 3 }),
  });
const evening: fc.Arbitrary<Evening> = fc.record({
  cars: fc.integer({ min: 2, max: 5 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => car(i)))),
  paceLaps: fc.constantFrom(0, 1, 2),
  hz: fc.constantFrom(2, 5, 10, 25, 60),
  counters: fc.boolean(),
  limit: fc.constantFrom({ laps: 6 }, { timeS: 100 }, { laps: 5, timeS: 140 }, { laps: 30, timeS: 110 }),
  flagLate: fc.integer({ min: -9, max: 9 }).map((tenths) => tenths / 10),
});

const within = (a: number | null | undefined, b: number, ms: number) => Math.abs((a ?? Number.NaN) - b) <= ms;

/** The order of those who have finished: by laps, then by who was first. */
function finishers(cars: readonly TrueCar[]): number[] {
  const done = [...cars.keys()].filter((index) => cars[index]?.finishedAt !== null);
  return done.sort((a, b) => {
    const [x, y] = [cars[a] as TrueCar, cars[b] as TrueCar];
    return y.laps - x.laps || (x.finishedAt as number) - (y.finishedAt as number);
  });
}

/** Whether two cars pass the line too close to one another to be told apart at this rate. */
function isPhotoFinish(cars: readonly TrueCar[], hz: number): boolean {
  const margin = hz < 10 ? 0.02 : 0.003;
  const all = cars.flatMap(({ crossings }, index) => crossings.map((at) => ({ at, index })));
  all.sort((a, b) => a.at - b.at);
  return all.some(({ at, index }, i) => i > 0 && all[i - 1]?.index !== index && at - (all[i - 1]?.at ?? 0) < margin);
}

describe('a random evening, driven by a model that knows the truth', () => {
  it('GRN-1, GRN-3, PROG-8, FIN-1, FIN-3, PIT-6: laps, places, stops and finishes are the model’s, at 2 to 60 Hz', () => {
    fc.assert(
      fc.property(evening, (plan) => {
        const { cars, frames } = playEvening(plan);
        fc.pre(!isPhotoFinish(cars, plan.hz));
        const state = folded(session(cars.length, { limit: plan.limit }), ...frames);
        const list = standings(state);
        const tolerance = plan.hz < 10 ? 40 : 2;
        for (const [index, truth] of cars.entries()) {
          const laps = state.laps.filter((lap) => lap.car === index);
          expect([index, ...laps.map(({ lap }) => lap)]).toEqual([
            index,
            ...Array.from({ length: truth.laps }, (_, i) => i + 1),
          ]);
          for (const { lap, lapTimeMs, crossedAtMs, position } of laps) {
            if (truth.blinked.has(lap)) continue;
            const at = truth.crossings[lap - 1] as number;
            const begin = lap === 1 ? 0 : (truth.crossings[lap - 2] as number);
            if (!within(lapTimeMs, (at - begin) * 1000, tolerance))
              expect([index, lap, lapTimeMs]).toEqual([index, lap, (at - begin) * 1000]);
            if (!within(crossedAtMs, (at + GREEN_S) * 1000, tolerance))
              expect([index, lap, crossedAtMs]).toBe((at + GREEN_S) * 1000);
            if (cars.some(({ blinked }) => blinked.has(lap))) continue;
            expect(position).toBe(
              1 + cars.filter((other) => lap <= other.laps && (other.crossings[lap - 1] as number) < at).length,
            );
          }
          const figures = list.find((each) => each.car === index)?.figures;
          expect([index, figures?.status === 'finished']).toEqual([index, truth.finishedAt !== null]);
          if (truth.finishedAt !== null) {
            expect(figures).toMatchObject({ lapsCompleted: truth.laps });
            expect([index, figures?.pitStops, figures?.driveThroughs]).toEqual([
              index,
              truth.stops,
              truth.driveThroughs,
            ]);
          }
        }
        const finished = list.filter(({ figures }) => figures.status === 'finished').map((each) => each.car);
        expect(finished).toEqual(finishers(cars));
        const told = state.events.filter(({ name }) => name === 'finished').map((event) => event.car);
        expect(new Set(told).size).toBe(told.length);
      }),
      { numRuns: 60 },
    );
  });

  it('GRN-2, PROG-3: positions alone and positions with counters give the same evening', () => {
    fc.assert(
      fc.property(evening, (plan) => {
        const of = (counters: boolean) => {
          const { cars, frames } = playEvening({ ...plan, counters });
          return folded(session(cars.length, { limit: plan.limit }), ...frames);
        };
        const [alone, counted] = [of(false), of(true)];
        expect(counted.laps).toEqual(alone.laps);
        expect(counted.events).toEqual(alone.events);
        expect(standings(counted)).toEqual(standings(alone));
      }),
      { numRuns: 25 },
    );
  });
});
