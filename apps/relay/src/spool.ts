import type { SeqRanges } from '@okboxbox/protocol';

/** A packed record with its number, kept until a server has it. */
export interface Spooled {
  readonly seq: number;
  readonly bytes: Uint8Array;
  /** When it was put in, on the relay's monotonic clock in ms. */
  readonly at: number;
}

/** How full a spool is. */
export interface SpoolFill {
  readonly records: number;
  readonly bytes: number;
  /** Age of the oldest record in ms; 0 where there is none. */
  readonly oldestMs: number;
}

/**
 * Keeps packed records, in order, until a server has acknowledged them. In memory: what it holds is gone with the
 * process. It is never over its bound: `hasRoom` is asked before each `put`.
 */
export class Spool {
  readonly #maxBytes: number;
  #records: Spooled[] = [];
  #head = 0;
  #bytes = 0;
  #waiting: (() => void)[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#maxBytes;
  }

  get isEmpty(): boolean {
    return this.#records.length === this.#head;
  }

  put(record: Spooled): void {
    this.#records.push(record);
    this.#bytes += record.bytes.length;
  }

  /** Resolves when something was acknowledged. */
  nextAcknowledgement(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The record of a number, or the first after it. */
  from(seq: number): Spooled | undefined {
    const first = this.#records[this.#head];
    return first === undefined ? undefined : this.#records[this.#head + Math.max(0, seq - first.seq)];
  }

  /** Lets go of what a server has; returns the last number of the run of numbers that it has from the start. */
  acknowledge(have: SeqRanges): number {
    const last = have[0]?.[1] ?? 0;
    while (this.#head < this.#records.length && (this.#records[this.#head] as Spooled).seq <= last) {
      this.#bytes -= (this.#records[this.#head] as Spooled).bytes.length;
      this.#head += 1;
    }
    if (this.#head > 1_024 && this.#head * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
    for (const wake of this.#waiting.splice(0)) wake();
    return last;
  }

  fill(now: number): SpoolFill {
    const oldest = this.#records[this.#head];
    return {
      records: this.#records.length - this.#head,
      bytes: this.#bytes,
      oldestMs: oldest === undefined ? 0 : Math.round(now - oldest.at),
    };
  }
}
