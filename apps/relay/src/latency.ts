/** Newest samples that percentiles are of. */
const KEPT = 512;

/** Percentiles of the newest samples, in ms; `null` where there is none yet. */
export interface Percentiles {
  readonly samples: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Times that something took, the newest few hundred. */
export class Latency {
  readonly #ms: number[] = [];
  #next = 0;
  #count = 0;

  add(ms: number): void {
    this.#ms[this.#next] = ms;
    this.#next = (this.#next + 1) % KEPT;
    this.#count += 1;
  }

  percentiles(): Percentiles {
    const sorted = [...this.#ms].sort((a, b) => a - b);
    const at = (share: number) => {
      const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
      return value === undefined ? null : Math.round(value * 10) / 10;
    };
    return { samples: this.#count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
