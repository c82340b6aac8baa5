import type { RelayStatus } from '@okboxbox/protocol';
import type { Condition } from './asked-rate.js';

/** A relay with more than this much of its frames still to send is behind, and with less than the other it is not, in s. */
const BEHIND_S = 5;
const NEAR_S = 2;
/** A queue that would be empty within this at its present pace is only what an outage left, in s. */
const DRAIN_S = 600;
/** Whether a queue gets less is seen over this long, in ms: between two batches it rises and falls. */
const TREND_MS = 10_000;
/** However often a relay speaks, no more than this is kept of it. */
const MOST_HEARD = 20;
/** What a relay said of itself longer ago than this is not known any more, in ms. */
const KNOWN_MS = 15_000;

interface Heard {
  readonly at: number;
  readonly waiting: number;
  readonly rateHz: number;
}

/** Judges the line from a relay to here by what the relay says of its queue, every few seconds. */
export class RelayLine {
  /** The newest, and before it what the trend is seen from. */
  #heard: readonly Heard[] = [];

  /** Takes what the relay says of itself. What is on its way over a long line does not wait. */
  heard(at: number, { unsent, waiting, queue, rateHz, paused }: RelayStatus): void {
    // A queue that operations made grow says nothing of the line.
    if (paused === true) {
      this.#heard = [];
      return;
    }
    const before = this.#heard.slice(-MOST_HEARD);
    const isKept = (each: Heard) => at - each.at <= TREND_MS || each === before.at(-1);
    this.#heard = [...before.filter(isKept), { at, waiting: unsent ?? waiting ?? queue.records, rateHz }];
  }

  /** Frames a second that the relay captures; 0 where it has not said. */
  get rateHz(): number {
    return this.#heard.at(-1)?.rateHz ?? 0;
  }

  condition(now: number): Condition {
    const newest = this.#heard.at(-1);
    const [oldest] = this.#heard;
    if (newest === undefined || oldest === undefined || now - newest.at > KNOWN_MS) return { state: 'unclear' };
    // One that captures nothing may still have something to send.
    const behindS = newest.waiting / Math.max(1, newest.rateHz);
    if (behindS <= NEAR_S) return { state: 'well' };
    if (behindS <= BEHIND_S || oldest === newest || isDraining(oldest, newest)) return { state: 'unclear' };
    return {
      state: 'trouble',
      because: `the line is slow: ${newest.waiting} records wait, ${Math.round(behindS)} s of them, and they do not get fewer`,
    };
  }
}

function isDraining(before: Heard, newest: Heard): boolean {
  const seconds = (newest.at - before.at) / 1000;
  return before.waiting - newest.waiting > (newest.waiting * seconds) / DRAIN_S;
}
