import { WATCHING_MS } from '@okboxbox/protocol';

/** Calls are counted together for this long, in ms. */
const BUCKET_MS = 1_000;

/**
 * How many pages read a show's segments, as an estimate: caches answer them, so each page calls once in `WATCHING_MS`, and
 * the calls of that long are counted. Nothing is known of any of them, and one that has gone counts until then.
 */
export class Spectators {
  readonly #now: () => number;
  /** Calls by show, and by when they came. */
  readonly #calls = new Map<string, Map<number, number>>();

  /** `now` is a clock in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A page says that somebody watches a show. */
  watches(show: string): void {
    const calls = this.#calls.get(show) ?? new Map<number, number>();
    this.#calls.set(show, calls);
    const bucket = Math.floor(this.#now() / BUCKET_MS);
    calls.set(bucket, (calls.get(bucket) ?? 0) + 1);
    this.#forgetOld(show, calls);
  }

  /** About how many watch a show. */
  of(show: string): number {
    const calls = this.#calls.get(show);
    if (calls === undefined) return 0;
    this.#forgetOld(show, calls);
    let count = 0;
    for (const each of calls.values()) count += each;
    return count;
  }

  #forgetOld(show: string, calls: Map<number, number>): void {
    const oldest = Math.floor((this.#now() - WATCHING_MS) / BUCKET_MS);
    for (const bucket of calls.keys()) if (bucket <= oldest) calls.delete(bucket);
    if (calls.size === 0) this.#calls.delete(show);
  }
}
