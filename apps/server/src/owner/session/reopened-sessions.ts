import { join } from 'node:path';
import type { DamagedSessions } from './damaged-sessions.js';
import { type EndedSessions, fedBy } from './ended-sessions.js';
import { foldSession } from './fold-session.js';
import type { SessionDeps } from './folded-timeline.js';
import { Session } from './session.js';

/** A relay's connection that feeds a session which has ended. */
export interface LateFeeding {
  /** To be called when the session counts the relay as connected, or the relay is gone. */
  readonly greeted: () => void;
  /** To be called when it feeds the session no more. */
  readonly left: () => void;
}

/** Is called when a session is reopened, and when it is closed again. */
interface ReopenedListener {
  reopened(session: Session): void;
  /** All of it is stored; `session.state` is its state from now on. */
  closedAgain(session: Session): void;
}

/** Sessions that have ended and are open for what a relay had not sent of them. They do not run. */
export class ReopenedSessions {
  readonly #dir: string;
  readonly #archive: EndedSessions;
  readonly #damaged: DamagedSessions;
  readonly #deps: SessionDeps;
  readonly #listener: ReopenedListener;
  readonly #open = new Map<string, Session>();
  /** Those whose end is being stored. */
  readonly #storing = new WeakMap<Session, Promise<void>>();

  /** `dir` holds a folder for each session. */
  constructor(
    dir: string,
    archive: EndedSessions,
    damaged: DamagedSessions,
    deps: SessionDeps,
    listener: ReopenedListener,
  ) {
    this.#dir = dir;
    this.#archive = archive;
    this.#damaged = damaged;
    this.#deps = deps;
    this.#listener = listener;
  }

  /** A session of that id that is open. */
  get(sessionId: string): Session | undefined {
    return this.#open.get(sessionId);
  }

  /** All that are open. */
  get all(): Iterable<Session> {
    return this.#open.values();
  }

  /** Whether a session of that id is open. */
  has(sessionId: string): boolean {
    return this.#open.has(sessionId);
  }

  /** Opens an ended session, once; `null` where there is none of that id with a timeline. */
  async open(sessionId: string | undefined): Promise<Session | null> {
    const summary = sessionId === undefined ? undefined : this.#archive.get(sessionId);
    if (sessionId === undefined || summary === undefined) return null;
    const open = this.#open.get(sessionId);
    if (open !== undefined) return open;
    const dir = join(this.#dir, sessionId);
    const folded = await foldSession(dir, { repair: true, log: this.#deps.log });
    if (folded === null) return null;
    if (folded.loss !== undefined) await this.#damaged.lost(sessionId, folded.loss);
    const shiftMs = this.#archive.shiftOf(sessionId);
    // A server that is killed from here on makes the summary again.
    await this.#archive.write({ summary, shiftMs, isOpen: true, ...fedBy(folded.state) });
    const session = await Session.reopen(dir, folded, this.#deps, shiftMs);
    this.#open.set(sessionId, session);
    this.#deps.log.info({ sessionId }, 'a session that has ended is open again');
    this.#listener.reopened(session);
    return session;
  }

  /** Closes a session again where no relay feeds it or greets it. */
  async closeIdle(session: Session): Promise<void> {
    if (session.hasRelay || session.isHeld || this.#open.get(session.id) !== session) return;
    await this.#storeOnce(session);
    this.#open.delete(session.id);
    this.#listener.closedAgain(session);
  }

  /** Closes all of them, for the server's stop. */
  async close(): Promise<void> {
    for (const session of this.#open.values()) await this.#storeOnce(session);
  }

  /** Stores what a session has come to, once: its relay may leave while the server stops. */
  #storeOnce(session: Session): Promise<void> {
    const storing = this.#storing.get(session) ?? this.#store(session);
    this.#storing.set(session, storing);
    storing.catch(() => this.#storing.delete(session));
    return storing;
  }

  async #store(session: Session): Promise<void> {
    const summary = session.state.summary();
    const runs = fedBy(session.state);
    if (session.isExtended) this.#archive.settleShift(session.id);
    await session.close();
    await this.#archive.write({ summary, shiftMs: this.#archive.shiftOf(session.id), isOpen: false, ...runs });
    this.#archive.add(summary, runs);
  }
}
