/** A knot of a car's way: where it is when, in laps from the line and s from green; in between it goes evenly. */
type Knot = readonly [time: number, progress: number];

/** From when to when, in s from green. */
export type Span = readonly [from: number, to: number];

/** What happens to a car in one of its laps; a stop-and-go is a short stop, served for a penalty. */
export type Incident = 'none' | 'spin' | 'stop' | 'stop-and-go' | 'drive-through';

/** What a car's way is made of. */
export interface WayPlan {
  /** How far behind the line it stands on the grid, in laps. */
  readonly back: number;
  readonly fromPits: boolean;
  /** The time of each lap in s, and what happens in it besides. */
  readonly laps: readonly (readonly [lapS: number, incident: Incident])[];
}

/** One visit to the pit lane that began on the track. */
export interface Visit {
  readonly incident: Incident;
  readonly from: number;
  readonly to: number;
}

/** Where a car is when, as long as nothing interrupts the race. */
export interface Way {
  readonly knots: readonly Knot[];
  readonly visits: readonly Visit[];
  /** When it is in the pit lane, and standing in its box. */
  readonly lane: readonly Span[];
  readonly box: readonly Span[];
  /** When a blink would make it unclear what it did. */
  readonly busy: readonly Span[];
}

/** Behind the pace car a lap takes this long, in s. */
export const PACE_S = 40;
const BOX_S = 6;
const STOP_AND_GO_S = 3;

/** The way of a car that drives its laps one after the other, after `paceLaps` laps behind the pace car. */
export function wayOf({ back, fromPits, laps }: WayPlan, paceLaps: number): Way {
  const knots: Knot[] = [];
  const visits: Visit[] = [];
  const lane: Span[] = [];
  const box: Span[] = [];
  const busy: Span[] = [];
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
    if (incident === 'none' || incident === 'spin') return;
    rest(lap + 0.9);
    const from = time;
    go(lap + 0.95, 0.05 * lapS * 3);
    if (incident !== 'drive-through') {
      const seconds = incident === 'stop' ? BOX_S : STOP_AND_GO_S;
      box.push([time, time + seconds]);
      go(at, seconds);
    }
    go(lap + 1.1, 0.15 * lapS * 3);
    lane.push([from, time]);
    visits.push({ incident, from, to: time });
    busy.push([from - 1, time + 1]);
  });
  return { knots, visits, lane, box, busy };
}

/** Where a car is, in laps. */
export function positionAt({ knots }: Way, time: number): number {
  const next = knots.findIndex(([at]) => at >= time);
  if (next < 0) {
    const [end, last] = knots.at(-1) as Knot;
    return last + (time - end) / 20;
  }
  const [t1, p1] = knots[next] as Knot;
  const [t0, p0] = knots[Math.max(0, next - 1)] as Knot;
  return t1 <= t0 ? p1 : p0 + ((p1 - p0) * (time - t0)) / (t1 - t0);
}

/** When the car first reached a place, in laps; infinite where its plan ends before it. */
export function reachedAt({ knots }: Way, place: number): number {
  for (let i = 1; i < knots.length; i++) {
    const [t0, p0] = knots[i - 1] as Knot;
    const [t1, p1] = knots[i] as Knot;
    if (place > p0 && place <= p1) return t0 + ((place - p0) / (p1 - p0)) * (t1 - t0);
  }
  return Number.POSITIVE_INFINITY;
}

/** When the car first reached 1, 2, … laps. */
export function crossingsOf(way: Way): number[] {
  const found: number[] = [];
  for (let at = reachedAt(way, 1); Number.isFinite(at); at = reachedAt(way, found.length + 1)) found.push(at);
  return found;
}

/** Whether a time is in one of the spans. */
export function isWithin(spans: readonly Span[], time: number): boolean {
  return spans.some(([from, to]) => time >= from && time < to);
}
