import type { RelayStatus } from '@okboxbox/protocol';
import type { Condition } from './asked-rate.js';

/** A relay with more than this much of its frames still to send is behind, and with less than the other it is not, in s. */
const BEHIND_S = 5;
const NEAR_S = 2;
/** A queue that would be empty within this at its present pace is only what an outage left, in s. */
const DRAIN_S = 600;
/** What a relay said of itself longer ago than this is not known any more, in ms. */
const KNOWN_MS = 15_000;

interface Heard {
  readonly at: number;
  readonly waiting: number;
  readonly rateHz: number;
}

/** Judges the line from a relay to here by what the relay says of its queue, every few seconds. */
export class RelayLine {
  #before: Heard | null = null;
  #newest: Heard | null = null;

  /** Takes what the relay says of itself. */
  heard(at: number, { waiting, queue, rateHz, paused }: RelayStatus): void {
    // A queue that operations made grow says nothing of the line.
    if (paused === true) {
      this.#newest = null;
      return;
    }
    this.#before = this.#newest;
    this.#newest = { at, waiting: waiting ?? queue.records, rateHz };
  }

  /** Frames a second that the relay captures; 0 where it has not said. */
  get rateHz(): number {
    return this.#newest?.rateHz ?? 0;
  }

  condition(now: number): Condition {
    const newest = this.#newest;
    if (newest === null || now - newest.at > KNOWN_MS) return { state: 'unclear' };
    // One that captures nothing may still have something to send.
    const behindS = newest.waiting / Math.max(1, newest.rateHz);
    if (behindS <= NEAR_S) return { state: 'well' };
    if (behindS <= BEHIND_S || this.#before === null || isDraining(this.#before, newest)) return { state: 'unclear' };
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
