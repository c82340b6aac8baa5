import { encodeRecord, type SourceRecord, WireError } from '@okboxbox/protocol';
import type { Spool } from './spool.js';

/** Time as the relay captures it. */
export interface CaptureClock {
  /** Milliseconds that never step back. */
  now(): number;
  /** What the wall clock said when `now()` was 0, milliseconds since the epoch; read once a run. */
  readonly epoch: number;
}

export interface AgentCounters {
  frames: number;
  /** Records that fit no wire record; the sequence goes on without them. */
  dropped: number;
}

/**
 * Stamps what a source gives: a number in its stream, and for frames the time of capture by a monotonic clock.
 * Each record is packed once; its bytes go to the spool and are not touched again.
 */
export class Agent {
  readonly counters: AgentCounters = { frames: 0, dropped: 0 };
  readonly #spool: Spool;
  readonly #clock: CaptureClock;
  readonly #onDrop: (because: string) => void;
  #seq = 0;
  /** Newest session time captured, in seconds. */
  sessionTime: number | undefined;

  constructor(spool: Spool, clock: CaptureClock, onDrop: (because: string) => void) {
    this.#spool = spool;
    this.#clock = clock;
    this.#onDrop = onDrop;
  }

  /** Begins a new stream: numbers start at 1 again. The spool must be empty. */
  beginStream(): void {
    this.#seq = 0;
    this.sessionTime = undefined;
  }

  /** How many records the stream has. */
  get captured(): number {
    return this.#seq;
  }

  /** Stamps and spools a record; waits for room first, so that a file is read no faster than it is taken. */
  async capture(record: SourceRecord): Promise<void> {
    while (!this.#spool.hasRoom) await this.#spool.nextAcknowledgement();
    const now = this.#clock.now();
    const stamped = { ...record, capturedAt: Math.round((this.#clock.epoch + now) * 1000) / 1000 };
    let bytes: Uint8Array;
    try {
      bytes = encodeRecord(stamped, this.#seq + 1);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.counters.dropped += 1;
      this.#onDrop(error.message);
      return;
    }
    this.#seq += 1;
    this.#spool.put({ seq: this.#seq, bytes, at: now });
    if (record.kind !== 'frame') return;
    this.counters.frames += 1;
    this.sessionTime = record.sessionTime;
  }
}
