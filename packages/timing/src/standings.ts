import type { CarStatus, EntryFigures, EntryInfo, LapMark, Provenance, ProvenFigure } from '@okboxbox/protocol';
import { timeAt } from './history.js';
import { isStandingOdd, SLOW_S, STOPPED_S } from './incidents.js';
import { areLapsKnown } from './joining.js';
import { referenceOf, secondsBetween } from './reference.js';
import { isBeforeStart } from './start.js';
import type { CarState, TimingState } from './state.js';

/** How far a car is behind another: a time, or whole laps, or unknown. */
interface Behind {
  readonly ms: number | null;
  readonly laps: number | null;
  /** By the class's best lap, since it was not measured. */
  readonly estimated?: boolean;
}
const UNKNOWN: Behind = { ms: null, laps: null };

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

/** All classified cars by position, with gaps and intervals at the state's instant. */
export function standings(state: TimingState): { readonly car: number; readonly figures: EntryFigures }[] {
  const ahead: { overall: CarState | null; leader: CarState | null } = { overall: null, leader: null };
  const ofClass = new Map<string, ClassSoFar>();
  const list: StandingsRow[] = [];
  const isRace = state.session?.type === 'race';
  const isKnown = !isRace || (!isBeforeStart(state) && areLapsKnown(state));
  const between = (other: CarState | null, car: CarState) => (isKnown ? behind(state, other, car) : UNKNOWN);
  for (const slot of state.order) {
    const car = state.cars[slot] as CarState;
    const entry = state.entries[car.car];
    if (entry === undefined) continue;
    const classId = entry.classId ?? '';
    const inClass = ofClass.get(classId);
    const gap = between(ahead.leader, car);
    const interval = ahead.overall === ahead.leader ? gap : between(ahead.overall, car);
    const classGap = inClass ? (inClass.leader === ahead.leader ? gap : between(inClass.leader, car)) : UNKNOWN;
    const classInterval = inClass
      ? inClass.ahead === ahead.overall
        ? interval
        : between(inClass.ahead, car)
      : UNKNOWN;
    const position = list.length + 1;
    const isPlaced = hasPlace(state, car);
    list.push({
      car: car.car,
      figures: {
        position: isPlaced ? position : null,
        classPosition: isPlaced ? (inClass?.count ?? 0) + 1 : null,
        status: statusOf(state, car),
        lap: car.progress === null ? null : lapOf(state, car, car.progress),
        lapsCompleted: car.progress === null ? null : lapsCompletedOf(state, car.progress),
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
        provenance: provenanceOf(state, car, gap, interval),
      },
    });
    ahead.leader ??= car;
    ahead.overall = car;
    const { figures } = list[list.length - 1] as StandingsRow;
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

function behind(state: TimingState, ahead: CarState | null, car: CarState): Behind {
  if (ahead === null) return UNKNOWN;
  if (state.session?.type !== 'race') return byBest(ahead, car);
  if (ahead.progress === null || car.progress === null || ahead.heldProgress !== null || car.heldProgress !== null)
    return UNKNOWN;
  if (isOrderOtherThanDistance(state, ahead, car)) return UNKNOWN;
  const laps = Math.floor(ahead.progress - car.progress + 1e-9);
  if (laps >= 1) return { ms: null, laps };
  if (ahead.finish && car.finish)
    return { ms: Math.max(0, Math.round((car.finish.at - ahead.finish.at) * 1000)), laps: null };
  if (!car.inWorld) return UNKNOWN;
  // Its history would say what the gap was before it crawled: what counts is how soon the other is there.
  if (crawlsBefore(state, ahead, car)) return estimate(state, ahead, car);
  const then = timeAt(ahead.history, car.progress, { progress: ahead.progress, time: ahead.sampledAt });
  return then === null
    ? estimate(state, ahead, car)
    : { ms: Math.max(0, Math.round((car.sampledAt - then) * 1000)), laps: null };
}

/**
 * Whether something else than distance has put a car behind another: then no time and no laps lie between them. A car that
 * has retired loses no more laps, and a car that has finished is not behind one that still drives.
 */
function isOrderOtherThanDistance(state: TimingState, ahead: CarState, car: CarState): boolean {
  if (car.retired || car.resultStatus === 'disqualified' || ahead.resultStatus === 'disqualified') return true;
  if (isMissingFromResults(state, car) || isMissingFromResults(state, ahead)) return true;
  if (car.finish === null) return (car.progress as number) > (ahead.progress as number) + SAME_PLACE;
  if (ahead.finish === null || car.finish.laps > ahead.finish.laps) return true;
  return car.finish.laps === ahead.finish.laps && car.finish.at < ahead.finish.at;
}

function isMissingFromResults({ official }: TimingState, { car }: CarState): boolean {
  return official?.official === true && official.rows.length > 0 && !official.rows.some((row) => row.car === car);
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
function hasPlace(state: TimingState, { seen, simPosition, simLaps, startPlace }: CarState): boolean {
  if (state.session?.type !== 'race' || simPosition) return true;
  if (!areLapsKnown(state)) return false;
  if (seen) return true;
  const isListed = startPlace !== null || (state.session.grid?.length ?? 0) === 0 || simLaps !== null;
  return isListed || isBeforeStart(state);
}

function lapsCompletedOf(state: TimingState, progress: number): number | null {
  if (isBeforeStart(state)) return 0;
  return areLapsKnown(state) ? Math.max(0, Math.floor(progress)) : null;
}

function lapOf(state: TimingState, car: CarState, progress: number): number | null {
  if (isBeforeStart(state)) return 0;
  if (!areLapsKnown(state)) return null;
  return Math.max(0, Math.floor(car.finish ? car.finish.laps - 1 : progress) + 1);
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
    estimated: true,
  };
}

function byBest(ahead: CarState, car: CarState): Behind {
  if (ahead.bestLapMs === null || car.bestLapMs === null || car.bestLapMs < ahead.bestLapMs) return UNKNOWN;
  return { ms: car.bestLapMs - ahead.bestLapMs, laps: null };
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
  if (car.slowSince !== null && !state.isCaution && (state.sessionTime ?? 0) - car.slowSince >= SLOW_S) return 'slow';
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
  state: TimingState,
  car: CarState,
  gap: Behind,
  interval: Behind,
): Readonly<Record<ProvenFigure, Provenance | null>> {
  const figure: Provenance = state.session?.positions === 'derived' && !car.finish ? 'estimated' : 'measured';
  const known = (value: unknown, provenance: Provenance) => (value === null ? null : provenance);
  return {
    position: !areLapsKnown(state)
      ? known(car.simPosition || null, 'official')
      : state.official?.official && state.official.rows.some((row) => row.car === car.car)
        ? 'official'
        : 'measured',
    gap: known(gap.ms ?? gap.laps, gap.estimated ? 'estimated' : figure),
    interval: known(interval.ms ?? interval.laps, interval.estimated ? 'estimated' : figure),
    lastLap: known(car.lastLapMs, car.lastLapEstimated ? 'estimated' : 'measured'),
    bestLap: known(car.bestLapMs, car.bestIsOfficial ? 'official' : 'measured'),
    sectors: car.lastSectorsMs.some((sector) => sector !== null) ? 'measured' : null,
  };
}
