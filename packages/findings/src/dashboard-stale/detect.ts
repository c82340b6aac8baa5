import { type Finding, type OpsSession, type OpsSnapshot, type SocketGroup, standsStill } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { counted, earlier, eventIds, figure, finding, limitOf, running } from '../finding.js';
import { behindTheirShow, countOf, delayOf, groupsOf, idsOf, pictureOf } from '../viewers.js';
import { connections } from './connections.js';
import { isFew } from './is-few.js';
import { MODE } from './mode.js';
import { notJoined } from './not-joined.js';
import { stoppedStage } from './stopped-stage.js';

/** Those who watch a session that is fed, and see nothing new. */
export const dashboardStale = defineFailureMode(MODE, {
  look(snapshot) {
    const fed = running(snapshot).filter((session) => isFed(snapshot, session));
    return [
      ...fed.flatMap((session) => stoppedStage(snapshot, session) ?? lines(snapshot, session)),
      ...fed.flatMap((session) => connections(snapshot, session)),
      ...fed.flatMap((session) => held(snapshot, session)),
      ...elsewhere(snapshot),
      ...notJoined(snapshot, fed),
    ];
  },
});

/** Frames come, and have for a while. */
function isFed(snapshot: OpsSnapshot, { sessionId, show, framesTotal, framesPerSec, flow }: OpsSession): boolean {
  const isBelieved = earlier(snapshot, MODE.code, { sessionId, show }) !== undefined;
  return (
    framesTotal >= limitOf(MODE.bounds.framesTotal, isBelieved) && (framesPerSec > 0 || (flow?.ingest.perSec ?? 0) > 0)
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
    figure('sockets.worstWaitingBytes', Math.max(0, ...groups.map((group) => group.worstWaitingBytes ?? 0)), 131_072),
    figure('session.framesPerSec', session.framesPerSec),
  ];
  const fresh = all - Math.max(slowCount, bufferedCount);
  const others = { cause: 'stage_stopped', because: `${fresh} others in the same rooms get everything` } as const;
  if (slowCount > 0) {
    return [
      finding(snapshot, MODE, 'slow_client', {
        scope: { ...scope, socketIds: idsOf(slow) },
        evidence,
        severity: isFew(slow, slowCount, all) ? 'info' : 'warning',
        summary: `${counted(slowCount, 'client')} of ${all} read${slowCount === 1 ? 's' : ''} too slowly: messages are skipped.`,
        because: 'Its queue was over 5 s old or over 512 KB: messages were skipped within the last 30 s.',
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
        summary: `Messages are queued for ${bufferedCount} of ${all} viewers.`,
        because: isOurs
          ? 'It affects most of the room at once: this server’s uplink is too slow.'
          : 'It affects part of the room: the cause is their connections or computers, not this server.',
        confidence: isOurs ? 'medium' : 'high',
        ruledOut: [
          { cause: 'slow_client', because: 'no message was skipped for any viewer within 30 s' },
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
  const delay = delayOf(snapshot, session.sessionId);
  const ticks = (session.flow?.broadcastTicks.perSec ?? 0) >= 1;
  const airs = (group: SocketGroup) => ticks && delay !== undefined && pictureOf(delay, group).state === 'running';
  const stale = groups.filter((group) => group.stale > 0 && (group.room === 'live' ? liveMoves : airs(group)));
  const count = countOf(stale, (group) => group.stale);
  if (count === 0) return [];
  return [
    finding(snapshot, MODE, 'inconclusive', {
      scope: { sessionId: session.sessionId, show: session.show, socketIds: idsOf(stale) },
      summary: `${counted(count, 'client')} in the right room ${count === 1 ? 'sees' : 'see'} nothing new.`,
      because: 'Nothing is queued for them and nothing was skipped. Unknown: what their page last received.',
      evidence: [
        ...evidence,
        figure('sockets.stale', count, 1),
        figure('sockets.worstAgeMs', Math.max(...stale.map(({ worstAgeMs }) => worstAgeMs ?? 0)), 6_000),
      ],
      confidence: 'low',
      ruledOut: [
        { cause: 'wrong_room', because: 'they are in a room of the session' },
        { cause: 'buffered', because: 'no viewer has more than 8 queued messages, or 128 KB of them' },
        { cause: 'stage_stopped', because: 'every stage lets frames through' },
      ],
    }),
  ];
}

/** Pages of the public picture that stand still as a director wants it. Outputs are the delay's own finding. */
function held(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const delay = delayOf(snapshot, session.sessionId);
  if (delay === undefined) return [];
  const overlays = groupsOf(snapshot, session.sessionId, 'broadcast', (role) => role === 'overlay');
  if (standsStill(delay) && countOf(overlays) > 0) return [];
  const pages = groupsOf(
    snapshot,
    session.sessionId,
    'broadcast',
    (role) => role === 'dashboard' || role === 'public',
  ).filter((group) => standsStill(pictureOf(delay, group)));
  const [first] = pages;
  if (first === undefined || countOf(pages) === 0) return [];
  const { state, delayMs } = pictureOf(delay, first);
  return [
    finding(snapshot, MODE, 'held_by_delay', {
      scope: { sessionId: session.sessionId, show: session.show, socketIds: idsOf(pages) },
      summary: `${counted(countOf(pages), 'page')} of the public picture ${countOf(pages) === 1 ? 'does' : 'do'} not move: the picture is ${state}, as set.`,
      because:
        state === 'paused'
          ? 'A director has paused the picture.'
          : `The delay of ${delayMs / 1_000} s is filling: ${Math.round(delay.bufferedMs / 1_000)} s are buffered for the graphics.`,
      evidence: [
        figure('broadcastDelay.state', state),
        figure('broadcastDelay.delayMs', delayMs),
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
        summary: `${counted(count, 'page')} watch${count === 1 ? 'es' : ''} a session that has ended, and the show has moved on.`,
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
