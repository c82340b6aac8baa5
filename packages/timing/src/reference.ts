import type { CarState } from './car-state.js';
import { timeAt } from './history.js';
import { classOf, type ReferenceLap, type TimingState } from './state.js';

/** Parts that a reference lap is kept in. */
const PARTS = 100;

/** Keeps a lap that has just been completed as its class's reference, where it is the class's best and was seen whole. */
export function keepReference(state: TimingState, car: CarState, lap: number, from: number, lapTimeMs: number): void {
  const classId = classOf(state, car);
  const known = state.references.get(classId);
  if (known !== undefined && known.lapMs <= lapTimeMs) return;
  const now = { history: car.history, progress: car.progress ?? lap, sampledAt: state.sessionTime ?? 0 };
  const times = new Float64Array(PARTS + 1);
  for (let part = 1; part < PARTS; part++) {
    const at = timeAt(now, lap - 1 + part / PARTS);
    if (at === null || at < from) return;
    times[part] = at - from;
  }
  times[PARTS] = lapTimeMs / 1000;
  state.references.set(classId, { lapMs: lapTimeMs, times });
}

/** The reference lap of a car's class, where there has been one. */
export function referenceOf(state: TimingState, car: CarState): ReferenceLap | null {
  return state.references.get(classOf(state, car)) ?? null;
}

/** Seconds that the reference takes from one progress to another less than a lap further on. */
export function secondsBetween({ lapMs, times }: ReferenceLap, from: number, to: number): number {
  const seconds = timeOf(times, to) - timeOf(times, from);
  return seconds < 0 ? seconds + lapMs / 1000 : seconds;
}

/** How fast the reference goes at a place, in laps a second. */
export function rateAt({ times }: ReferenceLap, progress: number): number {
  const part = Math.min(PARTS - 1, Math.floor((progress - Math.floor(progress)) * PARTS));
  return 1 / PARTS / ((times[part + 1] as number) - (times[part] as number));
}

function timeOf(times: Float64Array, progress: number): number {
  const place = (progress - Math.floor(progress)) * PARTS;
  const part = Math.min(PARTS - 1, Math.floor(place));
  const from = times[part] as number;
  return from + (place - part) * ((times[part + 1] as number) - from);
}
