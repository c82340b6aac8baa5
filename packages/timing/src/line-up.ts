import type { CarSample } from '@okboxbox/protocol';
import type { CarState } from './car-state.js';
import type { TimingState } from './state.js';

/** Cars further apart than this are not on the same lap, in laps. */
const SAME_LAP = 0.5;
/** More lines than anyone paces in. */
const LINES = 16;

/** Takes a car's place in the line-up behind the pace car, where the sim gives one. */
export function takeLinePlace(car: CarState, { paceRow, paceLine }: CarSample): void {
  car.linePlace = paceRow === undefined || paceRow < 0 ? null : paceRow * LINES + Math.max(0, paceLine ?? 0);
}

/**
 * Under caution cars side by side change places with every sample, and one that was waved by has not lost its place: cars
 * of the same lap are placed as they are lined up. They share out among them the distances that they have covered, so
 * that cars of other laps, and cars that are not in the line-up, stay where distance puts them.
 */
export function lineUp(state: TimingState): void {
  for (const car of state.cars) car.linedUpProgress = null;
  if (!state.isCaution || state.greenAt === null) return;
  const pacing = state.cars.filter((car) => car.linePlace !== null && car.progress !== null && !car.finish);
  pacing.sort((a, b) => (b.progress as number) - (a.progress as number));
  for (let from = 0; from < pacing.length; ) {
    const first = (pacing[from] as CarState).progress as number;
    let to = from + 1;
    while (to < pacing.length && first - ((pacing[to] as CarState).progress as number) < SAME_LAP) to++;
    const sameLap = pacing.slice(from, to);
    const distances = sameLap.map((car) => car.progress);
    sameLap.sort((a, b) => (a.linePlace as number) - (b.linePlace as number));
    sameLap.forEach((car, i) => {
      car.linedUpProgress = distances[i] as number;
    });
    from = to;
  }
}
