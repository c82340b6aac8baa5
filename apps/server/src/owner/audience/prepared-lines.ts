import type { Logger } from '../../log.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { AiredNotes } from './aired-notes.js';
import type { BroadcastSession } from './broadcast-session.js';
import { rebuildLine } from './rebuild-line.js';
import type { ShowClock } from './show-clock.js';

export interface PreparedLinesDeps {
  readonly registry: SessionRegistry;
  readonly clockOf: (show: string) => ShowClock;
  readonly notes: AiredNotes;
  readonly log: Logger;
}

/** Lines of sessions of before this run, made of their timelines: until one is made, nothing of its session airs. */
export class PreparedLines {
  readonly #deps: PreparedLinesDeps;
  readonly #preparing = new Set<string>();
  readonly #beingPrepared = new Set<Promise<void>>();
  readonly #failed = new Set<string>();
  /** Sessions that have ended and take what a relay had not sent. */
  readonly #reopened = new Map<string, Session>();

  constructor(deps: PreparedLinesDeps) {
    this.#deps = deps;
  }

  /** Sessions whose lines are being made. */
  get preparing(): readonly string[] {
    return [...this.#preparing];
  }

  /** Sessions whose lines could not be made: nothing of them airs. */
  get failed(): readonly string[] {
    return [...this.#failed];
  }

  /** Whether a session's line could not be made of its timeline. */
  hasFailed(sessionId: string): boolean {
    return this.#failed.has(sessionId);
  }

  /** An ended session takes what a relay had not sent: a line that is being made goes on with it when it is. */
  reopened(session: Session): void {
    this.#reopened.set(session.id, session);
  }

  /** It takes no more. */
  closedAgain(sessionId: string): void {
    this.#reopened.delete(sessionId);
  }

  /** Makes the line of a session; `session` is what feeds it then, `null` where it has ended. */
  prepare(broadcast: BroadcastSession, session: Session | null): void {
    const preparing = this.#prepare(broadcast, session).finally(() => this.#beingPrepared.delete(preparing));
    this.#beingPrepared.add(preparing);
  }

  /** Resolves when all that are being made are, or when that takes longer than `withinMs`. */
  async prepared(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([Promise.all(this.#beingPrepared), tooLong]);
    clearTimeout(timer);
  }

  async #prepare(broadcast: BroadcastSession, session: Session | null): Promise<void> {
    const { registry, clockOf, log } = this.#deps;
    const { show, sessionId } = broadcast;
    const now = () => clockOf(show).now();
    this.#preparing.add(sessionId);
    const folded = session?.state;
    try {
      // What was noted when it was resumed says how the clock was set; an ended session's timeline has no such note.
      await session?.synced();
      const shiftMs = session === null || session.state.status.status === 'ended' ? registry.shiftOf(sessionId) : 0;
      const maker = await rebuildLine(registry.timelineDir(sessionId), {
        now,
        shiftMs,
        log,
        onLoss: (loss) => void registry.damaged.lost(sessionId, loss),
      });
      if (maker === null) throw new Error('the timeline does not say what session it is');
      const airedBefore = await this.#deps.notes.airedBefore(
        show,
        sessionId,
        session === null ? shiftMs : registry.clockShiftMs,
      );
      // What has come meanwhile follows in one step.
      const feeding = session ?? this.#reopened.get(sessionId) ?? null;
      if (feeding !== null) {
        // Folded alike, from the same records, unless the session was folded again or is about to be.
        const isSameFold = feeding.state === folded && feeding.state.provisionalFrom === null;
        if (!isSameFold) maker.beginEpoch(feeding.state);
        maker.observe(feeding.state, now());
        maker.flush(feeding.state, now());
      }
      broadcast.begin(maker, feeding, airedBefore);
    } catch (error) {
      this.#failed.add(sessionId);
      broadcast.fail();
      if (registry.liveSession(sessionId) === undefined) await registry.damaged.cannotBeUsed(sessionId, error);
      log.error({ err: error, sessionId }, 'the line of a session could not be made: nothing of it airs');
    } finally {
      this.#preparing.delete(sessionId);
    }
  }
}
