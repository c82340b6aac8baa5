import type { CarSample } from '@okboxbox/protocol';
import type { CarState } from './car-state.js';
import { clearHistory, remember } from './history.js';
import { isBeforeStart, type TimingState } from './state.js';

/** A car passed the line, or the beginning of a sector. */
export interface Crossing {
  readonly car: CarState;
  /** The lap that ends there, or the lap under way for a sector. */
  readonly lap: number;
  /** 0 for the line, else the index of the sector that begins; or `START_LINE`. */
  readonly sector: number;
  /** Seconds on the session clock. */
  readonly at: number;
  /** How it is known: passed between two samples, passed unseen in plausible motion, or moved there by hand. */
  readonly how: 'measured' | 'estimated' | 'moved';
}

/** The line where laps begin, on tracks on which they end at another one. */
export const START_LINE = -1;

/** Fastest that a car may go, in laps a second, and what a sample may be off by: above is a teleport. */
const MAX_RATE = 0.1;
const SLACK = 0.02;
/** The same in m/s, for cars that were not seen on the way. */
const MAX_MPS = 250;
/** A fraction above this is no trembling at the line: the lap has ended, and the next begins further on. */
const BEYOND = 1.02;
/** A car that comes back within this has not moved: its box, in laps. */
export const SAME_PLACE = 0.005;
/** Further back than this a car that was away is ahead by the rest of a lap: towed on to the pits, in laps. */
const ROLLED_BACK = 0.25;
/** Of its last lap's time, the least that a lap takes which was driven while frames were missing. */
const FASTEST_UNSEEN = 0.9;
/** Nearer to the line than this the sim's counters and its fraction are out of step. */
const NEAR_LINE = 0.05;
/** After longer than this between samples the fraction alone does not say how many laps were done, in s. */
const LONG_STEP_S = 3;
const NO_STARTS: readonly number[] = [];

/** A place on the track as a distance from the line, whichever way is shorter: −0.5 to 0.5. */
export function fromLine(pct: number): number {
  return pct > 0.5 ? pct - 1 : pct;
}

/** Laps completed by the sim's own count; below 0 before the line was first crossed, `null` where it does not say. */
export function countedLaps({ lapsCompleted, lap }: CarSample): number | null {
  if (lapsCompleted !== undefined) return lapsCompleted;
  return lap === undefined || lap < 0 ? null : lap - 1;
}

/**
 * Moves a car to a sample in the world and reports the lines it crossed on the way. Returns whether it can have driven
 * there: otherwise it was moved by hand, towed or reset.
 */
export function move(state: TimingState, car: CarState, sample: CarSample, now: number, found: Crossing[]): boolean {
  let driven = true;
  car.counted = countedLaps(sample);
  if (car.progress === null) {
    const counted = !isBeforeStart(state) && car.counted !== null;
    car.lapUnsure = counted && isNearLine(sample.pct);
    car.progress = firstProgress(state, sample);
    car.furthest = car.progress;
    remember(car.history, car.progress, now);
  } else {
    const dt = now - car.sampledAt;
    // Above 1 the lap has ended and the next has not begun: the car is at the line, however far it goes on.
    const pct = sample.pct > 1 && car.beyond !== null ? 1 : sample.pct;
    const delta = stepOf(car.pct, pct, dt);
    const away = !car.inWorld;
    const before = car.progress;
    const furthest = car.furthest;
    const jumped = Math.abs(delta) > MAX_RATE * dt + SLACK;
    const isSteady = !away && !jumped && dt <= LONG_STEP_S;
    if (isSteady || isBackInBox(car, sample)) advance(state, car, before + delta, now, 'measured', found);
    else driven = comeBack(state, car, sample, delta, now, found);
    car.rate = driven && dt > 0 ? (car.progress - before) / dt : 0;
    if (car.lapUnsure) settleLap(car, sample, now);
    if (sample.pct > 1) waitAtLine(car, furthest, pct);
    if (sample.pct > 1 || car.beyond !== null) passStart(car, sample.pct, now, found);
  }
  car.pct = Math.min(1, sample.pct);
  car.sampledAt = now;
  return driven;
}

/** Beyond the finish a car is at the line until it has passed the start. */
function waitAtLine(car: CarState, furthest: number, pct: number): void {
  car.progress = Math.round((car.progress as number) - (pct - 1));
  car.furthest = Math.max(furthest, car.progress);
}

/** Follows a car on its way from the finish to the start, and reports that it has passed it. */
function passStart(car: CarState, pct: number, now: number, found: Crossing[]): void {
  const before = car.beyond;
  if (pct > 1) {
    const rate = before === null ? car.rate : (pct - before.pct) / (now - before.at);
    if (rate > 0) car.movedAt = now;
    car.beyond = { pct, at: now, rate: rate > 0 ? rate : (before?.rate ?? 0) };
    car.rate = car.beyond.rate;
    return;
  }
  car.beyond = null;
  if (before === null || before.pct <= BEYOND || pct > 0.5 || before.rate <= 0) return;
  const at = Math.max(before.at, now - pct / before.rate);
  found.push({ car, lap: Math.floor(car.progress as number), sector: START_LINE, at, how: 'measured' });
}

/** A driver change takes a car out of the world in its box and puts it back there: it has not been anywhere. */
function isBackInBox(car: CarState, sample: CarSample): boolean {
  return car.awayInBox && Math.abs(stepOf(car.pct, sample.pct, 0)) < SAME_PLACE;
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
  const dt = now - car.sampledAt;
  // Where frames are missing it was there all the time, and drove on.
  const isGap = car.inWorld && dt > LONG_STEP_S;
  let forward = delta < -SLACK ? delta + 1 : delta;
  if (isGap) forward += wholeLaps(car, forward, dt);
  const next = rebased(state, sample, before + forward);
  if (dt > LONG_STEP_S && car.counted !== null && isNearLine(sample.pct)) car.lapUnsure = true;
  const driven = next - before;
  const plausible = driven >= -SLACK && driven <= maxRate(state) * dt + SLACK && sample.surface !== 'pitStall';
  if (plausible) {
    if (!isGap) car.lapBroken = true;
    advance(state, car, next, now, 'estimated', found);
    return true;
  }
  car.lapBroken = true;
  const isBack = delta < 0 && delta > -ROLLED_BACK && car.counted === null && !isInPits(sample);
  reset(car, isBack ? before + delta : next, now, found);
  return false;
}

/** Puts a car where it cannot have driven to: laps that it passed have no time. */
function reset(car: CarState, next: number, now: number, found: Crossing[]): void {
  clearHistory(car.history);
  for (let lap = Math.floor(car.furthest) + 1; lap <= Math.floor(next) && found.length < 10_000; lap++) {
    found.push({ car, lap, sector: 0, at: now, how: 'moved' });
  }
  car.progress = next;
  car.furthest = Math.max(car.furthest, next);
  car.sectorBegins.fill(null);
  // What is left of the lap is not what a lap takes.
  if (car.lapBegin?.from === 'line') car.lapBegin = null;
  remember(car.history, next, now);
}

/** Whole laps that a car can have driven while frames were missing, besides the part of one that its place shows. */
function wholeLaps({ lastLapMs }: CarState, forward: number, dt: number): number {
  if (lastLapMs === null) return 0;
  return Math.max(0, Math.floor(dt / ((FASTEST_UNSEEN * lastLapMs) / 1000) - forward));
}

function maxRate(state: TimingState): number {
  const length = state.session?.track.lengthM;
  return length ? Math.min(MAX_RATE, MAX_MPS / length) : MAX_RATE;
}

function isInPits({ onPitRoad, surface }: CarSample): boolean {
  return onPitRoad === true || surface === 'pitStall' || surface === 'pitApproach';
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
  // What it has passed before it passes again after a spin, or trembling in its box: that counts once.
  if (next <= car.furthest) return;
  const passed = Math.max(before, car.furthest);
  car.furthest = next;
  const rate = (now - car.sampledAt) / (next - before);
  const from = Math.floor(passed);
  const to = Math.floor(next);
  const starts = state.session?.track.sectorStarts ?? NO_STARTS;
  for (let lap = from; lap <= to; lap++) {
    for (let sector = 0; sector < Math.max(1, starts.length); sector++) {
      const line = lap + (sector === 0 ? 0 : (starts[sector] as number));
      if (line <= passed || line > next) continue;
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

function isNearLine(pct: number): boolean {
  return pct <= NEAR_LINE || pct >= 1 - NEAR_LINE;
}

/** Where a car is when it is first seen: by the sim's counter, where there is one, else on its first lap. */
function firstProgress(state: TimingState, sample: CarSample): number {
  const laps = isBeforeStart(state) ? -1 : (countedLaps(sample) ?? 0);
  const pct = Math.min(1, sample.pct);
  return laps < 0 ? fromLine(pct) : laps + pct;
}

/** Away from the line for the first time, the counter is right: a car that was taken to be a lap out is put on its lap. */
function settleLap(car: CarState, sample: CarSample, now: number): void {
  if (isNearLine(sample.pct)) return;
  car.lapUnsure = false;
  const laps = countedLaps(sample);
  if (laps === null || laps < 0) return;
  const next = laps + sample.pct;
  // Laps that have been counted stay counted.
  if (car.lapsDone > 0 && next < (car.progress as number)) return;
  if (Math.abs(next - (car.progress as number)) < 0.5) return;
  clearHistory(car.history);
  car.progress = next;
  car.furthest = next;
  // It began at a crossing that was taken for another one.
  if (car.lapBegin?.from === 'line') car.lapBegin = null;
  remember(car.history, next, now);
}

/** The sim's counter corrects a guess by whole laps, but not near the line, where it may be out of step. */
function rebased(state: TimingState, sample: CarSample, guess: number): number {
  const laps = countedLaps(sample);
  if (laps === null || laps < 0 || isBeforeStart(state)) return guess;
  const { pct } = sample;
  const counted = laps + pct;
  if (!isNearLine(pct)) return counted;
  // Near the line, of the counter's lap and its neighbours the one nearest to the guess, but a tow keeps the counter.
  if (sample.surface === 'pitStall') return counted;
  return [counted - 1, counted, counted + 1].reduce((best, each) =>
    Math.abs(each - guess) < Math.abs(best - guess) ? each : best,
  );
}
