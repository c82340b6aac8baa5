import { MAX_BATCH_BYTES } from '@okboxbox/protocol';

/** Bytes of the smallest batch worth sending, and of the largest: a fraction of what a server takes at once. */
export const LEAST_BATCH_BYTES = 4 * 1024;
const MOST_BATCH_BYTES = MAX_BATCH_BYTES / 8;
/** Bytes that may be on their way to a server of which nothing is known yet, and at most to any. */
const FIRST_BYTES = 16 * 1024;
const MOST_BYTES = 4 * MOST_BATCH_BYTES;
/** A window is sent as so many batches, so that one can be on its way while another is answered; */
const BATCHES = 4;
/** and as one on a line that takes less than this, in ms. */
const SHORT_LINE_MS = 100;
/** Bytes that wait on the line for less than this leave it idle; for more, they delay what matters, in ms. */
const SHORT_WAIT_MS = 400;
const LONG_WAIT_MS = 1_000;
/** How long the line takes when nothing waits on it is measured anew after so long: routes change. */
const LEAST_AGE_MS = 30_000;

/** How fast a line is, is told by what arrived in so many of the last ms in which there was always more to send. */
const MEASURED_MS = 3_000;

/** A batch on its way. */
export interface Sent {
  readonly bytes: number;
  readonly at: number;
  /** Whether it was sent alone, to measure how long the line is. */
  readonly measures: boolean;
}

/**
 * How much may be on its way to a server at once, by what the line shows: the least time that a batch took says how
 * long the line is, and what it takes beyond that is waiting behind other bytes. More goes while the wait is short, less
 * when it is long. So a fast line carries 512 KB at once, and on a slow one nothing, neither a live frame nor the answer
 * to a server's ping, waits longer than about a second.
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
  /** When batches arrived, and how many bytes had by then, since there is more to send than room. */
  #arrivals: { readonly at: number; readonly total: number }[] = [];
  #arrivedTotal = 0;

  /** Bytes that may be on their way at once. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that have not arrived yet. */
  get onTheWay(): number {
    return this.#onTheWay;
  }

  /** Bytes a second that the line carries; `null` where it was not kept busy for long enough to tell. */
  get bytesPerS(): number | null {
    const first = this.#arrivals[0];
    const last = this.#arrivals.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < MEASURED_MS) return null;
    return ((last.total - first.total) * 1000) / (last.at - first.at);
  }

  /** Bytes that the next batch may have; 0 where it must wait. To be asked where there is something to send. */
  room(now: number): number {
    if (this.#isFull && this.#isLeastOld(now)) this.#isClearing = true;
    if (this.#isClearing) return this.#onTheWay > 0 ? 0 : LEAST_BATCH_BYTES;
    // On a short line nothing is won by parts, and many small batches cost the server.
    const parts = this.#leastMs < SHORT_LINE_MS ? 1 : BATCHES;
    const most = Math.min(MOST_BATCH_BYTES, Math.max(LEAST_BATCH_BYTES, this.#bytes / parts));
    const left = this.#onTheWay === 0 ? this.#bytes : this.#bytes - this.#onTheWay;
    if (left >= LEAST_BATCH_BYTES) return Math.floor(Math.min(most, left));
    this.#isFull = true;
    return 0;
  }

  /** There is nothing to send: what arrives from now on does not show what the line could carry. */
  ranDry(): void {
    this.#isFull = false;
    this.#arrivals = [];
  }

  /** A batch goes; the same is to be given back when it has arrived. */
  sent(bytes: number, now: number): Sent {
    const measures = this.#isClearing && this.#onTheWay === 0;
    this.#onTheWay += bytes;
    return { bytes, at: now, measures };
  }

  /** A batch has arrived. */
  arrived({ bytes, at, measures }: Sent, now: number): void {
    this.#onTheWay -= bytes;
    this.#arrivedTotal += bytes;
    if (this.#isFull) this.#measure(now);
    const tookMs = now - at;
    // Where there is less to send than room, nothing waits on the line.
    if (tookMs <= this.#leastMs || measures || (!this.#isFull && this.#isLeastOld(now))) {
      this.#leastMs = tookMs;
      this.#leastAt = now;
      this.#isClearing = false;
    }
    const waitedMs = tookMs - this.#leastMs;
    if (waitedMs > LONG_WAIT_MS) {
      // Those that were sent before the window shrank say nothing about how it is now.
      if (at < this.#shrunkAt) return;
      this.#bytes = Math.max(LEAST_BATCH_BYTES, (this.#bytes * (this.#leastMs + SHORT_WAIT_MS)) / tookMs);
      this.#shrunkAt = now;
    } else if (waitedMs < SHORT_WAIT_MS && this.#isFull) {
      // What this shows was sent a while ago: the nearer the end, the smaller the steps.
      this.#bytes = Math.min(MOST_BYTES, this.#bytes + bytes * (1 - waitedMs / SHORT_WAIT_MS));
    }
  }

  #isLeastOld(now: number): boolean {
    return this.#leastAt + LEAST_AGE_MS < now;
  }

  #measure(now: number): void {
    this.#arrivals.push({ at: now, total: this.#arrivedTotal });
    // The newest that lies that far back stays: from there on is measured.
    while ((this.#arrivals[1]?.at ?? now) <= now - MEASURED_MS) this.#arrivals.shift();
  }
}
