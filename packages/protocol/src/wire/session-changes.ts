import type { SessionLine, SourceRecord } from './recording.js';

/** A session clock that falls back by more than this is another running, whatever the sim calls it, in s. */
export const FELL_BACK_S = 2;

/** Whether two session lines are of the same running of practice, qualifying or race. */
export function isSameSession(before: SessionLine, next: SessionLine): boolean {
  return before.simSessionKey === next.simSessionKey && before.type === next.type;
}

/** Follows the records of one source, and says with which of them another session begins: a relay begins a stream there. */
export class SessionChanges {
  #session: SessionLine | null = null;
  #sessionTime: number | null = null;

  /** The session of the newest record. */
  get session(): SessionLine | null {
    return this.#session;
  }

  /** Takes the next record; true where it is the first of another session than the one before. */
  begins(record: SourceRecord): boolean {
    if (record.kind === 'session') {
      const before = this.#session;
      this.#session = record;
      const isOther = before !== null && !isSameSession(before, record);
      if (isOther) this.#sessionTime = null;
      return isOther;
    }
    if (record.kind !== 'frame') return false;
    const before = this.#sessionTime;
    this.#sessionTime = record.sessionTime;
    return before !== null && record.sessionTime < before - FELL_BACK_S;
  }
}
