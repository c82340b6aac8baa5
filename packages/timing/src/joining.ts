import type { CarState } from './car-state.js';
import type { TimingState } from './state.js';

/** A car that was not seen for this long after the race was joined does not come any more, in s. */
const ABSENT_S = 180;

/** Takes note, at the first frame of a session, of a race that is under way already. */
export function noteJoin(state: TimingState): void {
  if (state.session?.type !== 'race' || !state.hasBegun) return;
  const counts = state.cars.flatMap((car) => (car.seen && !car.onPitRoad ? [car.counted] : []));
  // Nobody has completed a lap: nothing was missed.
  if (counts.length > 0 && counts.every((laps) => laps !== null && laps <= 0)) return;
  // Also a car in the pits says whether the sim counts; where no car is there, the first that comes says it.
  const lapsKnown = state.cars.every((car) => !car.seen || car.counted !== null);
  state.joined = { lapsKnown, at: state.sessionTime ?? 0, unseenLaps: 0 };
  for (const car of state.cars) if (car.seen) noteUnseenLaps(state, car);
}

/** A car is first seen in a race that was joined: its laps, its stops and its stint before that are not known. */
export function noteUnseenLaps({ joined, cars }: TimingState, car: CarState): void {
  if (joined === null) return;
  if (car.counted === null && cars.every((other) => !other.seen)) joined.lapsKnown = false;
  if (car.counted !== null && car.counted <= 0) return;
  car.isJoined = true;
  car.stintBeganLap = null;
  car.lapsMissed = Math.floor(car.progress ?? 0);
  // Near the line a sim's count may be a lap behind.
  const laps = Math.floor(car.progress ?? 0) + (car.lapUnsure ? 1 : 0);
  joined.unseenLaps = Math.max(joined.unseenLaps, laps);
}

/** Whether it is known how many laps the cars have done since the start. */
export function areLapsKnown({ joined }: TimingState): boolean {
  return joined === null || joined.lapsKnown;
}

/** Whether every car that completed a lap before was seen to: one that was not seen yet may have. */
export function isPlaceKnown({ joined, cars, sessionTime }: TimingState, lap: number): boolean {
  if (joined === null) return true;
  if (!joined.lapsKnown || lap <= joined.unseenLaps) return false;
  return (sessionTime ?? 0) - joined.at >= ABSENT_S || cars.every(({ seen }) => seen);
}
