import type { CarSample } from '@okboxbox/protocol';
import type { CarState } from './car-state.js';
import { tell } from './events.js';
import { rateAt, referenceOf } from './reference.js';
import type { TimingState } from './state.js';

/** Standing on the track for this long is an event, in s. */
export const STOPPED_S = 5;
/** Off the track again within this time is the same excursion, in s. */
const SAME_EXCURSION_S = 2;
/** Less forward movement than this in laps is standing still. */
const CRAWL = 0.0005;
/** Slower than this share of the class's best lap at that place, for SLOW_S seconds, is slow. */
const SLOW_SHARE = 0.4;
export const SLOW_S = 3;

/**
 * Tells a car in the world that leaves the track, or stands on it. `isFollowed` says that it was seen to
 * drive there, `isNew` that it was never seen before.
 */
export function watchTrack(
  state: TimingState,
  car: CarState,
  sample: CarSample,
  isFollowed: boolean,
  isNew: boolean,
  now: number,
): void {
  if (isNew) {
    // Where it was first seen standing it may have stood for long.
    car.movedFrom = car.progress ?? 0;
    car.movedAt = now;
    car.stoppedTold = true;
  } else if (Math.abs((car.progress ?? 0) - car.movedFrom) > CRAWL) {
    car.movedFrom = car.progress ?? 0;
    car.movedAt = now;
    car.stoppedTold = false;
  }
  if (sample.surface === 'offTrack') {
    const isNew = car.offTrackAt === null || now - car.offTrackAt > SAME_EXCURSION_S;
    if (isNew && isFollowed) tell(state, 'off.track', { car: car.car });
    car.offTrackAt = now;
  }
  const reference = referenceOf(state, car);
  const isSlow = reference !== null && !car.onPitRoad && car.rate < SLOW_SHARE * rateAt(reference, sample.pct);
  car.slowSince = isSlow ? (car.slowSince ?? now) : null;
  if (car.stoppedTold || car.onPitRoad || now - car.movedAt < STOPPED_S || !isStandingOdd(state, car)) return;
  car.stoppedTold = true;
  tell(state, 'stopped', { car: car.car, detail: { since: car.movedAt } });
}

/** Whether a car that stands on the track now has a reason to be told: not on the grid, nor when all is over. */
export function isStandingOdd(state: TimingState, car: CarState): boolean {
  return state.phase !== 'grid' && state.phase !== 'formation' && state.phase !== 'cooldown' && !car.finish;
}
