import {
  auditEntry,
  type FollowedShow,
  followedShow,
  type OpsDisk,
  type OpsSession,
  type OpsSnapshot,
  opsDatabase,
  opsEvent,
  opsHistory,
  opsSession,
  opsSnapshot,
  socketGroup,
} from '@okboxbox/protocol';
import { ruleOf } from '../rules.js';
import { section } from '../section.js';
import { auditIsOf, eventIsOf, findingIsOf, isOf, sessionOfRoom, summaryOf } from './in-scope.js';

/** Lists of a snapshot that are taken row by row; all else is its head. */
const LISTS = { sessions: true, socketGroups: true, shows: true, events: true, audit: true } as const;

export const database = section('database', async (deps) => ({
  head: await deps.database(),
  rule: ruleOf(opsDatabase),
}));

export const history = section('history', (deps, { sessionId }) => ({
  head: historyOf(sessionId, deps.history()),
  rule: ruleOf(opsHistory),
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
    unreadable: (taken.unreadable ?? []).filter((each) => isOf(sessionId, each.sessionId)),
    ...(taken.disk && { disk: diskOf(sessionId, taken.disk) }),
    before: taken.before.filter((each) => findingIsOf(sessionId, each)),
  };
  return {
    head,
    rule: ruleOf(opsSnapshot.omit(LISTS)),
    lists: [
      {
        name: 'sessions',
        rows: taken.sessions.filter((each: OpsSession) => isOf(sessionId, each.sessionId)),
        rule: ruleOf(opsSession),
      },
      {
        name: 'socketGroups',
        rows: taken.socketGroups.filter((group) => isOf(sessionId, group.sessionId)),
        rule: ruleOf(socketGroup),
      },
      {
        name: 'shows',
        rows: showsOf(sessionId, taken.shows ?? []),
        rule: ruleOf(followedShow),
      },
      { name: 'events', rows: taken.events.filter((each) => eventIsOf(sessionId, each)), rule: ruleOf(opsEvent) },
      { name: 'audit', rows: taken.audit.filter((entry) => auditIsOf(sessionId, entry)), rule: ruleOf(auditEntry) },
    ],
  };
});

/** Which sessions wait for the disk; of a pack of one session, that session alone. */
function diskOf(sessionId: string | null, disk: OpsDisk): OpsDisk {
  const { refused } = disk;
  if (refused === null) return disk;
  return { ...disk, refused: { ...refused, sessions: refused.sessions.filter((each) => isOf(sessionId, each)) } };
}

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
