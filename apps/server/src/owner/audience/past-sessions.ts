import { type FeedState, type Lap, NO_TOPICS, NOTHING_CUED, type RaceEvent } from '@okboxbox/protocol';
import { UNNUMBERED_RULES } from '@okboxbox/timing';
import type { Rows } from '../../directory/owner.js';
import type { Logger } from '../../log.js';
import type { RowsPart, Store } from '../../store/store.js';
import type { SessionRegistry } from '../session/registry.js';
import type { SessionState } from '../session/session-state.js';
import { feedStateOf } from './feed-view.js';

/** The last state of an ended session, as its viewers had it. */
export interface PastSession {
  readonly feed: FeedState;
  readonly at: number | null;
}

export interface PastSessionsDeps {
  readonly registry: SessionRegistry;
  readonly store: Store;
  readonly log: Logger;
}

/** Rows that are read of the store at once: what a race of ten hours has would hold the event loop. */
const PART_ROWS = 500;
/** Last states kept in memory: many viewers open the race that has just ended. */
const KEPT = 32;

/** Sessions that have ended: read from the store; where it has them not, or is away, folded from their timelines. */
export class PastSessions {
  readonly #deps: PastSessionsDeps;
  readonly #kept = new Map<string, PastSession>();
  readonly #states = new WeakMap<SessionState, { readonly revision: number; readonly past: PastSession }>();

  constructor(deps: PastSessionsDeps) {
    this.#deps = deps;
    const refolded = ({ facts }: SessionState) => void this.#kept.delete(facts.sessionId);
    deps.registry.listen({ began: () => undefined, ended: () => undefined, refolded });
  }

  /** `null` where neither the store nor a timeline has it. */
  async last(sessionId: string): Promise<PastSession | null> {
    const kept = this.#kept.get(sessionId);
    if (kept !== undefined && !this.#wasExtended(sessionId)) return kept;
    const stored = await this.#stored(sessionId, (store) => store.finalState(sessionId, this.#rulesOf(sessionId)));
    // One that was stored before states had race events in them.
    const feed = stored && {
      ...stored,
      // Or before an entry had all that it has now.
      entries: (stored.entries ?? []).map((entry) => ({
        ...entry,
        carModel: entry.carModel ?? null,
        crew: entry.crew ?? [],
        officialStatus: entry.officialStatus ?? null,
      })),
      events: stored.events ?? [],
      // What was stored before a slot existed has nothing in it.
      onAir: { ...NOTHING_CUED, ...stored.onAir },
      topics: stored.topics ?? NO_TOPICS,
    };
    if (feed !== null) {
      // What is all stored does not change any more.
      const past = { feed, at: this.#deps.registry.summary(sessionId)?.lastFrameAt ?? null };
      this.#kept.set(sessionId, past);
      const oldest = this.#kept.keys().next();
      if (this.#kept.size > KEPT && !oldest.done) this.#kept.delete(oldest.value);
      return past;
    }
    const state = await this.#deps.registry.stateOf(sessionId, 'refuse');
    return state && this.#folded(state);
  }

  /** The same object as long as the state is the same: what is made of it is made once for all callers. */
  #folded(state: SessionState): PastSession {
    const known = this.#states.get(state);
    if (known?.revision === state.revision) return known.past;
    const past = { feed: feedStateOf(state, null), at: state.receivedAt };
    this.#states.set(state, { revision: state.revision, past });
    return past;
  }

  /** Its laps in the order of crossing, of one car where it is given; read as they are asked for, a part at a time. */
  async laps(sessionId: string, car?: number): Promise<Rows<Lap> | null> {
    const stored = await this.#inParts(sessionId, 'laps', (store, part) => store.laps(sessionId, car, part));
    if (stored !== null) return stored;
    const laps = (await this.#deps.registry.stateOf(sessionId, 'refuse'))?.timing.laps;
    return laps === undefined ? null : thoseOf(laps, (lap) => car === undefined || lap.car === car);
  }

  /** Its race events in order; read as they are asked for, a part at a time. */
  async events(sessionId: string): Promise<Rows<RaceEvent> | null> {
    const stored = await this.#inParts(sessionId, 'events', (store, part) => store.events(sessionId, part));
    if (stored !== null) return stored;
    const events = (await this.#deps.registry.stateOf(sessionId, 'refuse'))?.timing.events;
    return events === undefined ? null : thoseOf(events, () => true);
  }

  /** Rows of a session that is all stored: the first part at once, so that another source can be asked where that fails. */
  #inParts<T>(
    sessionId: string,
    rows: 'laps' | 'events',
    read: (store: Store, part: RowsPart) => Promise<readonly T[]>,
  ): Promise<Rows<T> | null> {
    return this.#stored(sessionId, async (store) => {
      const extent = await store.extent(sessionId, this.#rulesOf(sessionId));
      if (extent === null) return null;
      const readFrom = (from: number) => read(store, { from, count: PART_ROWS });
      return partsOf(await readFrom(0), extent[rows], readFrom);
    });
  }

  /** Whether records came after its end: the store may not have them yet, the timeline has. */
  #wasExtended(sessionId: string): boolean {
    return this.#deps.registry.summary(sessionId)?.lateAt !== undefined;
  }

  /** What is stored by other rules than the session is known by is older, and about to be stored anew. */
  #rulesOf(sessionId: string): number {
    return this.#deps.registry.summary(sessionId)?.rulesVersion ?? UNNUMBERED_RULES;
  }

  /** Reads from the store; a running session and a store that is away have nothing there. */
  async #stored<T>(sessionId: string, read: (store: Store) => Promise<T | null>): Promise<T | null> {
    const { registry, store, log } = this.#deps;
    if (registry.liveSession(sessionId) || this.#wasExtended(sessionId)) return null;
    try {
      return await read(store);
    } catch (error) {
      log.debug({ err: error, sessionId }, 'the store could not be read; the timeline is');
      return null;
    }
  }
}

/** Those rows of a list that fit, as the list is now: a running session adds to it while it is read. */
function* thoseOf<T>(rows: readonly T[], fits: (row: T) => boolean): Generator<T> {
  const { length } = rows;
  for (let i = 0; i < length; i++) {
    const row = rows[i] as T;
    if (fits(row)) yield row;
  }
}

/** All rows, in parts of a limited size. */
async function* partsOf<T>(
  first: readonly T[],
  count: number,
  read: (from: number) => Promise<readonly T[]>,
): AsyncGenerator<T> {
  yield* first;
  for (let from = PART_ROWS; from < count; from += PART_ROWS) yield* await read(from);
}
