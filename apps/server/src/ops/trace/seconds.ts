import type { TraceChange } from '@okboxbox/protocol';
import type { SessionFigures } from '../figures/session-figures.js';

/** Figures that are looked at once a second, for each session. Those that end in `PerSec` are of what passed meanwhile. */
export const SECOND_FIGURES = [
  'framesPerSec',
  'recordsPerSec',
  'syncedPerSec',
  'timedPerSec',
  'liveTicksPerSec',
  'broadcastTicksPerSec',
  'fanOutPerSec',
  'writtenPerSec',
  'skippedPerSec',
  'duplicatesPerSec',
  'outOfOrderPerSec',
  'droppedPerSec',
  'errorsPerSec',
  'driftMs',
  'queueAgeMs',
  'viewersLive',
  'viewersBroadcast',
  'loopUtilization',
] as const;
export type SecondFigure = (typeof SECOND_FIGURES)[number];
/** A figure of one second; `null` where it is not known, as there were no frames to tell it. */
export type Second = Readonly<Record<SecondFigure, number | null>>;

/** The longest trace and four times that before it, in looks; about 110 KB for a session. */
const KEPT = 1_500;
/** Sessions of which they are kept: 40 of them take 4.5 MB. */
const MOST_SESSIONS = 40;
/** A window with fewer looks than this says nothing. */
const LEAST_LOOKS = 3;

/** The looks at one session. */
class SessionSeconds {
  readonly #values = new Float32Array(KEPT * SECOND_FIGURES.length);
  readonly #at = new Float64Array(KEPT);
  #count = 0;

  add(second: Second, now: number): void {
    const row = this.#count % KEPT;
    this.#at[row] = now;
    for (const [i, figure] of SECOND_FIGURES.entries()) {
      this.#values[row * SECOND_FIGURES.length + i] = second[figure] ?? Number.NaN;
    }
    this.#count += 1;
  }

  /** Values of a figure behind an instant, up to and with another. */
  values(figure: SecondFigure, from: number, to: number): number[] {
    const column = SECOND_FIGURES.indexOf(figure);
    const found: number[] = [];
    for (let row = 0; row < Math.min(this.#count, KEPT); row++) {
      const at = this.#at[row] as number;
      const value = this.#values[row * SECOND_FIGURES.length + column] as number;
      if (at > from && at <= to && !Number.isNaN(value)) found.push(value);
    }
    return found;
  }

  get newestAt(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : (this.#at[(this.#count - 1) % KEPT] as number);
  }

  /** How far back it goes. */
  get oldestAt(): number {
    return this.#count === 0
      ? Number.POSITIVE_INFINITY
      : (this.#at[this.#count > KEPT ? this.#count % KEPT : 0] as number);
  }
}

/** What each session did, second by second, as far back as the longest trace compares. */
export class RecentSeconds {
  readonly #sessions = new Map<string, SessionSeconds>();

  add(sessionId: string, second: Second, now: number): void {
    let seconds = this.#sessions.get(sessionId);
    if (seconds === undefined) {
      seconds = new SessionSeconds();
      this.#sessions.set(sessionId, seconds);
    }
    seconds.add(second, now);
    if (this.#sessions.size > MOST_SESSIONS) this.#evict();
  }

  /**
   * What changed between a window and the four times longer one before it, most first; and how long that one is as far as
   * it is known, in ms.
   */
  compare(
    sessionId: string,
    from: number,
    to: number,
  ): { readonly changes: TraceChange[]; readonly comparedMs: number } {
    const seconds = this.#sessions.get(sessionId);
    if (seconds === undefined) return { changes: [], comparedMs: 0 };
    const begin = from - 4 * (to - from);
    const changes = SECOND_FIGURES.map((figure) =>
      changeOf(figure, seconds.values(figure, begin, from), seconds.values(figure, from, to)),
    ).filter(({ before, during }) => before !== null || during !== null);
    changes.sort((a, b) => b.change - a.change);
    return { changes, comparedMs: Math.max(0, Math.round(from - Math.max(begin, seconds.oldestAt))) };
  }

  /** The session that nothing was heard of for longest goes. */
  #evict(): void {
    const [oldest] = [...this.#sessions].sort(([, a], [, b]) => a.newestAt - b.newestAt);
    if (oldest !== undefined) this.#sessions.delete(oldest[0]);
  }
}

/**
 * How far two windows of a figure are apart, from 0 to 1: the largest distance between their distributions
 * (Kolmogorov and Smirnov), times how far their means are apart in proportion, so that a shift that is steady and small
 * does not come before one that matters.
 */
export function changeOf(figure: string, before: readonly number[], during: readonly number[]): TraceChange {
  const means = { before: mean(before), during: mean(during) };
  if (before.length < LEAST_LOOKS || during.length < LEAST_LOOKS || means.before === null || means.during === null) {
    return { figure, ...rounded(means), change: 0 };
  }
  const larger = Math.max(Math.abs(means.before), Math.abs(means.during));
  const apart = larger === 0 ? 0 : Math.min(1, Math.abs(means.during - means.before) / larger);
  return { figure, ...rounded(means), change: Math.round(distance(before, during) * apart * 1_000) / 1_000 };
}

function distance(a: readonly number[], b: readonly number[]): number {
  const [left, right] = [[...a].sort(compare), [...b].sort(compare)];
  let [i, j, most] = [0, 0, 0];
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i] as number, right[j] as number);
    while (i < left.length && (left[i] as number) <= value) i += 1;
    while (j < right.length && (right[j] as number) <= value) j += 1;
    most = Math.max(most, Math.abs(i / left.length - j / right.length));
  }
  return most;
}

function compare(a: number, b: number): number {
  return a - b;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded({ before, during }: { before: number | null; during: number | null }) {
  const round = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);
  return { before: round(before), during: round(during) };
}

/** Turns what has passed in all into what passed since the look before. */
export class SecondSampler {
  readonly #before = new Map<string, { readonly at: number; readonly totals: readonly number[] }>();
  /** Of the frames since then, by session. */
  readonly #frames = new Map<string, { count: number; drift: number; queued: number; queueAge: number }>();

  /** A frame came: |received − captured|, and sent − captured where its relay says when it sent; in ms. */
  frame(sessionId: string, drift: number, queueAge: number | null): void {
    let sums = this.#frames.get(sessionId);
    if (sums === undefined) {
      sums = { count: 0, drift: 0, queued: 0, queueAge: 0 };
      this.#frames.set(sessionId, sums);
    }
    sums.count += 1;
    sums.drift += drift;
    if (queueAge === null) return;
    sums.queued += 1;
    sums.queueAge += queueAge;
  }

  /** The second that ends now; `null` at the first look at a session. */
  look(
    figures: SessionFigures,
    more: Pick<Second, 'viewersLive' | 'viewersBroadcast' | 'loopUtilization'>,
    now: number,
  ): Second | null {
    const { sessionId, frames, ingest, timeline, timing, liveTicks, broadcastTicks, fanOut, written, skipped } =
      figures;
    const rates = [frames, ingest, timeline, timing, liveTicks, broadcastTicks, fanOut, written, skipped];
    const { duplicates, outOfOrder, dropped, errors } = figures;
    const totals = [...rates.map(({ total }) => total), duplicates, outOfOrder, dropped, errors];
    const before = this.#before.get(sessionId);
    const sums = this.#frames.get(sessionId);
    this.#before.set(sessionId, { at: now, totals });
    this.#frames.delete(sessionId);
    if (before === undefined || now <= before.at) return null;
    const passed = totals.map((total, i) => ((total - (before.totals[i] ?? 0)) * 1_000) / (now - before.at));
    return {
      ...(Object.fromEntries(passed.map((value, i) => [SECOND_FIGURES[i], value])) as unknown as Second),
      driftMs: sums === undefined ? null : sums.drift / sums.count,
      queueAgeMs: sums === undefined || sums.queued === 0 ? null : sums.queueAge / sums.queued,
      ...more,
    };
  }

  /** Lets go of sessions that are not looked at any more. */
  keep(sessionIds: ReadonlySet<string>): void {
    for (const map of [this.#before, this.#frames]) {
      for (const sessionId of map.keys()) if (!sessionIds.has(sessionId)) map.delete(sessionId);
    }
  }
}
