import type { Latencies } from '@okboxbox/protocol';

/** Steps of one doubling, and doublings: from 2⁻⁷ ms (8 µs) to 2¹⁷ ms (131 s). A percentile is at most 1/16 too high. */
const STEPS = 16;
const LOWEST = -7;
const DOUBLINGS = 24;
const BUCKETS = STEPS * DOUBLINGS;
/** The last five minutes, in whole ones: the oldest goes when a new one begins. */
const PARTS = 5;
const PART_MS = 60_000;

/** How long something took over the last five minutes: counted in steps, in memory that is taken once. */
export class LatencyWindow {
  readonly #counts = new Uint32Array(BUCKETS * PARTS);
  readonly #longest = new Float64Array(PARTS);
  /** The newest minute that is counted, and where. */
  #minute = Number.NEGATIVE_INFINITY;

  add(tookMs: number, now: number): void {
    this.#turn(now);
    const part = this.#part(0);
    const i = part * BUCKETS + bucketOf(tookMs);
    this.#counts[i] = (this.#counts[i] as number) + 1;
    if (tookMs > (this.#longest[part] as number)) this.#longest[part] = tookMs;
  }

  read(now: number): Latencies {
    this.#turn(now);
    const sums = new Float64Array(BUCKETS);
    for (let i = 0; i < this.#counts.length; i++) {
      const bucket = i % BUCKETS;
      sums[bucket] = (sums[bucket] as number) + (this.#counts[i] as number);
    }
    const count = sums.reduce((sum, each) => sum + each, 0);
    if (count === 0) return { count, p50Ms: null, p95Ms: null, maxMs: null };
    const longest = Math.max(...this.#longest);
    const quantile = (share: number) => round(Math.min(longest, upperOf(bucketAt(sums, Math.ceil(count * share)))));
    return { count, p50Ms: quantile(0.5), p95Ms: quantile(0.95), maxMs: round(longest) };
  }

  /** Where the minute is that was `ago` minutes before. */
  #part(ago: number): number {
    return (((this.#minute - ago) % PARTS) + PARTS) % PARTS;
  }

  #turn(now: number): void {
    const minute = Math.floor(now / PART_MS);
    for (let turns = Math.min(PARTS, minute - this.#minute); turns > 0; turns--) {
      const part = (((minute - turns + 1) % PARTS) + PARTS) % PARTS;
      this.#counts.fill(0, part * BUCKETS, (part + 1) * BUCKETS);
      this.#longest[part] = 0;
    }
    this.#minute = Math.max(this.#minute, minute);
  }
}

function bucketOf(tookMs: number): number {
  if (!(tookMs > 2 ** LOWEST)) return 0;
  const doubling = Math.floor(Math.log2(tookMs));
  const bucket = (doubling - LOWEST) * STEPS + Math.floor((tookMs / 2 ** doubling - 1) * STEPS);
  return Math.min(bucket, BUCKETS - 1);
}

/** The longest time that is counted in a bucket, in ms. */
function upperOf(bucket: number): number {
  return 2 ** (LOWEST + Math.floor(bucket / STEPS)) * (1 + ((bucket % STEPS) + 1) / STEPS);
}

/** The bucket in which the so-manieth value is. */
function bucketAt(sums: Float64Array, nth: number): number {
  let seen = 0;
  return sums.findIndex((count) => {
    seen += count;
    return seen >= nth;
  });
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
