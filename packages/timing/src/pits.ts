import { type CarSample, visibleText } from '@okboxbox/protocol';
import type { CarState } from './car-state.js';
import { tell } from './events.js';
import { isBeforeStart, type LineSpan, type TimingState } from './state.js';

/** Standing in the box for shorter than this is no stop: a car that creeps to its marks, in s. */
const BOX_HELD_S = 1;
/** Longer than this between two samples in the pit lane a stop may have been missed, in s. */
const UNWATCHED_S = 2;
/** Slower than this is standing, in m/s. */
const STANDING_MPS = 0.5;
/** Some sims let the place of a parked car tremble by up to this, in m. */
const TREMBLE_M = 1;
/** Where the session does not say how long the track is, in m. */
const USUAL_LENGTH_M = 4_500;

/** A car's sample before this one: where it was and when; `null` where it was not there, or was moved since. */
export type Before = { readonly pct: number; readonly at: number } | null;

/** Whether a sample in the world is in the pit lane. */
function isInPit(sample: CarSample): boolean {
  return sample.onPitRoad ?? sample.surface === 'pitStall';
}

/** Whether a car is in the pit lane by this sample, or was by the one before. */
export function isAtPits({ onPitRoad }: CarState, sample: CarSample): boolean {
  return onPitRoad || isInPit(sample);
}

/**
 * Follows a car into the pit lane, to its box and out. Samples out of the world do not come here: a driver change takes
 * the car away in its stall, and must neither end a stop nor begin another. `before` counts only where `isAtPits`.
 */
export function takePit(state: TimingState, car: CarState, sample: CarSample, before: Before, now: number): void {
  const inPit = isInPit(sample);
  if (before === null && car.seen && inPit && !car.onPitRoad) tell(state, 'towed', { car: car.car });
  // Where it was not watched it may have stood.
  if (car.visit && (before === null || now - before.at > UNWATCHED_S)) car.visit.hasStood = true;
  if (inPit && !car.onPitRoad) {
    // Standing in the pits when it is first seen, or at the start, is no stop.
    if (car.hasRaced && !car.finish) enter(state, car, sample, before, now);
    car.lapInPit = true;
  } else if (!inPit && car.onPitRoad) {
    leaveLane(state, car, sample, before, now);
  } else if (car.visit) {
    followInBox(state, car, car.visit, sample, before, now);
  }
  car.onPitRoad = inPit;
  if (!inPit && (state.session?.type !== 'race' || state.greenAt !== null || state.phase === 'racing'))
    car.hasRaced = true;
}

/** Whether a car stands in its box, or began in it. */
export function isInBox({ onPitRoad, visit }: CarState): boolean {
  return onPitRoad && (visit === null || visit.standingSince !== null);
}

function enter(state: TimingState, car: CarState, sample: CarSample, before: Before, now: number): void {
  state.pitEntry = before ? narrowed(state.pitEntry, before, sample) : state.pitEntry;
  const enteredAt = before && crossedAt(state.pitEntry, before, sample, now);
  car.visit = {
    enteredAt,
    standingSince: null,
    boxTold: false,
    boxMs: 0,
    hasStood: before === null,
    rest: null,
    stillAt: null,
  };
  // Until it leaves without having stood, a visit is taken for a stop.
  car.pitStops += 1;
  car.inLap = Math.floor(car.progress ?? 0) + 1;
  car.inDriver = visibleText(state.entries[car.car]?.driver?.name);
  const stop = { stop: car.pitStops, carLap: car.inLap };
  tell(state, 'pit.entered', { car: car.car, sessionTime: enteredAt ?? now, detail: stop });
}

function leaveLane(state: TimingState, car: CarState, sample: CarSample, before: Before, now: number): void {
  const { visit } = car;
  state.pitExit = before ? narrowed(state.pitExit, before, sample) : state.pitExit;
  const leftAt = before && crossedAt(state.pitExit, before, sample, now);
  if (visit) leaveBox(state, car, visit, visit.stillAt ?? before?.at ?? now);
  const isDriveThrough = visit !== null && !visit.hasStood;
  if (isDriveThrough) {
    car.pitStops -= 1;
    car.driveThroughs += 1;
  }
  car.visit = null;
  // The stint of a car that has finished stays as it was at the flag.
  if (car.finish) return;
  car.stintBeganLap = Math.max(0, Math.floor(car.progress ?? 0));
  car.outLap = outLapOf(car, sample);
  if (isBeforeStart(state)) return;
  const laneMs = visit?.enteredAt == null || leftAt === null ? null : Math.round((leftAt - visit.enteredAt) * 1000);
  const boxMs = isDriveThrough ? null : visit?.boxMs;
  const detail = visit && { stop: isDriveThrough ? null : car.pitStops, laneMs, boxMs };
  tell(state, 'pit.left', { car: car.car, sessionTime: leftAt ?? now, ...(detail && { detail }) });
}

/** The lap in which it drives out; where the exit lies just before the line, the lap that begins there. */
function outLapOf({ progress, inLap }: CarState, { pct }: CarSample): number {
  const lap = Math.floor(progress ?? 0) + 1;
  return lap === inLap && pct > 0.5 ? lap + 1 : lap;
}

/** Box time runs from the last sample in which the car moved to the last in which it stood. */
function followInBox(
  state: TimingState,
  car: CarState,
  visit: PitVisitOf,
  sample: CarSample,
  before: Before,
  now: number,
): void {
  const isStall = sample.surface === undefined || sample.surface === 'pitStall';
  const isStill = before === null || metresBetween(state, before.pct, sample.pct) < STANDING_MPS * (now - before.at);
  if (visit.rest === null || metresBetween(state, visit.rest.pct, sample.pct) > TREMBLE_M) {
    visit.rest = { pct: sample.pct, at: before?.at ?? now };
  }
  const trembles = now - visit.rest.at >= BOX_HELD_S;
  if (before && (!isStall || !(isStill || trembles))) {
    leaveBox(state, car, visit, visit.stillAt ?? before.at);
    return;
  }
  visit.standingSince ??= isStill ? (before?.at ?? now) : visit.rest.at;
  if (isStill) visit.stillAt = now;
  if (visit.boxTold || now - visit.standingSince < BOX_HELD_S) return;
  visit.boxTold = true;
  visit.hasStood = true;
  tell(state, 'box.stopped', { car: car.car, detail: { since: visit.standingSince } });
}

type PitVisitOf = NonNullable<CarState['visit']>;

function leaveBox(state: TimingState, car: CarState, visit: PitVisitOf, at: number): void {
  const { standingSince, boxTold } = visit;
  visit.standingSince = null;
  visit.stillAt = null;
  visit.boxTold = false;
  if (standingSince === null || !boxTold) return;
  const boxMs = Math.round((at - standingSince) * 1000);
  visit.boxMs += boxMs;
  tell(state, 'box.left', { car: car.car, detail: { since: at, boxMs } });
}

function metresBetween(state: TimingState, from: number, to: number): number {
  const laps = Math.abs(to - from);
  // Either side of the line.
  return Math.min(laps, 1 - laps) * (state.session?.track.lengthM ?? USUAL_LENGTH_M);
}

/**
 * A line lies between the last sample before it and the first behind it, of every car: each that passes narrows the
 * span. One that contradicts it begins the span anew.
 */
function narrowed(known: LineSpan | null, before: NonNullable<Before>, { pct }: CarSample): LineSpan {
  let low = before.pct;
  let high = pct < low ? pct + 1 : pct;
  if (known === null) return { low, high };
  const turn = Math.round((known.low + known.high) / 2 - (low + high) / 2);
  low += turn;
  high += turn;
  const within = { low: Math.max(low, known.low), high: Math.min(high, known.high) };
  return within.high > within.low ? within : { low, high };
}

/** When a car passed a line between two samples, by the middle of where the line may be. */
function crossedAt(span: LineSpan | null, before: NonNullable<Before>, { pct }: CarSample, now: number): number {
  const moved = pct < before.pct - 0.5 ? pct + 1 - before.pct : pct - before.pct;
  if (span === null || moved <= 0) return now;
  const line = (span.low + span.high) / 2;
  const share = (line - before.pct - Math.floor(line - before.pct)) / moved;
  return share > 1 ? now : before.at + share * (now - before.at);
}
