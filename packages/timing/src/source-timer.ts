import { decodeRecord, encodeRecord, readRecord, SessionChanges, type SourceRecord } from '@okboxbox/protocol';
import { foldRecord } from './fold.js';
import { createTiming, type TimingState } from './state.js';

/**
 * Times the records of a source as a server does that a relay sends them to: with the precision that they have on the
 * wire, and each session by itself.
 */
export class SourceTimer {
  #timing = createTiming();
  #sessions = 0;
  #seq = 0;
  readonly #changes = new SessionChanges();

  /** The newest session's timing. */
  get timing(): TimingState {
    return this.#timing;
  }

  /** How many sessions there have been. */
  get sessions(): number {
    return this.#sessions;
  }

  /**
   * Takes the next record.
   * @throws WireError where it could not be sent; nothing has changed then.
   */
  take(record: SourceRecord): void {
    const sent = decodeRecord(readRecord(encodeRecord(record, this.#seq + 1)));
    this.#seq += 1;
    if (this.#changes.begins(record)) this.#begin(record);
    else if (this.#sessions === 0 && record.kind === 'session') this.#sessions = 1;
    foldRecord(this.#timing, sent);
  }

  #begin(record: SourceRecord): void {
    this.#timing = createTiming();
    this.#sessions += 1;
    const { session } = this.#changes;
    // The sim goes back without saying what it runs: it is what it was.
    if (record.kind !== 'session' && session !== null) foldRecord(this.#timing, session);
  }
}
