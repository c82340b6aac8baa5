import type { SessionSummary } from '@okboxbox/protocol';
import { deny, maySeeBroadcast, type Visitor } from '../access/visitor.js';
import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import { SharedJson } from '../hub/shared-json.js';
import type { SessionRegistry } from '../session/registry.js';

/** What the list is read from. */
export interface SessionListWorld {
  readonly registry: SessionRegistry;
  readonly broadcasts: BroadcastDelayService;
}

/** How many lists are kept, one for each set of rights; everyone without a token shares one. */
const MOST_KEPT = 64;

interface Kept {
  /** All that the list was made of; it counts as long as each of them is the same. */
  readonly madeOf: readonly unknown[];
  readonly json: SharedJson;
}

/** The session list, made once for all callers with the same rights and sent to each of them until something changes. */
export class SessionLists {
  readonly #world: SessionListWorld;
  readonly #kept = new Map<string, Kept>();

  constructor(world: SessionListWorld) {
    this.#world = world;
  }

  /** The answer of `GET /api/sessions`, a JSON array of `SessionSummary`, for a caller. */
  of(visitor: Visitor): SharedJson {
    const rights = rightsOf(visitor);
    const madeOf = [...this.#sources(visitor)];
    const kept = this.#kept.get(rights);
    if (kept?.madeOf.length === madeOf.length && kept.madeOf.every((source, i) => source === madeOf[i])) {
      return kept.json;
    }
    const json = new SharedJson(JSON.stringify(visibleSessions(this.#world, visitor)));
    this.#kept.delete(rights);
    this.#kept.set(rights, { madeOf, json });
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > MOST_KEPT && !oldest.done) this.#kept.delete(oldest.value);
    return json;
  }

  *#sources(visitor: Visitor): Generator<unknown> {
    const { registry, broadcasts } = this.#world;
    const shows = new Set<string>();
    for (const summary of registry.archived) {
      shows.add(summary.show);
      yield summary;
    }
    const maySeeLive = visitor.kind === 'token' && visitor.capabilities.has('session:live');
    for (const { id, state } of registry.live) {
      shows.add(state.facts.show);
      yield id;
      if (maySeeLive) yield state.revision;
    }
    for (const show of shows) {
      const broadcast = broadcasts.of(show);
      yield broadcast.airingKey;
      for (const channel of broadcast.channels) {
        yield channel.sessionId;
        yield channel.audience(0)?.feed?.snapshots;
      }
    }
  }
}

/** All of a visitor that decides what it may see of the list. */
function rightsOf(visitor: Visitor): string {
  if (visitor.kind !== 'token') return visitor.kind === 'link' ? `link ${visitor.code}` : 'anonymous';
  const { claims, capabilities } = visitor;
  return JSON.stringify([[...capabilities].sort(), claims.shows ?? null, claims.sessions ?? null]);
}

/**
 * The sessions that a caller may know of: live where it has `session:live`, else as they are on air, of shows that are
 * published or that it may see all the same.
 */
function visibleSessions({ registry, broadcasts }: SessionListWorld, visitor: Visitor): SessionSummary[] {
  return registry.list().flatMap((summary) => {
    if (deny(visitor, 'session:live', summary) === null) return [summary];
    const broadcast = broadcasts.of(summary.show);
    if (!maySeeBroadcast(visitor, summary, broadcast.airing(summary.sessionId))) return [];
    if (!broadcasts.isAiring(summary.sessionId)) return summary.status === 'ended' ? [publicSummary(summary)] : [];
    const feed = broadcast.channel(summary.sessionId)?.audience(0)?.feed;
    if (!feed) return [];
    const { session, entries } = feed.state;
    const { sim, track, type, startedAt, status } = session;
    const aired = { sim, track, type, startedAt, status, entryCount: entries.length, lastFrameAt: feed.at };
    return [{ ...publicSummary(summary), podium: [], endedAt: null, ...aired }];
  });
}

/** Named one by one: a field that is added to the summary does not leave. */
function publicSummary(summary: SessionSummary): SessionSummary {
  const { sessionId, show, status, sim, track, type, startedAt, lastFrameAt, endedAt, entryCount, podium } = summary;
  return { sessionId, show, status, sim, track, type, startedAt, lastFrameAt, endedAt, entryCount, podium };
}
