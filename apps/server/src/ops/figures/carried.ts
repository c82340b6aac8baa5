/** Batches that are remembered, and for how long, in ms. */
const MOST = 64;
const WINDOW_MS = 15_000;
/** Batches that come within this time have come together, in ms. */
const TOGETHER_MS = 20;
/** A connection is busy that has carried a batch for this share of the time since the one before. */
const BUSY = 0.75;
/** Fewer batches on a busy connection say nothing. */
const LEAST = 2;

/**
 * What a relay's connection carries, as the batches that come over it show. One that was sent before the one before it
 * had come has waited behind it: what lies between the two is the time that the connection took for it. On a slow
 * connection that is long; on one that only takes long it is as short as on the best.
 */
export class Carried {
  readonly #sentAt = new Float64Array(MOST);
  readonly #cameAt = new Float64Array(MOST).fill(Number.NEGATIVE_INFINITY);
  readonly #bytes = new Float64Array(MOST);
  readonly #frames = new Float64Array(MOST);
  #count = 0;

  /** A batch has come: when it was sent, by the relay's clock, and when it came, by the server's. */
  batch(sentAt: number, cameAt: number, bytes: number): void {
    const i = this.#count % MOST;
    this.#sentAt[i] = sentAt;
    this.#cameAt[i] = cameAt;
    this.#bytes[i] = bytes;
    this.#frames[i] = 0;
    this.#count += 1;
  }

  /** A frame of the newest batch was taken. */
  frame(): void {
    if (this.#count === 0) return;
    const i = (this.#count - 1) % MOST;
    this.#frames[i] = (this.#frames[i] as number) + 1;
  }

  /**
   * Bytes a second over the last while, the median of what busy times show: a connection that stood still for a moment,
   * or brought several at once, carries no less or more. `null` where it was not busy, or the relay's clock is not known.
   */
  bytesPerS(now: number, offsetMs: number | null): number | null {
    if (offsetMs === null) return null;
    const shown: { bytes: number; readonly ms: number }[] = [];
    for (let n = Math.max(1, this.#count - MOST + 1); n < this.#count; n++) {
      const [i, before] = [n % MOST, (n - 1) % MOST];
      const cameAt = this.#cameAt[i] as number;
      if (cameAt <= now - WINDOW_MS) continue;
      const betweenMs = cameAt - (this.#cameAt[before] as number);
      const transitMs = cameAt - (this.#sentAt[i] as number) + offsetMs;
      if (transitMs < BUSY * betweenMs) continue;
      const bytes = this.#bytes[i] as number;
      const newest = shown.at(-1);
      if (betweenMs < TOGETHER_MS && newest !== undefined) newest.bytes += bytes;
      else shown.push({ bytes, ms: Math.max(betweenMs, TOGETHER_MS) });
    }
    if (shown.length < LEAST) return null;
    shown.sort((a, b) => a.bytes / a.ms - b.bytes / b.ms);
    let half = shown.reduce((sum, { bytes }) => sum + bytes, 0) / 2;
    for (const { bytes, ms } of shown) {
      half -= bytes;
      if (half <= 0) return Math.round((bytes * 1000) / ms);
    }
    return null;
  }

  /** Bytes a second that frames at some rate need, as large as they have come; `null` where none has. */
  needed(rateHz: number): number | null {
    let bytes = 0;
    let frames = 0;
    for (let i = 0; i < Math.min(this.#count, MOST); i++) {
      // One with a session line is larger than the frames in it.
      if ((this.#frames[i] as number) === 0) continue;
      bytes += this.#bytes[i] as number;
      frames += this.#frames[i] as number;
    }
    return frames === 0 ? null : Math.round((bytes * rateHz) / frames);
  }
}
