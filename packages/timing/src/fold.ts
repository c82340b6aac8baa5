import type { CarSample, Frame, MessageLine, SessionLine, SourceRecord } from '@okboxbox/protocol';
import type { CarState } from './car-state.js';
import { followChases } from './chases.js';
import { takeEntries } from './entries.js';
import { putInOrder, tell } from './events.js';
import { settleFlag, watchFlag } from './flag.js';
import { watchTrack } from './incidents.js';
import { noteJoin, noteUnseenLaps } from './joining.js';
import { takeCrossing } from './laps.js';
import { lineUp, takeLinePlace } from './line-up.js';
import { type Crossing, countedLaps, move, SAME_PLACE } from './motion.js';
import { takeResults } from './official.js';
import { reorder } from './order.js';
import { isAtPits, isInBox, takePit } from './pits.js';
import { tellPlaces } from './places.js';
import { retire } from './retiring.js';
import { takeSimFigures } from './sim-figures.js';
import { holdInPits, placeAtGreen } from './start.js';
import { createTiming, isBeforeStart, type LeadCrossing, type TimingState } from './state.js';
import { judgeBests, takeSimLaps } from './verdicts.js';

/** Away for shorter than this is a blink and no event, in s. */
const BLINK_S = 1;
/** Nobody races for this long: a clock that shows it is not there to end the session, alone or beside a limit of laps. */
const NO_LIMIT_S = 600_000;
const NO_LIMIT_BESIDE_LAPS_S = 82_800;
/** Away from its box for up to this is a driver change, in s. */
const IN_BOX_S = 120;
/** Away for longer than this in a race is a retirement, in s. */
const RETIRED_S = 180;

/** Folds one record into the state, in place. The same records always give the same state. */
export function foldRecord(state: TimingState, record: SourceRecord): void {
  switch (record.kind) {
    case 'session':
      foldSession(state, record);
      break;
    case 'frame':
      foldFrame(state, record);
      break;
    case 'results':
      takeResults(state, record);
      reorder(state);
      break;
    case 'message':
      foldMessage(state, record);
      break;
    default:
      record satisfies never;
  }
}

function foldSession(state: TimingState, session: SessionLine): void {
  const before = state.session;
  if (before && (before.simSessionKey !== session.simSessionKey || before.type !== session.type)) {
    Object.assign(state, createTiming());
  }
  state.session = session;
  takeEntries(state, session);
  for (const { car, position } of session.grid ?? []) {
    const placed = state.cars.find((each) => each.car === car);
    if (placed) placed.startPlace = position;
  }
  reorder(state);
}

function foldFrame(state: TimingState, frame: Frame): void {
  if (state.sessionTime !== null && frame.sessionTime <= state.sessionTime) {
    state.staleFrames += 1;
    return;
  }
  const now = frame.sessionTime;
  const first = state.sessionTime === null;
  const stepS = now - (state.sessionTime ?? now);
  state.sessionTime = now;
  state.capturedAt = frame.capturedAt;
  state.remainingTimeS = remainingTime(state, frame.remaining?.timeS ?? null);
  state.remainingLaps = frame.remaining?.laps ?? null;
  const told = state.events.length;
  foldPhase(state, frame, now, first);

  const found: Crossing[] = [];
  const bySlot = slots(state);
  for (const sample of frame.cars) {
    const car = bySlot.get(sample.car);
    // Another relay's sample may be as new: a second one of the same moment says that it stood still, or nothing.
    if (car && !(car.seen && now <= car.sampledAt)) foldSample(state, car, sample, now, found);
  }
  // Where the cars are at green is taken from this frame: what they passed before it counts for nothing.
  if (state.greenAt === now) placeAtGreen(state, now);
  else takeCrossings(state, found);
  if (first) noteJoin(state);
  const unseen = settleFlag(state, now, stepS);
  if (unseen !== null) finishUnseen(state, unseen);
  judgeBests(state, now, stepS);
  lineUp(state);
  reorder(state);
  if (state.greenAt === now) noteGreenOrder(state);
  foldLeaderLap(state);
  tellPlaces(state);
  followChases(state);
  if (state.events.length - told > 1) putInOrder(state, told);
}

function noteGreenOrder(state: TimingState): void {
  state.settled = [...state.order];
  state.order.forEach((slot, place) => {
    const car = state.cars[slot];
    if (car) car.greenPlace = place + 1;
  });
}

/** What is left on a clock that can end the session; a sim without a limit of time lets a day or a week run down. */
function remainingTime({ session }: TimingState, timeS: number | null): number | null {
  const { laps, timeS: limitS } = session?.limit ?? {};
  const isNominal = (limitS ?? timeS ?? 0) >= (laps == null ? NO_LIMIT_S : NO_LIMIT_BESIDE_LAPS_S);
  return isNominal ? null : timeS;
}

/**
 * Folds samples of cars that the frames folded before do not show: another relay of the same session saw them. They count
 * at the session time of their own frame, which may lie a little before or behind that of the last one folded; the
 * frame's other figures are left alone.
 */
export function fillIn(state: TimingState, { cars, sessionTime }: Frame): void {
  const told = state.events.length;
  const found: Crossing[] = [];
  const bySlot = slots(state);
  for (const sample of cars) {
    const car = bySlot.get(sample.car);
    if (car === undefined || (car.seen && sessionTime <= car.sampledAt)) continue;
    foldSample(state, car, sample, sessionTime, found);
  }
  takeCrossings(state, found);
  reorder(state);
  tellPlaces(state);
  if (state.events.length - told > 1) putInOrder(state, told);
}

function takeCrossings(state: TimingState, found: Crossing[]): void {
  if (found.length > 1) found.sort((a, b) => a.at - b.at);
  for (const crossing of found) takeCrossing(state, crossing);
}

/** The leader took the flag while it was out of the world. */
function finishUnseen(state: TimingState, { car, laps, at }: LeadCrossing): void {
  const leader = state.cars.find((each) => each.car === car);
  if (leader !== undefined) takeCrossing(state, { car: leader, lap: laps, sector: 0, at, how: 'estimated' });
}

/** Cars by their index in the sim; made anew only where cars were added or a slot was handed on. */
const slotCache = new WeakMap<readonly CarState[], Map<number, CarState>>();
function slots({ cars }: TimingState): Map<number, CarState> {
  let known = slotCache.get(cars);
  if (known === undefined || known.size !== cars.length) {
    known = new Map(cars.map((car) => [car.car, car]));
    slotCache.set(cars, known);
  }
  return known;
}

function foldPhase(state: TimingState, frame: Frame, now: number, first: boolean): void {
  const before = state.phase;
  if (before !== frame.state) {
    state.phase = frame.state;
    if (first && isStopped(frame)) state.hasBegun = true;
    if (first) state.joinedUnderFlag = frame.state === 'checkered' || frame.state === 'cooldown';
    if (frame.state === 'racing') begin(state, now, first);
    else if (frame.state !== 'grid' && frame.state !== 'formation') state.hasBegun = true;
    if (!first) tell(state, 'phase.changed', { detail: { from: before, to: frame.state } });
  }
  if (!sameFlags(state.flags, frame.flags)) {
    if (!first) tell(state, 'flag.changed', { detail: { from: state.flags, to: frame.flags } });
    state.flags = frame.flags;
    state.isCaution = frame.flags.some((flag) => flag === 'caution' || flag === 'cautionWaving');
  }
  // A race that was stopped may be made longer as well as one that was slowed.
  state.isNeutral = isNeutral(state);
  if (state.isNeutral) state.cautionLap = state.leaderLap;
  watchFlag(state, now);
  if (before !== frame.state && frame.state === 'cooldown') retireAtEnd(state);
}

/** Whether a race was under way before it was stopped: the red flag is out, and the sim has counted laps. */
function isStopped({ flags, cars }: Frame): boolean {
  return flags.includes('red') && cars.some((sample) => (countedLaps(sample) ?? 0) > 0);
}

/** Whether nobody races for places: under caution, under a red flag, and on the grid or in formation again before a restart. */
function isNeutral({ isCaution, flags, hasBegun, phase }: TimingState): boolean {
  return isCaution || flags.includes('red') || (hasBegun && (phase === 'grid' || phase === 'formation'));
}

/** Out of the world since before the flag, and still at the end: not coming back. */
function retireAtEnd(state: TimingState): void {
  for (const car of state.cars)
    if (!car.inWorld && car.seen && !car.finish && isGoneBeforeFlag(state, car)) retire(state, car);
}

/** Who leaves after the flag has come out has not retired. */
function isGoneBeforeFlag({ flagAt }: TimingState, { goneAt }: CarState): boolean {
  return flagAt === null || goneAt === null || goneAt < flagAt;
}

/** The race goes: for the first time where it was seen to stand before, or again after it was stopped. */
function begin(state: TimingState, now: number, first: boolean): void {
  const isGreen = !first && isBeforeStart(state);
  state.hasBegun = true;
  if (isGreen) state.greenAt = now;
  // Standing on the grid was no stopping.
  for (const car of state.cars) {
    car.movedAt = now;
    car.stoppedTold = false;
  }
}

function foldSample(state: TimingState, car: CarState, sample: CarSample, now: number, found: Crossing[]): void {
  if (sample.position !== undefined) car.simPosition = sample.position;
  takeSimFigures(car, sample);
  takeLinePlace(car, sample);
  takeSimLaps(state, car, sample, now);
  const inWorld = sample.pct > -1 && sample.surface !== 'notInWorld';
  if (!inWorld) {
    leave(state, car, now);
    return;
  }
  if (car.finish) {
    car.inWorld = true;
    car.goneAt = null;
    takePit(state, car, sample, { pct: car.pct, at: car.sampledAt }, now);
    car.pct = sample.pct;
    car.sampledAt = now;
    return;
  }
  const wasAway = car.seen && !car.inWorld;
  const { pct, sampledAt } = car;
  const progress = car.progress;
  const driven = move(state, car, sample, now, found);
  if (wasAway && car.goneTold) tell(state, 'returned', { car: car.car });
  const isNew = !car.seen;
  if (isNew && state.greenAt !== null && (car.progress ?? 0) < 1) car.lapBegin ??= { from: 'green', at: state.greenAt };
  const isFollowed = driven && !isNew;
  // Only the pits ask where it came from, and nearly all samples are on the track: no object for those.
  const cameFrom = isFollowed && isAtPits(car, sample) ? { pct, at: sampledAt } : null;
  takePit(state, car, sample, cameFrom, now);
  if (isNew && car.onPitRoad) holdInPits(state, car);
  if (isNew) noteUnseenLaps(state, car);
  // A tow gains nothing on those who drive.
  if (!car.onPitRoad) car.heldProgress = null;
  else if (!driven && progress !== null && (car.progress ?? 0) > progress + SAME_PLACE) car.heldProgress ??= progress;
  car.driverSince ??= now;
  car.seen = true;
  car.inWorld = true;
  car.goneAt = null;
  car.goneTold = false;
  car.awayInBox = false;
  car.retired = false;
  watchTrack(state, car, sample, isFollowed, isNew, now);
}

function leave(state: TimingState, car: CarState, now: number): void {
  if (!car.seen || car.finish) {
    car.inWorld = false;
    return;
  }
  if (car.inWorld) {
    car.inWorld = false;
    car.goneAt = now;
    car.awayInBox = isInBox(car);
    if (!car.awayInBox) car.lapBroken = true;
  }
  const away = now - (car.goneAt ?? now);
  if (car.awayInBox && away >= IN_BOX_S) {
    car.awayInBox = false;
    car.lapBroken = true;
  }
  if (!car.goneTold && !car.awayInBox && away >= BLINK_S) {
    car.goneTold = true;
    tell(state, 'gone', { car: car.car });
  }
  if (!car.retired && state.session?.type === 'race' && away >= RETIRED_S && isGoneBeforeFlag(state, car)) {
    retire(state, car);
  }
}

function foldLeaderLap(state: TimingState): void {
  const leader = state.cars[state.order[0] ?? -1];
  const lap =
    leader?.progress == null
      ? null
      : isBeforeStart(state)
        ? 1
        : Math.max(1, Math.floor(leader.finish ? leader.finish.laps - 1 : leader.progress) + 1);
  state.leaderLap = lap;
}

function foldMessage(state: TimingState, message: MessageLine): void {
  const name = message.what === 'penalty' ? 'penalty' : 'message';
  tell(state, name, {
    ...(message.car != null && { car: message.car }),
    ...(message.sessionTime !== undefined && { sessionTime: message.sessionTime }),
    detail: { what: message.what, text: message.text },
  });
}

function sameFlags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((flag, i) => flag === b[i]);
}
