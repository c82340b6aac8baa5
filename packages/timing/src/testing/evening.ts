import type { Frame } from '@okboxbox/protocol';
import { CLOCK_S, frame, type Place } from './drive.js';
import { clocksOf, endOf, type Interruption, type OwnClock, shownAt } from './interruptions.js';
import {
  crossingsOf,
  type Incident,
  isWithin,
  PACE_S,
  positionAt,
  type Span,
  type Way,
  type WayPlan,
  wayOf,
} from './way.js';

/** One car of a random evening. */
export interface EveningCar extends WayPlan {
  /** When it is out of the world: from, and for how long, in s. */
  readonly blinks: readonly (readonly [from: number, seconds: number])[];
}

export interface Evening {
  readonly cars: readonly EveningCar[];
  readonly paceLaps: number;
  readonly hz: number;
  readonly counters: boolean;
  readonly limit: { readonly laps?: number; readonly timeS?: number };
  /** How much later than the winner's crossing the flag is out, in s; below 0 earlier. */
  readonly flagLate: number;
  /** One after the other, none in the first 12 s. */
  readonly interruptions: readonly Interruption[];
}

/** What is true of a car: when it crossed the line, in s from green, and what its laps were like. */
export interface TrueCar {
  readonly crossings: readonly number[];
  readonly laps: number;
  readonly finishedAt: number | null;
  /** Its visits to the pit lane, also after the flag, in s from green, with the time that it stood in its box. */
  readonly visits: readonly TrueVisit[];
  /** When it spins or is in the pits: a relay that joins then cannot know all of it. */
  readonly busy: readonly Span[];
  /** Laps in which it was out of the world at some time, or whose end no two samples can tell exactly. */
  readonly unclear: ReadonlySet<number>;
}

export interface TrueVisit {
  readonly incident: Incident;
  readonly from: number;
  readonly to: number;
  /** `null` where it did not stand in its box. */
  readonly boxS: number | null;
}

/** The truth of an evening, and the frames that a relay would send of it. */
export interface Played {
  readonly cars: readonly TrueCar[];
  readonly frames: readonly Frame[];
  /** When the winner finished, in s from green. */
  readonly winnerAt: number;
}

/** Green on the session clock. */
export const GREEN_S = 2 * CLOCK_S;

/** Before the field begins to roll it stands for so long, in s. */
const STANDS_S = 3;

/** A car's way by its own time, and how that time goes. */
interface Course {
  readonly way: Way;
  readonly clock: OwnClock;
  readonly ownCrossings: readonly number[];
  readonly crossings: readonly number[];
  readonly blinks: readonly Span[];
}

/** Plays an evening; `null` where the race would be over before its last interruption is. */
export function playEvening(evening: Evening): Played | null {
  const ways = evening.cars.map((car) => wayOf(car, evening.paceLaps));
  const clocks = clocksOf(ways, evening.interruptions);
  const own = ways.map(crossingsOf);
  const crossings = own.map((times, car) => times.map((at) => (clocks[car] as OwnClock).session(at)));
  const winnerAt = winningAt(evening.limit, crossings);
  if (evening.interruptions.some((each) => endOf(each) > winnerAt - 3)) return null;
  const courses = evening.cars.map((car, i): Course => {
    const [way, clock] = [ways[i] as Way, clocks[i] as OwnClock];
    const blinks = clearBlinks(car, way, clock, winnerAt);
    return { way, clock, ownCrossings: own[i] as number[], crossings: crossings[i] as number[], blinks };
  });
  return {
    cars: courses.map((course) => truthOf(course, winnerAt)),
    frames: framesOf(evening, courses, winnerAt),
    winnerAt,
  };
}

/** Those absences that leave it clear what the car did. */
function clearBlinks({ blinks }: EveningCar, { busy }: Way, clock: OwnClock, winnerAt: number): Span[] {
  return blinks
    .map(([from, seconds]): Span => [from, from + seconds])
    .filter(([from, to]) => {
      const nearFlag = to > winnerAt - 6 && from < winnerAt + 3;
      return !nearFlag && busy.every(([a, b]) => to < clock.session(a) - 0.6 || from > clock.session(b) + 0.6);
    });
}

function framesOf(evening: Evening, courses: readonly Course[], winnerAt: number): Frame[] {
  const until = winnerAt + 45;
  const rollsAt = -evening.paceLaps * PACE_S;
  const frames: Frame[] = [];
  // Green is a frame of its own, so that what is measured from it is exact.
  for (let n = Math.floor((rollsAt - STANDS_S) * evening.hz); n / evening.hz <= until; n++) {
    const time = n / evening.hz;
    const places = courses.map((course) => placeAt(course, time, evening.counters));
    const shown = stateAt(evening, time, rollsAt, winnerAt + evening.flagLate);
    frames.push(frame(time + GREEN_S, places, { ...shown, seq: frames.length + 1 }));
  }
  return frames;
}

function stateAt({ interruptions }: Evening, time: number, rollsAt: number, flagAt: number) {
  if (time < 0) return { state: time < rollsAt || rollsAt === 0 ? ('grid' as const) : ('formation' as const) };
  return time < flagAt ? shownAt(interruptions, time) : { state: 'checkered' as const };
}

/** When the winner finishes: the first to complete the limit of laps, or the first in the lead to cross after the time. */
function winningAt({ laps, timeS }: Evening['limit'], crossings: readonly (readonly number[])[]): number {
  const most = Math.max(...crossings.map(({ length }) => length));
  for (let lap = 1; lap <= most; lap++) {
    const first = Math.min(...crossings.map((own) => own[lap - 1] ?? Number.POSITIVE_INFINITY));
    if (lap === laps || (timeS !== undefined && first >= timeS)) return first;
  }
  throw new Error('The evening is over before its limits: give it more laps.');
}

function truthOf({ way, clock, crossings, blinks }: Course, winnerAt: number): TrueCar {
  const finishedAt = crossings.find((at) => at >= winnerAt) ?? null;
  const end = finishedAt ?? Number.POSITIVE_INFINITY;
  const visits = way.visits.map(({ incident, from, to }): TrueVisit => {
    const box = way.box.find(([begin]) => begin >= from && begin < to);
    const boxS = box === undefined ? null : clock.session(box[1]) - clock.session(box[0]);
    return { incident, from: clock.session(from), to: clock.session(to), boxS };
  });
  const busy = way.busy.map(([from, to]): Span => [clock.session(from), clock.session(to)]);
  const unclear = new Set<number>();
  for (let lap = 1; lap <= crossings.length; lap++) {
    const [begin, over] = [lap === 1 ? 0 : (crossings[lap - 2] as number), crossings[lap - 1] as number];
    const isAway = blinks.some(([from, to]) => to > begin - 0.6 && from < over + 0.6);
    const isUneven = clock.changes.some((at) => Math.abs(at - begin) < 0.6 || Math.abs(at - over) < 0.6);
    if (isAway || isUneven) unclear.add(lap);
  }
  return { crossings, laps: crossings.filter((at) => at <= end).length, finishedAt, visits, busy, unclear };
}

function placeAt({ way, clock, ownCrossings, blinks }: Course, time: number, counters: boolean): Place {
  if (blinks.some(([from, to]) => time > from && time < to)) return null;
  const own = clock.own(time);
  const at = positionAt(way, own);
  const onPitRoad = isWithin(way.lane, own);
  const surface = isWithin(way.box, own) ? 'pitStall' : onPitRoad ? 'pitApproach' : 'onTrack';
  if (!counters) return { at, onPitRoad, surface };
  const done = ownCrossings.filter((crossed) => crossed <= own).length;
  const hasCrossed = time >= 0 && (done > 0 || at >= 0);
  return { at, onPitRoad, surface, lapsCompleted: hasCrossed ? done : -1, lap: hasCrossed ? done + 1 : 0 };
}
