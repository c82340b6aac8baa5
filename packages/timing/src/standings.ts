import type { CarStatus, EntryFigures, EntryInfo, LapMark, Provenance, ProvenFigure } from '@okboxbox/protocol';
import type { CarState } from './car-state.js';
import { timeAt } from './history.js';
import { isStandingOdd, SLOW_S, STOPPED_S } from './incidents.js';
import { areLapsKnown } from './joining.js';
import { referenceOf, secondsBetween } from './reference.js';
import { simFiguresOf } from './sim-figures.js';
import { isBeforeStart, type TimingState } from './state.js';

/** How far a car is behind another: a time, or whole laps, or unknown. */
interface Behind {
  readonly ms: number | null;
  readonly laps: number | null;
  /** By the class's best lap, since it was not measured. */
  readonly isEstimated: boolean;
}
const UNKNOWN: Behind = { ms: null, laps: null, isEstimated: false };

/** Slower than this, in m/s, and than half of the car behind, a car crawls. */
const CRAWL_MPS = 8;
/** Places on the track as near as this are one, in laps: what adding up and 32-bit floats lose. */
const SAME_PLACE = 1e-6;
/** Where the session does not say how long the track is, in m. */
const USUAL_LENGTH_M = 4_500;

/** A car's figures while the list is made: that it leads a battle is known from the car behind. */
interface StandingsRow {
  readonly car: number;
  readonly figures: EntryFigures & { battle: number | null };
}

/** What is known of a class as far down as the list has come; `figures` are those of the car ahead. */
interface ClassSoFar {
  readonly leader: CarState;
  ahead: CarState;
  figures: StandingsRow['figures'];
  count: number;
}

/** What is the same for every car of one list: asked once, not for every car and pair of cars. */
interface Situation {
  readonly state: TimingState;
  readonly isRace: boolean;
  readonly isBeforeStart: boolean;
  readonly areLapsKnown: boolean;
  /** The cars that the official results list; `null` while there are none. */
  readonly official: ReadonlySet<number> | null;
}

function situationOf(state: TimingState): Situation {
  const { official } = state;
  return {
    state,
    isRace: state.session?.type === 'race',
    isBeforeStart: isBeforeStart(state),
    areLapsKnown: areLapsKnown(state),
    official: official?.official === true ? new Set(official.rows.map((row) => row.car)) : null,
  };
}

/** All classified cars by position, with gaps and intervals at the state's instant. */
export function standings(state: TimingState): { readonly car: number; readonly figures: EntryFigures }[] {
  let leader: CarState | null = null;
  let ahead: CarState | null = null;
  const ofClass = new Map<string, ClassSoFar>();
  const list: StandingsRow[] = [];
  const situation = situationOf(state);
  for (const slot of state.order) {
    const car = state.cars[slot] as CarState;
    const entry = state.entries[car.car];
    if (entry === undefined) continue;
    const classId = entry.classId ?? '';
    const inClass = ofClass.get(classId);
    const gap = behind(situation, leader, car);
    const interval = ahead === leader ? gap : behind(situation, ahead, car);
    const classGap = inClass ? (inClass.leader === leader ? gap : behind(situation, inClass.leader, car)) : UNKNOWN;
    const classInterval = inClass
      ? inClass.ahead === ahead
        ? interval
        : inClass.ahead === inClass.leader
          ? classGap
          : behind(situation, inClass.ahead, car)
      : UNKNOWN;
    const position = list.length + 1;
    const isPlaced = hasPlace(situation, car);
    const figures: StandingsRow['figures'] = {
      position: isPlaced ? position : null,
      classPosition: isPlaced ? (inClass?.count ?? 0) + 1 : null,
      status: statusOf(state, car),
      lap: car.progress === null ? null : lapOf(situation, car, car.progress),
      lapsCompleted: car.progress === null ? null : lapsCompletedOf(situation, car.progress),
      progress: car.progress,
      gapMs: gap.ms,
      gapLaps: gap.laps,
      intervalMs: interval.ms,
      intervalLaps: interval.laps,
      classGapMs: classGap.ms,
      classGapLaps: classGap.laps,
      classIntervalMs: classInterval.ms,
      classIntervalLaps: classInterval.laps,
      lastLapMs: car.lastLapMs,
      bestLapMs: car.bestLapMs,
      lastLapMark: markOf(state, car, classId, car.lastLapMark === 'none' ? null : car.lastLapMs),
      bestLapMark: markOf(state, car, classId, car.bestLapMs),
      sectorsMs: sectorsOf(state, car),
      pitStops: seenOnly(state, car, car.pitStops),
      driveThroughs: seenOnly(state, car, car.driveThroughs),
      stintLaps: stintOf(car),
      inPit: car.onPitRoad && (car.inWorld || car.awayInBox),
      trendMs: inClass ? car.chase.trendMs : null,
      battle: battleWith(inClass, car),
      provenance: provenanceOf(situation, car, gap, interval),
      gridPosition: gridPositionOf(situation, car, isPlaced ? position : null),
      ...simFiguresOf(car),
    };
    list.push({ car: car.car, figures });
    leader ??= car;
    ahead = car;
    if (inClass) {
      inClass.ahead = car;
      inClass.figures = figures;
      inClass.count += 1;
    } else {
      ofClass.set(classId, { leader: car, ahead: car, figures, count: 1 });
    }
  }
  return list;
}

/** The battle that a car is in with the one ahead of it, if any; the one ahead is in it, too. */
function battleWith(inClass: ClassSoFar | undefined, car: CarState): number | null {
  if (inClass === undefined || car.chase.rival !== inClass.ahead.car) return null;
  inClass.figures.battle ??= inClass.ahead.car;
  return inClass.figures.battle;
}

/** What does not change from frame to frame; the same list until a session record changes it. */
export function entryInfos(state: TimingState): readonly EntryInfo[] {
  return state.infos;
}

function behind(situation: Situation, ahead: CarState | null, car: CarState): Behind {
  const { state } = situation;
  if (ahead === null) return UNKNOWN;
  if (!situation.isRace) return byBest(ahead, car);
  if (situation.isBeforeStart || !situation.areLapsKnown) return UNKNOWN;
  if (ahead.progress === null || car.progress === null || ahead.heldProgress !== null || car.heldProgress !== null)
    return UNKNOWN;
  if (isOrderOtherThanDistance(situation, ahead, car)) return UNKNOWN;
  const laps = Math.floor(ahead.progress - car.progress + 1e-9);
  if (laps >= 1) return { ms: null, laps, isEstimated: false };
  if (ahead.finish && car.finish) return measured((car.finish.at - ahead.finish.at) * 1000);
  if (!car.inWorld) return UNKNOWN;
  // Its history would say what the gap was before it crawled: what counts is how soon the other is there.
  if (crawlsBefore(state, ahead, car)) return estimate(state, ahead, car);
  const then = timeAt(ahead, car.progress);
  return then === null ? estimate(state, ahead, car) : measured((car.sampledAt - then) * 1000);
}

function measured(ms: number): Behind {
  return { ms: Math.max(0, Math.round(ms)), laps: null, isEstimated: false };
}

/**
 * Whether something else than distance has put a car behind another: then no time and no laps lie between them. A car that
 * has retired loses no more laps, and a car that has finished is not behind one that still drives.
 */
function isOrderOtherThanDistance({ official }: Situation, ahead: CarState, car: CarState): boolean {
  if (car.retired || car.resultStatus === 'disqualified' || ahead.resultStatus === 'disqualified') return true;
  // Official results without a row say nothing of who is missing.
  if (official !== null && official.size > 0 && !(official.has(car.car) && official.has(ahead.car))) return true;
  if (car.finish === null) return (car.progress as number) > (ahead.progress as number) + SAME_PLACE;
  if (ahead.finish === null || car.finish.laps > ahead.finish.laps) return true;
  return car.finish.laps === ahead.finish.laps && car.finish.at < ahead.finish.at;
}

/** A count of what was seen; unknown while nothing was, where the car may have done it before. */
function seenOnly({ joined }: TimingState, { isJoined, seen }: CarState, count: number): number | null {
  const isPartial = seen ? isJoined : joined !== null;
  return isPartial && count === 0 ? null : count;
}

function stintOf({ seen, progress, stintBeganLap }: CarState): number | null {
  return seen && stintBeganLap !== null ? Math.max(0, Math.floor(progress ?? 0) - stintBeganLap) : null;
}

/** Whether it is known which place a car has: not where laps were missed, and not of one that does not take part. */
function hasPlace(situation: Situation, { seen, simPosition, simLaps, startPlace }: CarState): boolean {
  if (!situation.isRace || simPosition) return true;
  if (!situation.areLapsKnown) return false;
  if (seen || situation.isBeforeStart) return true;
  return startPlace !== null || (situation.state.session?.grid?.length ?? 0) === 0 || simLaps !== null;
}

/** Where a car started: by the session's grid where it has one, else as the order was when the race went green. */
function gridPositionOf(situation: Situation, car: CarState, position: number | null): number | null {
  const { state, isRace, isBeforeStart: isToCome } = situation;
  if (!isRace) return null;
  if ((state.session?.grid?.length ?? 0) > 0) return car.startPlace;
  return isToCome ? position : car.greenPlace;
}

function lapsCompletedOf({ isBeforeStart, areLapsKnown }: Situation, progress: number): number | null {
  if (isBeforeStart) return 0;
  return areLapsKnown ? Math.max(0, Math.floor(progress)) : null;
}

function lapOf({ isBeforeStart, areLapsKnown }: Situation, { finish }: CarState, progress: number): number | null {
  if (isBeforeStart) return 0;
  if (!areLapsKnown) return null;
  return Math.max(0, Math.floor(finish ? finish.laps - 1 : progress) + 1);
}

function crawlsBefore(state: TimingState, ahead: CarState, car: CarState): boolean {
  const length = state.session?.track.lengthM ?? USUAL_LENGTH_M;
  return ahead.inWorld && !ahead.finish && ahead.rate * length < CRAWL_MPS && ahead.rate < car.rate / 2;
}

/** How long the best lap of the class of the car behind takes between the two. */
function estimate(state: TimingState, ahead: CarState, car: CarState): Behind {
  const reference = referenceOf(state, car);
  if (reference === null || ahead.progress === null || car.progress === null || !ahead.inWorld) return UNKNOWN;
  return {
    ms: Math.round(secondsBetween(reference, car.progress, ahead.progress) * 1000),
    laps: null,
    isEstimated: true,
  };
}

function byBest(ahead: CarState, car: CarState): Behind {
  if (ahead.bestLapMs === null || car.bestLapMs === null || car.bestLapMs < ahead.bestLapMs) return UNKNOWN;
  return { ms: car.bestLapMs - ahead.bestLapMs, laps: null, isEstimated: false };
}

function statusOf(state: TimingState, car: CarState): CarStatus {
  if (car.resultStatus === 'disqualified') return 'disqualified';
  if (car.finish) return 'finished';
  // Official results know of those who were not seen at the end.
  const isOfficial = state.official?.official === true && (car.resultStatus === 'finished' || !car.inWorld);
  if (isOfficial && (car.resultStatus === 'finished' || car.resultStatus === 'retired')) return car.resultStatus;
  if (car.retired) return 'retired';
  if (!car.inWorld && !car.awayInBox) return 'notInWorld';
  if (car.onPitRoad) return 'pit';
  const standing = (state.sessionTime ?? 0) - car.movedAt >= STOPPED_S;
  if (standing && isStandingOdd(state, car)) return 'stopped';
  if (car.slowSince !== null && !state.isNeutral && (state.sessionTime ?? 0) - car.slowSince >= SLOW_S) return 'slow';
  const lap = Math.floor(car.progress ?? 0) + 1;
  // Where the exit lies before the line, it has left already in the lap in which it came in.
  const isLeaving = car.outLap === lap + 1 && car.inLap === lap;
  return car.outLap === lap || isLeaving ? 'outLap' : 'running';
}

function markOf(state: TimingState, car: CarState, classId: string, ms: number | null): LapMark {
  if (ms === null || ms !== car.bestLapMs) return 'none';
  if (state.bestSessionCar === car.car && state.bestSessionMs === ms) return 'session';
  const best = state.bestClass.get(classId);
  return best?.car === car.car && best.ms === ms ? 'class' : 'personal';
}

function sectorsOf(state: TimingState, car: CarState): readonly (number | null)[] {
  const count = state.session?.track.sectorStarts?.length ?? 0;
  return car.lastSectorsMs.length === count ? car.lastSectorsMs : new Array<null>(count).fill(null);
}

function provenanceOf(
  { state, areLapsKnown, official }: Situation,
  car: CarState,
  gap: Behind,
  interval: Behind,
): Readonly<Record<ProvenFigure, Provenance | null>> {
  const figure: Provenance = state.session?.positions === 'derived' && !car.finish ? 'estimated' : 'measured';
  const known = (value: unknown, provenance: Provenance) => (value === null ? null : provenance);
  return {
    position: !areLapsKnown
      ? known(car.simPosition || null, 'official')
      : official?.has(car.car)
        ? 'official'
        : 'measured',
    gap: known(gap.ms ?? gap.laps, gap.isEstimated ? 'estimated' : figure),
    interval: known(interval.ms ?? interval.laps, interval.isEstimated ? 'estimated' : figure),
    lastLap: known(car.lastLapMs, car.lastLapEstimated ? 'estimated' : 'measured'),
    bestLap: known(car.bestLapMs, car.bestIsOfficial ? 'official' : 'measured'),
    sectors: car.lastSectorsMs.some((sector) => sector !== null) ? 'measured' : null,
  };
}
