import { join } from 'node:path';
import type { Logger } from '../log.js';
import { foldSession } from './fold-session.js';
import type { SessionState } from './session-state.js';

/** Ended sessions whose state is kept in memory after somebody asked for it. */
const OPEN_AT_ONCE = 4;
/** Seeks that may wait for their turn. */
const MAX_SEEKS_WAITING = 16;

/** Too many seeks wait already; try again in a moment. */
export class SeekRefusedError extends Error {
  override readonly name = 'SeekRefusedError';

  constructor() {
    super(`${MAX_SEEKS_WAITING} calls for a past moment wait already. Try again in a few seconds.`);
  }
}

/** States that no running session has: those of ended sessions, and of past moments. Folded from timelines when asked. */
export class PastStates {
  readonly #dir: string;
  readonly #log: Logger;
  readonly #opened = new Map<string, Promise<SessionState | null>>();
  #seeking: Promise<unknown> = Promise.resolve();
  #seeksWaiting = 0;

  /** `dir` holds a folder for each session. */
  constructor(dir: string, log: Logger) {
    this.#dir = dir;
    this.#log = log;
  }

  /** An ended session's state; `null` where its timeline is not here. */
  atEnd(sessionId: string): Promise<SessionState | null> {
    let opened = this.#opened.get(sessionId);
    if (opened === undefined) {
      const folded = foldSession(join(this.#dir, sessionId), { mend: false, log: this.#log });
      opened = folded.then((found) => found?.state ?? null);
      opened.catch(() => this.#opened.delete(sessionId));
    }
    this.#keep(sessionId, opened);
    return opened;
  }

  /** Keeps the state of a session that has just ended. */
  keep(sessionId: string, state: SessionState): void {
    this.#keep(sessionId, Promise.resolve(state));
  }

  /**
   * A session's state at a session time, in seconds, from the checkpoint before; `synced` resolves when what runs is on
   * disk as far as it has come. One at a time, since folding takes of the same core as the running race.
   * @throws SeekRefusedError where too many wait.
   */
  async at(
    sessionId: string,
    sessionTime: number,
    synced: () => Promise<void> | undefined,
  ): Promise<SessionState | null> {
    if (this.#seeksWaiting >= MAX_SEEKS_WAITING) throw new SeekRefusedError();
    this.#seeksWaiting += 1;
    const found = this.#seeking.then(async () => {
      await synced();
      return foldSession(join(this.#dir, sessionId), { mend: false, until: sessionTime, log: this.#log });
    });
    this.#seeking = found.catch(() => undefined);
    try {
      return (await found)?.state ?? null;
    } finally {
      this.#seeksWaiting -= 1;
    }
  }

  /** What was asked for longest ago gives way. */
  #keep(sessionId: string, state: Promise<SessionState | null>): void {
    this.#opened.delete(sessionId);
    this.#opened.set(sessionId, state);
    const oldest = this.#opened.keys().next();
    if (this.#opened.size > OPEN_AT_ONCE && !oldest.done) this.#opened.delete(oldest.value);
  }
}
