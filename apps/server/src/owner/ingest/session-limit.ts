import type { Clock } from '../../clock.js';

/** How many may begin at once with one token, and how often one more after that, in ms. */
interface Allowance {
  readonly atOnce: number;
  readonly everyMs: number;
}

/** Sessions: far more than any evening has. */
const SESSIONS: Allowance = { atOnce: 40, everyMs: 15_000 };
/** Runs that join running sessions: one token may be that of all drivers, whose relays join each session. */
export const RUNS: Allowance = { atOnce: 200, everyMs: 3_000 };
/** A show, with all its tokens, may have this many times as much. */
const OF_SHOW = 2;
/** Tokens and shows that are remembered before those that have used nothing of late are forgotten. */
const MOST_KNOWN = 1_000;

interface Used {
  /** How many were begun that time has not made up for, and when that was worked out. */
  readonly begun: number;
  readonly at: number;
}

/**
 * Limits how many sessions or runs relays begin, by token and by show: one after another they fill the disk, and runs, which
 * stay in their session, the memory.
 */
export class SessionLimit {
  readonly #allowed: Allowance;
  readonly #clock: Clock;
  readonly #used = new Map<string, Used>();

  constructor(clock: Clock, allowed = SESSIONS) {
    this.#allowed = allowed;
    this.#clock = clock;
  }

  /** Counts one that is to begin. Returns 0, or how long to wait first, in ms; then it is not counted. */
  take(token: string, show: string): number {
    const ofToken = { key: `token ${token}`, share: 1 };
    const ofShow = { key: `show ${show}`, share: OF_SHOW };
    const waitMs = Math.max(this.#waitMs(ofToken), this.#waitMs(ofShow));
    if (waitMs > 0) return waitMs;
    for (const each of [ofToken, ofShow]) this.#count(each);
    return 0;
  }

  #waitMs({ key, share }: { readonly key: string; readonly share: number }): number {
    const over = this.#now(key, share) + 1 - this.#allowed.atOnce * share;
    return over <= 0 ? 0 : Math.ceil((over * this.#allowed.everyMs) / share);
  }

  #count({ key, share }: { readonly key: string; readonly share: number }): void {
    this.#used.set(key, { begun: this.#now(key, share) + 1, at: this.#clock.now() });
    if (this.#used.size <= MOST_KNOWN) return;
    for (const [each] of this.#used)
      if (this.#now(each, each.startsWith('show') ? OF_SHOW : 1) === 0) this.#used.delete(each);
  }

  /** What of those of a token or a show counts now. */
  #now(key: string, share: number): number {
    const used = this.#used.get(key);
    if (used === undefined) return 0;
    return Math.max(0, used.begun - (Math.max(0, this.#clock.now() - used.at) * share) / this.#allowed.everyMs);
  }
}
