import type { OpsEvent } from '@okboxbox/protocol';

/** An event in a ring; one that repeats is counted where it is. */
export type Kept = OpsEvent & { count?: number; lastAt?: number };

/** What an event takes besides its texts, in bytes. */
const EVENT_BYTES = 120;
const FIELD_BYTES = 24;

/** The newest events of a kind, as many as fit a budget of bytes; what made room for newer ones is counted. */
export class EventRing {
  readonly #budget: number;
  /** From `#head` on, oldest first. */
  #events: Kept[] = [];
  #head = 0;
  #bytes = 0;
  evicted = 0;

  /** `budget` in bytes. */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** What its events take, in bytes, about. */
  get bytes(): number {
    return this.#bytes;
  }

  add(event: Kept): void {
    this.#events.push(event);
    this.#bytes += sizeOf(event);
    while (this.#bytes > this.#budget && this.#head < this.#events.length - 1) {
      this.#bytes -= sizeOf(this.#events[this.#head] as Kept);
      this.#head += 1;
      this.evicted += 1;
    }
    // Moved together now and then, not at each event.
    if (this.#head > 1_000 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Whether an event is still here. */
  holds(event: Kept): boolean {
    const oldest = this.#events[this.#head];
    return oldest !== undefined && event.id >= oldest.id;
  }

  /** Events that fit, newest first, at most `limit`. */
  newest(fits: (event: Kept) => boolean, limit: number): Kept[] {
    const found: Kept[] = [];
    for (let i = this.#events.length - 1; i >= this.#head && found.length < limit; i--) {
      const event = this.#events[i] as Kept;
      if (fits(event)) found.push(event);
    }
    return found;
  }
}

function sizeOf(event: Kept): number {
  let bytes = EVENT_BYTES;
  for (const value of Object.values(event)) bytes += FIELD_BYTES + (typeof value === 'string' ? value.length * 2 : 0);
  // Counting a repetition adds these two later: they are there from the beginning.
  return bytes + (event.count === undefined ? 2 * FIELD_BYTES : 0);
}
