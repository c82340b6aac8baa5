import type { Clock } from '../clock.js';

/** So many sessions may begin at once by one token, and then one each so often, in ms: far more than any evening has. */
const AT_ONCE = 40;
const EVERY_MS = 15_000;
/** In one show, by whatever tokens: so many times as much. */
const OF_SHOW = 2;
/** Tokens and shows that are remembered before those that have used nothing of late are forgotten. */
const MOST_KNOWN = 1_000;

interface Used {
  /** How many sessions were begun that time has not made up for, and when that was worked out. */
  readonly sessions: number;
  readonly at: number;
}

/** Limits how many sessions relays begin, by token and by show: a relay that begins one after another fills the disk. */
export class SessionLimit {
  readonly #clock: Clock;
  readonly #used = new Map<string, Used>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a session that is to begin. Returns 0, or how long to wait first, in ms; then it is not counted. */
  take(token: string, show: string): number {
    const ofToken = { key: `token ${token}`, share: 1 };
    const ofShow = { key: `show ${show}`, share: OF_SHOW };
    const waitMs = Math.max(this.#waitMs(ofToken), this.#waitMs(ofShow));
    if (waitMs > 0) return waitMs;
    for (const each of [ofToken, ofShow]) this.#count(each);
    return 0;
  }

  #waitMs({ key, share }: { readonly key: string; readonly share: number }): number {
    const over = this.#now(key, share) + 1 - AT_ONCE * share;
    return over <= 0 ? 0 : Math.ceil((over * EVERY_MS) / share);
  }

  #count({ key, share }: { readonly key: string; readonly share: number }): void {
    this.#used.set(key, { sessions: this.#now(key, share) + 1, at: this.#clock.now() });
    if (this.#used.size <= MOST_KNOWN) return;
    for (const [each] of this.#used)
      if (this.#now(each, each.startsWith('show') ? OF_SHOW : 1) === 0) this.#used.delete(each);
  }

  /** What of a token's or a show's sessions counts now. */
  #now(key: string, share: number): number {
    const used = this.#used.get(key);
    if (used === undefined) return 0;
    return Math.max(0, used.sessions - (Math.max(0, this.#clock.now() - used.at) * share) / EVERY_MS);
  }
}
