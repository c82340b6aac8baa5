import type { CarSample, Lap, RaceEvent } from '@okboxbox/protocol';
import { rankBests, takeBestLap } from './bests.js';
import type { CarState } from './car-state.js';
import { tell } from './events.js';
import { classOf, type TimingState } from './state.js';

/** Lap times as near as this are the same: that much is lost between two samples and in rounding, in ms. */
export const SAME_MS = 2;
/** A sim's figure that is worse than a measured one by less than this, and by what slow samples add, is the same lap, in ms. */
const DOUBT_MS = 5;
const DOUBT_MS_PER_S2 = 100;
/** How long a sim may take to count a lap, and how long its figure must stand before it is believed, in s. */
const COUNTING_S = 3;
const STANDS_S = 1;
/** How long a best lap may lag behind where nothing else says that the sim has counted the lap, in s. */
const LAGS_S = 12;
/** A sim's figure for a car without a best lap. */
const NONE = Number.POSITIVE_INFINITY;

/** Takes the sim's figures of a car's laps. One that cannot have been driven in this session is of the one before. */
export function takeSimLaps(state: TimingState, car: CarState, sample: CarSample, now: number): void {
  const { bestLapMs, lastLapMs } = sample;
  if (!car.simCounts) car.simCounts = (sample.lapsCompleted ?? -1) >= 0;
  if (lastLapMs != null && lastLapMs !== car.simLastMs) {
    const last = lastLapMs > 0 ? Math.round(lastLapMs) : NONE;
    if (last !== car.simLastMs) car.simLastSince = now;
    car.simLastMs = last;
  }
  // From frame to frame it is the same.
  if (bestLapMs == null || bestLapMs === car.simBestMs) return;
  const best = bestLapMs > 0 ? Math.round(bestLapMs) : NONE;
  if (best !== NONE && isStale(state, car, best, now)) {
    car.staleBestMs = best;
    return;
  }
  car.staleBestMs = null;
  if (best !== NONE) state.simGivesBests = true;
  if (best !== car.simBestMs) car.simBestSince = now;
  car.simBestMs = best;
}

/** Whether a best lap of the sim's is from before the session or the race: nobody can have driven it since. */
function isStale(state: TimingState, car: CarState, bestMs: number, now: number): boolean {
  if (car.staleBestMs === bestMs) return true;
  // What was measured may have been driven, whatever the clocks say.
  if (car.bestLapMs !== null && Math.abs(car.bestLapMs - bestMs) <= SAME_MS) return false;
  if (bestMs > now * 1000) return true;
  if (state.session?.type !== 'race') return false;
  if (state.phase === 'grid' || state.phase === 'formation') return state.greenAt === null;
  return state.greenAt !== null && bestMs > (now - state.greenAt) * 1000;
}

/**
 * Holds each car's best lap against the sim's. A better one of the sim's is taken over: laps before the car was first
 * seen, and laps in which it blinked. Where the sim's stays worse, it has struck off what was measured.
 */
export function judgeBests(state: TimingState, now: number, stepS: number): void {
  for (const car of state.cars) {
    const { simBestMs, bestLapMs } = car;
    if (simBestMs === null) continue;
    if (bestLapMs === null || simBestMs < bestLapMs - SAME_MS) {
      if (simBestMs === NONE) continue;
      // What was driven before it was seen is no news.
      takeBestLap(state, car, simBestMs, car.lapsDone > 0 ? now : null);
      car.bestIsOfficial = true;
    } else if (simBestMs > bestLapMs + doubtOf(stepS) && isVerdict(state, car, now)) {
      withdraw(state, car, simBestMs, stepS);
    }
  }
}

/** Takes a car's best lap of the official results, where it is worse than what was measured; `-1` says that it has none. */
export function takeOfficialBest(state: TimingState, car: CarState, officialMs: number): void {
  const best = officialMs > 0 ? officialMs : NONE;
  if (car.bestLapMs !== null && best > car.bestLapMs + doubtOf(0)) withdraw(state, car, best, 0);
}

/**
 * Whether the sim has had the time to count the best lap: its best lap has changed since, or it has another last lap by
 * now, or counts laps without giving their times. One that says nothing of laps is waited for longer.
 */
function isVerdict(state: TimingState, car: CarState, now: number): boolean {
  if (!state.simGivesBests || now - car.simBestSince < STANDS_S) return false;
  if (car.bestIsOfficial || car.simBestSince > car.bestLapAt) return true;
  const sinceLap = now - car.bestLapAt;
  const isNewLast = car.simLastMs !== null && car.simLastSince >= car.bestLapAt - STANDS_S;
  const saysNoTime = car.simLastMs === null || car.simLastMs === NONE;
  const knowsLap = isNewLast || (saysNoTime && car.simCounts);
  if (knowsLap) return sinceLap >= COUNTING_S;
  // To have none may mean that the sim does not say.
  return car.simBestMs !== NONE && sinceLap >= LAGS_S;
}

function doubtOf(stepS: number): number {
  return DOUBT_MS + DOUBT_MS_PER_S2 * Math.min(1, stepS) ** 2;
}

/** Strikes off a car's laps that the sim does not count, and finds the bests anew. */
function withdraw(state: TimingState, car: CarState, simBestMs: number, stepS: number): void {
  const before = car.bestLapMs;
  const was = markOfBest(state, car);
  const atLeast = simBestMs - doubtOf(stepS);
  let best: number | null = null;
  for (const [i, lap] of state.laps.entries()) {
    if (lap.car !== car.car || lap.lapTimeMs === null || !countsAsBest(lap) || lap.crossedAtMs < car.entrantSinceMs)
      continue;
    if (lap.lapTimeMs >= atLeast) {
      best = best === null ? lap.lapTimeMs : Math.min(best, lap.lapTimeMs);
      continue;
    }
    state.laps[i] = struckOff(lap);
    tell(state, 'lap.deleted', { car: car.car, detail: { lap: lap.lap, lapTimeMs: lap.lapTimeMs, nr: i } });
    if (lap.lap !== car.lapsDone) continue;
    car.lastLapMark = 'none';
    if (car.simLastMs === NONE) car.lastLapMs = null;
  }
  const isMeasured = best !== null && best <= simBestMs + doubtOf(stepS);
  car.bestLapMs = isMeasured || simBestMs === NONE ? best : simBestMs;
  car.bestIsOfficial = !isMeasured && car.bestLapMs !== null;
  rankBests(state);
  tell(state, 'best.withdrawn', { car: car.car, detail: { lapTimeMs: before, bestLapMs: car.bestLapMs, was } });
}

function markOfBest(state: TimingState, car: CarState): 'session' | 'class' | 'personal' {
  if (state.bestSessionCar === car.car) return 'session';
  return state.bestClass.get(classOf(state, car))?.car === car.car ? 'class' : 'personal';
}

/**
 * Whether a lap may be a best lap: it is valid, from line to line, and the car was not in the pit lane. Where a sim counts
 * laps through the pit lane, its own best lap says so.
 */
export function countsAsBest({ valid, from, inPit }: Pick<Lap, 'valid' | 'from' | 'inPit'>): boolean {
  return valid && from === 'line' && !inPit;
}

function struckOff(lap: Lap): Lap {
  return { ...lap, valid: false, deleted: true };
}

/** Laps as they were when completed, with the events' verdicts: those that were struck off since are not valid. */
export function withVerdicts(laps: readonly Lap[], events: readonly RaceEvent[]): Lap[] {
  const judged = [...laps];
  for (const { name, detail } of events) {
    const nr = name === 'lap.deleted' ? detail?.nr : undefined;
    const lap = typeof nr === 'number' ? judged[nr] : undefined;
    if (lap !== undefined) judged[nr as number] = struckOff(lap);
  }
  return judged;
}
