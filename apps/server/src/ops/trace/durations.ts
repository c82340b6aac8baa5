/** Parts of each doubling: a percentile is at most a twenty-third too high. */
const PARTS = 16;
/** Powers of two between which durations in ms are told apart: 8 µs and four minutes. */
const LEAST = -7;
const MOST = 18;

/** How long something took, again and again, in ms: counts in parts that grow with the value, whatever comes. */
export class Durations {
  readonly #counts = new Uint32Array((MOST - LEAST) * PARTS + 1);
  count = 0;
  /** The longest, exactly, and when that was. */
  max = 0;
  maxAt: number | null = null;
  /** Those that come together mostly are the same: where the last one went is not worked out again. */
  #last = 0;
  #lastIndex = 0;

  /** Takes a duration; what is less than nothing, as two looks at a clock may give, is nothing. */
  add(ms: number, at: number): void {
    const value = Math.max(0, ms);
    if (value !== this.#last) {
      const part = Math.ceil((Math.log2(value) - LEAST) * PARTS);
      this.#lastIndex = Math.min(this.#counts.length - 1, Math.max(0, part));
      this.#last = value;
    }
    this.#counts[this.#lastIndex] = (this.#counts[this.#lastIndex] as number) + 1;
    this.count += 1;
    if (this.maxAt !== null && value <= this.max) return;
    this.max = value;
    this.maxAt = at;
  }

  /** What a share of them, from 0 to 1, did not exceed: never less than that, and at most 4.5 % more; `null` where there is none. */
  percentile(share: number): number | null {
    if (this.count === 0) return null;
    const rank = Math.max(1, Math.ceil(this.count * share));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank) return Math.min(this.max, 2 ** (index / PARTS + LEAST));
    }
    return this.max;
  }
}
