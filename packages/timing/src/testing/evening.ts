import type { Frame, SessionPhase } from '@okboxbox/protocol';
import { CLOCK_S, frame, type Place } from './drive.js';

/** A knot of a car's way: where it is when, in laps from the line and s from green; in between it goes evenly. */
type Knot = readonly [time: number, progress: number];

/** What happens to a car in one of its laps. */
export type Incident = 'none' | 'spin' | 'stop' | 'drive-through';

/** One car of a random evening. */
export interface EveningCar {
  /** How far behind the line it stands on the grid, in laps. */
  readonly back: number;
  readonly fromPits: boolean;
  /** The time of each lap in s, and what happens in it besides. */
  readonly laps: readonly (readonly [lapS: number, incident: Incident])[];
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
}

/** What is true of a car: when it crossed the line, in s from green, and what its laps were like. */
export interface TrueCar {
  readonly crossings: readonly number[];
  readonly laps: number;
  readonly finishedAt: number | null;
  readonly stops: number;
  readonly driveThroughs: number;
  /** Laps in which it was out of the world at some time. */
  readonly blinked: ReadonlySet<number>;
}

interface Way {
  readonly knots: readonly Knot[];
  /** When it is in the pit lane, and standing in its box. */
  readonly lane: readonly (readonly [from: number, to: number])[];
  readonly box: readonly (readonly [from: number, to: number])[];
  /** When a blink would make it unclear what it did. */
  readonly busy: readonly (readonly [from: number, to: number])[];
}

/** Behind the pace car a lap takes this long, in s, and before it the field stands. */
const PACE_S = 40;
const STANDS_S = 3;
const BOX_S = 6;

/** The truth of an evening, and the frames that a relay would send of it. */
export function playEvening(evening: Evening): {
  readonly cars: readonly TrueCar[];
  readonly frames: readonly Frame[];
} {
  const ways = evening.cars.map((car) => wayOf(car, evening.paceLaps));
  const crossings = ways.map(crossingsOf);
  const winnerAt = winningAt(evening.limit, crossings);
  const blinks = evening.cars.map(({ blinks }, car) =>
    blinks.filter(([from, seconds]) => {
      const to = from + seconds;
      const nearFlag = to > winnerAt - 6 && from < winnerAt + 3;
      return !nearFlag && (ways[car] as Way).busy.every(([a, b]) => to < a - 0.6 || from > b + 0.6);
    }),
  );
  const cars = evening.cars.map((car, i) =>
    truthOf(car, crossings[i] as number[], winnerAt, ways[i] as Way, blinks[i] as Blinks),
  );
  const until = winnerAt + 45;
  const begin = -evening.paceLaps * PACE_S - STANDS_S;
  const frames: Frame[] = [];
  // Green is a frame of its own, so that what is measured from it is exact.
  for (let n = Math.floor(begin * evening.hz); n / evening.hz <= until; n++) {
    const time = n / evening.hz;
    const places = ways.map((way, car) => placeAt(way, blinks[car] as Blinks, time, evening.counters));
    const state = phaseAt(time, -evening.paceLaps * PACE_S, winnerAt + evening.flagLate);
    frames.push(frame(time + 2 * CLOCK_S, places, { state, seq: frames.length + 1 }));
  }
  return { cars, frames };
}

/** Green on the session clock. */
export const GREEN_S = 2 * CLOCK_S;

type Blinks = EveningCar['blinks'];

function phaseAt(time: number, rollsAt: number, flagAt: number): SessionPhase {
  if (time < 0) return time < rollsAt || rollsAt === 0 ? 'grid' : 'formation';
  return time < flagAt ? 'racing' : 'checkered';
}

function wayOf({ back, fromPits, laps }: EveningCar, paceLaps: number): Way {
  const knots: Knot[] = [];
  const lane: [number, number][] = [];
  const box: [number, number][] = [];
  const busy: [number, number][] = [];
  let time = 0;
  let at = -back;
  const go = (to: number, seconds: number) => {
    [time, at] = [time + seconds, to];
    knots.push([time, at]);
  };
  if (fromPits) {
    at = 0.02;
    knots.push([-1e4, at], [4, at]);
    time = 4;
    go(0.1, 4);
    lane.push([-1e4, 8]);
    box.push([-1e4, 4]);
    busy.push([-1e4, 9]);
  } else {
    knots.push([-1e4, -paceLaps - back], [-paceLaps * PACE_S, -paceLaps - back], [0, -back]);
  }
  laps.forEach(([lapS, incident], lap) => {
    const rest = (to: number) => go(to, (to - at) * lapS);
    // Speeds change in mid-lap: what is measured at the line is then as exact as the clock.
    if (incident === 'spin' && lap > 0 && at <= lap + 0.05) {
      rest(lap + 0.06);
      busy.push([time - 1.5, time + 9]);
      go(lap - 0.03, 4);
      go(lap - 0.03, 2);
    }
    rest(lap + 0.5);
    if (incident === 'stop' || incident === 'drive-through') {
      rest(lap + 0.9);
      const from = time;
      go(lap + 0.95, 0.05 * lapS * 3);
      if (incident === 'stop') {
        box.push([time, time + BOX_S]);
        go(at, BOX_S);
      }
      go(lap + 1.1, 0.15 * lapS * 3);
      lane.push([from, time]);
      busy.push([from - 1, time + 1]);
    }
  });
  return { knots, lane, box, busy };
}

function positionAt({ knots }: Way, time: number): number {
  const next = knots.findIndex(([at]) => at >= time);
  if (next < 0) {
    const [end, last] = knots.at(-1) as Knot;
    return last + (time - end) / 20;
  }
  const [t1, p1] = knots[next] as Knot;
  const [t0, p0] = knots[Math.max(0, next - 1)] as Knot;
  return t1 <= t0 ? p1 : p0 + ((p1 - p0) * (time - t0)) / (t1 - t0);
}

/** When the car first reached 1, 2, … laps. */
function crossingsOf({ knots }: Way): number[] {
  const found: number[] = [];
  for (let i = 1; i < knots.length; i++) {
    const [t0, p0] = knots[i - 1] as Knot;
    const [t1, p1] = knots[i] as Knot;
    for (let line = found.length + 1; line > p0 && line <= p1; line++) {
      found.push(t0 + ((line - p0) / (p1 - p0)) * (t1 - t0));
    }
  }
  return found;
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

function truthOf(
  { laps: planned }: EveningCar,
  crossings: readonly number[],
  winnerAt: number,
  way: Way,
  blinks: Blinks,
): TrueCar {
  const finishedAt = crossings.find((at) => at >= winnerAt) ?? null;
  const laps = crossings.filter((at) => at <= (finishedAt ?? Number.POSITIVE_INFINITY)).length;
  const end = finishedAt ?? Number.POSITIVE_INFINITY;
  const visits = planned.flatMap(([, incident]) =>
    incident === 'stop' || incident === 'drive-through' ? [incident] : [],
  );
  const own = way.lane.filter(([from]) => from > 0);
  const counted = (kind: Incident) =>
    visits.filter((incident, i) => incident === kind && (own[i]?.[0] ?? 0) < end).length;
  const blinked = new Set<number>();
  for (const [from, seconds] of blinks) {
    for (let lap = 1; lap <= crossings.length; lap++) {
      const [begin, over] = [lap === 1 ? 0 : (crossings[lap - 2] as number), crossings[lap - 1] as number];
      if (from + seconds > begin - 0.6 && from < over + 0.6) blinked.add(lap);
    }
  }
  return { crossings, laps, finishedAt, stops: counted('stop'), driveThroughs: counted('drive-through'), blinked };
}

function placeAt(way: Way, blinks: Blinks, time: number, counters: boolean): Place {
  if (blinks.some(([from, seconds]) => time > from && time < from + seconds)) return null;
  const at = positionAt(way, time);
  const within = (spans: Way['lane']) => spans.some(([from, to]) => time >= from && time < to);
  const onPitRoad = within(way.lane);
  const surface = within(way.box) ? 'pitStall' : onPitRoad ? 'pitApproach' : 'onTrack';
  if (!counters) return { at, onPitRoad, surface };
  const done = crossingsOf(way).filter((crossed) => crossed <= time).length;
  const hasCrossed = time >= 0 && (done > 0 || at >= 0);
  return { at, onPitRoad, surface, lapsCompleted: hasCrossed ? done : -1, lap: hasCrossed ? done + 1 : 0 };
}
