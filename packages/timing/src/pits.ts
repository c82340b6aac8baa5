import type { CarSample } from '@okboxbox/protocol';
import { type CarState, type TimingState, tell } from './state.js';

/** Whether a sample in the world is in the pit lane. */
function isInPit(sample: CarSample): boolean {
  return sample.onPitRoad ?? sample.surface === 'pitStall';
}

/**
 * Follows a car into the pit lane and out. Samples out of the world do not come here: a driver change takes the
 * car away in its stall, and must neither end a stop nor begin another.
 */
export function takePit(state: TimingState, car: CarState, sample: CarSample, towed: boolean): void {
  const inPit = isInPit(sample);
  if (towed && inPit && !car.onPitRoad) tell(state, 'towed', { car: car.car });
  if (inPit && !car.onPitRoad) {
    // Standing in the pits when it is first seen, or at the start, is no stop.
    if (car.hasRaced && !car.finish) {
      car.pitStops += 1;
      tell(state, 'pit.entered', { car: car.car });
    }
    car.lapInPit = true;
  } else if (!inPit && car.onPitRoad) {
    car.stintBeganLap = Math.max(0, Math.floor(car.progress ?? 0));
    car.outLap = Math.floor(car.progress ?? 0) + 1;
    if (!car.finish) tell(state, 'pit.left', { car: car.car });
  }
  car.onPitRoad = inPit;
  if (!inPit && (state.session?.type !== 'race' || state.greenAt !== null || state.phase === 'racing'))
    car.hasRaced = true;
}
