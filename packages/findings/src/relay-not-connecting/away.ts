import type { Finding, OpsSession, OpsSnapshot, RelayAway } from '@okboxbox/protocol';
import type { CauseOf } from '../failure-mode.js';
import { earlier, eventIds, figure, finding, inWords, running } from '../finding.js';
import { MODE } from './mode.js';
import { refusalsOf } from './refused.js';
import { severityWithoutRelay } from './severity.js';
import { isFed, unfedForMs } from './silent.js';

/** Goodbyes after which nothing more is to come. */
const PARTED: ReadonlySet<string> = new Set(['finished', 'session-changed']);

/** Relays of a session that have left it. */
export function away(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const { at, relays } = snapshot;
  const { raise } = MODE.bounds.goneMs;
  const gone = relays.away.filter(
    ({ sessionId, relayId, reason, goneAt }) =>
      sessionId === session.sessionId &&
      !PARTED.has(reason) &&
      // One that was missed before its connection went is not given that time once more.
      (at - goneAt >= raise || isMissed(snapshot, session, relayId)),
  );
  const left = gone.filter(
    (relay) =>
      !session.relays.some(({ relayId }) => relayId === relay.relayId) && !isRefusedSince(snapshot, session, relay),
  );
  return [...left.map((relay) => leftBehind(snapshot, session, relay)), ...comingAndGoing(snapshot, session)];
}

/**
 * Whether a relay has lost its connection because its token is good no more: nobody feeds its show, and one of that show was
 * refused since. The refusal says what to do.
 */
function isRefusedSince(snapshot: OpsSnapshot, session: OpsSession, relay: RelayAway): boolean {
  if (causeOfGoing(relay) !== 'gone' || isFed(snapshot, session.show)) return false;
  // One whose show is not known may be of another session that nobody feeds.
  const isAlone = running(snapshot).every((other) => other === session || other.relays.length > 0);
  return refusalsOf(snapshot, session.show).some(
    ({ why, show = null, at, isOfStranger }) =>
      why === 'token' && isOfStranger !== true && at >= relay.goneAt && (show === session.show || isAlone),
  );
}

/** Whether the look before has found that a relay does not feed. */
function isMissed(snapshot: OpsSnapshot, { sessionId, show }: OpsSession, relayId: string): boolean {
  return earlier(snapshot, MODE.code, { sessionId, show, relayId }) !== undefined;
}

/** How a line goes that is broken, or a program that ends: what is asked for, and what the server does, is another thing. */
const LOST: ReadonlySet<unknown> = new Set(['connection lost', 'stopped']);

/**
 * Relays that were said to be gone and are back, or have just left again: one that keeps leaving is believed to be there
 * once it has stayed for a while.
 */
function comingAndGoing(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const { at, relays } = snapshot;
  const { stayedMs, goneMs } = MODE.bounds;
  const back = session.relays.filter(({ connectedAt }) => at - connectedAt < stayedMs.raise);
  const leaving = relays.away.filter(
    ({ sessionId, relayId, reason, goneAt }) =>
      sessionId === session.sessionId &&
      LOST.has(reason) &&
      at - goneAt < goneMs.raise &&
      !session.relays.some((relay) => relay.relayId === relayId),
  );
  return [...back, ...leaving].flatMap(({ relayId }) => keepsLeaving(snapshot, session, relayId) ?? []);
}

function keepsLeaving(snapshot: OpsSnapshot, session: OpsSession, relayId: string): Finding | null {
  const { leftMs, leaves, stayedMs, goneMs } = MODE.bounds;
  const scope = { sessionId: session.sessionId, show: session.show, relayId };
  if (earlier(snapshot, MODE.code, scope, 'gone') === undefined) return null;
  const left = snapshot.events.filter(
    (event) =>
      event.event === 'relay:disconnected' &&
      event.sessionId === session.sessionId &&
      event.relayId === relayId &&
      LOST.has(event.reason) &&
      snapshot.at - event.at <= leftMs.raise,
  );
  if (left.length < leaves.raise) return null;
  const others = session.relays.filter((relay) => relay.relayId !== relayId).length;
  return finding(snapshot, MODE, 'gone', {
    scope,
    severity: others > 0 && session.framesTotal > 0 ? 'warning' : severityWithoutRelay(session),
    summary: `Relay ${relayId} keeps disconnecting: ${left.length} times in the last ${inWords(leftMs.raise)}.`,
    because: `It reconnects and disconnects again. It has not stayed connected for ${inWords(stayedMs.raise)} since it was away for more than ${inWords(goneMs.raise)}.`,
    evidence: [
      figure(
        'relay.left',
        left.length,
        leaves.raise,
        left.slice(0, 5).map(({ id }) => id),
      ),
      figure('session.relays', session.relays.length, 1),
      figure('session.lastFrameAgeMs', session.lastFrameAgeMs),
    ],
    ruledOut: [{ cause: 'never_seen', because: 'it has fed' }],
  });
}

/** Relays that said that they would go before they ever had a session here, and whose show nobody feeds. */
export function awayBefore(snapshot: OpsSnapshot): Finding[] {
  const { relays, at } = snapshot;
  const left = relays.away.filter(
    ({ sessionId, reason, goneAt, show = null }) =>
      sessionId === null &&
      (reason === 'kill-switch' || reason === 'disabled') &&
      at - goneAt >= MODE.bounds.goneMs.raise &&
      !isFed(snapshot, show) &&
      // One that waits may be that one.
      !relays.waiting.some((relay) => show === null || (relay.show ?? show) === show),
  );
  return left.map((relay) =>
    finding(snapshot, MODE, causeOfGoing(relay), {
      scope: { relayId: relay.relayId, ...(relay.show != null && { show: relay.show }) },
      severity: 'warning',
      since: relay.goneAt,
      summary: `Relay ${relay.relayId} disconnected ${inWords(at - relay.goneAt)} ago, before it had a session.`,
      because: `Before it disconnected, the relay said "${relay.reason}"${relay.message === null ? '' : ` (${relay.message})`}.`,
      evidence: [
        figure('relay.reason', relay.reason),
        figure('relay.goneForMs', at - relay.goneAt, MODE.bounds.goneMs.raise),
      ],
      ruledOut: [{ cause: 'never_seen', because: 'it was connected' }],
    }),
  );
}

function leftBehind(snapshot: OpsSnapshot, session: OpsSession, relay: RelayAway): Finding {
  const { at } = snapshot;
  const cause = causeOfGoing(relay);
  const others = session.relays.length;
  // Where another feeds the session the show goes on; one that is connected and sends nothing is no help.
  const goesOn =
    others > 0 &&
    unfedForMs(snapshot, session, Math.min(...session.relays.map(({ connectedAt }) => connectedAt))) === null;
  const beside =
    others === 0 ? '' : goesOn ? '; another relay feeds its session' : '; another relay is connected and sends nothing';
  const isRefused = refusalsOf(snapshot, session.show).some(({ why }) => why === 'token');
  const said = relay.message === null ? '' : ` (${relay.message})`;
  const saidGoodbye = `the relay said "${relay.reason}"${said}`;
  return finding(snapshot, MODE, cause, {
    scope: { sessionId: session.sessionId, show: session.show, relayId: relay.relayId },
    severity: goesOn && session.framesTotal > 0 ? 'warning' : severityWithoutRelay(session),
    since: relay.goneAt,
    summary: `Relay ${relay.relayId} disconnected ${inWords(at - relay.goneAt)} ago${beside}.`,
    because:
      cause === 'gone' ? `Its connection dropped: ${relay.reason}${said}.` : `Before it disconnected, ${saidGoodbye}.`,
    evidence: [
      figure('relay.reason', relay.reason, null, eventsOf(snapshot, relay.relayId)),
      figure('relay.goneForMs', at - relay.goneAt, MODE.bounds.goneMs.raise),
      figure('session.relays', others, 1),
      figure('session.lastFrameAgeMs', session.lastFrameAgeMs),
    ],
    ruledOut: [
      { cause: 'never_seen', because: `it fed until ${inWords(at - relay.goneAt)} ago` },
      ...(cause === 'gone'
        ? ([
            { cause: 'kill_switch', because: `a relay says so before it disconnects; this one said "${relay.reason}"` },
            {
              cause: 'sends_elsewhere',
              because: `a relay says so before it disconnects; this one said "${relay.reason}"`,
            },
          ] as const)
        : ([{ cause: 'gone', because: `${saidGoodbye} before it disconnected` }] as const)),
      ...(isRefused
        ? []
        : ([{ cause: 'refused_token', because: 'it was accepted before, and has not been refused since' }] as const)),
    ],
    confidence: cause === 'gone' && relay.reason === 'connection lost' ? 'medium' : 'high',
  });
}

function causeOfGoing({ reason }: RelayAway): CauseOf<typeof MODE> {
  if (reason === 'kill-switch') return 'kill_switch';
  return reason === 'disabled' ? 'sends_elsewhere' : 'gone';
}

function eventsOf(snapshot: OpsSnapshot, relayId: string): number[] {
  return eventIds(snapshot, ['relay:bye', 'relay:disconnected'], (event) => event.relayId === relayId);
}
