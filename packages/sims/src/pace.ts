import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceRecord } from '@okboxbox/protocol';

/** The clock that records are let out by. */
export interface PaceClock {
  /** Milliseconds that never step back; where they count from does not matter. */
  now(): number;
  /** Resolves after that many milliseconds, or at once where the signal aborts; never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** How fast records are let out. */
export interface PaceOptions {
  /** Seconds of session time a second; `null` as fast as they are read. */
  readonly speed: number | null;
  readonly clock: PaceClock;
  /** This much of the session from the first frame on is let out at once, in seconds. */
  readonly skipS?: number;
  /** Ends the iteration at once, without an error. */
  readonly signal?: AbortSignal;
}

/** A step of the session clock above this, in seconds, is a cut in the data and not a wait. */
const LONGEST_WAIT_S = 60;

/** The machine's own clock. */
export const monotonicClock: PaceClock = {
  now: () => performance.now(),
  wait: async (ms, signal) => {
    // An aborted wait ends as a finished one: the caller looks at the signal.
    await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
  },
};

/** Where the session clock and ours were last put together. */
interface Anchor {
  readonly sessionTime: number;
  readonly now: number;
}

/**
 * Lets frames out when they are due by the session clock. Other records go with the frame after them. Each
 * due time counts from an anchor, so that waits that take too long do not add up; a session clock that falls
 * back or jumps by more than 60 s sets a new anchor.
 * @throws RangeError where the speed is not above 0.
 */
export async function* pace(records: AsyncIterable<SourceRecord>, options: PaceOptions): AsyncGenerator<SourceRecord> {
  const { speed, clock, skipS = 0, signal } = options;
  if (speed !== null && !(speed > 0 && Number.isFinite(speed))) {
    throw new RangeError(`The speed ${speed} cannot be played: give a number above 0`);
  }
  let anchor: Anchor | null = null;
  let previous = 0;
  let held: SourceRecord[] = [];
  for await (const record of records) {
    if (signal?.aborted) return;
    held.push(record);
    if (record.kind !== 'frame') continue;
    if (speed !== null) {
      const step = record.sessionTime - previous;
      if (anchor === null || step < 0 || step > LONGEST_WAIT_S) {
        const skipped: number = anchor === null ? (skipS * 1000) / speed : 0;
        anchor = { sessionTime: record.sessionTime, now: clock.now() - skipped };
      }
      previous = record.sessionTime;
      const due = anchor.now + ((record.sessionTime - anchor.sessionTime) * 1000) / speed;
      const wait = due - clock.now();
      if (wait > 0) await clock.wait(wait, signal);
    }
    for (const each of held) {
      if (signal?.aborted) return;
      yield each;
    }
    held = [];
  }
  if (!signal?.aborted) yield* held;
}
