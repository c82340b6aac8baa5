import { MAX_BATCH_BYTES } from '@okboxbox/protocol';
import { LineSpeed } from './line-speed.js';

/** Bytes of the smallest batch worth sending, and of the largest: a fraction of what a server takes at once. */
export const LEAST_BATCH_BYTES = 4 * 1024;
const MOST_BATCH_BYTES = MAX_BATCH_BYTES / 8;
/** On a slow line a batch is no more than it carries in this time, in ms, down to this: what is live is not to wait behind it. */
const SLOW_BATCH_MS = 1_000;
const SLOW_BATCH_BYTES = 512;
/** Bytes that may be on their way to a server of which nothing is known yet. */
const FIRST_BYTES = 16 * 1024;
/** Bytes that may be on their way at most, to a server that is near, and to any: what is beyond is not worth a server's memory. */
const MOST_BYTES_NEAR = 4 * MOST_BATCH_BYTES;
const MOST_BYTES = 4 * 1024 * 1024;
/**
 * A window is sent as this number of batches at least, so that one can be on its way while another is answered; as more on a long
 * line, one for each of these ms, since what a batch itself takes to leave must not look like a wait;
 */
const BATCHES = 4;
const BATCH_EACH_MS = 100;
/** and as one on a line that takes less than this, in ms. */
const SHORT_LINE_MS = 100;
/** Bytes that wait on the line for less than this leave it idle; for more, they delay what matters, in ms. */
const SHORT_WAIT_MS = 400;
const LONG_WAIT_MS = 1_000;
/**
 * On a long line what is sent leaves at this multiple of a window for each trip: all of a window at once would wait
 * behind itself, and look as if the line were full. A little faster than it is answered, so that a full line shows.
 */
const PACE = 1.25;
/** How long the line takes when nothing waits on it is measured anew after this time in ms, or this number of trips. */
const LEAST_AGE_MS = 30_000;
const LEAST_AGE_TRIPS = 20;

/** A batch on its way. */
export interface Sent {
  readonly bytes: number;
  readonly at: number;
  /** Bytes that were on their way when it was sent, its own included: it arrives behind them. */
  readonly onTheWay: number;
  /** Whether it was sent alone, to measure how long the line is. */
  readonly measures: boolean;
}

/**
 * How much may be on its way to a server at once: what the line carries in the time that it takes (the product of its
 * bandwidth and its delay, RFC 6349), and a little more. The least time that a batch took says how long the
 * line is, and what it takes beyond that is waiting behind other bytes. More goes while the wait is short, less when it
 * is long: a window steered by delay, as that of TCP Vegas (Brakmo and Peterson, 1995). So a fast or long line is kept
 * full, and on a slow one nothing, neither a live frame nor the answer to a server's ping, waits longer than about a second.
 *
 * A line that becomes longer looks like one that is full, where Vegas fails. What arrives tells them apart, as in BBR
 * (Cardwell et al., 2016): on a full line, batches arrive no faster than it carries; on a longer one, as fast as they
 * were sent, only later. What a batch took beyond what the line then needed for the bytes ahead of it is the line's length.
 */
export class SendWindow {
  #bytes = FIRST_BYTES;
  #onTheWay = 0;
  #leastMs = Number.POSITIVE_INFINITY;
  #leastAt = Number.NEGATIVE_INFINITY;
  /** Nothing more goes until the line is empty, to measure how long it is. */
  #isClearing = false;
  /** Whether there was more to send than room, and still is. */
  #isFull = false;
  #shrunkAt = Number.NEGATIVE_INFINITY;
  /** The next batch may go from then on, by the pace. */
  #paceAt = Number.NEGATIVE_INFINITY;
  readonly #speed = new LineSpeed();

  /** Bytes that may be on their way at once. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that have not arrived yet. */
  get onTheWay(): number {
    return this.#onTheWay;
  }

  /** How long the line takes when nothing waits on it, in ms; `null` before anything has arrived. */
  get leastMs(): number | null {
    return this.#leastMs === Number.POSITIVE_INFINITY ? null : this.#leastMs;
  }

  /** Bytes a second that the line carries; `null` where it was not kept busy for long enough to tell. */
  get bytesPerS(): number | null {
    return this.#speed.bytesPerS;
  }

  /** How long the pace holds up the next batch, in ms; 0 where only an answer can make room. */
  paceMs(now: number): number {
    return Math.max(0, this.#paceAt - now);
  }

  /** Bytes that the next batch may have; 0 where it must wait. To be asked where there is something to send. */
  room(now: number): number {
    if (now < this.#paceAt) return 0;
    if (this.#isFull && this.#isLeastOld(now)) this.#isClearing = true;
    const least = this.#leastBatch;
    if (this.#isClearing) return this.#onTheWay > 0 ? 0 : least;
    // On a short line nothing is won by parts, and many small batches cost the server.
    const parts = this.#isStream ? Math.max(BATCHES, Math.round(this.#leastMs / BATCH_EACH_MS)) : this.#fewParts;
    const most = Math.min(MOST_BATCH_BYTES, Math.max(least, this.#bytes / parts));
    const left = this.#onTheWay === 0 ? this.#bytes : this.#bytes - this.#onTheWay;
    if (left >= least) return Math.floor(Math.min(most, left));
    this.#isFull = true;
    return 0;
  }

  /** There is nothing to send: what arrives from now on does not show what the line could carry. */
  ranDry(): void {
    this.#isFull = false;
    this.#speed.isIdle();
  }

  /** A batch goes; the same is to be given back when it has arrived. */
  sent(bytes: number, now: number): Sent {
    const measures = this.#isClearing && this.#onTheWay === 0;
    this.#onTheWay += bytes;
    if (this.#isStream) this.#paceAt = Math.max(now, this.#paceAt) + (bytes * this.#leastMs) / (PACE * this.#bytes);
    return { bytes, at: now, onTheWay: this.#onTheWay, measures };
  }

  /** A batch has arrived. */
  arrived({ bytes, at, onTheWay, measures }: Sent, now: number): void {
    this.#onTheWay -= bytes;
    this.#speed.arrived(bytes, now);
    const tookMs = now - at;
    // Where there is less to send than room, nothing waits on the line.
    if (tookMs <= this.#leastMs || measures || (!this.#isFull && this.#isLeastOld(now))) {
      this.#lineTakes(tookMs, now);
    }
    if (tookMs - this.#leastMs > SHORT_WAIT_MS) {
      const carriedMs = this.#speed.msFor(onTheWay, at);
      // Those that are still on their way will tell how fast it is.
      if (carriedMs === null && this.#onTheWay > 0) return;
      const longMs = carriedMs === null ? 0 : tookMs - carriedMs;
      if (longMs > Math.max(this.#leastMs + SHORT_WAIT_MS, tookMs / 2)) this.#lineTakes(longMs, now);
    }
    const waitedMs = tookMs - this.#leastMs;
    if (this.#isFull) {
      const hasWaited = waitedMs >= SHORT_WAIT_MS / 4 || this.#bytes >= this.#most;
      this.#speed.waited(hasWaited, this.#bytes, now);
    }
    if (waitedMs > LONG_WAIT_MS) {
      // Those that were sent before the window shrank say nothing about how it is now.
      if (at < this.#shrunkAt) return;
      this.#bytes = Math.max(this.#leastBatch, (this.#bytes * (this.#leastMs + SHORT_WAIT_MS)) / tookMs);
      this.#shrunkAt = now;
    } else if (waitedMs < SHORT_WAIT_MS && this.#isFull) {
      // What this shows was sent a while ago: the nearer the end, the smaller the steps.
      this.#bytes = Math.min(this.#most, this.#bytes + bytes * (1 - waitedMs / SHORT_WAIT_MS));
    }
  }

  get #most(): number {
    return this.#leastMs < SHORT_LINE_MS ? MOST_BYTES_NEAR : MOST_BYTES;
  }

  /** Whether a window is more than a few small batches, and takes a while to be answered: then it leaves as a stream. */
  get #isStream(): boolean {
    const isLong = this.#leastMs >= SHORT_LINE_MS && this.#leastMs < Number.POSITIVE_INFINITY;
    return isLong && this.#bytes > BATCHES * LEAST_BATCH_BYTES;
  }

  get #fewParts(): number {
    return this.#leastMs < SHORT_LINE_MS ? 1 : BATCHES;
  }

  get #leastBatch(): number {
    const carried = ((this.bytesPerS ?? Number.POSITIVE_INFINITY) * SLOW_BATCH_MS) / 1000;
    return Math.min(LEAST_BATCH_BYTES, Math.max(SLOW_BATCH_BYTES, carried));
  }

  #lineTakes(ms: number, now: number): void {
    this.#leastMs = ms;
    this.#leastAt = now;
    this.#isClearing = false;
  }

  #isLeastOld(now: number): boolean {
    return this.#leastAt + Math.max(LEAST_AGE_MS, LEAST_AGE_TRIPS * this.#leastMs) < now;
  }
}
