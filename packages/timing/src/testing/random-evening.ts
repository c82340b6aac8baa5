import fc from 'fast-check';
import type { Evening, EveningCar, TrueCar } from './evening.js';
import { endOf, type Interruption } from './interruptions.js';
import type { Incident } from './way.js';

const LAPS = 16;
const incident = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Incident>('none') },
  { weight: 2, arbitrary: fc.constantFrom<Incident>('spin', 'stop', 'stop-and-go', 'drive-through') },
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
      { minLength: LAPS, maxLength: LAPS },
    ),
    blinks: fc.array(fc.tuple(fc.integer({ min: 5, max: 120 }), fc.constantFrom(0.3, 1.5, 4)), { maxLength: 3 }),
  });

const interruption: fc.Arbitrary<Interruption> = fc.record({
  kind: fc.constantFrom('red' as const, 'caution' as const),
  from: fc.integer({ min: 120, max: 400 }).map((tenths) => tenths / 10),
  standS: fc.integer({ min: 3, max: 20 }),
  rollS: fc.constantFrom(0, 7, 15),
  phases: fc.constantFrom('back' as const, 'kept' as const),
});

/** At most two, the second some time after the first. */
const interruptions = fc
  .array(interruption, { maxLength: 2 })
  .map(([first, second]) =>
    first === undefined
      ? []
      : second === undefined
        ? [first]
        : [first, { ...second, from: endOf(first) + second.from / 4 }],
  );

/** A race evening of two to five cars. */
export const evening: fc.Arbitrary<Evening> = fc.record({
  cars: fc.integer({ min: 2, max: 5 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => car(i)))),
  paceLaps: fc.constantFrom(0, 1, 2),
  hz: fc.constantFrom(2, 5, 10, 25, 60),
  counters: fc.boolean(),
  limit: fc.constantFrom({ laps: 6 }, { timeS: 100 }, { laps: 5, timeS: 140 }, { laps: 30, timeS: 110 }),
  flagLate: fc.integer({ min: -9, max: 9 }).map((tenths) => tenths / 10),
  interruptions,
});

/** Whether two cars pass the line too close to one another to be told apart at this rate. */
export function isPhotoFinish(cars: readonly TrueCar[], hz: number): boolean {
  const margin = hz < 10 ? 0.02 : 0.003;
  const all = cars.flatMap(({ crossings }, index) => crossings.map((at) => ({ at, index })));
  all.sort((a, b) => a.at - b.at);
  return all.some(({ at, index }, i) => i > 0 && all[i - 1]?.index !== index && at - (all[i - 1]?.at ?? 0) < margin);
}

/** The order of those who have finished: by laps, then by who was first. */
export function finishers(cars: readonly TrueCar[]): number[] {
  const done = [...cars.keys()].filter((index) => cars[index]?.finishedAt !== null);
  return done.sort((a, b) => {
    const [x, y] = [cars[a] as TrueCar, cars[b] as TrueCar];
    return y.laps - x.laps || (x.finishedAt as number) - (y.finishedAt as number);
  });
}
