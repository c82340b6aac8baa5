import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByeReason, RelayHello, SessionSummary } from '@okboxbox/protocol';
import type { KnownRelay } from '../../access/visitor.js';
import { ownFolder } from '../../data-files.js';
import { DamagedSessions } from './damaged-sessions.js';
import { EndedSessions, fedBy } from './ended-sessions.js';
import { foldAnew } from './fold-session.js';
import type { SessionDeps } from './folded-timeline.js';
import { asNotStored } from './not-stored.js';
import { PastStates } from './past-states.js';
import { type LateFeeding, ReopenedSessions } from './reopened-sessions.js';
import { restoreSession } from './restore-session.js';
import { Session } from './session.js';
import { sessionOfRun, sessionOfSim, supersededBy } from './session-of-relay.js';
import type { SessionState } from './session-state.js';
import type { Stream } from './stream.js';
import { TimelineChecks } from './timeline-checks.js';

/** A session without a frame for this long is over. */
const SILENCE_MS = 6 * 60 * 60 * 1000;
/** How often sessions that could not be read are looked at: whether somebody has repaired them. */
const READ_AGAIN_MS = 5_000;
/** Sessions that ended longer ago than this are not checked at a start. */
const LATELY_MS = 7 * 24 * 60 * 60 * 1000;
/** How often sessions are looked through for silence. */
const SILENCE_CHECK_MS = 60 * 1000;

export interface RegistryDeps extends SessionDeps {
  /** Makes a random id without a prefix. */
  readonly randomId: () => string;
}

export interface RegistryListener {
  /** A session began, or was resumed after a restart. */
  began(session: Session): void;
  /** A relay has greeted and feeds a session, which it has opened or joined. */
  attached?(session: Session, relay: KnownRelay): void;
  ended(session: Session): void;
  /** A relay has come back with records of a session that has ended. It does not run: it takes what was not sent before. */
  reopened?(session: Session): void;
  /** Nothing more is added to it; `session.state` is its state from now on. */
  closedAgain?(session: Session): void;
  /** An ended session was folded anew: this is its state from now on. */
  refolded?(state: SessionState): void;
  /** An ended session has become known from elsewhere: its timeline is not here. */
  remembered?(summary: SessionSummary): void;
}

/** Where a relay's run belongs. */
export interface Attached {
  readonly session: Session;
  readonly stream: Stream;
  /**
   * There where the session has ended: it takes what had not been sent, and a relay that still captures begins a new run.
   * It is closed again when nobody feeds it.
   */
  readonly late?: LateFeeding;
}

/** Whether a relay may open something; each refuses by throwing. */
export interface MayOpen {
  /** A session. */
  begin(): void;
  /** A stream in a session that runs: a new run of its own. */
  join(): void;
}

const ANY_MAY: MayOpen = { begin: () => undefined, join: () => undefined };

/**
 * All sessions: the running ones in memory, the ended ones as a summary and a timeline on disk. Decides which
 * session a relay's frames belong to (contract, section 5).
 */
export class SessionRegistry {
  readonly #dir: string;
  readonly #deps: RegistryDeps;
  readonly #live = new Map<string, Session>();
  readonly #archive: EndedSessions;
  readonly #reopened: ReopenedSessions;
  readonly #past: PastStates;
  readonly #checks: TimelineChecks;
  readonly #listeners = new Set<RegistryListener>();
  /** Sessions that cannot be read, and what is lost of others. */
  readonly damaged: DamagedSessions;
  readonly #ending = new Map<Session, Promise<void>>();
  readonly #silenceCheck: NodeJS.Timeout;
  readonly #readingAgain: NodeJS.Timeout;
  #attaching: Promise<unknown> = Promise.resolve();

  private constructor(dir: string, deps: RegistryDeps) {
    this.#dir = dir;
    this.#deps = deps;
    this.#archive = new EndedSessions(dir, deps);
    this.damaged = new DamagedSessions(dir, () => deps.clock.now(), deps.log);
    this.#past = new PastStates(dir, deps.log, (sessionId, loss) => void this.damaged.lost(sessionId, loss));
    this.#checks = new TimelineChecks(dir, this.damaged, deps.log);
    this.#reopened = new ReopenedSessions(dir, this.#archive, this.damaged, deps, {
      reopened: (session) => {
        for (const listener of this.#listeners) listener.reopened?.(session);
      },
      closedAgain: (session) => {
        this.#past.keep(session.id, session.state);
        for (const listener of this.#listeners) listener.closedAgain?.(session);
      },
    });
    this.#silenceCheck = setInterval(() => this.#endSilent(), SILENCE_CHECK_MS);
    this.#silenceCheck.unref();
    this.#readingAgain = setInterval(() => void this.#readAgain(), READ_AGAIN_MS);
    this.#readingAgain.unref();
  }

  /**
   * Reads what sessions there are, and resumes those that had not ended. One that cannot be read is left as it is.
   * @throws DataDirError where their folder cannot be used
   */
  static async open(dataDir: string, deps: RegistryDeps): Promise<SessionRegistry> {
    const dir = join(dataDir, 'sessions');
    await ownFolder(dir);
    const registry = new SessionRegistry(dir, deps);
    for (const name of await readdir(dir)) {
      if (name.startsWith('sess_')) await registry.#restoreOrSetAside(name);
    }
    return registry;
  }

  listen(listener: RegistryListener): void {
    this.#listeners.add(listener);
    for (const session of this.#live.values()) listener.began(session);
  }

  /** Checks the timelines of the sessions that run, and then of those that have ended lately, in the background. */
  checkTimelines(): void {
    for (const { id } of this.#live.values()) this.#checks.add(id);
    const since = this.#deps.clock.now() - LATELY_MS;
    const newestFirst = [...this.#archive.summaries].sort((a, b) => b.startedAt - a.startedAt);
    for (const { sessionId, endedAt, lastFrameAt, startedAt } of newestFirst) {
      if (this.#archive.isAiring(sessionId) || (endedAt ?? lastFrameAt ?? startedAt) >= since)
        this.#checks.add(sessionId);
    }
  }

  /** Sessions of before this run whose end may still have to air, oldest first. */
  endedLately(): SessionSummary[] {
    return this.list()
      .filter(({ sessionId }) => this.#archive.isAiring(sessionId))
      .reverse();
  }

  /** Whether what the clock was set since sessions ended is on the disk for the next run, as far as it needs it. */
  get areShiftsStored(): boolean {
    return this.#archive.areShiftsStored;
  }

  /** What the server's clock was set forward between its last run and this one, in ms; `null` where nobody knows. */
  get clockShiftMs(): number | null {
    return this.#deps.clockShiftMs === undefined ? 0 : this.#deps.clockShiftMs;
  }

  /** What an ended session's instants are earlier than they say, by this run's clock, in ms. */
  shiftOf(sessionId: string): number {
    return this.#archive.shiftOf(sessionId);
  }

  /** All sessions, newest first. */
  list(): SessionSummary[] {
    const live = [...this.#live.values()].map((session) => session.state.summary());
    return [...live, ...this.#archive.summaries].sort((a, b) => b.startedAt - a.startedAt);
  }

  /** Adds an ended session that is known from elsewhere: its timeline is not here. */
  remember(summary: SessionSummary): void {
    const { sessionId } = summary;
    if (this.has(sessionId)) return;
    this.#archive.add(summary);
    for (const listener of this.#listeners) listener.remembered?.(summary);
  }

  /** Sessions that have ended; a summary is the same object until something in it changes. */
  get archived(): Iterable<SessionSummary> {
    return this.#archive.summaries;
  }

  get live(): Iterable<Session> {
    return this.#live.values();
  }

  /** Sessions whose timelines are written to: those that run, and ended ones that take what a relay had not sent. */
  get written(): Session[] {
    return [...this.#live.values(), ...this.#reopened.all];
  }

  liveSession(sessionId: string): Session | undefined {
    return this.#live.get(sessionId);
  }

  /** A session's summary, running or ended; `undefined` where there is none of that id. */
  summary(sessionId: string): SessionSummary | undefined {
    return (
      (this.#live.get(sessionId) ?? this.#reopened.get(sessionId))?.state.summary() ?? this.#archive.get(sessionId)
    );
  }

  /** Whether there is a session of that id, running or ended. */
  has(sessionId: string): boolean {
    return this.#live.has(sessionId) || this.#archive.has(sessionId);
  }

  /** A show's newest session, running before ended, whether the show follows it or not. */
  newestOf(show: string): SessionSummary | undefined {
    let newest: SessionSummary | undefined;
    const look = (summary: SessionSummary) => {
      if (summary.show !== show) return;
      if (newest === undefined) newest = summary;
      else if (summary.status !== newest.status) newest = summary.status === 'live' ? summary : newest;
      else if (summary.startedAt > newest.startedAt) newest = summary;
    };
    for (const { state } of this.#live.values()) if (state.facts.show === show) look(state.summary());
    for (const summary of this.#archive.summaries) look(summary);
    return newest;
  }

  /**
   * A session's state, read from its timeline where it has ended.
   * @throws SeekRefusedError where too many wait for that and `whereFull` is `refuse`, as calls from outside ask.
   */
  async stateOf(sessionId: string, whereFull: 'wait' | 'refuse' = 'wait'): Promise<SessionState | null> {
    const open = this.#live.get(sessionId) ?? this.#reopened.get(sessionId);
    if (open) return open.state;
    return this.#archive.has(sessionId) ? this.#past.atEnd(sessionId, whereFull) : null;
  }

  /**
   * A session's state as it was at a session time, in seconds: folded from the checkpoint before. `null` where its
   * timeline is not here. One at a time, since folding takes of the same core as the running race.
   * @throws SeekRefusedError where too many wait.
   */
  async stateAt(sessionId: string, sessionTime: number): Promise<SessionState | null> {
    const live = this.#live.get(sessionId) ?? this.#reopened.get(sessionId);
    if (live && (live.state.timing.sessionTime ?? 0) <= sessionTime) return live.state;
    if (!live && !this.#archive.has(sessionId)) return null;
    return this.#past.at(sessionId, sessionTime, () => live?.synced());
  }

  /** Folder of a session's timeline. */
  timelineDir(sessionId: string): string {
    return join(this.#dir, sessionId);
  }

  /**
   * Finds or begins the session that a relay's run belongs to; a run belongs to its session also after that has ended.
   * `cars` are the car numbers that its token names. `may` is asked before one begins, and before
   * a new run joins one.
   */
  attach(
    hello: RelayHello,
    show: string,
    cars: readonly string[] | null = null,
    may: MayOpen = ANY_MAY,
  ): Promise<Attached> {
    // One after another: two relays that greet at once must not begin the same session twice.
    return this.#inTurn(async () => {
      const live = await this.#sessionOfRun(hello, show);
      const late = live === undefined ? await this.#reopened.open(this.#archive.ofRun(hello, show)) : null;
      if (late !== null) {
        const closeIdle = () => this.#closeIdle(late);
        const stream = late.openStream(hello.relayId, hello.run, hello.playback, cars);
        return { session: late, stream, late: { greeted: late.hold(closeIdle), left: closeIdle } };
      }
      const relay = { relayId: hello.relayId, cars };
      const known = live ?? sessionOfSim(this.#running(), hello, show);
      if (known === undefined) may.begin();
      else if (!known.hasStream(hello.relayId, hello.run)) may.join();
      const session = known ?? (await this.#begin(hello, show, cars));
      const stream = session.openStream(hello.relayId, hello.run, hello.playback, cars);
      for (const listener of this.#listeners) listener.attached?.(session, relay);
      // After that: viewers of the show are on its next session before the one before ends.
      if (known === undefined) await this.#endSuperseded(session, relay);
      return { session, stream };
    });
  }

  #closeIdle(session: Session): void {
    this.#inTurn(() => this.#reopened.closeIdle(session)).catch((error) => {
      this.#deps.log.error({ err: error, sessionId: session.id }, 'an ended session could not be closed again');
    });
  }

  /** A relay said goodbye. Its session ends with it where nothing more can come. */
  async onRelayBye(session: Session, stream: Stream, reason: ByeReason): Promise<void> {
    if (this.#reopened.get(session.id) === session) {
      await this.#inTurn(() => this.#reopened.closeIdle(session));
      return;
    }
    // It comes back when it is allowed to.
    if (reason === 'kill-switch' || reason === 'disabled') return;
    const over = reason === 'finished' || reason === 'session-changed' || session.state.timing.phase === 'cooldown';
    if (!session.hasRelay && (over || stream.playback)) await this.#end(session, reason);
  }

  /**
   * Ends a session because somebody says so, whatever feeds it; in turn with relays that greet, so that none of them joins
   * what is ending. False where no session of that id runs.
   */
  end(sessionId: string, reason: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const session = this.#live.get(sessionId);
      if (session !== undefined) await this.#end(session, reason);
      return session !== undefined;
    });
  }

  /**
   * Does something with a session that has ended, which is open for as long. `null` where there is none of that id, or its
   * timeline is not here.
   */
  async withEnded<T>(sessionId: string, act: (session: Session) => T): Promise<T | null> {
    const held = await this.#inTurn(async () => {
      const session = await this.#reopened.open(sessionId);
      return session && { session, letGo: session.hold(() => this.#closeIdle(session)) };
    });
    if (held === null) return null;
    try {
      return act(held.session);
    } finally {
      held.letGo();
    }
  }

  /**
   * Folds an ended session anew, from its whole timeline and by the rules of this program. False where it has not ended, or
   * its timeline is not here.
   */
  refold(sessionId: string): Promise<boolean> {
    return this.#inTurn(async () => {
      if (!this.#archive.has(sessionId) || this.#reopened.has(sessionId)) return false;
      const state = await foldAnew(join(this.#dir, sessionId), {
        onLoss: (loss) => void this.damaged.lost(sessionId, loss),
        log: this.#deps.log,
      });
      if (state === null) return false;
      const summary = state.summary();
      const runs = fedBy(state);
      await this.#archive.write({ summary, shiftMs: this.shiftOf(sessionId), isOpen: false, ...runs });
      this.#archive.add(summary, runs);
      this.#past.keep(sessionId, state);
      for (const listener of this.#listeners) listener.refolded?.(state);
      return true;
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#silenceCheck);
    clearInterval(this.#readingAgain);
    await this.#checks.stop();
    await Promise.all([...this.#live.values()].map((session) => session.close()));
    await this.#reopened.close();
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#attaching.then(run);
    this.#attaching = done.catch(() => undefined);
    return done;
  }

  /** The running session of a relay's run. One that is ending is waited for, and does not run then. */
  async #sessionOfRun(hello: RelayHello, show: string): Promise<Session | undefined> {
    const session = sessionOfRun(this.#live.values(), hello, show);
    if (session === undefined || this.#runs(session)) return session;
    // Its end may not have been stored, either: then that is tried again.
    await (this.#ending.get(session) ?? this.#end(session, 'finished'));
    return undefined;
  }

  #running(): Session[] {
    return [...this.#live.values()].filter((session) => this.#runs(session));
  }

  #runs(session: Session): boolean {
    return session.state.status.status === 'live' && !this.#ending.has(session);
  }

  async #begin(hello: RelayHello, show: string, cars: readonly string[] | null): Promise<Session> {
    const sessionId = `sess_${this.#deps.randomId()}`;
    const facts = {
      sessionId,
      show,
      sim: hello.sim,
      simSessionKey: hello.simSessionKey,
      // Up: the session's first picture airs no earlier than that.
      startedAt: Math.ceil(this.#deps.clock.now()),
    };
    const session = await Session.begin(this.#dir, facts, this.#deps).catch((error) => {
      throw asNotStored(error);
    });
    // Written with the session's beginning: a server that is killed knows afterwards whose it is.
    session.openStream(hello.relayId, hello.run, hello.playback, cars);
    this.#live.set(sessionId, session);
    this.#deps.log.info({ sessionId, show, relayId: hello.relayId, source: hello.source }, 'session began');
    for (const listener of this.#listeners) listener.began(session);
    return session;
  }

  /** What a relay fed before in the show is over: it has gone on to another session. */
  async #endSuperseded(session: Session, relay: KnownRelay): Promise<void> {
    for (const old of supersededBy(this.#live.values(), session, relay)) await this.#end(old, 'superseded');
  }

  #end(session: Session, reason: string): Promise<void> {
    // Its relay may say goodbye while an operator ends it.
    const ending =
      this.#ending.get(session) ?? this.#endNow(session, reason).finally(() => this.#ending.delete(session));
    this.#ending.set(session, ending);
    return ending;
  }

  async #endNow(session: Session, reason: string): Promise<void> {
    await session.settle();
    session.end(reason);
    const summary = session.state.summary();
    const runs = fedBy(session.state);
    await this.#archive.write({ summary, shiftMs: 0, isOpen: false, ...runs });
    for (const listener of this.#listeners) listener.ended(session);
    this.#live.delete(session.id);
    this.#archive.add(summary, runs);
    // Its files are not complete before it is closed: until they are, and for a while after, its state is here.
    this.#past.keep(session.id, session.state);
    await session.close();
  }

  #endSilent(): void {
    const before = this.#deps.clock.now() - SILENCE_MS;
    for (const session of [...this.#live.values()]) {
      const last = session.state.receivedAt ?? session.state.facts.startedAt;
      if (last < before) {
        this.#end(session, 'silent').catch((error) => {
          this.#deps.log.error({ err: error, sessionId: session.id }, 'a silent session could not be ended');
        });
      }
    }
  }

  /** A session that cannot be read must not keep the others, or the server, from starting. */
  async #restoreOrSetAside(sessionId: string): Promise<void> {
    try {
      const session = await restoreSession(
        join(this.#dir, sessionId),
        sessionId,
        this.#archive,
        this.damaged,
        this.#deps,
      );
      if (session !== null) this.#live.set(sessionId, session);
      this.damaged.readAgain(sessionId);
    } catch (error) {
      this.#archive.delete(sessionId);
      await this.damaged.setAside(sessionId, error);
    }
  }

  /** Serves sessions again whose folders have been repaired. */
  async #readAgain(): Promise<void> {
    for (const sessionId of await this.damaged.changed()) {
      await this.#inTurn(async () => {
        await this.#restoreOrSetAside(sessionId);
        const session = this.#live.get(sessionId);
        const summary = this.#archive.get(sessionId);
        if (this.has(sessionId)) this.#checks.add(sessionId);
        if (session === undefined) {
          if (summary !== undefined) for (const listener of this.#listeners) listener.remembered?.(summary);
          return;
        }
        for (const listener of this.#listeners) listener.began(session);
        // Its relay has begun another meanwhile.
        const { show } = session.state.facts;
        const hasNext = this.#running().some((other) => other !== session && other.state.facts.show === show);
        if (hasNext) await this.#end(session, 'superseded');
      });
    }
  }
}
