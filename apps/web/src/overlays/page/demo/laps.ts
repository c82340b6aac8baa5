import type { LapMark } from '@okboxbox/protocol';
import { chance } from './chance.js';
import { DEMO_SESSION } from './roster.js';
import type { DemoCar, DemoStory } from './story.js';

/** A lap of the demo race at the moment when it was completed. */
export interface DemoLap {
  readonly of: DemoCar;
  readonly lap: number;
  readonly at: number;
  readonly ms: number;
  readonly sectorsMs: readonly number[];
  /** Whose best it was then. */
  readonly mark: LapMark;
}

/** All laps of a race in the order in which they were completed. */
export function lapsOf({ cars, seed }: DemoStory): readonly DemoLap[] {
  const completed = cars
    .flatMap((of) => of.crossings.map((at, lap) => ({ of, lap, at })))
    .filter(({ of, lap, at }) => lap > 0 && at <= (of.finish?.at ?? at))
    .sort((a, b) => a.at - b.at || a.of.entry.car - b.of.entry.car);
  const best = new Map<string, number>();
  const isBest = (key: string, ms: number) => {
    if (ms >= (best.get(key) ?? Number.POSITIVE_INFINITY)) return false;
    best.set(key, ms);
    return true;
  };
  return completed.map(({ of, lap, at }) => {
    const from = lap === 1 ? 0 : (of.crossings[lap - 1] ?? 0);
    const ms = Math.round((at - from) * 1000);
    const { car, class: classId } = of.entry;
    // Each is asked: a lap that is the session's best is the car's own, too.
    const [personal, ofClass, session] = [`car ${car}`, `class ${classId}`, 'session'].map((key) => isBest(key, ms));
    const mark = session ? 'session' : ofClass ? 'class' : personal ? 'personal' : 'none';
    return { of, lap, at, ms, sectorsMs: sectors(ms, seed, car, lap), mark };
  });
}

function sectors(ms: number, seed: number, car: number, lap: number): readonly number[] {
  const [, second = 0, third = 0] = DEMO_SESSION.sectorStarts;
  const first = Math.round(ms * (second + 0.004 * (chance(seed, car, lap, 8) - 0.5)));
  const middle = Math.round(ms * (third - second + 0.004 * (chance(seed, car, lap, 9) - 0.5)));
  return [first, middle, ms - first - middle];
}
