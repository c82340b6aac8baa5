import type { CarSample } from '@okboxbox/protocol';
import { clearHistory, remember } from './history.js';
import type { CarState, TimingState } from './state.js';

/** A car passed the line, or the beginning of a sector. */
export interface Crossing {
  readonly car: CarState;
  /** The lap that ends there, or the lap under way for a sector. */
  readonly lap: number;
  /** 0 for the line, else the index of the sector that begins. */
  readonly sector: number;
  /** Seconds on the session clock. */
  readonly at: number;
  /** How it is known: passed between two samples, passed unseen in plausible motion, or moved there by hand. */
  readonly how: 'measured' | 'estimated' | 'moved';
}

/** Fastest that a car may go, in laps a second, and what a sample may be off by: above is a teleport. */
const MAX_RATE = 0.1;
const SLACK = 0.02;
/** Nearer to the line than this the sim's counters and its fraction are out of step. */
const NEAR_LINE = 0.05;
/** After longer than this between samples the fraction alone does not say how many laps were done, in s. */
const LONG_STEP_S = 3;
const NO_STARTS: readonly number[] = [];

/**
 * Moves a car to a sample in the world and reports the lines it crossed on the way. Returns whether it can have driven
 * there: otherwise it was moved by hand, towed or reset.
 */
export function move(state: TimingState, car: CarState, sample: CarSample, now: number, found: Crossing[]): boolean {
  let driven = true;
  if (car.progress === null) {
    const counted = !isBeforeGreen(state) && countedLaps(sample) !== null;
    car.lapUnsure = counted && isNearLine(sample.pct);
    car.progress = firstProgress(state, sample);
    remember(car.history, car.progress, now);
  } else {
    const dt = now - car.sampledAt;
    const delta = stepOf(car.pct, sample.pct, dt);
    const away = !car.inWorld;
    const before = car.progress;
    const jumped = Math.abs(delta) > MAX_RATE * dt + SLACK;
    if (!away && !jumped && dt <= LONG_STEP_S) advance(state, car, car.progress + delta, now, 'measured', found);
    else driven = comeBack(state, car, sample, delta, now, found);
    car.rate = driven && dt > 0 ? (car.progress - before) / dt : 0;
    if (car.lapUnsure) settleLap(car, sample, now);
  }
  car.pct = sample.pct;
  car.sampledAt = now;
  return driven;
}

/** The car was away, or is somewhere else than it can have driven to: where is it now, and what did it pass? */
function comeBack(
  state: TimingState,
  car: CarState,
  sample: CarSample,
  delta: number,
  now: number,
  found: Crossing[],
): boolean {
  const before = car.progress as number;
  const forward = delta < -SLACK ? delta + 1 : delta;
  const next = rebased(sample, before + forward);
  const dt = now - car.sampledAt;
  const driven = next - before;
  const plausible = driven >= -SLACK && driven <= MAX_RATE * dt + SLACK && sample.surface !== 'pitStall';
  car.lapBroken = true;
  if (plausible) {
    advance(state, car, next, now, 'estimated', found);
    return true;
  }
  clearHistory(car.history);
  for (let lap = Math.floor(before) + 1; lap <= Math.floor(next) && found.length < 10_000; lap++) {
    found.push({ car, lap, sector: 0, at: now, how: 'moved' });
  }
  car.progress = next;
  car.sectorBegins.fill(null);
  remember(car.history, next, now);
  return false;
}

function advance(
  state: TimingState,
  car: CarState,
  next: number,
  now: number,
  how: Crossing['how'],
  found: Crossing[],
): void {
  const before = car.progress as number;
  car.progress = next;
  if (next <= before) return;
  const rate = (now - car.sampledAt) / (next - before);
  const from = Math.floor(before);
  const to = Math.floor(next);
  const starts = state.session?.track.sectorStarts ?? NO_STARTS;
  for (let lap = from; lap <= to; lap++) {
    for (let sector = 0; sector < Math.max(1, starts.length); sector++) {
      const line = lap + (sector === 0 ? 0 : (starts[sector] as number));
      if (line <= before || line > next) continue;
      const at = car.sampledAt + (line - before) * rate;
      found.push({ car, lap, sector, at, how });
    }
  }
  remember(car.history, next, now);
}

/** Change of the fraction over the line in whichever direction is shorter; after a long step only forward. */
function stepOf(from: number, to: number, dt: number): number {
  const delta = to - from;
  if (delta < -0.5) return delta + 1;
  if (delta > 0.5 && dt <= LONG_STEP_S) return delta - 1;
  return delta;
}

function isBeforeGreen({ session, phase }: TimingState): boolean {
  return session?.type === 'race' && (phase === 'grid' || phase === 'formation');
}

function isNearLine(pct: number): boolean {
  return pct <= NEAR_LINE || pct >= 1 - NEAR_LINE;
}

/** Laps completed by the sim's own count; below 0 before the line was first crossed, `null` where it does not say. */
function countedLaps({ lapsCompleted, lap }: CarSample): number | null {
  if (lapsCompleted !== undefined) return lapsCompleted;
  return lap === undefined || lap < 0 ? null : lap - 1;
}

/** Where a car is when it is first seen: by the sim's counter, where there is one, else on its first lap. */
function firstProgress(state: TimingState, sample: CarSample): number {
  const laps = isBeforeGreen(state) ? -1 : (countedLaps(sample) ?? 0);
  if (laps < 0) return sample.pct > 0.5 ? sample.pct - 1 : sample.pct;
  return laps + sample.pct;
}

/** Away from the line for the first time, the counter is right: a car first seen a lap out is put on its lap. */
function settleLap(car: CarState, sample: CarSample, now: number): void {
  if (isNearLine(sample.pct)) return;
  car.lapUnsure = false;
  const laps = countedLaps(sample);
  if (laps === null || laps < 0 || car.lapsDone > 0) return;
  const next = laps + sample.pct;
  if (Math.abs(next - (car.progress as number)) < 0.5) return;
  clearHistory(car.history);
  car.progress = next;
  remember(car.history, next, now);
}

/** The sim's counter corrects a guess by whole laps, but not near the line, where it may be out of step. */
function rebased(sample: CarSample, guess: number): number {
  const laps = countedLaps(sample);
  if (laps === null || laps < 0) return guess;
  const { pct } = sample;
  const counted = laps + pct;
  if (!isNearLine(pct)) return counted;
  // Near the line, of the counter's lap and its neighbours the one nearest to the guess, but a tow keeps the counter.
  if (sample.surface === 'pitStall') return counted;
  return [counted - 1, counted, counted + 1].reduce((best, each) =>
    Math.abs(each - guess) < Math.abs(best - guess) ? each : best,
  );
}
