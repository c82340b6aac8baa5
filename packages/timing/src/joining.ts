import type { CarState, TimingState } from './state.js';

/** What was missed of a race that was first seen when it was under way. */
export interface Joined {
  /** Whether the sim says how many laps the cars had done; else laps are counted from when each was first seen. */
  lapsKnown: boolean;
  /** The most laps that a car had done when it was first seen: who completed them when is not known. */
  unseenLaps: number;
}

/** Takes note, at the first frame of a session, of a race that is under way already. */
export function noteJoin(state: TimingState): void {
  if (state.session?.type !== 'race' || !state.hasBegun) return;
  const counts = state.cars.flatMap((car) => (car.seen && !car.onPitRoad ? [car.counted] : []));
  // Nobody has completed a lap: nothing was missed.
  if (counts.length > 0 && counts.every((laps) => laps !== null && laps <= 0)) return;
  state.joined = { lapsKnown: counts.length > 0 && counts.every((laps) => laps !== null), unseenLaps: 0 };
  for (const car of state.cars) if (car.seen) noteUnseenLaps(state, car);
}

/** A car is first seen in a race that was joined: its laps, its stops and its stint before that are not known. */
export function noteUnseenLaps({ joined }: TimingState, car: CarState): void {
  if (joined === null || (car.counted !== null && car.counted <= 0)) return;
  car.isJoined = true;
  car.stintBeganLap = null;
  // Near the line a sim's count may be a lap behind.
  const laps = Math.floor(car.progress ?? 0) + (car.lapUnsure ? 1 : 0);
  joined.unseenLaps = Math.max(joined.unseenLaps, laps);
}

/** Whether it is known how many laps the cars have done since the start. */
export function areLapsKnown({ joined }: TimingState): boolean {
  return joined === null || joined.lapsKnown;
}

/** Whether every car that completed a lap before was seen to. */
export function isPlaceKnown({ joined }: TimingState, lap: number): boolean {
  return joined === null || (joined.lapsKnown && lap > joined.unseenLaps);
}
