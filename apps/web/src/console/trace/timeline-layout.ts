import { TRACE_STAGES, type Trace, type TraceStage } from '@okboxbox/protocol';

/** Where a trace's events lie on the page: pure, so that drawing and pointing share one truth. Instants are in ms. */

/** The lanes from the top: a frame's way, then what happened in the session meanwhile. */
export const LANES = [...TRACE_STAGES, 'happened'] as const;
export type Lane = TraceStage | 'happened';

/** A stretch of time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The events of a lane, oldest first: when they were, and their places in the trace's own list. */
export interface LaneEvents {
  readonly lane: Lane;
  readonly at: readonly number[];
  readonly places: readonly number[];
}

/** Nobody needs to look closer than this, in ms: instants are not more exact. */
export const CLOSEST_MS = 20;

/** What a trace covers: from its first event, or its start, to its last. Never empty. */
export function wholeSpan(trace: Pick<Trace, 'startedAt' | 'triggeredAt' | 'endsAt' | 'events' | 'happened'>): Span {
  const instants = [
    trace.triggeredAt ?? trace.startedAt,
    trace.events[0]?.at,
    trace.events.at(-1)?.at,
    trace.happened[0]?.at,
    trace.happened.at(-1)?.at,
  ].filter((at) => at !== undefined);
  const from = Math.min(...instants);
  return { from, to: Math.max(...instants, from + CLOSEST_MS) };
}

/** Sorts the events of a trace into their lanes. */
export function lanesOf({ events, happened }: Pick<Trace, 'events' | 'happened'>): readonly LaneEvents[] {
  const lanes = new Map<Lane, { at: number[]; places: number[] }>(LANES.map((lane) => [lane, { at: [], places: [] }]));
  events.forEach((event, place) => {
    const lane = lanes.get(event.stage);
    lane?.at.push(event.at);
    lane?.places.push(place);
  });
  const told = lanes.get('happened');
  [...happened.entries()]
    .sort(([, a], [, b]) => a.at - b.at)
    .forEach(([place, event]) => {
      told?.at.push(event.at);
      told?.places.push(place);
    });
  return LANES.map((lane) => ({ lane, at: lanes.get(lane)?.at ?? [], places: lanes.get(lane)?.places ?? [] }));
}

/** Looks `factor` times closer (below 1: farther), while what is at `around` stays where it is. */
export function zoomed(span: Span, whole: Span, factor: number, around = (span.from + span.to) / 2): Span {
  const length = Math.min(whole.to - whole.from, Math.max(CLOSEST_MS, (span.to - span.from) / factor));
  const share = (around - span.from) / (span.to - span.from);
  return within({ from: around - share * length, to: around + (1 - share) * length }, whole);
}

/** Looks later, or earlier where it is negative. */
export function panned(span: Span, whole: Span, byMs: number): Span {
  return within({ from: span.from + byMs, to: span.to + byMs }, whole);
}

/** The same stretch, so moved that an instant is in it. */
export function showing(span: Span, whole: Span, at: number): Span {
  if (at >= span.from && at <= span.to) return span;
  return panned(span, whole, at - (span.from + span.to) / 2);
}

function within({ from, to }: Span, whole: Span): Span {
  const length = Math.min(to - from, whole.to - whole.from);
  const start = Math.min(Math.max(from, whole.from), whole.to - length);
  return { from: start, to: start + length };
}

/** The number of events of a lane in each of a number of columns of a stretch. */
export function columnsOf({ at }: LaneEvents, { from, to }: Span, columns: number): Uint32Array {
  const counts = new Uint32Array(columns);
  const scale = columns / (to - from);
  for (let place = firstFrom(at, from); place < at.length; place++) {
    const instant = at[place] as number;
    if (instant > to) break;
    const column = Math.min(columns - 1, Math.floor((instant - from) * scale));
    counts[column] = (counts[column] as number) + 1;
  }
  return counts;
}

/** The place in the trace's list of the event of a lane that is nearest to an instant, and near enough. */
export function nearest({ at, places }: LaneEvents, instant: number, withinMs: number): number | null {
  const after = firstFrom(at, instant);
  const candidates = [after - 1, after].filter(
    (place) => place >= 0 && place < at.length && Math.abs((at[place] as number) - instant) <= withinMs,
  );
  const best = candidates.sort((a, b) => distance(at, a, instant) - distance(at, b, instant))[0];
  return best === undefined ? null : (places[best] as number);
}

function distance(at: readonly number[], place: number, instant: number): number {
  return Math.abs((at[place] as number) - instant);
}

/** The first place whose instant is not before `instant`; the length where there is none. */
function firstFrom(at: readonly number[], instant: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] as number) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The numbers of the frames that came in, oldest first. */
export function framesOf({ events }: Pick<Trace, 'events'>): readonly { readonly seq: number; readonly at: number }[] {
  const seen = new Set<number>();
  return events.flatMap(({ stage, seq, at }) => {
    if (stage !== 'ingest' || seq === null || seen.has(seq)) return [];
    seen.add(seq);
    return [{ seq, at }];
  });
}

/** Round steps of an axis, in ms. */
const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000,
] as const;

/** The least round step that marks a stretch no more than so often, however long that is. */
function stepOf(lengthMs: number, most: number): number {
  const listed = STEPS.find((each) => lengthMs / each <= most);
  if (listed !== undefined) return listed;
  const power = 10 ** Math.floor(Math.log10(lengthMs / most));
  return ([1, 2, 5].find((each) => lengthMs / (each * power) <= most) ?? 10) * power;
}

/** Marks of the axis, at round distances from `zero`: up to a number, and one at the start. */
export function ticksOf(
  { from, to }: Span,
  zero: number,
  most: number,
): readonly { readonly at: number; readonly words: string }[] {
  const step = stepOf(to - from, most);
  const first = Math.ceil((from - zero) / step);
  const ticks: { at: number; words: string }[] = [];
  // Counted, as adding a step to a number that is large enough does not change it.
  for (let nth = 0; nth <= most; nth++) {
    const since = (first + nth) * step;
    if (!(zero + since <= to)) break;
    ticks.push({ at: zero + since, words: sinceLabel(since, step) });
  }
  return ticks;
}

/** How long after the start, or before it: `+12 s`, `−1.25 s`, `0`. */
export function sinceLabel(ms: number, stepMs = 1): string {
  if (ms === 0) return '0';
  const digits = stepMs >= 1_000 ? 0 : stepMs >= 100 ? 1 : stepMs >= 10 ? 2 : 3;
  return `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1_000).toFixed(digits)} s`;
}
