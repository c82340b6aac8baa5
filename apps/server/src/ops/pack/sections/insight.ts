import type { FollowedShow, OpsSession, OpsSnapshot } from '@okboxbox/protocol';
import { fields, number } from '../allow-list.js';
import { event } from '../fields/event-fields.js';
import { auditEntry, before, churn, followedShow, relays, socketGroup, unsaved } from '../fields/finding-fields.js';
import { database as databaseRule, history as historyRule, rooms } from '../fields/insight-fields.js';
import { session } from '../fields/session-fields.js';
import { summary } from '../fields/summary-fields.js';
import { section } from '../section.js';
import { auditIsOf, eventIsOf, findingIsOf, isOf, sessionOfRoom, summaryOf } from './in-scope.js';

export const database = section('database', async (world) => ({
  head: await world.database(),
  rule: databaseRule,
}));

export const history = section('history', (world, { sessionId }) => ({
  head: historyOf(sessionId, world.history()),
  rule: historyRule,
}));

/** All that findings are made of, so that they can be made again of the pack. */
export const snapshot = section('snapshot', async (_world, { sessionId, looked }) => {
  const { snapshot: taken } = await looked();
  const { rooms: swept, history: kept } = taken;
  const head: Partial<OpsSnapshot> = {
    at: taken.at,
    summary: summaryOf(sessionId, taken.summary),
    relays: { ...taken.relays, away: taken.relays.away.filter((each) => isOf(sessionId, each.sessionId)) },
    churn: taken.churn,
    rooms: swept && { ...swept, leaked: swept.leaked.filter(({ room }) => isOf(sessionId, sessionOfRoom(room))) },
    database: taken.database,
    history: kept && historyOf(sessionId, kept),
    unsaved: taken.unsaved ?? [],
    before: taken.before.filter((each) => findingIsOf(sessionId, each)),
  };
  return {
    head,
    rule: fields<OpsSnapshot>({
      at: number,
      summary,
      relays,
      churn,
      rooms,
      database: databaseRule,
      history: historyRule,
      unsaved,
      before,
    }),
    lists: [
      {
        name: 'sessions',
        rows: taken.sessions.filter((each: OpsSession) => isOf(sessionId, each.sessionId)),
        rule: session,
      },
      {
        name: 'socketGroups',
        rows: taken.socketGroups.filter((group) => isOf(sessionId, group.sessionId)),
        rule: socketGroup,
      },
      {
        name: 'shows',
        rows: showsOf(sessionId, taken.shows ?? []),
        rule: followedShow,
      },
      { name: 'events', rows: taken.events.filter((each) => eventIsOf(sessionId, each)), rule: event },
      { name: 'audit', rows: taken.audit.filter((entry) => auditIsOf(sessionId, entry)), rule: auditEntry },
    ],
  };
});

/** What shows follow; of a pack of one session, that session alone. */
function showsOf(sessionId: string | null, shows: readonly FollowedShow[]): FollowedShow[] {
  return shows.flatMap((show) => {
    const sessions = show.sessions.filter((each) => isOf(sessionId, each.sessionId));
    if (sessionId === null) return [show];
    const followedSessionId = show.followedSessionId === sessionId ? sessionId : null;
    return sessions.length === 0 ? [] : [{ ...show, followedSessionId, sessions }];
  });
}

function historyOf(sessionId: string | null, history: NonNullable<OpsSnapshot['history']>) {
  return { ...history, sessions: history.sessions.filter((each) => isOf(sessionId, each.sessionId)) };
}
