import type { CarState } from './car-state.js';
import { referenceOf } from './reference.js';
import type { TimingState } from './state.js';

/** No car averages more over a lap, in m/s. */
const FASTEST_MPS = 110;
/** Where there is nothing to compare with, the length of the track may be what is wrong; but no car averages this, in m/s. */
const BEYOND_DOUBT_MPS = 220;
/** A lap that takes less than this share of the others' is none. */
const LEAST_SHARE = 0.7;
/** Clean laps of a class that say what a lap takes, and how many of the newest of each car are kept. */
const ENOUGH = 5;
const KEPT = 8;
/** Slower than the fastest by more than this a lap is no clean one: driven to cool down, or behind somebody. */
const CLEAN_SHARE = 1.2;
/** A lap under way says what it will take from this share of it on. */
const PROJECTED_FROM = 0.2;
/** The sim's figure for a lap is the same as what was measured within this, in ms. */
const CONFIRMED_MS = 50;

/** Keeps the time of a lap that was driven whole, on the track, without a caution. */
export function keepClean(state: TimingState, car: CarState, lapTimeMs: number): void {
  if (state.isNeutral) return;
  car.cleanLapsMs.push(lapTimeMs);
  if (car.cleanLapsMs.length > KEPT) car.cleanLapsMs.shift();
}

/**
 * Whether nobody can have driven a lap in this time: faster than any car goes, or far faster than the others of its class
 * do. The sim's own time for it proves the opposite.
 */
export function isImpossible(state: TimingState, car: CarState, lap: number, lapTimeMs: number): boolean {
  const wholeMs = lapTimeMs / Math.max(0.1, lap - car.lapFrom);
  // Nearly as slow as the class's best lap: nothing to wonder about, and hardly ever is there.
  const best = referenceOf(state, car)?.lapMs;
  if (best !== undefined && wholeMs >= LEAST_SHARE * CLEAN_SHARE * best) return false;
  const known = cleanLaps(state, car);
  const isShort = known.length >= ENOUGH && wholeMs < LEAST_SHARE * medianOf(known);
  if (!isShort && !isTooFast(state, car, wholeMs, known)) return false;
  return Math.abs((car.simLastMs ?? 0) - lapTimeMs) > CONFIRMED_MS;
}

function isTooFast(state: TimingState, car: CarState, wholeMs: number, known: readonly number[]): boolean {
  const length = state.session?.track.lengthM;
  if (!length || (length / wholeMs) * 1000 <= FASTEST_MPS) return false;
  // Too few laps to go by: they may all be a slow car's, so what the others are about to drive counts as well.
  const others = known.length >= ENOUGH ? known : withoutSlow([...known, ...projections(state, car)]);
  return others.length > 0 ? wholeMs < LEAST_SHARE * medianOf(others) : (length / wholeMs) * 1000 > BEYOND_DOUBT_MPS;
}

/** Clean laps of the car's class, the newest of each car. */
function cleanLaps({ cars, entries }: TimingState, { car }: CarState): number[] {
  const classId = entries[car]?.classId ?? '';
  const laps = cars.flatMap((each) => ((entries[each.car]?.classId ?? '') === classId ? each.cleanLapsMs : []));
  return withoutSlow(laps);
}

/** What is within reach of the fastest: one slow car says nothing of how fast the others can be. */
function withoutSlow(laps: readonly number[]): number[] {
  const slowest = Math.min(...laps) * CLEAN_SHARE;
  return laps.filter((ms) => ms <= slowest);
}

/** What the laps will take that other cars are on, by how far they have come; at first, what their last ones took. */
function projections({ cars, sessionTime }: TimingState, car: CarState): number[] {
  return cars.flatMap((each) => {
    const done = (each.progress ?? 0) - each.lapFrom;
    if (each === car || !each.inWorld || each.lapInPit || each.lapBegin === null) return [];
    if (done < PROJECTED_FROM) return each.lastLapMs === null ? [] : [each.lastLapMs];
    return [(((sessionTime ?? 0) - each.lapBegin.at) * 1000) / done];
  });
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}
