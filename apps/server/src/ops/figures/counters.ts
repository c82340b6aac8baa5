/** Window of a rate, in ms. */
const RATE_MS = 5_000;

/** Counts, and tells how many came a second of late: two numbers, whatever comes. */
export class Rate {
  total = 0;
  readonly #windowMs: number;
  #since: number;
  #before = 0;
  #now = 0;

  /** `windowMs`: how much of the last time it is of. */
  constructor(now: number, windowMs = RATE_MS) {
    this.#since = now;
    this.#windowMs = windowMs;
  }

  add(count: number, now: number): void {
    this.#turn(now);
    this.total += count;
    this.#now += count;
  }

  /** How many a second, over the last five or as long as its window is. */
  perSec(now: number): number {
    this.#turn(now);
    const share = 1 - (now - this.#since) / this.#windowMs;
    return Math.round(((this.#before * Math.max(0, share) + this.#now) / this.#windowMs) * 10_000) / 10;
  }

  #turn(now: number): void {
    const passed = now - this.#since;
    if (passed < this.#windowMs) return;
    this.#before = passed < 2 * this.#windowMs ? this.#now : 0;
    this.#now = 0;
    this.#since = passed < 2 * this.#windowMs ? this.#since + this.#windowMs : now;
  }
}

/** Values of the last while, as many as there is room for: their percentiles are those of exactly these. */
export class Samples {
  readonly #windowMs: number;
  readonly #values: Float64Array;
  readonly #at: Float64Array;
  #count = 0;

  constructor(windowMs: number, room: number) {
    this.#windowMs = windowMs;
    this.#values = new Float64Array(room);
    this.#at = new Float64Array(room).fill(Number.NEGATIVE_INFINITY);
  }

  /** How many have come in all. */
  get count(): number {
    return this.#count;
  }

  add(value: number, now: number): void {
    const i = this.#count % this.#values.length;
    this.#values[i] = value;
    this.#at[i] = now;
    this.#count += 1;
  }

  /** The value that 95 of 100 do not exceed, of all or of a shorter while, with some more; `null` where there is none. */
  p95(now: number, windowMs = this.#windowMs, more: readonly number[] = []): number | null {
    const kept = this.#values.filter((_, i) => (this.#at[i] as number) > now - windowMs);
    const fresh = new Float64Array(kept.length + more.length);
    fresh.set(kept);
    fresh.set(more, kept.length);
    fresh.sort();
    const value = fresh[Math.ceil(fresh.length * 0.95) - 1];
    return value === undefined ? null : Math.round(value * 10) / 10;
  }
}

/** Counts what comes with less than a while in between: 0 where nothing has come for that long. */
export class Lately {
  readonly #whileMs: number;
  #count = 0;
  #at = Number.NEGATIVE_INFINITY;

  constructor(whileMs: number) {
    this.#whileMs = whileMs;
  }

  add(count: number, now: number): void {
    this.#count = this.of(now) + count;
    this.#at = now;
  }

  of(now: number): number {
    return now - this.#at < this.#whileMs ? this.#count : 0;
  }
}

/** Counts of the last while by name, in parts of it. */
export class RecentCounts {
  readonly #partMs: number;
  readonly #parts: number;
  #counts: { readonly part: number; readonly byName: Map<string, number> }[] = [];
  /** How many of each name, and in all, since the beginning. */
  readonly totals: Record<string, number> = Object.create(null);
  total = 0;

  constructor(windowMs: number, parts: number) {
    this.#partMs = windowMs / parts;
    this.#parts = parts;
  }

  add(name: string, now: number): void {
    this.total += 1;
    this.totals[name] = (this.totals[name] ?? 0) + 1;
    const part = Math.floor(now / this.#partMs);
    let newest = this.#counts.at(-1);
    if (newest?.part !== part) {
      newest = { part, byName: new Map() };
      this.#counts = [...this.#counts, newest].slice(-this.#parts);
    }
    newest.byName.set(name, (newest.byName.get(name) ?? 0) + 1);
  }

  /** How many of each name, in the window that ends now. */
  byName(now: number): Record<string, number> {
    const oldest = Math.floor(now / this.#partMs) - this.#parts;
    const sums: Record<string, number> = Object.create(null);
    for (const { part, byName } of this.#counts) {
      if (part <= oldest) continue;
      for (const [name, count] of byName) sums[name] = (sums[name] ?? 0) + count;
    }
    return sums;
  }
}
