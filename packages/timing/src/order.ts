import type { CarState } from './car-state.js';
import { areLapsKnown } from './joining.js';
import { isBeforeStart, type TimingState } from './state.js';

/** Puts the cars in order. Nearly sorted already, so insertion; cars that tie stay as they were. */
export function reorder(state: TimingState): void {
  const { order, cars } = state;
  const before = comparison(state);
  for (let i = 1; i < order.length; i++) {
    const slot = order[i] as number;
    const car = cars[slot] as CarState;
    let j = i - 1;
    while (j >= 0 && before(car, cars[order[j] as number] as CarState) < 0) {
      order[j + 1] = order[j] as number;
      j--;
    }
    order[j + 1] = slot;
  }
}

type Comparison = (a: CarState, b: CarState) => number;

function comparison(state: TimingState): Comparison {
  if (state.official?.official) return byOfficial(state);
  if (state.session?.type !== 'race') return byBestLap;
  if (isBeforeStart(state)) return byStart;
  return state.joinedUnderFlag || !areLapsKnown(state) ? bySimPlace : byProgress;
}

/** Official results decide; cars that they do not list come after them, as measured. */
function byOfficial(state: TimingState): Comparison {
  const places = new Map(state.official?.rows.map((row) => [row.car, row.position]));
  const measured = state.session?.type === 'race' ? byProgress : byBestLap;
  return (a, b) => placeOr(places.get(a.car) ?? null) - placeOr(places.get(b.car) ?? null) || measured(a, b);
}

/** Practice and qualifying: the sim's places, which know of laps that do not count; else best lap. */
function byBestLap(a: CarState, b: CarState): number {
  const bySim = placeOr(a.simPosition) - placeOr(b.simPosition);
  if (bySim !== 0) return bySim;
  const [aBest, bBest] = [a.bestLapMs ?? 1e12, b.bestLapMs ?? 1e12];
  return aBest - bBest;
}

/** First seen under the chequered flag: only the sim knows who had finished. */
function bySimPlace(a: CarState, b: CarState): number {
  return placeOr(a.simPosition) - placeOr(b.simPosition) || byProgress(a, b);
}

/** Before green: the line-up, else the grid, else the sim's places, else where they stand. */
function byStart(a: CarState, b: CarState): number {
  if (a.linePlace !== b.linePlace) return (a.linePlace ?? 1e9) - (b.linePlace ?? 1e9);
  if (a.startPlace !== null || b.startPlace !== null) return placeOr(a.startPlace) - placeOr(b.startPlace);
  if (a.simPosition || b.simPosition) return placeOr(a.simPosition) - placeOr(b.simPosition);
  return byProgress(a, b);
}

/** A race: distance; those that have finished by laps and then by who was first. */
function byProgress(a: CarState, b: CarState): number {
  const aDone = distanceOf(a);
  const bDone = distanceOf(b);
  if (a.finish && b.finish) return b.finish.laps - a.finish.laps || a.finish.at - b.finish.at;
  // Cars that are out rank by who completed their last lap first.
  if (a.retired && b.retired && a.crossedAt !== null && b.crossedAt !== null) {
    return b.lapsDone - a.lapsDone || a.crossedAt - b.crossedAt;
  }
  if (aDone !== bDone) return bDone - aDone;
  return a.progress === null && b.progress === null ? placeOr(a.simPosition) - placeOr(b.simPosition) : 0;
}

/** The distance that a car is placed by, in laps. */
export function distanceOf(car: CarState): number {
  return (
    car.finish?.laps ??
    car.heldProgress ??
    car.linedUpProgress ??
    car.progress ??
    car.simLaps ??
    Number.NEGATIVE_INFINITY
  );
}

function placeOr(place: number | null): number {
  return place === null || place === 0 ? 1e9 : place;
}
