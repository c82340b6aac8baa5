import type { Finding, OpsSession, OpsSnapshot, SocketGroup } from '@okboxbox/protocol';
import { DASHBOARD_STALE as MODE } from '../catalogue/dashboard-stale.js';
import { counted, type Detector, earlier, eventIds, figure, finding, limitOf, running } from '../detector.js';
import { behindTheirShow, countOf, delayOf, groupsOf, idleWatchers, idsOf, MANY_IDLE } from '../watchers.js';
import { stoppedStage } from './stopped-stage.js';

/** Those who watch a session that is fed, and see nothing new. */
export const dashboardStale: Detector = {
  code: MODE.code,
  notYet: () => null,
  look(snapshot) {
    const fed = running(snapshot).filter((session) => isFed(snapshot, session));
    return [
      ...fed.flatMap((session) => stoppedStage(snapshot, session) ?? lines(snapshot, session)),
      ...fed.flatMap((session) => held(snapshot, session)),
      ...elsewhere(snapshot),
      ...idle(snapshot, fed),
    ];
  },
};

/** Frames come, and have for a while. */
function isFed(snapshot: OpsSnapshot, { sessionId, show, framesTotal, framesPerSec, flow }: OpsSession): boolean {
  const isBelieved = earlier(snapshot, MODE.code, { sessionId, show }) !== undefined;
  return (
    framesTotal >= limitOf(MODE.bounds.framesTotal, isBelieved) && (framesPerSec > 0 || (flow?.ingest.perSec ?? 0) > 0)
  );
}

/** One phone of hundreds in a tunnel is nobody's alarm; an output on air is. */
function isFew(affected: readonly SocketGroup[], count: number, all: number): boolean {
  return (
    count <= MODE.bounds.few.raise * all && !affected.some(({ role }) => role === 'overlay' || role === 'director')
  );
}

/** The lines of those who are in the right room. */
function lines(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const scope = { sessionId: session.sessionId, show: session.show };
  const groups = [
    ...groupsOf(snapshot, session.sessionId, 'live'),
    ...groupsOf(snapshot, session.sessionId, 'broadcast'),
  ];
  const all = countOf(groups);
  const slow = groups.filter((group) => group.slow > 0);
  const buffered = groups.filter((group) => group.buffered > 0);
  const slowCount = countOf(slow, (group) => group.slow);
  const bufferedCount = countOf(buffered, (group) => group.buffered);
  const evidence = [
    figure('sockets.inRooms', all),
    figure('sockets.slow', slowCount, 1, eventIds(snapshot, ['slow_consumer'])),
    figure('sockets.buffered', bufferedCount, MODE.bounds.buffered.raise),
    figure('sockets.worstBufferedPackets', Math.max(0, ...groups.map((group) => group.worstBufferedPackets)), 8),
    figure('session.framesPerSec', session.framesPerSec),
  ];
  const fresh = all - Math.max(slowCount, bufferedCount);
  const others = { cause: 'stage_stopped', because: `${fresh} others in the same rooms are shown everything` } as const;
  if (slowCount > 0) {
    return [
      finding(snapshot, MODE, 'slow_client', {
        scope: { ...scope, socketIds: idsOf(slow) },
        evidence,
        severity: isFew(slow, slowCount, all) ? 'info' : 'warning',
        summary: `${counted(slowCount, 'client')} of ${all} read${slowCount === 1 ? 's' : ''} too slowly: messages are left out.`,
        because:
          'What waited for it here did so for 5 s or was over 512 KB: messages were left out within the last half minute.',
        ruledOut: [{ cause: 'wrong_room', because: 'it is in a room of the session' }, ...(fresh > 0 ? [others] : [])],
      }),
    ];
  }
  if (bufferedCount > 0) {
    const isBelieved = earlier(snapshot, MODE.code, scope, 'buffered') !== undefined;
    const isOurs = bufferedCount / all >= limitOf(MODE.bounds.share, isBelieved) && bufferedCount > 1;
    return [
      finding(snapshot, MODE, 'buffered', {
        scope: { ...scope, socketIds: idsOf(buffered) },
        evidence,
        severity: isOurs ? 'critical' : isFew(buffered, bufferedCount, all) ? 'info' : 'warning',
        summary: `Messages wait here for ${bufferedCount} of the ${all} who watch.`,
        because: isOurs
          ? 'It is most of the room at once: this server’s uplink carries less than is sent.'
          : 'It is a part of the room, so it is their lines or machines, not this server’s.',
        confidence: isOurs ? 'medium' : 'high',
        ruledOut: [
          { cause: 'slow_client', because: 'nothing has been left out for anybody within half a minute' },
          ...(fresh > 0 ? [others] : []),
        ],
      }),
    ];
  }
  return unexplained(snapshot, session, groups, evidence);
}

/** In the room, nothing waits, nothing was left out, and yet nothing new. */
function unexplained(
  snapshot: OpsSnapshot,
  session: OpsSession,
  groups: readonly SocketGroup[],
  evidence: Finding['evidence'],
): Finding[] {
  const liveMoves = (session.flow?.liveTicks.perSec ?? 0) >= 1;
  const airs =
    delayOf(snapshot, session.sessionId)?.state === 'running' && (session.flow?.broadcastTicks.perSec ?? 0) >= 1;
  const stale = groups.filter(({ stale: count, room }) => count > 0 && (room === 'live' ? liveMoves : airs));
  const count = countOf(stale, (group) => group.stale);
  if (count === 0) return [];
  return [
    finding(snapshot, MODE, 'inconclusive', {
      scope: { sessionId: session.sessionId, show: session.show, socketIds: idsOf(stale) },
      summary: `${counted(count, 'client')} in the right room ${count === 1 ? 'is' : 'are'} shown nothing new.`,
      because:
        'Nothing waits for them here and nothing was left out. What is missing: what their own page has last heard.',
      evidence: [
        ...evidence,
        figure('sockets.stale', count, 1),
        figure('sockets.worstAgeMs', Math.max(...stale.map(({ worstAgeMs }) => worstAgeMs ?? 0)), 6_000),
      ],
      confidence: 'low',
      ruledOut: [
        { cause: 'wrong_room', because: 'they are in a room of the session' },
        { cause: 'buffered', because: 'no more than 8 messages wait for anybody' },
        { cause: 'stage_stopped', because: 'every stage lets frames through' },
      ],
    }),
  ];
}

/** Pages of the public picture that stand still as a director wants it. Outputs are the delay's own finding. */
function held(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const delay = delayOf(snapshot, session.sessionId);
  if (delay === undefined || (delay.state !== 'holding' && delay.state !== 'paused')) return [];
  if (countOf(groupsOf(snapshot, session.sessionId, 'broadcast', (role) => role === 'overlay')) > 0) return [];
  const pages = groupsOf(snapshot, session.sessionId, 'broadcast', (role) => role === 'dashboard' || role === 'public');
  if (countOf(pages) === 0) return [];
  return [
    finding(snapshot, MODE, 'held_by_delay', {
      scope: { sessionId: session.sessionId, show: session.show, socketIds: idsOf(pages) },
      summary: `${counted(countOf(pages), 'page')} of the public picture stand${countOf(pages) === 1 ? 's' : ''} still: it is ${delay.state}, as set.`,
      because:
        delay.state === 'paused'
          ? 'A director has paused the picture.'
          : `The delay of ${delay.delayMs / 1_000} s is being filled: ${Math.round(delay.bufferedMs / 1_000)} s wait.`,
      evidence: [
        figure('broadcastDelay.state', delay.state),
        figure('broadcastDelay.delayMs', delay.delayMs),
        figure(
          'broadcastDelay.bufferedMs',
          delay.bufferedMs,
          delay.delayMs,
          eventIds(snapshot, ['broadcast:delay:set', 'broadcast:delay:holding']),
        ),
      ],
      ruledOut: [{ cause: 'stage_stopped', because: 'frames reach every stage before the delay' }],
    }),
  ];
}

/** Pages that are in the room of a session that is over. */
function elsewhere(snapshot: OpsSnapshot): Finding[] {
  return behindTheirShow(snapshot, (role) => role === 'dashboard' || role === 'director' || role === 'public').map(
    ({ session, groups }) => {
      const count = countOf(groups);
      const all = count + session.viewers.live + session.viewers.broadcast;
      return finding(snapshot, MODE, 'wrong_room', {
        scope: { sessionId: session.sessionId, show: session.show, socketIds: idsOf(groups) },
        severity: isFew(groups, count, all) ? 'info' : 'warning',
        summary: `${counted(count, 'page')} watch${count === 1 ? 'es' : ''} a session that has ended, while the show goes on.`,
        because: `They joined ${groups
          .map(({ sessionId }) => sessionId)
          .filter((id, i, all) => all.indexOf(id) === i)
          .join(', ')} by its id; the show is on ${session.sessionId} now.`,
        evidence: [
          figure('sockets.inEndedSessions', count, 1),
          figure('session.viewers.live', session.viewers.live),
          figure('session.framesPerSec', session.framesPerSec),
        ],
        ruledOut: [{ cause: 'nobody_joined', because: 'they are in a room' }],
      });
    },
  );
}

/** Watchers that have joined nothing. */
function idle(snapshot: OpsSnapshot, fed: readonly OpsSession[]): Finding[] {
  const { idle: groups, idleCount, leftCount, waitingCount, unpublishedCount } = idleWatchers(snapshot);
  const [session] = fed;
  // Turned away since nothing is published is the delay's finding; very many that never asked are those that never leave.
  const count = idleCount - unpublishedCount;
  if (session === undefined || count < MODE.bounds.idle.raise || idleCount - waitingCount >= MANY_IDLE) return [];
  const viewers = fed.reduce((sum, { viewers: { live, broadcast } }) => sum + live + broadcast, 0);
  const refused = groups.reduce<Record<string, number>>((sums, group) => {
    for (const [code, times] of Object.entries(group.refused)) sums[code] = (sums[code] ?? 0) + times;
    return sums;
  }, {});
  const codes = Object.entries(refused).map(([code, times]) => `${code} × ${times}`);
  const events = eventIds(snapshot, ['auth_fail'], ({ where }) => where === 'session:join');
  const evidence = [
    figure('sockets.withoutRoom', idleCount, MODE.bounds.idle.raise),
    figure('sockets.left', leftCount),
    figure('sockets.refused', codes.join(', ') || null, null, events),
    figure('session.viewers', viewers),
    figure('session.framesPerSec', session.framesPerSec),
  ];
  const scope = { sessionId: session.sessionId, show: session.show, socketIds: idsOf(groups) };
  const common = [
    { cause: 'stage_stopped', because: 'frames come and no stage has stopped' },
    { cause: 'slow_client', because: 'nothing is sent to whoever is in no room' },
  ] as const;
  if (leftCount > 0 && leftCount >= count / 2) {
    const gone = groups.filter(({ left }) => left > 0);
    return [
      finding(snapshot, MODE, 'unsubscribed', {
        ...{ scope, evidence },
        severity: isFew(gone, leftCount, viewers + idleCount) ? 'info' : 'warning',
        summary: `${counted(leftCount, 'client')} ${leftCount === 1 ? 'has' : 'have'} left the session and ${leftCount === 1 ? 'stays' : 'stay'} connected.`,
        because: 'They were in a room of a session and are in none for longer than 10 s.',
        ruledOut: [{ cause: 'nobody_joined', because: 'they had joined before' }, ...common],
      }),
    ];
  }
  // Where others see the session all is well with it, and one that never asked is nobody's dashboard.
  if (viewers > 0 && codes.length === 0) return [];
  return [
    finding(snapshot, MODE, 'nobody_joined', {
      ...{ scope, evidence },
      // Where others see the session, it is those few and what they may see.
      severity: viewers === 0 ? 'warning' : 'info',
      summary:
        viewers === 0
          ? `${counted(count, 'client')} ${count === 1 ? 'is' : 'are'} connected and nobody has joined the session that is fed.`
          : `${counted(count, 'client')} ${count === 1 ? 'is' : 'are'} connected and could not join.`,
      because:
        codes.length > 0
          ? `Their joins were refused: ${codes.join(', ')}.`
          : 'They have been connected for longer than 10 s and have not asked to join.',
      ruledOut: [{ cause: 'unsubscribed', because: `${leftCount} of them had joined anything before` }, ...common],
    }),
  ];
}
