import { type FeedState, type Lap, NOTHING_CUED, type RaceEvent } from '@okboxbox/protocol';
import type { Logger } from '../log.js';
import type { SessionRegistry } from '../session/registry.js';
import type { SessionState } from '../session/session-state.js';
import type { Store } from '../store/store.js';
import { feedStateOf } from './feed-view.js';

/** The last state of an ended session, as its viewers had it. */
export interface PastSession {
  readonly feed: FeedState;
  readonly at: number | null;
}

export interface PastSessionsWorld {
  readonly registry: SessionRegistry;
  readonly store: Store;
  readonly log: Logger;
}

/** Last states kept in memory: many viewers open the race that has just ended. */
const KEPT = 32;

/** Sessions that have ended: read from the store; where it has them not, or is away, folded from their timelines. */
export class PastSessions {
  readonly #world: PastSessionsWorld;
  readonly #kept = new Map<string, PastSession>();
  readonly #states = new WeakMap<SessionState, { readonly revision: number; readonly past: PastSession }>();

  constructor(world: PastSessionsWorld) {
    this.#world = world;
  }

  /** `null` where neither the store nor a timeline has it. */
  async last(sessionId: string): Promise<PastSession | null> {
    const kept = this.#kept.get(sessionId);
    if (kept !== undefined && !this.#wasExtended(sessionId)) return kept;
    const stored = await this.#stored(sessionId, (store) => store.finalState(sessionId));
    // One that was stored before states had race events in them.
    const feed = stored && { ...stored, events: stored.events ?? [], onAir: stored.onAir ?? NOTHING_CUED };
    if (feed !== null) {
      // What is all stored does not change any more.
      const past = { feed, at: this.#world.registry.summary(sessionId)?.lastFrameAt ?? null };
      this.#kept.set(sessionId, past);
      const oldest = this.#kept.keys().next();
      if (this.#kept.size > KEPT && !oldest.done) this.#kept.delete(oldest.value);
      return past;
    }
    const state = await this.#world.registry.stateOf(sessionId, 'refuse');
    return state && this.#folded(state);
  }

  /** The same object as long as the state is the same: much is made of it once, for everyone who asks. */
  #folded(state: SessionState): PastSession {
    const known = this.#states.get(state);
    if (known?.revision === state.revision) return known.past;
    const past = { feed: feedStateOf(state, null), at: state.receivedAt };
    this.#states.set(state, { revision: state.revision, past });
    return past;
  }

  async laps(sessionId: string, car?: number): Promise<readonly Lap[] | null> {
    const stored = await this.#stored(sessionId, async (store) =>
      (await store.finalState(sessionId)) === null ? null : store.laps(sessionId, car),
    );
    if (stored !== null) return stored;
    const laps = (await this.#world.registry.stateOf(sessionId, 'refuse'))?.timing.laps;
    return laps?.filter((lap) => car === undefined || lap.car === car) ?? null;
  }

  async events(sessionId: string): Promise<readonly RaceEvent[] | null> {
    const stored = await this.#stored(sessionId, async (store) =>
      (await store.finalState(sessionId)) === null ? null : store.events(sessionId),
    );
    return stored ?? (await this.#world.registry.stateOf(sessionId, 'refuse'))?.timing.events ?? null;
  }

  /** Whether records came after its end: the store may not have them yet, the timeline has. */
  #wasExtended(sessionId: string): boolean {
    return this.#world.registry.summary(sessionId)?.lateAt !== undefined;
  }

  /** Reads from the store; a running session and a store that is away have nothing there. */
  async #stored<T>(sessionId: string, read: (store: Store) => Promise<T | null>): Promise<T | null> {
    const { registry, store, log } = this.#world;
    if (registry.liveSession(sessionId) || this.#wasExtended(sessionId)) return null;
    try {
      return await read(store);
    } catch (error) {
      log.debug({ err: error, sessionId }, 'the store could not be read; the timeline is');
      return null;
    }
  }
}
