import { type Finding, type OpsEvent, type OpsSession, type OpsSnapshot, standsStill } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { counted, earlier, eventIds, figure, finding, inWords, limitOf, running } from '../finding.js';
import { behindTheirShow, countOf, delayOf, groupsOf, idleViewers, idsOf, unpublishedSessions } from '../viewers.js';
import { MODE } from './mode.js';

/** Calls of a director's desk. */
const DESK_CALL = /^(?:broadcast|director|link|scene):/;
const isOverlay = (role: string) => role === 'overlay';

/** How those are refused who wait for a picture that cannot be made: with the right to the session, and without. */
const NOT_THERE: ReadonlySet<string> = new Set(['not_available', 'not_found']);

/** What goes on air too early, or not at all. */
export const broadcastDelayNotWorking = defineFailureMode(MODE, {
  look: (snapshot) => [
    ...running(snapshot).flatMap((session) => [
      ...tooEarly(snapshot, session),
      ...tooLate(snapshot, session),
      ...doesNotMove(snapshot, session),
    ]),
    ...notReady(snapshot),
    ...refusedDirectors(snapshot),
    ...notPublished(snapshot),
    ...behind(snapshot),
  ],
  // Who may not join yet waits for the line. A running session whose line cannot be made has lost a part of its timeline: it is accepted when the session is over.
  explains: ({ cause, because }, snapshot) => {
    if (cause !== 'service_not_initialized') return [];
    const refusals = new Set(idleViewers(snapshot).idle.flatMap(({ refused }) => Object.keys(refused)));
    const isAwaited = refusals.size > 0 && [...refusals].every((code) => NOT_THERE.has(code));
    const lost = snapshot.sessions.filter(({ loss }) => loss !== undefined && !loss.isAccepted);
    const isOfThese = lost.every(({ sessionId }) => because.includes(sessionId));
    return [
      ...(isAwaited ? ['DASHBOARD_STALE/nobody_joined'] : []),
      ...(isOfThese ? ['SESSION_DAMAGED/records_lost'] : []),
    ];
  },
});

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
        { cause: 'service_not_initialized', because: 'the delay does not apply to the live room' },
        { cause: 'holding', because: 'the delayed picture is in the other room' },
      ],
    }),
  ];
}

/** Overlays that get the later picture, for want of the right to the graphics. Without a public extra both are the same. */
function tooLate(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const { sessionId, show, publicExtraMs = 0 } = session;
  const overlays = groupsOf(snapshot, sessionId, 'broadcast', isOverlay);
  const late = overlays.filter(({ isOfPublicPicture }) => isOfPublicPicture);
  const count = countOf(late);
  if (count === 0 || publicExtraMs === 0) return [];
  return [
    finding(snapshot, MODE, 'overlay_in_public_picture', {
      scope: { sessionId, show, socketIds: idsOf(late) },
      summary: `${counted(count, 'overlay')} ${count === 1 ? 'gets' : 'get'} the public picture, ${publicExtraMs / 1_000} s later than the graphics.`,
      because: 'The graphics are for overlay links and for tokens of the roles overlay, director and admin.',
      evidence: [
        figure('overlays.inPublicPicture', count, 0),
        figure('overlays.inBroadcastRoom', countOf(overlays)),
        figure('session.publicExtraMs', publicExtraMs, 0),
      ],
      ruledOut: [{ cause: 'overlay_in_live_room', because: 'what they get is later than the graphics, not live' }],
    }),
  ];
}

function notReady(snapshot: OpsSnapshot): Finding[] {
  const { initialized, because } = snapshot.summary.broadcastDelay;
  if (initialized || snapshot.summary.uptimeMs < MODE.bounds.uptimeMs.raise) return [];
  return [
    finding(snapshot, MODE, 'service_not_initialized', {
      summary: 'The broadcast delay is not ready: the session is not on air.',
      because: because ?? 'It gives no reason.',
      evidence: [
        figure('broadcastDelay.initialized', 'false', 'true'),
        figure('uptimeMs', snapshot.summary.uptimeMs, MODE.bounds.uptimeMs.raise),
      ],
      ruledOut: [{ cause: 'not_published', because: 'it reports that it is not ready' }],
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
  const { idle, unpublishedCount } = idleViewers(snapshot);
  const [session] = unpublishedSessions(snapshot);
  if (session === undefined || unpublishedCount === 0) return [];
  return [
    finding(snapshot, MODE, 'not_published', {
      scope: { sessionId: session.sessionId, show: session.show, socketIds: idsOf(idle) },
      summary: `The show "${session.show}" is not published, and ${counted(unpublishedCount, 'output')} without a token or link ${unpublishedCount === 1 ? 'waits' : 'wait'} for it.`,
      because:
        'While it is not published, viewers without a token or link get the same answer as for a missing session.',
      evidence: [
        figure('broadcastDelay.published', 'false', 'true', eventIds(snapshot, ['unpublish'])),
        figure('sockets.turnedAway', unpublishedCount, 1),
        figure('session.viewers.broadcast', session.viewers.broadcast),
      ],
      confidence: 'medium',
      ruledOut: [
        { cause: 'holding', because: 'viewers of a picture on hold are in the broadcast room' },
        { cause: 'nothing_arriving', because: 'they are in no room' },
      ],
    }),
  ];
}

/** Outputs of a session that has ended, and the show has moved on. */
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
function doesNotMove(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
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
        scope,
        evidence,
        summary: `Frames arrive, and none is buffered for the delay of ${delay.delayMs / 1_000} s.`,
        because: 'The live room gets changes, and the buffer of the delay, which gets the same ones, is empty.',
        // The outputs are where they belong: it is this server's fault.
        nextStep: {
          text: 'Export a support pack for the session, then restart the server: the buffer is rebuilt from the timeline.',
          view: 'sessions',
        },
        ruledOut: [
          { cause: 'holding', because: 'what is on hold is in the buffer' },
          { cause: 'service_not_initialized', because: 'it reports that it is ready' },
        ],
      }),
    ];
  }
  // Where only pages stand still, the finding is that of stale dashboards.
  if (!standsStill(delay) || (countOf(overlays) === 0 && countOf(pages) > 0)) return [];
  const heldMs = before === undefined ? 0 : snapshot.at - before.since;
  const overdue = heldMs - delay.delayMs - MODE.bounds.overdueMs.raise;
  if (delay.state === 'holding' && overdue > 0 && changes) {
    return [
      finding(snapshot, MODE, 'inconclusive', {
        scope,
        evidence,
        since: before?.since ?? snapshot.at,
        summary: `The picture has been on hold for ${inWords(heldMs)}, with a delay of ${delay.delayMs / 1_000} s.`,
        because: 'Unknown: the capture time that it waits for. A trace shows it.',
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
          ? `The picture of "${show}" is paused by a director.`
          : `The picture of "${show}" is on hold while its delay fills.`,
      because:
        delay.state === 'paused'
          ? 'A director paused it. It continues by itself at 120 s.'
          : `${Math.round(delay.bufferedMs / 1_000)} of ${delay.delayMs / 1_000} s are filled.`,
      ruledOut: [
        ...(delay.bufferedEvents > 0
          ? [{ cause: 'nothing_arriving', because: `${delay.bufferedEvents} changes are buffered` } as const]
          : []),
        ...(snapshot.summary.broadcastDelay.initialized
          ? [{ cause: 'service_not_initialized', because: 'it reports that it is ready' } as const]
          : []),
      ],
    }),
  ];
}
