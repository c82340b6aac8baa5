import type { CarState } from './car-state.js';
import { tell } from './events.js';
import { classOf, type TimingState } from './state.js';

/** A car's new best lap, and the class's and the session's where it is; told where `at` says when it was driven. */
export function takeBestLap(state: TimingState, car: CarState, lapTimeMs: number, at: number | null): void {
  car.bestLapMs = lapTimeMs;
  const detail = { lapTimeMs };
  const classId = classOf(state, car);
  const bestOfClass = state.bestClass.get(classId);
  const classBest = bestOfClass === undefined || lapTimeMs < bestOfClass.ms;
  if (classBest) state.bestClass.set(classId, { ms: lapTimeMs, car: car.car });
  const sessionBest = state.bestSessionMs === null || lapTimeMs < state.bestSessionMs;
  if (sessionBest) {
    state.bestSessionMs = lapTimeMs;
    state.bestSessionCar = car.car;
  }
  const name = sessionBest ? 'best.session' : classBest ? 'best.class' : 'best.personal';
  if (at !== null) tell(state, name, { car: car.car, sessionTime: at, detail });
}

/** Finds the bests of the session and of each class anew, after a car's best has been taken away. */
export function rankBests(state: TimingState): void {
  state.bestSessionMs = null;
  state.bestSessionCar = null;
  state.bestClass = new Map();
  for (const car of state.cars) {
    const ms = car.bestLapMs;
    if (ms === null) continue;
    const classId = classOf(state, car);
    const bestOfClass = state.bestClass.get(classId);
    if (bestOfClass === undefined || ms < bestOfClass.ms) state.bestClass.set(classId, { ms, car: car.car });
    if (state.bestSessionMs !== null && ms >= state.bestSessionMs) continue;
    state.bestSessionMs = ms;
    state.bestSessionCar = car.car;
  }
}
