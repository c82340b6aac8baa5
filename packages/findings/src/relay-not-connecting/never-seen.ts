import type { Finding, OpsSession, OpsSnapshot } from '@okboxbox/protocol';
import { figure, finding, inWords, running } from '../finding.js';
import { MODE } from './mode.js';
import { refusalsNow, refusalsOf } from './refused.js';
import { severityWithoutRelay } from './severity.js';
import { waitingNow } from './silent.js';

/** Whether this server has heard of no relay at all since it was started. */
export function hasNoneCome(snapshot: OpsSnapshot): boolean {
  const { everSeen, waiting, away } = snapshot.relays;
  return everSeen + waiting.length + away.length + refusalsNow(snapshot).length === 0;
}

/** No relay has come to a server that has no session; where sessions run, each is judged by itself. */
export function neverSeen(snapshot: OpsSnapshot): Finding[] {
  const { relays, summary, at } = snapshot;
  const { raise } = MODE.bounds.uptimeMs;
  if (!hasNoneCome(snapshot) || summary.uptimeMs < raise || running(snapshot).length > 0) return [];
  const viewers = Object.entries(summary.sockets.byRole).reduce(
    (sum, [role, count]) => sum + (role === 'relay' || role === 'ops' ? 0 : count),
    0,
  );
  return [
    finding(snapshot, MODE, 'never_seen', {
      severity: viewers > 0 ? 'warning' : 'info',
      since: at - summary.uptimeMs,
      summary: 'No relay has connected since this server started.',
      because: `No relay has connected in ${inWords(summary.uptimeMs)}, and none was refused.`,
      evidence: [
        figure('uptimeMs', summary.uptimeMs, raise),
        figure('relays.everSeen', relays.everSeen, 1),
        figure('ingest.framesPerSec', summary.ingest.framesPerSec),
        figure('viewers', viewers),
      ],
      ruledOut: [
        { cause: 'gone', because: 'none has ever connected' },
        { cause: 'refused_token', because: 'no relay was refused in the last two minutes' },
        { cause: 'sim_idle', because: 'no connected relay is waiting for its sim' },
      ],
    }),
  ];
}

/**
 * A session that runs, and no relay of it is known: it fed before this server was started, or feeds another session.
 * What relays of other shows do changes nothing; where its own show's relay is refused or waits, that is said instead.
 */
export function withoutRelay(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const { relays, summary } = snapshot;
  const { raise } = MODE.bounds.uptimeMs;
  const { sessionId, lastFrameAgeMs: age } = session;
  if (session.relays.length > 0 || relays.away.some((relay) => relay.sessionId === sessionId)) return [];
  if (summary.uptimeMs < MODE.bounds.returnMs.raise) return [];
  const next = fedNow(snapshot, session);
  if (next !== undefined) return (age ?? raise) < raise ? [] : [replaced(snapshot, session, next)];
  if (refusalsOf(snapshot, session.show).some(({ show, why }) => show === session.show && why !== 'origin')) return [];
  if (waitingNow(snapshot).some(({ show }) => show === session.show)) return [];
  // A frame that is older than this server came before it.
  if (relays.everSeen === 0 || (age !== null && age >= summary.uptimeMs)) return [notSince(snapshot, session)];
  return (age ?? raise) < raise ? [] : [movedOn(snapshot, session)];
}

/** The session of the same show that is fed now. */
function fedNow(snapshot: OpsSnapshot, { sessionId, show }: OpsSession): OpsSession | undefined {
  return running(snapshot).find(
    (other) => other.sessionId !== sessionId && other.show === show && other.relays.length > 0,
  );
}

function notSince(snapshot: OpsSnapshot, session: OpsSession): Finding {
  const { relays, summary, at } = snapshot;
  const isRefused = refusalsOf(snapshot, session.show).length > 0;
  const isAwaited = relays.waiting.some((relay) => (relay.show ?? session.show) === session.show);
  const others = [isRefused ? 'is refused' : '', isAwaited ? 'waits for its sim' : ''].filter((said) => said !== '');
  const mayBe = others.length === 0 ? '' : ` A relay that ${others.join(' or ')} may be the one.`;
  return finding(snapshot, MODE, 'never_seen', {
    scope: { sessionId: session.sessionId, show: session.show },
    severity: severityWithoutRelay(session),
    since: at - summary.uptimeMs,
    summary: 'A session was live before this server started, and no relay has fed it since.',
    because: `No relay has connected to it in ${inWords(summary.uptimeMs)}.${mayBe}`,
    evidence: [
      figure('uptimeMs', summary.uptimeMs, MODE.bounds.returnMs.raise),
      figure('session.relays', 0, 1),
      figure('session.framesTotal', session.framesTotal, 1),
      figure('session.lastFrameAgeMs', session.lastFrameAgeMs, summary.uptimeMs),
      figure('relays.everSeen', relays.everSeen),
      figure('viewers', session.viewers.live + session.viewers.broadcast),
    ],
    ruledOut: [
      { cause: 'gone', because: 'none has fed this session since the start' },
      ...(isRefused ? [] : [{ cause: 'refused_token', because: 'no relay is refused' } as const]),
      ...(isAwaited ? [] : [{ cause: 'sim_idle', because: 'no connected relay is waiting for its sim' } as const]),
    ],
    confidence: others.length === 0 ? 'high' : 'low',
  });
}

/** Its show goes on in another session: this one is left over. */
function replaced(snapshot: OpsSnapshot, session: OpsSession, next: OpsSession): Finding {
  return finding(snapshot, MODE, 'gone', {
    ...unfed(snapshot, session),
    severity: 'warning',
    because: `Its show is fed in another session by now: ${next.sessionId}.`,
    nextStep: { text: 'End the session, where nobody drives in it any more.', view: 'sessions' },
  });
}

function movedOn(snapshot: OpsSnapshot, session: OpsSession): Finding {
  const { lastFrameAgeMs: age } = session;
  return finding(snapshot, MODE, 'gone', {
    ...unfed(snapshot, session),
    severity: severityWithoutRelay(session),
    because: 'Its relay has left, and feeds a session of another show by now, or has not been heard of since.',
    ruledOut:
      age === null ? [] : [{ cause: 'never_seen', because: `it was fed until ${inWords(age)} ago, by this server` }],
  });
}

function unfed(snapshot: OpsSnapshot, { sessionId, show, lastFrameAgeMs: age }: OpsSession) {
  const { raise } = MODE.bounds.uptimeMs;
  const last = age === null ? 'it has had no frame' : `its last frame came ${inWords(age)} ago`;
  return {
    scope: { sessionId, show },
    since: snapshot.at - (age ?? raise),
    summary: `A session runs and no relay feeds it; ${last}.`,
    evidence: [figure('session.relays', 0, 1), figure('session.lastFrameAgeMs', age, raise)],
    confidence: 'low' as const,
  };
}
