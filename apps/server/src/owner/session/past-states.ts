import { join } from 'node:path';
import { diskReason } from '../../data-files.js';
import { OwnerRefusal } from '../../directory/owner-refusal.js';
import type { Logger } from '../../log.js';
import { type FoldedSession, foldSession } from './fold-session.js';
import type { SessionState } from './session-state.js';
import type { Loss } from './timeline-loss.js';

/** Ended sessions whose state is kept in memory after somebody asked for it. */
const OPEN_AT_ONCE = 4;
/** Foldings that may wait for their turn. */
const MAX_SEEKS_WAITING = 16;

/** Too many foldings wait already; try again in a moment. */
export class SeekRefusedError extends OwnerRefusal {
  override readonly name = 'SeekRefusedError';

  constructor() {
    super(
      'not_available',
      `${MAX_SEEKS_WAITING} calls for an ended session or a past moment wait already. Try again in a few seconds.`,
    );
  }
}

/** States that no running session has: those of ended sessions, and of past moments. Folded from timelines when asked. */
export class PastStates {
  readonly #dir: string;
  readonly #log: Logger;
  readonly #onLoss: (sessionId: string, loss: Loss) => void;
  readonly #opened = new Map<string, Promise<SessionState | null>>();
  #seeking: Promise<unknown> = Promise.resolve();
  #seeksWaiting = 0;

  /** `dir` holds a folder for each session; `onLoss` hears of what is found lost of one. */
  constructor(dir: string, log: Logger, onLoss: (sessionId: string, loss: Loss) => void) {
    this.#dir = dir;
    this.#log = log;
    this.#onLoss = onLoss;
  }

  /**
   * An ended session's state; `null` where its timeline is not here, or cannot be read. Folded in turn with all else that is.
   * @throws SeekRefusedError where too many wait and `whereFull` is `refuse`.
   */
  atEnd(sessionId: string, whereFull: 'wait' | 'refuse'): Promise<SessionState | null> {
    let opened = this.#opened.get(sessionId);
    if (opened === undefined) {
      opened = this.#inTurn(() => this.#fold(sessionId), whereFull);
      opened = opened.catch((error) => {
        this.#opened.delete(sessionId);
        if (error instanceof SeekRefusedError) throw error;
        this.#log.error({ sessionId, because: diskReason(error) }, 'the timeline of a session cannot be read');
        return null;
      });
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
    return this.#inTurn(async () => {
      await synced();
      return this.#fold(sessionId, sessionTime);
    }, 'refuse');
  }

  async #inTurn(fold: () => Promise<FoldedSession | null>, whereFull: 'wait' | 'refuse'): Promise<SessionState | null> {
    if (whereFull === 'refuse' && this.#seeksWaiting >= MAX_SEEKS_WAITING) throw new SeekRefusedError();
    this.#seeksWaiting += 1;
    const found = this.#seeking.then(fold);
    this.#seeking = found.catch(() => undefined);
    try {
      return (await found)?.state ?? null;
    } finally {
      this.#seeksWaiting -= 1;
    }
  }

  /** What was asked for longest ago gives way. */
  #fold(sessionId: string, until = Number.POSITIVE_INFINITY): Promise<FoldedSession | null> {
    const onLoss = (loss: Loss) => this.#onLoss(sessionId, loss);
    return foldSession(join(this.#dir, sessionId), { repair: false, until, onLoss, log: this.#log });
  }

  #keep(sessionId: string, state: Promise<SessionState | null>): void {
    this.#opened.delete(sessionId);
    this.#opened.set(sessionId, state);
    const oldest = this.#opened.keys().next();
    if (this.#opened.size > OPEN_AT_ONCE && !oldest.done) this.#opened.delete(oldest.value);
  }
}
