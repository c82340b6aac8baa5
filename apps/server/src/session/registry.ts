import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByeReason, RelayHello, SessionSummary } from '@okboxbox/protocol';
import { z } from 'zod';
import { diskReason, ownFolder, readStored } from '../data-files.js';
import { replaceFile } from '../replace-file.js';
import { foldSession } from './fold-session.js';
import { PastStates } from './past-states.js';
import { Session, type SessionWorld } from './session.js';
import type { SessionState } from './session-state.js';
import type { Stream } from './stream.js';

/** A session without a frame for this long is over. */
const SILENCE_MS = 6 * 60 * 60 * 1000;
/** How often sessions are looked through for silence. */
const SILENCE_CHECK_MS = 60 * 1000;
/** How far a session's clock may lie behind a second relay that joins it, in seconds. */
const CLOCK_FELL_BACK_S = 2;
const SUMMARY_FILE = 'summary.json';
/** A session that ended longer ago than this has aired to its end, in ms: the longest delay, and some more. */
const AIRING_MS = 135_000;

export interface RegistryWorld extends SessionWorld {
  /** Makes a random id without a prefix. */
  readonly randomId: () => string;
}

export interface RegistryListener {
  /** A session began, or was resumed after a restart. */
  began(session: Session): void;
  ended(session: Session): void;
}

/**
 * All sessions: the running ones in memory, the ended ones as a summary and a timeline on disk. Decides which
 * session a relay's frames belong to (contract, section 5).
 */
export class SessionRegistry {
  readonly #dir: string;
  readonly #world: RegistryWorld;
  readonly #live = new Map<string, Session>();
  readonly #archive = new Map<string, SessionSummary>();
  /** What the server's clock was set since ended sessions ended, where their end may still have to air. */
  readonly #shifts = new Map<string, number>();
  #areShiftsStored = true;
  readonly #past: PastStates;
  readonly #listeners = new Set<RegistryListener>();
  readonly #ending = new WeakSet<Session>();
  readonly #silenceCheck: NodeJS.Timeout;
  #attaching: Promise<unknown> = Promise.resolve();

  private constructor(dir: string, world: RegistryWorld) {
    this.#dir = dir;
    this.#world = world;
    this.#past = new PastStates(dir, world.log);
    this.#silenceCheck = setInterval(() => this.#endSilent(), SILENCE_CHECK_MS);
    this.#silenceCheck.unref();
  }

  /**
   * Reads what sessions there are, and resumes those that had not ended. One that cannot be read is left as it is.
   * @throws DataDirError where their folder cannot be used
   */
  static async open(dataDir: string, world: RegistryWorld): Promise<SessionRegistry> {
    const dir = join(dataDir, 'sessions');
    await ownFolder(dir);
    const registry = new SessionRegistry(dir, world);
    for (const name of await readdir(dir)) {
      if (name.startsWith('sess_')) await registry.#restoreOrSetAside(name);
    }
    return registry;
  }

  listen(listener: RegistryListener): void {
    this.#listeners.add(listener);
    for (const session of this.#live.values()) listener.began(session);
  }

  /** Sessions of before this run whose end may still have to air, oldest first. */
  endedLately(): SessionSummary[] {
    return this.list()
      .filter(({ sessionId }) => this.#shifts.has(sessionId))
      .reverse();
  }

  /** Whether what the clock was set since sessions ended is on the disk for the next run, as far as it needs it. */
  get areShiftsStored(): boolean {
    return this.#areShiftsStored;
  }

  /** What an ended session's instants are earlier than they say, by this run's clock, in ms. */
  shiftOf(sessionId: string): number {
    return this.#shifts.get(sessionId) ?? 0;
  }

  /** All sessions, newest first. */
  list(): SessionSummary[] {
    const live = [...this.#live.values()].map((session) => session.state.summary());
    return [...live, ...this.#archive.values()].sort((a, b) => b.startedAt - a.startedAt);
  }

  /** Adds an ended session that is known from elsewhere: its timeline is not here. */
  remember(summary: SessionSummary): void {
    const { sessionId } = summary;
    if (!this.#live.has(sessionId) && !this.#archive.has(sessionId)) this.#archive.set(sessionId, summary);
  }

  /** Sessions that have ended; a summary is the same object until something in it changes. */
  get archived(): Iterable<SessionSummary> {
    return this.#archive.values();
  }

  get live(): Iterable<Session> {
    return this.#live.values();
  }

  liveSession(sessionId: string): Session | undefined {
    return this.#live.get(sessionId);
  }

  /** A session's summary, running or ended; `undefined` where there is none of that id. */
  summary(sessionId: string): SessionSummary | undefined {
    return this.#live.get(sessionId)?.state.summary() ?? this.#archive.get(sessionId);
  }

  /** Whether there is a session of that id, running or ended. */
  has(sessionId: string): boolean {
    return this.#live.has(sessionId) || this.#archive.has(sessionId);
  }

  /** The session that a show is on now: its newest, running before ended. */
  currentOf(show: string): SessionSummary | undefined {
    // Asked at each join: looked through, and not sorted, however many seasons there are.
    let newest: SessionSummary | undefined;
    const look = (summary: SessionSummary) => {
      if (summary.show !== show) return;
      if (newest === undefined) newest = summary;
      else if (summary.status !== newest.status) newest = summary.status === 'live' ? summary : newest;
      else if (summary.startedAt > newest.startedAt) newest = summary;
    };
    for (const { state } of this.#live.values()) if (state.facts.show === show) look(state.summary());
    for (const summary of this.#archive.values()) look(summary);
    return newest;
  }

  /**
   * A session's state, read from its timeline where it has ended.
   * @throws SeekRefusedError where too many wait for that and `whereFull` is `refuse`, as calls from outside ask.
   */
  async stateOf(sessionId: string, whereFull: 'wait' | 'refuse' = 'wait'): Promise<SessionState | null> {
    const live = this.#live.get(sessionId);
    if (live) return live.state;
    return this.#archive.has(sessionId) ? this.#past.atEnd(sessionId, whereFull) : null;
  }

  /**
   * A session's state as it was at a session time, in seconds: folded from the checkpoint before. `null` where its
   * timeline is not here. One at a time, since folding takes of the same core as the running race.
   * @throws SeekRefusedError where too many wait.
   */
  async stateAt(sessionId: string, sessionTime: number): Promise<SessionState | null> {
    const live = this.#live.get(sessionId);
    if (live && (live.state.timing.sessionTime ?? 0) <= sessionTime) return live.state;
    if (!live && !this.#archive.has(sessionId)) return null;
    return this.#past.at(sessionId, sessionTime, () => live?.synced());
  }

  /** Folder of a session's timeline. */
  timelineDir(sessionId: string): string {
    return join(this.#dir, sessionId);
  }

  /** Finds or begins the session that a relay's run belongs to. `cars` are the car numbers that its token names. */
  attach(
    hello: RelayHello,
    show: string,
    cars: readonly string[] | null = null,
  ): Promise<{ session: Session; stream: Stream }> {
    // One after another: two relays that greet at once must not begin the same session twice.
    const attached = this.#attaching.then(async () => {
      const session =
        this.#sessionOfRun(hello, show) ?? this.#sessionOfSim(hello, show) ?? (await this.#begin(hello, show));
      return { session, stream: session.stream(hello.relayId, hello.run, hello.playback, cars) };
    });
    this.#attaching = attached.catch(() => undefined);
    return attached;
  }

  /** A relay said goodbye. Its session ends with it where nothing more can come. */
  async farewell(session: Session, stream: Stream, reason: ByeReason): Promise<void> {
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
    const ended = this.#attaching.then(async () => {
      const session = this.#live.get(sessionId);
      if (session !== undefined) await this.#end(session, reason);
      return session !== undefined;
    });
    this.#attaching = ended.catch(() => undefined);
    return ended;
  }

  async close(): Promise<void> {
    clearInterval(this.#silenceCheck);
    await Promise.all([...this.#live.values()].map((session) => session.close()));
  }

  #sessionOfRun(hello: RelayHello, show: string): Session | undefined {
    return this.#find(show, hello.simSessionKey, (session) =>
      session.state.streams.some((stream) => stream.relayId === hello.relayId && stream.run === hello.run),
    );
  }

  /** Another relay in the same session of the sim. A key of 0 names none: test sessions all have it. */
  #sessionOfSim(hello: RelayHello, show: string): Session | undefined {
    if (hello.playback || /^0*(:|$)/.test(hello.simSessionKey)) return undefined;
    return this.#find(show, hello.simSessionKey, (session) => {
      const { sessionTime } = session.state.timing;
      const fellBack =
        sessionTime !== null && hello.sessionTime !== undefined && hello.sessionTime < sessionTime - CLOCK_FELL_BACK_S;
      return !fellBack && !session.state.streams.some((stream) => stream.playback);
    });
  }

  #find(show: string, simSessionKey: string, fits: (session: Session) => boolean): Session | undefined {
    return [...this.#live.values()].find(
      (session) =>
        session.state.facts.show === show && session.state.facts.simSessionKey === simSessionKey && fits(session),
    );
  }

  async #begin(hello: RelayHello, show: string): Promise<Session> {
    const sessionId = `sess_${this.#world.randomId()}`;
    const facts = {
      sessionId,
      show,
      sim: hello.sim,
      simSessionKey: hello.simSessionKey,
      // Up: the session's first picture airs no earlier than that.
      startedAt: Math.ceil(this.#world.clock.now()),
    };
    const session = await Session.begin(this.#dir, facts, this.#world);
    // What this relay fed before in the show is over: it has gone on to another session.
    const over = [...this.#live.values()].filter(
      ({ state, hasRelay }) =>
        !hasRelay && state.facts.show === show && state.streams.every((stream) => stream.relayId === hello.relayId),
    );
    this.#live.set(sessionId, session);
    this.#world.log.info({ sessionId, show, relayId: hello.relayId, source: hello.source }, 'session began');
    for (const listener of this.#listeners) listener.began(session);
    for (const old of over) await this.#end(old, 'superseded');
    return session;
  }

  async #end(session: Session, reason: string): Promise<void> {
    // Its relay may say goodbye while an operator ends it.
    if (this.#ending.has(session)) return;
    this.#ending.add(session);
    try {
      await session.settle();
      session.end(reason);
      await this.#writeSummary(session.state.summary());
    } catch (error) {
      this.#ending.delete(session);
      throw error;
    }
    for (const listener of this.#listeners) listener.ended(session);
    this.#live.delete(session.id);
    this.#archive.set(session.id, session.state.summary());
    // Its files are not complete before it is closed: until they are, and for a while after, its state is here.
    this.#past.keep(session.id, session.state);
    await session.close();
  }

  #endSilent(): void {
    const before = this.#world.clock.now() - SILENCE_MS;
    for (const session of [...this.#live.values()]) {
      const last = session.state.receivedAt ?? session.state.facts.startedAt;
      if (last < before) {
        this.#end(session, 'silent').catch((error) => {
          this.#world.log.error({ err: error, sessionId: session.id }, 'a silent session could not be ended');
        });
      }
    }
  }

  /** A session that cannot be read must not keep the others, or the server, from starting. */
  async #restoreOrSetAside(sessionId: string): Promise<void> {
    try {
      await this.#restore(sessionId);
    } catch (error) {
      this.#live.delete(sessionId);
      this.#archive.delete(sessionId);
      this.#world.log.error(
        { sessionId, dir: join(this.#dir, sessionId), because: diskReason(error) },
        'a session cannot be read and is left out; its folder stays as it is',
      );
    }
  }

  async #restore(sessionId: string): Promise<void> {
    const dir = join(this.#dir, sessionId);
    const found = await readStored(join(dir, SUMMARY_FILE), storedSummary);
    if (found.state === 'read' && found.value.sessionId === sessionId) {
      const { shiftMs = 0, ...summary } = found.value;
      this.#archive.set(sessionId, summary as SessionSummary);
      await this.#noteShift(summary as SessionSummary, shiftMs);
      return;
    }
    if (found.state !== 'absent') {
      const because = found.state === 'damaged' ? found.because : 'it is of another session';
      this.#world.log.warn({ sessionId, because }, 'the summary of a session cannot be used; it is made again');
    }
    const startedAt = performance.now();
    const folded = await foldSession(dir, { mend: true, log: this.#world.log });
    if (folded === null) {
      this.#world.log.warn({ sessionId }, 'a session folder holds no readable timeline; it is left alone');
      return;
    }
    const { state } = folded;
    if (state.status.status === 'ended') {
      await this.#keepSummary(state.summary());
      this.#archive.set(sessionId, state.summary());
      await this.#noteShift(state.summary(), 0);
      return;
    }
    this.#live.set(sessionId, await Session.resume(dir, folded, this.#world));
    const tookMs = Math.round(performance.now() - startedAt);
    this.#world.log.info(
      { sessionId, frames: state.framesTotal, laps: state.timing.laps.length, tookMs },
      'session resumed',
    );
  }

  /** Notes how the clock was set since a session ended, for this run and, beside its summary, for those after it. */
  async #noteShift(summary: SessionSummary, before: number): Promise<void> {
    const { clock, clockShiftMs = 0 } = this.#world;
    const saysEndedAt = (summary.endedAt ?? summary.lastFrameAt ?? summary.startedAt) + before;
    // Where nobody knows, it may have ended at this very moment.
    const shiftMs = before + (clockShiftMs ?? Math.ceil(clock.now()) - saysEndedAt);
    const isOld = saysEndedAt + shiftMs - before < clock.now() - AIRING_MS;
    if (isOld || (clockShiftMs === null && isLongAgo(saysEndedAt, clock.now()))) return;
    this.#shifts.set(summary.sessionId, shiftMs);
    if (shiftMs !== before && !(await this.#keepSummary({ ...summary, ...{ shiftMs } }))) this.#areShiftsStored = false;
  }

  /** Writes a summary that can be made again from the timeline; false where the disk does not take it. */
  async #keepSummary(summary: SessionSummary): Promise<boolean> {
    try {
      await this.#writeSummary(summary);
      return true;
    } catch (error) {
      const { sessionId } = summary;
      this.#world.log.warn({ sessionId, because: diskReason(error) }, 'the summary of a session could not be stored');
      return false;
    }
  }

  async #writeSummary(summary: SessionSummary): Promise<void> {
    await replaceFile(join(this.#dir, summary.sessionId, SUMMARY_FILE), JSON.stringify(summary));
  }
}

/** Without knowing how the clock was set, a day is taken for long ago: nobody sets a clock by that between two runs. */
function isLongAgo(endedAt: number, now: number): boolean {
  return now - endedAt > 24 * 3_600_000;
}

/**
 * A summary as it is stored: with what the clock was set since, where its end had still to air at a restart. One written
 * before there were podiums, or damaged, is made again from the timeline.
 */
const storedSummary = z.looseObject({
  ...{ sessionId: z.string(), show: z.string(), status: z.literal('ended'), sim: z.string(), track: z.string() },
  ...{ type: z.string(), startedAt: z.number(), lastFrameAt: z.number().nullable(), entryCount: z.number() },
  endedAt: z.number().nullable().default(null),
  podium: z.array(z.looseObject({ position: z.number(), carNumber: z.string(), name: z.string() })),
  shiftMs: z.number().optional(),
});
