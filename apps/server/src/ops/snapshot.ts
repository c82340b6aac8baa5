import {
  type ExtraDelay,
  type FollowedShow,
  OPS_EVENT_TYPES,
  type OpsEvent,
  type OpsSession,
  type OpsSnapshot,
  type OpsSummary,
} from '@okboxbox/protocol';
import type { OpsEvents } from './events/events.js';
import type { SelfCost } from './figures/self-cost.js';
import type { OpsFigures } from './ops-figures.js';
import type { RelayWatch } from './relays/relay-watch.js';
import { socketGroups } from './sockets/socket-groups.js';

/** Events of a snapshot: window in ms, and the most of each kind. */
const EVENTS_MS = 900_000;
const MOST_EVENTS: Readonly<Record<OpsEvent['type'], number>> = {
  socket: 100,
  relay: 100,
  session: 50,
  broadcast: 50,
  error: 100,
};
/** Refusals, beside what is among those: findings ask for them minutes later, however many sockets have come and gone meanwhile. */
const MOST_REFUSALS = 30;

/** Sessions that are over and not listed any more, and that somebody watches: no more than this. */
const MOST_WATCHED = 50;

/** What a snapshot is taken of. */
export interface SnapshotOf {
  readonly figures: OpsFigures;
  readonly cost: Pick<SelfCost, 'counted'>;
  readonly relays: Pick<RelayWatch, 'look'>;
  now(): number;
  summary(): OpsSummary;
  sessions(): OpsSession[];
  session(sessionId: string): OpsSession | null;
  shows(): readonly FollowedShow[];
  insight(): Pick<OpsSnapshot, 'rooms' | 'database' | 'history' | 'audit' | 'unsaved' | 'disk' | 'unreadable'>;
}

/** Takes all that findings are made of, at one moment; the pass over the sockets lets others in between. */
export async function takeSnapshot(operations: SnapshotOf, before: OpsSnapshot['before']): Promise<OpsSnapshot> {
  const { figures, cost } = operations;
  const at = Math.round(operations.now());
  const listed = cost.counted(() => operations.sessions());
  const delays = new Map(listed.map((session) => [session.sessionId, session]));
  const behindMs = (sessionId: string, extra: ExtraDelay) => {
    const { delayMs = 0, publicExtraMs = 0 } = delays.get(sessionId) ?? {};
    return delayMs + (extra === 'public' ? publicExtraMs : extra);
  };
  const groups = await socketGroups(figures.sockets, behindMs, at);
  return cost.counted(() => {
    const { findings: _, ...summary } = operations.summary();
    // Who is in the room of one that ended long ago, or before a restart, is to be found there.
    const known = new Set(listed.map(({ sessionId }) => sessionId));
    const watched = new Set(groups.flatMap(({ sessionId }) => sessionId ?? []));
    const more = [...watched].filter((sessionId) => !known.has(sessionId)).slice(0, MOST_WATCHED);
    const sessions = [...listed, ...more.flatMap((sessionId) => operations.session(sessionId) ?? [])];
    return {
      at,
      summary,
      sessions,
      socketGroups: groups,
      before,
      relays: operations.relays.look(),
      shows: operations.shows(),
      churn: figures.churn.look(at),
      ...operations.insight(),
      events: recentEvents(figures.events, at),
    };
  });
}

/** Newest first. */
function recentEvents(events: OpsEvents, at: number): OpsEvent[] {
  const found = [
    ...OPS_EVENT_TYPES.flatMap((type) => events.newest({ type, limit: MOST_EVENTS[type] }).events),
    ...events.newest({ type: 'socket', event: 'auth_fail', limit: MOST_REFUSALS }).events,
  ];
  return [...new Set(found)].filter((event) => at - event.at <= EVENTS_MS).sort((a, b) => b.id - a.id);
}
