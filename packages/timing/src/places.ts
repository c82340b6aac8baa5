import type { CarState } from './car-state.js';
import { tell } from './events.js';
import { distanceOf } from './order.js';
import type { TimingState } from './state.js';

/** Further ahead than this a place has changed hands, in m: side by side, positions flicker from sample to sample. */
const CLEAR_M = 10;
/** The same where the session does not say how long the track is, in laps. */
const CLEAR_LAPS = 0.002;

/** Tells who has overtaken whom on the track, and changes of the lead. */
export function tellPlaces(state: TimingState): void {
  const { settled, order, cars } = state;
  if (state.session?.type !== 'race' || state.greenAt === null) {
    state.settled = [...order];
    return;
  }
  for (const slot of settled.length === order.length ? [] : order) if (!settled.includes(slot)) settled.push(slot);
  const length = state.session.track.lengthM;
  const clear = length ? CLEAR_M / length : CLEAR_LAPS;
  for (let i = 1; i < settled.length; i++) {
    for (let j = i; j > 0; j--) {
      const slot = settled[j] as number;
      const car = cars[slot] as CarState;
      const other = cars[settled[j - 1] as number] as CarState;
      if (!isClear(car, other, clear)) break;
      settled[j] = settled[j - 1] as number;
      settled[j - 1] = slot;
      if (!state.isNeutral && isRacing(state, car) && isRacing(state, other)) {
        tell(state, 'overtake', { car: car.car, otherCar: other.car, detail: { position: j } });
      }
    }
  }
  tellLead(state);
}

function tellLead(state: TimingState): void {
  const leader = state.cars[state.settled[0] ?? -1];
  if (leader === undefined || (leader.progress ?? -1) < 0) return;
  if (state.leader !== null && state.leader !== leader.car) {
    tell(state, 'lead.changed', { car: leader.car, otherCar: state.leader });
  }
  state.leader = leader.car;
}

function isClear(car: CarState, other: CarState, clear: number): boolean {
  if (car.finish && other.finish) {
    return (
      car.finish.laps > other.finish.laps || (car.finish.laps === other.finish.laps && car.finish.at < other.finish.at)
    );
  }
  // One that has finished stays ahead of all on its lap.
  const margin = car.finish || other.finish ? 0 : clear;
  return distanceOf(car) > distanceOf(other) + margin;
}

/** On the track and under way: what is passed in the pits, standing or away is not overtaken. */
function isRacing(state: TimingState, car: CarState): boolean {
  const isOff = car.offTrackAt === state.sessionTime;
  return !isOff && car.inWorld && !car.onPitRoad && !car.finish && !car.retired && !car.stoppedTold;
}
