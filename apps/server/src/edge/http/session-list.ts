import { broadcastRoom, type SessionSummary } from '@okboxbox/protocol';
import { deny, maySeeBroadcast, type Visitor } from '../../access/visitor.js';
import type { EdgeChannel } from '../../channel/channel.js';
import { SharedJson } from '../../channel/shared-json.js';
import type { Directory } from '../../directory/directory.js';
import { airingKey, airingOf, isAiring, publicDelayState } from '../../directory/show-record.js';

/** What the list is read from. */
export interface SessionListDeps {
  readonly directory: Directory;
  readonly channel: EdgeChannel;
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
  readonly #deps: SessionListDeps;
  readonly #kept = new Map<string, Kept>();

  constructor(deps: SessionListDeps) {
    this.#deps = deps;
  }

  /** The answer of `GET /api/sessions`, a JSON array of `SessionSummary`, for a caller. */
  of(visitor: Visitor): SharedJson {
    const rights = rightsOf(visitor);
    const madeOf = [...this.#sources(visitor)];
    const kept = this.#kept.get(rights);
    if (kept?.madeOf.length === madeOf.length && kept.madeOf.every((source, i) => source === madeOf[i])) {
      return kept.json;
    }
    const json = new SharedJson(JSON.stringify(visibleSessions(this.#deps, visitor)));
    this.#kept.delete(rights);
    this.#kept.set(rights, { madeOf, json });
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > MOST_KEPT && !oldest.done) this.#kept.delete(oldest.value);
    return json;
  }

  *#sources(visitor: Visitor): Generator<unknown> {
    const { directory, channel } = this.#deps;
    const shows = new Set<string>();
    const maySeeLive = visitor.kind === 'token' && visitor.capabilities.has('session:live');
    for (const record of directory.sessions()) {
      const { show, status, sessionId } = record.summary;
      shows.add(show);
      // Of one that runs, others see what airs: its record changes with each frame.
      yield status === 'ended' || maySeeLive ? record : sessionId;
    }
    for (const show of shows) {
      const record = directory.show(show);
      const now = directory.now(show);
      yield airingKey(record, now);
      for (const { sessionId } of record.airing) {
        yield sessionId;
        yield JSON.stringify(publicDelayState(record, sessionId, 'public', now));
        yield channel.view(broadcastRoom(sessionId, 'public'))?.snapshots;
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
 * The sessions that a caller may know of: live where it has `session:live`, else as they are in the public picture, of shows that are
 * published or that it may see all the same.
 */
function visibleSessions({ directory, channel }: SessionListDeps, visitor: Visitor): SessionSummary[] {
  const summaries = [...directory.sessions()].map(({ summary }) => summary).sort(byNewest);
  return summaries.flatMap((summary) => {
    if (deny(visitor, 'session:live', summary) === null) return [summary];
    const record = directory.show(summary.show);
    const now = directory.now(summary.show);
    const airing = airingOf(record, summary.sessionId, 'public', now);
    if (!maySeeBroadcast(visitor, summary, airing)) return [];
    if (!isAiring(record, summary.sessionId)) return summary.status === 'ended' ? [publicSummary(summary)] : [];
    const view = channel.view(broadcastRoom(summary.sessionId, 'public'));
    if (view === undefined) return [];
    const { session, entries } = view.state;
    const { sim, track, type, startedAt, status } = session;
    const aired = { sim, track, type, startedAt, status, entryCount: entries.length, lastFrameAt: view.at };
    const delay = publicDelayState(record, summary.sessionId, 'public', now);
    return [{ ...publicSummary(summary), podium: [], endedAt: null, ...aired, delay }];
  });
}

/** Newest first; of two that began together, the one that runs. */
function byNewest(a: SessionSummary, b: SessionSummary): number {
  return b.startedAt - a.startedAt || Number(b.status === 'live') - Number(a.status === 'live');
}

/** Named one by one: a field that is added to the summary stays private. */
function publicSummary(summary: SessionSummary): SessionSummary {
  const { sessionId, show, status, sim, track, type, startedAt, lastFrameAt, endedAt, entryCount, podium } = summary;
  return { sessionId, show, status, sim, track, type, startedAt, lastFrameAt, endedAt, entryCount, podium };
}
