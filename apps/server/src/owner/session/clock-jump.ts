import type { SimInstant } from './latest-capture.js';

/** A sim's clock that advances by more than this beyond the time that has passed has jumped, in s. */
export const JUMP_S = 5;
/** A capture further ahead of its receipt than the relay's captures were before is not believed beyond this, in ms. */
const LEAD_MS = 12 * 3_600_000;
/** A jump after which the relay goes on evenly for this long is what the sim shows, in ms of the server's clock. */
const EVEN_MS = 5_000;
/** Other relays of the session that have sent within this time speak against it, in ms. */
const OTHERS_MS = 60_000;

/** A frame's times: on the sim's clock in s, the others in ms. */
export interface FrameTimes {
  readonly sessionTime: number;
  readonly capturedAt: number;
  readonly receivedAt: number;
}

/**
 * How much more the sim's clock has advanced since a relay's frame before than time has, in s: more than both the relay's
 * captures and their receipts. A PC that slept, or a backlog with a part that was lost, comes to nothing.
 */
export function advanceBeyond(before: FrameTimes, frame: FrameTimes): number {
  const received = frame.receivedAt - before.receivedAt;
  const lead = frame.capturedAt - frame.receivedAt - (before.capturedAt - before.receivedAt);
  // Nothing is captured after it came: a stamp that leads by this much more than before is no measure of time.
  const captured = lead > LEAD_MS ? received : frame.capturedAt - before.capturedAt;
  return frame.sessionTime - before.sessionTime - Math.max(captured, received) / 1000;
}

/** Frames of one relay that were dropped, one after another, each even with the one before. */
interface Beyond {
  readonly since: number;
  readonly newest: FrameTimes;
}

/**
 * Tells frames whose sim's clock has jumped, so that a wrong one does not leave the session's honest frames behind. What
 * goes on evenly after a jump, with no other relay to say otherwise, is taken: no relay is locked out for good.
 */
export class ClockJumps {
  readonly #beyond = new Map<number, Beyond>();
  /** When a frame of each stream was last taken. */
  readonly #takenAt = new Map<number, number>();

  /** Why a frame of a stream is to be dropped; `null` where it is to be taken. `before` is its newest that was taken. */
  judge(stream: number, before: SimInstant | null, frame: FrameTimes): string | null {
    if (before?.receivedAt === undefined) return this.#take(stream, frame);
    const { receivedAt, capturedAt, sessionTimeMs } = before;
    const jumpS = advanceBeyond({ receivedAt, capturedAt, sessionTime: sessionTimeMs / 1000 }, frame);
    if (jumpS <= JUMP_S || this.#isEven(stream, frame)) return this.#take(stream, frame);
    return `the sim's clock is ${Math.round(jumpS)} s further than the time that has passed`;
  }

  #take(stream: number, { receivedAt }: FrameTimes): null {
    this.#beyond.delete(stream);
    this.#takenAt.set(stream, receivedAt);
    return null;
  }

  /** Whether the relay has gone on evenly from a jump for long enough. */
  #isEven(stream: number, frame: FrameTimes): boolean {
    const beyond = this.#beyond.get(stream);
    const goesOn =
      beyond !== undefined &&
      frame.sessionTime >= beyond.newest.sessionTime &&
      advanceBeyond(beyond.newest, frame) <= JUMP_S;
    const since = goesOn ? beyond.since : frame.receivedAt;
    this.#beyond.set(stream, { since, newest: frame });
    const isContradicted = [...this.#takenAt].some(
      ([other, at]) => other !== stream && frame.receivedAt - at < OTHERS_MS,
    );
    return !isContradicted && frame.receivedAt - since >= EVEN_MS;
  }
}
