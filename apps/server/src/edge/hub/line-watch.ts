import { CLOSE_ABOVE_BYTES } from '../../sockets/close-socket.js';

/** A message that has waited here for so long makes the next ones be skipped, in ms. */
export const SKIP_AFTER_MS = 5_000;
/** More than this waiting does so, too, however young it is: memory has a bound. */
export const SKIP_ABOVE_BYTES = 512 * 1024;
/** A line that has not got rid of what waited for this long is closed, in ms. */
export const CLOSE_AFTER_MS = 20_000;

/** What is to be done with a message for a line. */
export type Judgement = 'write' | 'skip' | 'close';

/** A line at one moment. */
export interface LineFill {
  /** Bytes that wait for it here. */
  readonly waiting: number;
  /** Bytes that have left for it in all; `null` where its transport does not say. */
  readonly left: number | null;
}

/** All that had been handed over by an instant. */
interface Mark {
  readonly at: number;
  /** It is gone when this number of bytes has left; `null` where that is not told, and the next poll takes all. */
  readonly goneAt: number | null;
}

/**
 * Judges one viewer's line before each message. What counts is how long something has waited, not only how much does: a
 * feed is so thin that half a megabyte of it is almost a minute. The bounds are chosen for a burst to pass: the state of
 * 60 cars leaves within them on the slowest line that bears their feed.
 */
export class LineWatch {
  #mark: Mark | null = null;
  #skippedSince: number | null = null;
  #waited = 0;

  /** Whether messages are skipped now: the client asks for what it missed when it reads again. */
  get isSkipping(): boolean {
    return this.#skippedSince !== null;
  }

  /** Since when what waits now has waited at least, `null` where nothing does. */
  get waitsSince(): number | null {
    return this.#mark?.at ?? null;
  }

  judge(fill: LineFill, now: number): Judgement {
    const { waiting, left } = fill;
    const before = this.#waited;
    this.#waited = waiting;
    if (waiting === 0) {
      this.#mark = null;
      this.#skippedSince = null;
      return 'write';
    }
    if (waiting > CLOSE_ABOVE_BYTES) return 'close';
    if (this.#mark === null || isGone(this.#mark, left, waiting < before)) {
      this.#skippedSince = null;
      this.#mark = { at: now, goneAt: left === null ? null : left + waiting };
    }
    if (this.#skippedSince !== null) return now - this.#skippedSince >= CLOSE_AFTER_MS ? 'close' : 'skip';
    const isFull = waiting > SKIP_ABOVE_BYTES;
    if (!isFull && now - this.#mark.at <= SKIP_AFTER_MS) return 'write';
    this.#skippedSince = now;
    // Nothing is added from here on: when this has left, what comes next is new. Of a burst only a half must have.
    const mustLeave = isFull ? waiting - SKIP_ABOVE_BYTES / 2 : waiting;
    this.#mark = { at: this.#mark.at, goneAt: left === null ? null : left + mustLeave };
    return 'skip';
  }
}

/** Whether what was there at a mark has left. A line that has changed its transport begins anew. */
function isGone(mark: Mark, left: number | null, wasPolled: boolean): boolean {
  if (left === null || mark.goneAt === null) return wasPolled || (left === null) !== (mark.goneAt === null);
  return left >= mark.goneAt;
}
