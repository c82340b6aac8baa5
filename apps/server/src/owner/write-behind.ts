import type { FeedState } from '@okboxbox/protocol';
import { entryInfos, TIMING_RULES_VERSION } from '@okboxbox/timing';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { failureOf, isAway } from '../store/database-failure.js';
import { PoolUsedUp } from '../store/pool-used-up.js';
import type { Store } from '../store/store.js';
import type { StoreHealth, WriteBehindDepth } from '../store/store-health.js';
import type { SessionRegistry } from './session/registry.js';
import type { Session } from './session/session.js';
import type { SessionState } from './session/session-state.js';

/** Between two rounds, and the longest wait while the database is away, in ms. */
const ROUND_MS = 1_000;
const AWAY_MS = [250, 500, 1_000, 2_000, 5_000] as const;
/** How long a database may take to start before that is trouble, in ms: the embedded one makes its files first. */
const STARTING_MS = 10_000;
/** Laps and race events of one transaction: packing them must not hold the event loop. */
const PART = 1_000;
/** A session in which only the clock goes on is stored again this often, in ms. */
const REFRESH_MS = 10_000;
/** How long a server that stops goes on writing, in ms. */
const LAST_ROUND_MS = 3_000;

/** Where storing a session is. */
interface Cursor {
  laps: number;
  events: number;
  /** The version of the timing rules that what is stored was made by; 0 where it is to be stored anew. */
  rules: number;
  entries: unknown;
  storedAt: number;
}

const NOTHING_STORED: Cursor = { laps: 0, events: 0, rules: TIMING_RULES_VERSION, entries: null, storedAt: 0 };

export interface WriteBehindDeps {
  readonly registry: SessionRegistry;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** The last state that viewers of an ended session are shown. */
  readonly finalOf: (state: SessionState) => FeedState;
}

/**
 * Writes what sessions have completed to the store, behind the race. There is no queue that could overflow: the engine's
 * laps and race events are the queue, and the store itself says how far it is. So a database that is away costs nothing
 * but time, and what a crash kept from it is written again from the timeline.
 */
export class WriteBehind {
  readonly #deps: WriteBehindDeps;
  readonly #cursors = new Map<string, Cursor>();
  /** Sessions that have ended and are not all stored, with how much there is of them where that is known. */
  readonly #unfinished = new Map<string, { readonly laps: number; readonly events: number } | null>();
  #lastRoundMs: number | null = null;
  #lastStoredAt: number | null = null;
  #health: StoreHealth = { state: 'starting' };
  #prepared = false;
  readonly #beganAt: number;
  #failures = 0;
  #stopping = false;
  #wake: () => void = () => undefined;
  readonly #running: Promise<void>;

  constructor(deps: WriteBehindDeps) {
    this.#deps = deps;
    this.#beganAt = deps.clock.now();
    const ended = (session: Session) => {
      const { laps, events } = session.state.timing;
      this.#unfinished.set(session.id, { laps: laps.length, events: events.length });
      this.#wake();
    };
    const refolded = ({ facts: { sessionId }, timing }: SessionState) => {
      const cursor = this.#cursors.get(sessionId);
      if (cursor) cursor.rules = 0;
      this.#unfinished.set(sessionId, { laps: timing.laps.length, events: timing.events.length });
      this.#wake();
    };
    deps.registry.listen({ began: () => undefined, ended, closedAgain: ended, refolded });
    this.#running = this.#run();
  }

  get health(): StoreHealth {
    return this.#health;
  }

  /** How far storing is behind; of sessions that ended before the server's start it is known only that they are there. */
  get depth(): WriteBehindDepth {
    const depth = { sessions: 0, laps: 0, events: 0 };
    const add = (
      sessionId: string,
      there: { readonly laps: number; readonly events: number } | null,
      hasEnded: boolean,
    ) => {
      const stored = this.#cursors.get(sessionId) ?? { laps: 0, events: 0 };
      const laps = Math.max(0, (there?.laps ?? 0) - stored.laps);
      const events = Math.max(0, (there?.events ?? 0) - stored.events);
      if (hasEnded || laps > 0 || events > 0) depth.sessions += 1;
      depth.laps += laps;
      depth.events += events;
    };
    for (const { id, state } of this.#deps.registry.live) add(id, state.settled, false);
    for (const [sessionId, there] of this.#unfinished) add(sessionId, there, true);
    return { ...depth, lastRoundMs: this.#lastRoundMs, lastStoredAt: this.#lastStoredAt };
  }

  /** Writes what is left, as far as the database takes it in time, and stops. */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_ROUND_MS);
    });
    await Promise.race([this.#running, late]);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    for (;;) {
      const last = this.#stopping;
      try {
        if (!this.#prepared) await this.#prepare();
        const beganAt = this.#deps.clock.now();
        await this.#round();
        this.#lastRoundMs = Math.round((this.#deps.clock.now() - beganAt) * 10) / 10;
        this.#enter({ state: 'ok' });
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        this.#noteFailure(error);
      }
      if (last) return;
      await this.#wait(this.#failures === 0 ? ROUND_MS : (AWAY_MS[Math.min(this.#failures, AWAY_MS.length) - 1] ?? 0));
    }
  }

  async #prepare(): Promise<void> {
    const { store, registry } = this.#deps;
    await store.prepare();
    const complete = new Set<string>();
    for (const { summary, lapsStored, eventsStored, isComplete, rulesVersion: rules } of await store.sessions()) {
      const stored = { laps: lapsStored, events: eventsStored, rules };
      this.#cursors.set(summary.sessionId, { ...stored, entries: null, storedAt: 0 });
      // Records may have come after its end that are not stored yet.
      const known = registry.summary(summary.sessionId);
      if (!isComplete || (known !== undefined && known.lateAt !== summary.lateAt)) continue;
      complete.add(summary.sessionId);
      registry.remember(summary);
    }
    for (const { sessionId, status } of registry.list()) {
      if (status === 'ended' && !complete.has(sessionId)) this.#unfinished.set(sessionId, null);
    }
    this.#prepared = true;
  }

  async #round(): Promise<void> {
    for (const session of [...this.#deps.registry.live]) await this.#store(session.state);
    for (const sessionId of [...this.#unfinished.keys()]) {
      const state = await this.#deps.registry.stateOf(sessionId);
      const counts = this.#unfinished.get(sessionId);
      if (state !== null) await this.#store(state);
      // Records may have come meanwhile although it has ended.
      if (this.#unfinished.get(sessionId) === counts) this.#unfinished.delete(sessionId);
    }
  }

  /** Stores what is new in a session; all of it where it has ended. */
  async #store(state: SessionState): Promise<void> {
    const { sessionId } = state.facts;
    const cursor = this.#cursors.get(sessionId) ?? { ...NOTHING_STORED };
    this.#cursors.set(sessionId, cursor);
    if (cursor.rules !== TIMING_RULES_VERSION) {
      // What other rules made is not what this continues.
      await this.#deps.store.forget(sessionId);
      Object.assign(cursor, NOTHING_STORED);
    }
    const { laps, events } = state.timing;
    // What a relay left out may still change what came after: only what is settled is stored.
    const settled = state.settled;
    const ended = state.status.status === 'ended' ? state.status : null;
    for (;;) {
      const newLaps = laps.slice(cursor.laps, Math.min(settled.laps, cursor.laps + PART));
      const newEvents = events.slice(cursor.events, Math.min(settled.events, cursor.events + PART));
      const entries = entryInfos(state.timing);
      const now = this.#deps.clock.now();
      const isNews = newLaps.length > 0 || newEvents.length > 0 || entries !== cursor.entries;
      if (!isNews && ended === null && now - cursor.storedAt < REFRESH_MS) return;
      const isLast = cursor.laps + newLaps.length >= settled.laps && cursor.events + newEvents.length >= settled.events;
      await this.#deps.store.save({
        summary: state.summary(),
        ended: ended && { at: ended.at, reason: ended.reason },
        entries: entries === cursor.entries ? [] : entries,
        lapsStored: cursor.laps,
        eventsStored: cursor.events,
        laps: newLaps,
        events: newEvents,
        final: ended !== null && isLast ? this.#deps.finalOf(state) : null,
      });
      cursor.laps += newLaps.length;
      cursor.events += newEvents.length;
      cursor.entries = entries;
      cursor.storedAt = now;
      this.#lastStoredAt = Math.round(this.#deps.clock.now());
      if (isLast) return;
    }
  }

  #noteFailure(error: unknown): void {
    const since = this.#deps.clock.now();
    if (isAway(error)) this.#enter({ state: 'away', since, because: failureOf(error).message });
    else if (!(error instanceof PoolUsedUp)) {
      this.#enter({ state: 'ok', waits: { since, because: failureOf(error).message } });
    } else if (this.#health.state === 'ok') {
      // Other queries hold all connections: that says nothing of the database.
      this.#enter({ state: 'ok', waits: { since, because: error.message } });
    }
  }

  #enter(health: StoreHealth): void {
    const { log } = this.#deps;
    const before = this.#health;
    const waited = waitsOf(before);
    const waits = waitsOf(health);
    if (health.state === 'away' && before.state === 'starting' && health.since - this.#beganAt < STARTING_MS) return;
    this.#health = health;
    if (health.state === 'away') {
      if (before.state === 'away') this.#health = { ...health, since: before.since };
      else log.error({ because: health.because }, 'the database is away; timing goes on without it');
      return;
    }
    if (before.state === 'away') log.info('the database is back');
    if (before.state === 'starting') log.info('the database is there');
    if (waits !== undefined && waited !== undefined) {
      this.#health = { state: 'ok', waits: { ...waits, since: waited.since } };
    } else if (waits !== undefined) {
      log.warn({ because: waits.because }, 'what is to be stored has to wait; timing goes on without it');
    } else if (waited !== undefined) {
      log.info({ waitedMs: Math.round(this.#deps.clock.now() - waited.since) }, 'storing goes on');
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#stopping ? 0 : ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function waitsOf(health: StoreHealth) {
  return health.state === 'ok' ? health.waits : undefined;
}
