import { classOf } from './bests.js';
import { timeAt } from './history.js';
import type { CarState, TimingState } from './state.js';

/** Places around the lap at which the interval is taken: it is compared at the same place from lap to lap. */
const PLACES = 20;
/** Two cars fight from this interval on, taken at so many places in a row, until it is longer than the other, in ms. */
const FIGHT_MS = 1_000;
const FIGHT_PLACES = 3;
const OVER_MS = 1_500;

/** How a car has come closer to the car ahead of it in its class, or not. */
export interface Chase {
  /** By place around the lap: the interval there in ms (NaN where unknown), to which car, and in which lap. */
  readonly intervals: Float64Array;
  readonly rivals: Int32Array;
  readonly laps: Int32Array;
  /** The place that was passed last, counted on from lap to lap. */
  last: number | null;
  /** The change of the interval since the lap before, in ms, below 0 where it has become shorter. */
  trendMs: number | null;
  /** Places in a row at which the two were close, and the car fought with. */
  close: number;
  rival: number | null;
}

export function createChase(): Chase {
  return {
    intervals: new Float64Array(PLACES).fill(Number.NaN),
    rivals: new Int32Array(PLACES).fill(-1),
    laps: new Int32Array(PLACES),
    last: null,
    trendMs: null,
    close: 0,
    rival: null,
  };
}

/** Takes the intervals of cars that have passed a place since the frame before. */
export function followChases(state: TimingState): void {
  if (state.session?.type !== 'race' || state.greenAt === null) return;
  const { order, cars } = state;
  const aheadInClass = new Map<string, CarState>();
  for (const slot of order) {
    const car = cars[slot] as CarState;
    const classId = classOf(state, car);
    const ahead = aheadInClass.get(classId);
    aheadInClass.set(classId, car);
    const { chase } = car;
    if (chase.rival !== null && chase.rival !== ahead?.car) end(chase);
    const place = car.progress === null ? null : Math.floor(car.progress * PLACES);
    if (place === chase.last) continue;
    chase.last = place;
    if (place !== null && place >= 0) take(state, car, ahead, place);
  }
}

function take(state: TimingState, car: CarState, ahead: CarState | undefined, place: number): void {
  const { chase } = car;
  const at = place % PLACES;
  const lap = Math.floor(place / PLACES);
  const intervalMs = ahead === undefined ? null : intervalAt(state, ahead, car, place / PLACES);
  const before = chase.intervals[at] as number;
  const isSame = chase.rivals[at] === ahead?.car && chase.laps[at] === lap - 1;
  chase.trendMs = intervalMs !== null && isSame && !Number.isNaN(before) ? Math.round(intervalMs - before) : null;
  chase.intervals[at] = intervalMs ?? Number.NaN;
  chase.rivals[at] = ahead?.car ?? -1;
  chase.laps[at] = lap;
  if (intervalMs === null || ahead === undefined || intervalMs > OVER_MS) {
    end(chase);
  } else if (intervalMs > FIGHT_MS) {
    chase.close = 0;
  } else {
    chase.close += 1;
    if (chase.close >= FIGHT_PLACES) chase.rival = ahead.car;
  }
}

function end(chase: Chase): void {
  chase.close = 0;
  chase.rival = null;
}

/** How long after the car ahead a car passed a place, in ms; `null` where either was not racing there. */
function intervalAt(state: TimingState, ahead: CarState, car: CarState, progress: number): number | null {
  if (state.isCaution || !isRacing(ahead) || !isRacing(car)) return null;
  const own = timeAt(car.history, progress, { progress: car.progress as number, time: car.sampledAt });
  const other = timeAt(ahead.history, progress, { progress: ahead.progress as number, time: ahead.sampledAt });
  return own === null || other === null || own < other ? null : (own - other) * 1000;
}

function isRacing(car: CarState): boolean {
  return car.inWorld && !car.onPitRoad && car.finish === null && car.heldProgress === null && car.progress !== null;
}
