import type { Clock } from '../clock.js';

/** How long a message counts for how far the two clocks are apart, in ms: clocks drift. */
const WINDOW_MS = 60_000;

/**
 * An owner's clock as another process follows it: never ahead of it, and never falling back. A message that the owner sent
 * at `s` by its clock came at `r` by the clock here, so this clock is ahead by at most `r - s`: the smallest of those is
 * taken off.
 */
export class FollowedClock implements Clock {
  readonly #local: Clock;
  #apart: { readonly at: number; readonly ms: number }[] = [];
  #aheadMs = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(local: Clock) {
    this.#local = local;
  }

  /** Whether the owner's clock has been heard: before that there is no time. */
  get isKnown(): boolean {
    return this.#apart.length > 0;
  }

  /** The owner's clock showed `sent` when it sent what has come just now. */
  heard(sent: number): void {
    const at = this.#local.now();
    // What is as old, and no smaller, never counts again.
    this.#apart = this.#apart.filter((each) => at - each.at < WINDOW_MS && each.ms < at - sent);
    this.#apart.push({ at, ms: at - sent });
    this.#aheadMs = this.#apart[0]?.ms ?? at - sent;
  }

  now(): number {
    this.#last = Math.max(this.#last, this.#local.now() - this.#aheadMs);
    return this.#last;
  }
}
