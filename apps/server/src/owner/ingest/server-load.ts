import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Condition } from './asked-rate.js';

/** How often the event loop is looked at, in ms; its delay counts from there. */
const RESOLUTION_MS = 20;
/** Above the first the server is overloaded, below the second it is well; both in ms, of the event loop and of a batch. */
const LATE_MS = { trouble: 100, well: 40 } as const;
const BEHIND_MS = { trouble: 1_000, well: 250 } as const;

/** What of the server's work comes late, over some time. */
export interface Load {
  /** How late the event loop was, on average over the time and not over its turns: many short ones excuse no long one. */
  readonly lateMs: number;
  /** The longest that a batch of a relay waited until it was taken. */
  readonly behindMs: number;
}

/** Measures how far behind the server is with its work. */
export class ServerLoad {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #behindMs = 0;

  constructor() {
    this.#delay.enable();
  }

  /** A batch of a relay was taken, so long after it came. */
  took(ms: number): void {
    this.#behindMs = Math.max(this.#behindMs, ms);
  }

  /** The load since the last look. */
  look(): Load {
    const { mean, stddev } = this.#delay;
    // Each turn counts for as long as it is: the mean of squares over the mean.
    const turnMs = (mean + stddev ** 2 / mean) / 1e6;
    const load = {
      lateMs: Number.isFinite(turnMs) ? Math.max(0, turnMs - RESOLUTION_MS) : 0,
      behindMs: this.#behindMs,
    };
    this.#delay.reset();
    this.#behindMs = 0;
    return load;
  }

  close(): void {
    this.#delay.disable();
  }
}

/** Whether a load is one under which fewer frames should come. */
export function conditionOfLoad({ lateMs, behindMs }: Load): Condition {
  if (lateMs >= LATE_MS.trouble) {
    return { state: 'trouble', because: `the server is overloaded: its event loop is ${Math.round(lateMs)} ms late` };
  }
  if (behindMs >= BEHIND_MS.trouble) {
    return { state: 'trouble', because: `the server is overloaded: a batch waited ${Math.round(behindMs)} ms` };
  }
  return { state: lateMs <= LATE_MS.well && behindMs <= BEHIND_MS.well ? 'well' : 'unclear' };
}
