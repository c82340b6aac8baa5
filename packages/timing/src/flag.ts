import type { CarState } from './car-state.js';
import { tell } from './events.js';
import { areLapsKnown } from './joining.js';
import type { LeadCrossing, TimingState } from './state.js';

/** The flag may be shown so long after the crossing that it belongs to, or before, besides the time between frames, in s. */
const FLAG_GRACE_S = 1;
/** A time limit given in whole seconds is off by up to this, in s. */
const LIMIT_SLACK_S = 0.5;
/** A car that has stood or been away for this long is not under way to the line, in s. */
const STANDING_S = 10;
/** A caution within this many laps of the limit may have made the race longer: its end is the flag. */
const CAUTION_LAPS = 3;

/** Whether the chequered flag is out, by the phase or the flags: sims show the two up to a second apart. */
export function isFlagOut({ phase, flags }: TimingState): boolean {
  return phase === 'checkered' || phase === 'cooldown' || flags.includes('checkered');
}

/** Whether a session came to its end, by the flag or by official results: one that was cut off has not finished. */
export function hasFinished(state: TimingState): boolean {
  return state.finish !== null || isFlagOut(state) || state.official?.official === true;
}

/** Takes note of the frame with which the chequered flag comes out, or is withdrawn before anyone has finished. */
export function watchFlag(state: TimingState, now: number): void {
  if (!isFlagOut(state)) {
    if (state.finish === null) state.flagAt = null;
  } else if (state.flagAt === null) {
    state.flagAt = now;
  }
}

/** Takes a completed lap: a race ends with the leader's, and every other car's race with its next one after that. */
export function takeLapEnd(state: TimingState, car: CarState, laps: number, at: number): void {
  if (state.session?.type !== 'race' || state.joinedUnderFlag) return;
  if (state.finish === null && areLapsKnown(state) && leads(state, car, laps, at)) {
    state.lead = { car: car.car, at, laps };
    if (isFlagOut(state) || isLastLap(state, laps)) endRace(state, state.lead);
  }
  if (state.finish !== null && at >= state.finish.at) finishCar(state, car, laps, at);
}

/**
 * Decides, once a frame's crossings are taken, what the flag says of crossings before it: it is shown up to a second late,
 * and it is also shown to a leader that is out of the world at that moment. `stepS` is the time since the frame before.
 */
export function settleFlag(state: TimingState, now: number, stepS: number): LeadCrossing | null {
  const { lead, finish, flagAt } = state;
  if (state.session?.type !== 'race' || finish !== null || state.joinedUnderFlag) return null;
  const grace = FLAG_GRACE_S + stepS;
  if (!areLapsKnown(state)) {
    // Who leads is not known: everyone's race ends with the first crossing under the flag.
    if (flagAt === now) endRace(state, { car: -1, at: now - stepS, laps: 0 });
    return null;
  }
  if (flagAt === null) {
    // The count of laps to go may be a moment behind the crossing.
    const isCounted = state.remainingLaps !== null;
    if (isCounted && lead !== null && now - lead.at <= grace && isLastLap(state, lead.laps)) endRace(state, lead);
    return null;
  }
  if (now - flagAt > grace) return null;
  if (lead !== null && flagAt - lead.at <= grace && isTimeUp(state, lead.at, flagAt, stepS)) {
    endRace(state, lead);
    return null;
  }
  return awayAtFlag(state, now, flagAt, grace, stepS);
}

/** The limit of laps is reached, and the sim does not say that there are more to go. */
function isLastLap(state: TimingState, laps: number): boolean {
  const limit = state.session?.limit?.laps ?? null;
  if (limit === null || laps < limit) return false;
  if (state.remainingLaps !== null) return state.remainingLaps <= 0;
  // After a late caution a race is ended by its flag: it may have been extended.
  return state.cautionLap === null || laps - state.cautionLap > CAUTION_LAPS;
}

/** Whether a race with a limit of time can have been over at a crossing before the flag was seen. */
function isTimeUp(state: TimingState, at: number, flagAt: number, stepS: number): boolean {
  const limit = state.session?.limit;
  const lapsDone = state.lead !== null && limit?.laps != null && state.lead.laps >= limit.laps;
  if (limit?.timeS == null || state.greenAt === null || lapsDone) return true;
  const over = state.greenAt + limit.timeS;
  // A flag that comes out as the clock runs down is for the next crossing.
  const isByClock = Math.abs(flagAt - over) <= stepS;
  return at >= over - (isByClock ? 0 : LIMIT_SLACK_S) || flagAt < over - LIMIT_SLACK_S;
}

/**
 * A car out of the world that led: where it would have crossed the line as the flag came out, it has finished there. The
 * sim shows the flag to the leader, and nobody else was there.
 */
function awayAtFlag(
  state: TimingState,
  now: number,
  flagAt: number,
  grace: number,
  stepS: number,
): LeadCrossing | null {
  let found: LeadCrossing | null = null;
  for (const car of state.cars) {
    if (car.inWorld || car.retired || car.onPitRoad || car.progress === null || car.rate <= 0) continue;
    const laps = Math.floor(car.progress) + 1;
    const at = car.sampledAt + (laps - car.progress) / car.rate;
    if (at > now || Math.abs(at - flagAt) > grace || !isTimeUp(state, at, flagAt, stepS)) continue;
    if (state.cars.some((other) => other.progress !== null && other.progress >= laps)) continue;
    if (found === null || at < found.at) found = { car: car.car, at, laps };
  }
  return found;
}

/** Ends the race with a crossing; cars that have crossed the line since have finished, too. */
function endRace(state: TimingState, { at, laps }: LeadCrossing): void {
  state.finish = { at, laps };
  const since = state.cars.filter((car) => car.crossedAt !== null && car.crossedAt >= at && !car.finish);
  since.sort((a, b) => (a.crossedAt as number) - (b.crossedAt as number));
  for (const car of since) finishCar(state, car, car.lapsDone, car.crossedAt as number);
}

function finishCar(state: TimingState, car: CarState, laps: number, at: number): void {
  if (car.finish !== null) return;
  car.finish = { at, laps };
  car.progress = laps;
  car.retired = false;
  tell(state, 'finished', { car: car.car, sessionTime: at, detail: { laps } });
}

/** Whether no car that is under way has done more laps, or as many before. */
function leads(state: TimingState, car: CarState, laps: number, at: number): boolean {
  return !state.cars.some((other) => other !== car && isUnderWay(state, other) && isAhead(other, laps, at));
}

function isAhead(other: CarState, laps: number, at: number): boolean {
  if (other.lapsDone < other.lapsMissed) return other.lapsMissed >= laps;
  return other.lapsDone > laps || (other.lapsDone === laps && other.crossedAt !== null && other.crossedAt <= at);
}

/** A car that has stopped for good does not keep the flag from those behind it. */
function isUnderWay(state: TimingState, car: CarState): boolean {
  if (state.flagAt === null) return true;
  const since = car.inWorld ? car.movedAt : (car.goneAt ?? 0);
  return !car.retired && (state.sessionTime ?? 0) - since < STANDING_S;
}
