import { type CarState, CHASE_PLACES, type Chase } from './car-state.js';
import { timeAt } from './history.js';
import { classOf, type TimingState } from './state.js';

/** Two cars fight from this interval on, taken at FIGHT_PLACES places in a row, until it is longer than the other, in ms. */
const FIGHT_MS = 1_000;
const FIGHT_PLACES = 3;
const OVER_MS = 1_500;
/** One fight at a time for this many cars of a class, and this many fights in any class. */
const CARS_A_FIGHT = 6;
const LEAST_FIGHTS = 3;
/** A pair as much closer as this takes the turn of another. */
const MUCH_CLOSER = 0.5;

/** Takes the intervals of cars that have passed a place since the frame before. */
export function followChases(state: TimingState): void {
  if (state.session?.type !== 'race' || state.greenAt === null) return;
  const { order, cars } = state;
  const asking: CarState[] = [];
  for (let i = 0; i < order.length; i++) {
    const car = cars[order[i] as number] as CarState;
    const { chase } = car;
    const place = car.progress === null ? null : Math.floor(car.progress * CHASE_PLACES);
    // Most cars fight with nobody and are between two places: whom they follow is not asked.
    if (chase.rival === null && place === chase.last) continue;
    const ahead = aheadInClass(state, i);
    if (chase.rival !== null && chase.rival !== ahead?.car) end(chase);
    if (place === chase.last) continue;
    chase.last = place;
    if (place === null || place < 0) continue;
    take(state, car, ahead, place);
    if (chase.rival === null && chase.close >= FIGHT_PLACES) asking.push(car);
  }
  if (asking.length > 0) beginFights(state, asking);
}

function take(state: TimingState, car: CarState, ahead: CarState | null, place: number): void {
  const { chase } = car;
  const at = place % CHASE_PLACES;
  const lap = Math.floor(place / CHASE_PLACES);
  const intervalMs = ahead === null ? null : intervalAt(state, ahead, car, place / CHASE_PLACES);
  const before = chase.intervals[at] as number;
  const isSame = chase.rivals[at] === ahead?.car && chase.laps[at] === lap - 1;
  chase.trendMs = intervalMs !== null && isSame && !Number.isNaN(before) ? Math.round(intervalMs - before) : null;
  chase.intervals[at] = intervalMs ?? Number.NaN;
  chase.rivals[at] = ahead?.car ?? -1;
  chase.laps[at] = lap;
  if (intervalMs === null || ahead === null || intervalMs > OVER_MS) {
    end(chase);
  } else if (intervalMs > FIGHT_MS) {
    chase.close = 0;
  } else if (place >= chase.notBefore) {
    chase.close += 1;
  }
  if (state.isNeutral) chase.notBefore = place + CHASE_PLACES;
  chase.intervalMs = intervalMs ?? 0;
}

/**
 * Begins the fights of cars that have been close for long enough. Where a whole field drives close together, to be close
 * says nothing: only the closest pairs of a class are fights, and those that fight go on.
 */
function beginFights(state: TimingState, asking: CarState[]): void {
  asking.sort((a, b) => a.chase.intervalMs - b.chase.intervalMs);
  for (const car of asking) {
    const { fights, underWay, widest } = fightsOf(state, classOf(state, car));
    if (widest !== null && fights >= Math.max(LEAST_FIGHTS, Math.floor(underWay / CARS_A_FIGHT))) {
      if (car.chase.intervalMs > MUCH_CLOSER * widest.chase.intervalMs) continue;
      end(widest.chase);
    }
    const place = state.order.findIndex((slot) => state.cars[slot] === car);
    const rival = aheadInClass(state, place);
    if (rival !== null) car.chase.rival = rival.car;
  }
}

/** How many cars of a class fight and how many are under way, and which of those that fight is furthest from its rival. */
function fightsOf(
  state: TimingState,
  classId: string,
): { readonly fights: number; readonly underWay: number; readonly widest: CarState | null } {
  let fights = 0;
  let underWay = 0;
  let widest: CarState | null = null;
  for (const car of state.cars) {
    if (classOf(state, car) !== classId) continue;
    if (car.inWorld && car.finish === null) underWay += 1;
    if (car.chase.rival === null) continue;
    fights += 1;
    if (widest === null || car.chase.intervalMs > widest.chase.intervalMs) widest = car;
  }
  return { fights, underWay, widest };
}

/** The next car of the same class ahead of a place in the order; `null` where there is none. */
function aheadInClass(state: TimingState, place: number): CarState | null {
  const { order, cars } = state;
  const classId = classOf(state, cars[order[place] as number] as CarState);
  for (let i = place - 1; i >= 0; i--) {
    const other = cars[order[i] as number] as CarState;
    if (classOf(state, other) === classId) return other;
  }
  return null;
}

function end(chase: Chase): void {
  chase.close = 0;
  chase.rival = null;
}

/** How long after the car ahead a car passed a place, in ms; `null` where either was not racing there. */
function intervalAt(state: TimingState, ahead: CarState, car: CarState, progress: number): number | null {
  if (state.isNeutral || !isRacing(ahead) || !isRacing(car)) return null;
  const own = timeAt(car, progress);
  const other = timeAt(ahead, progress);
  return own === null || other === null || own < other ? null : (own - other) * 1000;
}

function isRacing(car: CarState): boolean {
  return car.inWorld && !car.onPitRoad && car.finish === null && car.heldProgress === null && car.progress !== null;
}
