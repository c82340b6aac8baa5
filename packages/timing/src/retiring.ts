import type { CarState } from './car-state.js';
import { tell } from './events.js';
import type { TimingState } from './state.js';

/** A car is out of the race from now on, unless it is seen again; told once. */
export function retire(state: TimingState, car: CarState): void {
  if (car.retired) return;
  car.retired = true;
  tell(state, 'retired', { car: car.car, detail: { laps: car.lapsDone } });
}
