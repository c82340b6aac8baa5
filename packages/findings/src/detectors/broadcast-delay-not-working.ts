import type { Finding, OpsEvent, OpsSession, OpsSnapshot } from '@okboxbox/protocol';
import { BROADCAST_DELAY_NOT_WORKING as MODE } from '../catalogue/broadcast-delay-not-working.js';
import { counted, type Detector, earlier, eventIds, figure, finding, inWords, limitOf, running } from '../detector.js';
import { behindTheirShow, countOf, delayOf, groupsOf, idleWatchers, idsOf, unpublishedSessions } from '../watchers.js';

/** Calls of a director's desk. */
const DESK_CALL = /^(?:broadcast|director|link|scene):/;
const isOverlay = (role: string) => role === 'overlay';

/** What goes on air too early, or not at all. */
export const broadcastDelayNotWorking: Detector = {
  code: MODE.code,
  notYet: () => null,
  look: (snapshot) => [
    ...running(snapshot).flatMap((session) => [...tooEarly(snapshot, session), ...standsStill(snapshot, session)]),
    ...notReady(snapshot),
    ...refusedDirectors(snapshot),
    ...notPublished(snapshot),
    ...behind(snapshot),
  ],
};

function tooEarly(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const overlays = groupsOf(snapshot, session.sessionId, 'live', isOverlay);
  const count = countOf(overlays);
  if (count === 0) return [];
  const { sessionId, show, delayMs } = session;
  return [
    finding(snapshot, MODE, 'overlay_in_live_room', {
      scope: { sessionId, show, socketIds: idsOf(overlays) },
      // Nothing is early while there is no delay: it will be once one is set.
      severity: delayMs > 0 ? 'critical' : 'info',
      summary: `${counted(count, 'overlay')} ${count === 1 ? 'is' : 'are'} in the live room and show${count === 1 ? 's' : ''} what happens now${delayMs > 0 ? `, ${delayMs / 1_000} s too early` : ''}.`,
      because: `In the room session:${sessionId} nothing is delayed; the delayed picture is in broadcast:session:${sessionId}.`,
      evidence: [
        figure(
          'overlays.inLiveRoom',
          count,
          0,
          eventIds(snapshot, ['join'], ({ room, role }) => role === 'overlay' && room === `session:${sessionId}`),
        ),
        figure('overlays.inBroadcastRoom', countOf(groupsOf(snapshot, sessionId, 'broadcast', isOverlay))),
        figure('session.delayMs', delayMs),
        figure('broadcastDelay.state', delayOf(snapshot, sessionId)?.state),
      ],
      ruledOut: [
        { cause: 'service_not_initialized', because: 'the delay is not asked by whoever is in the live room' },
        { cause: 'holding', because: 'what is held is in the other room' },
      ],
    }),
  ];
}

function notReady(snapshot: OpsSnapshot): Finding[] {
  const { initialized, because } = snapshot.summary.broadcastDelay;
  if (initialized || snapshot.summary.uptimeMs < MODE.bounds.uptimeMs.raise) return [];
  return [
    finding(snapshot, MODE, 'service_not_initialized', {
      summary: 'The broadcast delay is not ready: nothing of a session airs.',
      because: because ?? 'It does not say why.',
      evidence: [
        figure('broadcastDelay.initialized', 'false', 'true'),
        figure('uptimeMs', snapshot.summary.uptimeMs, MODE.bounds.uptimeMs.raise),
      ],
      ruledOut: [{ cause: 'not_published', because: 'it says itself that it is not ready' }],
    }),
  ];
}

/** Directors that were refused, by the show that they called for. */
function refusedDirectors(snapshot: OpsSnapshot): Finding[] {
  const refusals = snapshot.events.filter(
    (event) =>
      event.event === 'auth_fail' &&
      event.capability === 'racebox:director:control' &&
      DESK_CALL.test(String(event.where)),
  );
  return [...new Set(refusals.map(showOf))].flatMap((show) => {
    const ofShow = refusals.filter((event) => showOf(event) === show);
    return refusedDirector(snapshot, show, ofShow);
  });
}

function showOf({ show }: OpsEvent): string | null {
  return typeof show === 'string' ? show : null;
}

/** The newest refusal of a director, unless a delay was set after it, in the same show as far as that is known. */
function refusedDirector(snapshot: OpsSnapshot, show: string | null, ofShow: readonly OpsEvent[]): Finding[] {
  const scope = show === null ? {} : { show };
  const isBelieved = earlier(snapshot, MODE.code, scope, 'director_lacks_capability') !== undefined;
  const within = limitOf(MODE.bounds.refusedMs, isBelieved);
  const at = (event: OpsEvent) => event.lastAt ?? event.at;
  const refusals = ofShow.filter((event) => snapshot.at - at(event) <= within);
  const newest = Math.max(...refusals.map(at));
  const isOfThis = (event: OpsEvent) => show === null || (showOf(event) ?? show) === show;
  const hasBeenSet = snapshot.events.some((event) => SET.has(event.event) && event.at > newest && isOfThis(event));
  const [refusal] = refusals;
  if (refusal === undefined || hasBeenSet) return [];
  return [
    finding(snapshot, MODE, 'director_lacks_capability', {
      scope: { ...scope, socketIds: [...new Set(refusals.map(({ socketId }) => String(socketId)))].slice(0, 10) },
      since: Math.min(...refusals.map((event) => event.at)),
      summary: `A director's call ${refusal.where} was refused: its token lacks racebox:director:control.`,
      because: String(refusal.message ?? 'The capability racebox:director:control is missing.'),
      evidence: [
        figure('auth_fail.where', String(refusal.where)),
        figure(
          'auth_fail.capability',
          String(refusal.capability),
          null,
          refusals.slice(0, 5).map(({ id }) => id),
        ),
        figure('auth_fail.agoMs', snapshot.at - newest, MODE.bounds.refusedMs.raise),
      ],
      ruledOut: [{ cause: 'service_not_initialized', because: 'the call was refused before it reached the delay' }],
    }),
  ];
}

const SET: ReadonlySet<string> = new Set(['broadcast:delay:set', 'publish', 'unpublish']);

function notPublished(snapshot: OpsSnapshot): Finding[] {
  const { idle, unpublishedCount } = idleWatchers(snapshot);
  const [session] = unpublishedSessions(snapshot);
  if (session === undefined || unpublishedCount === 0) return [];
  return [
    finding(snapshot, MODE, 'not_published', {
      scope: { sessionId: session.sessionId, show: session.show, socketIds: idsOf(idle) },
      summary: `The show "${session.show}" is not published, and ${counted(unpublishedCount, 'output')} without a right ${unpublishedCount === 1 ? 'waits' : 'wait'} for it.`,
      because: 'Whoever has no right is answered as if there were no session, while it is not published.',
      evidence: [
        figure('broadcastDelay.published', 'false', 'true', eventIds(snapshot, ['unpublish'])),
        figure('sockets.turnedAway', unpublishedCount, 1),
        figure('session.viewers.broadcast', session.viewers.broadcast),
      ],
      confidence: 'medium',
      ruledOut: [
        { cause: 'holding', because: 'whoever is held is in the broadcast room' },
        { cause: 'nothing_arriving', because: 'they are in no room that anything could arrive in' },
      ],
    }),
  ];
}

/** Outputs of a session that has ended, while the show goes on. */
function behind(snapshot: OpsSnapshot): Finding[] {
  return behindTheirShow(snapshot, isOverlay).map(({ session, groups }) =>
    finding(snapshot, MODE, 'nothing_arriving', {
      scope: { sessionId: session.sessionId, show: session.show, socketIds: idsOf(groups) },
      summary: `${counted(countOf(groups), 'overlay')} watch${countOf(groups) === 1 ? 'es' : ''} a session that has ended: nothing arrives there any more.`,
      because: `They joined ${[...new Set(groups.map(({ sessionId }) => sessionId))].join(', ')} by its id; the show is on ${session.sessionId} now.`,
      evidence: [
        figure('overlays.inEndedSessions', countOf(groups), 0),
        figure('session.framesPerSec', session.framesPerSec),
        figure('overlays.inBroadcastRoom', countOf(groupsOf(snapshot, session.sessionId, 'broadcast', isOverlay))),
      ],
      ruledOut: [{ cause: 'holding', because: 'they are in the room of another session' }],
    }),
  );
}

const HOLDS: ReadonlySet<string> = new Set(['broadcast:delay:set', 'broadcast:delay:holding']);
/** A hold has an empty line until the next change: so long after it began, in ms, that says nothing. */
const BEGINS_MS = 3_000;

/** A picture that does not move: as it is meant to, or not. */
function standsStill(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const delay = delayOf(snapshot, session.sessionId);
  if (delay === undefined) return [];
  const { sessionId, show } = session;
  const overlays = groupsOf(snapshot, sessionId, 'broadcast', isOverlay);
  const pages = groupsOf(snapshot, sessionId, 'broadcast', (role) => role === 'dashboard' || role === 'public');
  const scope = { sessionId, show };
  const evidence = [
    figure('broadcastDelay.state', delay.state),
    figure('broadcastDelay.delayMs', delay.delayMs),
    figure(
      'broadcastDelay.bufferedMs',
      delay.bufferedMs,
      delay.delayMs,
      eventIds(snapshot, ['broadcast:delay:set', 'broadcast:delay:holding'], (event) => event.sessionId === sessionId),
    ),
    figure('broadcastDelay.bufferedEvents', delay.bufferedEvents),
    figure('flow.liveTicks.perSec', session.flow?.liveTicks.perSec),
    figure('flow.broadcastTicks.perSec', session.flow?.broadcastTicks.perSec),
  ];
  // Of this session it may be found for another reason as well, which says nothing of how long the picture is held.
  const before = earlier(snapshot, MODE.code, scope, 'inconclusive') ?? earlier(snapshot, MODE.code, scope, 'holding');
  const isFed =
    session.framesTotal >= limitOf(MODE.bounds.framesTotal, earlier(snapshot, MODE.code, scope) !== undefined);
  const changes = (session.flow?.liveTicks.perSec ?? 0) >= 1;
  // What airs has come through the line, however short it was there.
  const airs = (session.flow?.broadcastTicks.perSec ?? 0) > 0;
  const isEmpty =
    delay.bufferedEvents === 0 && !airs && delay.delayMs >= MODE.bounds.delayMs.raise && delay.state !== 'paused';
  const hasBegun =
    delay.state === 'holding' &&
    snapshot.events.some(
      (event) => HOLDS.has(event.event) && event.sessionId === sessionId && snapshot.at - event.at < BEGINS_MS,
    );
  if (isFed && changes && isEmpty && !hasBegun && snapshot.summary.broadcastDelay.initialized) {
    return [
      finding(snapshot, MODE, 'nothing_arriving', {
        ...{ scope, evidence },
        summary: `Frames come in, and none waits behind the delay of ${delay.delayMs / 1_000} s: nothing enters its line.`,
        because: 'The live room is told of changes, and the line of the delay, which gets the same ones, is empty.',
        // The outputs are where they belong: it is this server's fault.
        nextStep: {
          text: 'Export a support pack for the session, then restart the server: the line is made of the timeline.',
          view: 'sessions',
        },
        ruledOut: [
          { cause: 'holding', because: 'what is held is in the line' },
          { cause: 'service_not_initialized', because: 'it says that it is ready' },
        ],
      }),
    ];
  }
  // Pages alone that stand still are stale dashboards, as whoever looks at them would say.
  if ((delay.state !== 'holding' && delay.state !== 'paused') || (countOf(overlays) === 0 && countOf(pages) > 0))
    return [];
  const heldMs = before === undefined ? 0 : snapshot.at - before.since;
  const overdue = heldMs - delay.delayMs - MODE.bounds.overdueMs.raise;
  if (delay.state === 'holding' && overdue > 0 && changes) {
    return [
      finding(snapshot, MODE, 'inconclusive', {
        ...{ scope, evidence, since: before?.since ?? snapshot.at },
        summary: `The picture has been held for ${inWords(heldMs)} by a delay of ${delay.delayMs / 1_000} s.`,
        because: 'What is missing: the position on the axis of captures that it waits for. A trace tells it.',
        confidence: 'low',
      }),
    ];
  }
  return [
    finding(snapshot, MODE, 'holding', {
      scope: { ...scope, ...(countOf(overlays) > 0 && { socketIds: idsOf(overlays) }) },
      evidence,
      ...(before && { since: before.since }),
      summary:
        delay.state === 'paused'
          ? `The picture of "${show}" is paused, as a director has set it.`
          : `The picture of "${show}" is held while its delay is filled.`,
      because:
        delay.state === 'paused'
          ? 'A director has paused it; at 120 s it goes on by itself.'
          : `${Math.round(delay.bufferedMs / 1_000)} of ${delay.delayMs / 1_000} s are there.`,
      ruledOut: [
        ...(delay.bufferedEvents > 0
          ? [{ cause: 'nothing_arriving', because: `${delay.bufferedEvents} changes wait in the line` } as const]
          : []),
        ...(snapshot.summary.broadcastDelay.initialized
          ? [{ cause: 'service_not_initialized', because: 'it says that it is ready' } as const]
          : []),
      ],
    }),
  ];
}
