import type { CarState } from './car-state.js';
import { shiftHistory } from './history.js';
import { sectorBegins } from './laps.js';
import { fromLine } from './motion.js';
import type { TimingState } from './state.js';

/** Where the whole field is placed at green: from so far behind the middle of the field to so far ahead of it, in laps. */
const BEHIND_FIELD = 0.9;
const AHEAD_OF_FIELD = 0.25;
/** Nearer to the line than this a sim's counter may not have noticed the crossing yet, in laps. */
const NEAR_LINE = 0.05;
/** Behind every car on the grid: where a car is placed that starts from the pit lane, until it leaves it. */
const BEHIND_GRID = -1;

/**
 * Places every car at green, relative to the line under which the race begins. The field is one group on the road: a car
 * that has been followed through the formation keeps its distance to the others, also one that spun and is half a lap
 * behind. One that did not drive with them (it stood in its stall or on the grid, or was first seen on the way) is taken
 * to be on their lap. A car in the pit lane is where it stands, and behind all that are on the grid until it leaves.
 */
export function placeAtGreen(state: TimingState, now: number): void {
  const cars = state.cars.filter((car) => car.seen);
  const onTrack = cars.filter((car) => car.inWorld && !car.onPitRoad);
  const middle = medianOf(onTrack.map((car) => fromLine(car.pct))) ?? 0;
  const laps = medianOf(onTrack.map((car) => Math.round((car.progress as number) - fromLine(car.pct)))) ?? 0;
  for (const car of cars) {
    const followed = (car.progress as number) - laps;
    placeCar(car, car.onPitRoad ? fromLine(car.pct) : inField(car, followed, middle));
    car.heldProgress = car.onPitRoad ? BEHIND_GRID : null;
    car.lapBegin = { from: 'green', at: now };
    car.lapFrom = car.progress as number;
    car.lapInPit = car.onPitRoad;
    car.lapBroken = false;
    car.lapEstimated = false;
    car.sectorBegins = sectorBegins(state, now);
    car.stintBeganLap = 0;
    car.inLap = null;
    car.outLap = null;
    car.slowSince = null;
  }
}

/** A car that is first seen in the pit lane in the first lap starts from there: behind all that were on the grid. */
export function holdInPits(state: TimingState, car: CarState): void {
  if (state.greenAt !== null && (car.progress ?? 0) < 1) car.heldProgress = BEHIND_GRID;
}

function inField(car: CarState, followed: number, middle: number): number {
  const place = fromLine(car.pct);
  // The sim says that it has not crossed the line: it is a long way behind.
  if (place > NEAR_LINE && car.counted !== null && car.counted < 0) return place - 1;
  if (followed > middle - BEHIND_FIELD && followed <= middle + AHEAD_OF_FIELD) return followed;
  const around = Math.round(middle - place);
  const nearest = place + around;
  return nearest > middle + AHEAD_OF_FIELD ? nearest - 1 : nearest;
}

/** Moves a car by whole laps, and what is known of where it was. */
function placeCar(car: CarState, progress: number): void {
  const by = Math.round(progress - (car.progress as number));
  shiftHistory(car.history, by);
  car.progress = (car.progress as number) + by;
  car.furthest = car.progress;
  car.movedFrom += by;
  car.lapUnsure = false;
  car.lapsDone = 0;
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
