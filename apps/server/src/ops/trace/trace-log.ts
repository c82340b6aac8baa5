import type { Trace, TraceStage } from '@okboxbox/protocol';

/** Most that one trace keeps, and in half a second, whatever passes. */
const MOST_EVENTS = 20_000;
const MOST_BYTES = 2_000_000;
const MOST_A_WINDOW = 250;
/** In a long trace the room is spread over its whole time, but no thinner than this. */
const LEAST_A_WINDOW = 32;
/** The rate is bounded in parts of this length, in ms. */
export const RATE_WINDOW_MS = 500;
/** What is kept while a trace waits for its condition. */
export const BEFORE_MS = 10_000;
const MOST_BEFORE = 2_000;
const MOST_BYTES_BEFORE = 250_000;

/** Bounds of a trace, as `Trace.limits` tells them. */
export type TraceBounds = Omit<Trace['limits'], 'dropped'>;

/** The bounds of a trace of some length. */
export function boundsOf(durationSec: number): TraceBounds {
  const windows = (durationSec * 1_000) / RATE_WINDOW_MS;
  const aWindow = Math.max(LEAST_A_WINDOW, Math.min(MOST_A_WINDOW, Math.floor(MOST_EVENTS / windows)));
  return {
    durationSec,
    events: MOST_EVENTS,
    bytes: MOST_BYTES,
    eventsPerSec: aWindow * (1_000 / RATE_WINDOW_MS),
  };
}

interface Kept {
  readonly at: number;
  /** The event as JSON: what it takes is known exactly, and nothing is left to do when it is read. */
  readonly json: string;
  readonly bytes: number;
}

/**
 * The events of one trace, in order, as many as its bounds let in. What is not let in is counted by the bound that stood
 * in its way, and counted as passed all the same. While the trace waits for its condition, the newest seconds are kept
 * and older ones go.
 */
export class TraceLog {
  readonly bounds: TraceBounds;
  readonly counts: Record<TraceStage, number> = {
    ingest: 0,
    timeline: 0,
    timing: 0,
    tick: 0,
    room: 0,
    write: 0,
    skip: 0,
  };
  readonly dropped = { events: 0, bytes: 0, rate: 0 };
  #events: Kept[] = [];
  #bytes = 0;
  #window = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #writesInWindow = 0;
  #isWaiting: boolean;

  constructor(bounds: TraceBounds, isWaiting = false) {
    this.bounds = bounds;
    this.#isWaiting = isWaiting;
  }

  get size(): number {
    return this.#events.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Something passed a stage; `since` is how long ago its frame was received, in ms. */
  pass(
    stage: TraceStage,
    at: number,
    seq: number | null,
    of: string | null,
    since: number | null,
    bytes: number | null,
    count = 1,
  ): void {
    this.counts[stage] += count;
    if (!this.#fitsRate(stage, at)) {
      this.dropped.rate += 1;
      return;
    }
    if (!this.#isWaiting && this.#events.length >= this.bounds.events) {
      this.dropped.events += 1;
      return;
    }
    const sinceReceivedMs = since === null ? null : tenth(Math.max(0, since));
    const json = JSON.stringify({ at: tenth(at), stage, seq, of, sinceReceivedMs, bytes });
    const size = Buffer.byteLength(json);
    if (!this.#isWaiting && this.#bytes + size > this.bounds.bytes) {
      this.dropped.bytes += 1;
      return;
    }
    this.#inWindow += 1;
    if (stage === 'write' || stage === 'skip') this.#writesInWindow += 1;
    this.#events.push({ at, json, bytes: size });
    this.#bytes += size;
    if (this.#isWaiting) this.#evict(at);
  }

  /** The condition came true: what was before stays, and counting begins. */
  trigger(now: number): void {
    this.#evict(now);
    this.#isWaiting = false;
    for (const stage of Object.keys(this.counts) as TraceStage[]) this.counts[stage] = 0;
    Object.assign(this.dropped, { events: 0, bytes: 0, rate: 0 });
  }

  /** All events, oldest first, as the inside of a JSON array. */
  json(): string {
    // What edges in other processes tell of comes after what has happened here meanwhile.
    return this.#events
      .toSorted((a, b) => a.at - b.at)
      .map(({ json }) => json)
      .join(',');
  }

  /** The fan-out has half of the rate, so that it cannot hide what leads to it. */
  #fitsRate(stage: TraceStage, at: number): boolean {
    const window = Math.floor(at / RATE_WINDOW_MS);
    if (window !== this.#window) {
      this.#window = window;
      this.#inWindow = 0;
      this.#writesInWindow = 0;
    }
    const most = (this.bounds.eventsPerSec * RATE_WINDOW_MS) / 1_000;
    if (this.#inWindow >= most) return false;
    return (stage !== 'write' && stage !== 'skip') || this.#writesInWindow < most / 2;
  }

  #evict(now: number): void {
    let drop = 0;
    let bytes = this.#bytes;
    for (const event of this.#events) {
      const isOver = this.#events.length - drop > MOST_BEFORE || bytes > MOST_BYTES_BEFORE;
      if (!isOver && event.at >= now - BEFORE_MS) break;
      drop += 1;
      bytes -= event.bytes;
    }
    if (drop === 0) return;
    this.#events.splice(0, drop);
    this.#bytes = bytes;
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
