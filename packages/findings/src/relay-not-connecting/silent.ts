import type { Finding, OpsRelay, OpsSession, OpsSnapshot, RelayWaiting } from '@okboxbox/protocol';
import { earlier, figure, finding, inWords, limitOf, running } from '../finding.js';
import { MODE } from './mode.js';
import { severityWithoutRelay } from './severity.js';

/** What a relay says of its sim when that gives nothing. */
const IDLE_SIMS: ReadonlySet<string> = new Set(['sim-not-running', 'replay', 'left']);
/** Frames a second below which a relay captures nothing. */
const CAPTURES_HZ = 0.5;

/**
 * For how long a session has had no frame, where that is longer than the bound; `null` where it is fed. A relay that has
 * just come is given that time, too.
 */
export function unfedForMs(
  snapshot: OpsSnapshot,
  session: OpsSession,
  since: number,
  { isBelieved = false, farMs = 0 }: { readonly isBelieved?: boolean; readonly farMs?: number } = {},
): number | null {
  if (session.framesPerSec >= CAPTURES_HZ) return null;
  const sinceMs = snapshot.at - since;
  const age = session.lastFrameAgeMs ?? sinceMs;
  // One that was missed and is back has fed nothing yet: what was said of it stands until it does.
  if (isBelieved && age > sinceMs) return age;
  return Math.min(age, sinceMs) > limitOf(MODE.bounds.idleMs, isBelieved) + farMs ? age : null;
}

/** Relays that are connected to a session and send nothing, each by itself: of two that are idle, neither feeds. */
export function silent(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  return session.relays.flatMap((relay) => {
    const scope = { sessionId: session.sessionId, show: session.show, relayId: relay.relayId };
    const isBelieved = earlier(snapshot, MODE.code, scope) !== undefined;
    const dead = unheard(snapshot, session, relay, scope);
    if (dead !== null) return dead;
    // Over a connection that takes long, the first frames come two round trips after the greeting.
    const farMs = 2 * (relay.roundTripMs ?? 0);
    const age = unfedForMs(snapshot, session, relay.connectedAt, { isBelieved, farMs });
    if (relay.pausedBecause !== null) return paused(snapshot, session, relay, scope, age);
    return age === null ? [] : nothingComes(snapshot, session, relay, scope, age);
  });
}

/**
 * A relay of which nothing at all comes, though its connection stands: the server asks for its clock every two seconds.
 * Its PC hangs, or the network swallows what is sent.
 */
function unheard(snapshot: OpsSnapshot, session: OpsSession, relay: OpsRelay, scope: Finding['scope']): Finding | null {
  const { heardAgeMs = null, relayId } = relay;
  const bound = MODE.bounds.heardMs;
  if (heardAgeMs === null) return null;
  // What has come while this server stood still is not read yet.
  const age = heardAgeMs - snapshot.summary.eventLoop.delayMaxMs;
  if (age <= limitOf(bound, earlier(snapshot, MODE.code, scope, 'unheard') !== undefined)) return null;
  const others = session.relays.filter((each) => each !== relay && (each.heardAgeMs ?? 0) <= bound.raise);
  const goesOn = others.length > 0 && session.framesPerSec >= CAPTURES_HZ;
  return finding(snapshot, MODE, 'unheard', {
    scope,
    severity: goesOn ? 'warning' : severityWithoutRelay(session),
    since: snapshot.at - age,
    summary: `Nothing has come from relay ${relayId} for ${inWords(age)}, though its connection is open${goesOn ? '; another relay feeds its session' : ''}.`,
    because: 'It sends neither frames nor answers to clock:ping. Nobody has closed the connection.',
    evidence: [
      figure('relay.heardAgeMs', age, bound.raise),
      figure('session.lastFrameAgeMs', session.lastFrameAgeMs),
      figure('session.relays', session.relays.length),
      figure('relay.capturedHz', relay.capturedHz),
    ],
    ruledOut: [
      { cause: 'sim_idle', because: 'a relay whose sim is idle answers clock:ping' },
      { cause: 'kill_switch', because: 'a relay says so before it disconnects' },
    ],
    confidence: 'medium',
  });
}

function paused(
  snapshot: OpsSnapshot,
  session: OpsSession,
  relay: OpsRelay,
  scope: Finding['scope'],
  age: number | null,
): Finding {
  // Others that are connected help only where they send.
  const isAlone = age !== null || session.relays.every((each) => each.pausedBecause !== null);
  return finding(snapshot, MODE, 'paused_by_operations', {
    scope,
    severity: isAlone ? 'critical' : 'warning',
    summary: `Relay ${relay.relayId} is paused by operations${isAlone && session.relays.length > 1 ? ', and no other feeds its session' : ''}.`,
    because: `An operator paused it: ${relay.pausedBecause}`,
    evidence: [
      figure('relay.pausedBecause', relay.pausedBecause),
      figure('relay.waiting', relay.waiting),
      figure('session.framesPerSec', session.framesPerSec),
      figure('session.lastFrameAgeMs', session.lastFrameAgeMs),
    ],
    ruledOut: [
      { cause: 'gone', because: 'it is connected' },
      { cause: 'kill_switch', because: 'a relay with its kill switch on is not connected' },
    ],
  });
}

function nothingComes(
  snapshot: OpsSnapshot,
  session: OpsSession,
  relay: OpsRelay,
  scope: Finding['scope'],
  age: number,
): Finding {
  const { simState = null, capturedHz = null, waiting: records } = relay;
  const evidence = [
    figure('session.lastFrameAgeMs', age, MODE.bounds.idleMs.raise),
    figure('relay.simState', simState),
    figure('relay.capturedHz', capturedHz, CAPTURES_HZ),
    figure('relay.waiting', records),
  ];
  const summary = `Relay ${relay.relayId} is connected, and has sent no frames for ${inWords(age)}.`;
  const since = snapshot.at - age;
  const connected = { cause: 'gone', because: 'it is connected' } as const;
  const isIdle = (simState !== null && IDLE_SIMS.has(simState)) || (capturedHz !== null && capturedHz < CAPTURES_HZ);
  if (isIdle && (records ?? 0) === 0) {
    return finding(snapshot, MODE, 'sim_idle', {
      scope,
      summary,
      evidence,
      since,
      // A session that was under way has lost its sim.
      severity: session.framesTotal > 0 ? 'warning' : 'info',
      because: `The relay captures ${capturedHz ?? 'no'} frames a second${simState === null ? '' : `; its sim is "${simState}"`}, and nothing waits to be sent.`,
      ruledOut: [connected, { cause: 'paused_by_operations', because: 'no operator has paused it' }],
    });
  }
  return finding(snapshot, MODE, 'inconclusive', {
    scope,
    summary,
    evidence,
    since,
    because:
      capturedHz === null
        ? 'The relay does not report what it captures: its status (relay:status) is missing.'
        : `The relay reports that it captures ${capturedHz} frames a second, with ${records ?? 0} waiting, and none arrive.`,
    confidence: 'low',
    ruledOut: [connected],
  });
}

/** Whether a relay feeds this show; where its show is not known, whether any does. */
export function isFed(snapshot: OpsSnapshot, show: string | null): boolean {
  if (show === null) return snapshot.summary.relays.connected > 0;
  return running(snapshot).some((session) => session.show === show && session.relays.length > 0);
}

/** Relays that are connected and have no session yet, for long enough to be told. */
export function waitingNow({ relays, at }: OpsSnapshot): readonly RelayWaiting[] {
  return relays.waiting.filter(({ connectedAt }) => at - connectedAt >= MODE.bounds.idleMs.raise);
}

/** Relays that wait for their sim, by show, while nothing else feeds that. */
export function waiting(snapshot: OpsSnapshot): Finding[] {
  const idle = waitingNow(snapshot);
  const shows = new Set(idle.map(({ show = null }) => show));
  return [...shows]
    .filter((show) => !isFed(snapshot, show))
    .flatMap((show) => {
      const [first, ...rest] = idle.filter((relay) => (relay.show ?? null) === show);
      return first === undefined ? [] : waitsForSim(snapshot, show, [first, ...rest]);
    });
}

function waitsForSim(
  snapshot: OpsSnapshot,
  show: string | null,
  idle: readonly [RelayWaiting, ...RelayWaiting[]],
): Finding {
  const [first] = idle;
  return finding(snapshot, MODE, 'sim_idle', {
    scope: show === null ? {} : { show },
    // A session that was under way has lost its sim.
    severity: show !== null && running(snapshot).some((session) => session.show === show) ? 'warning' : 'info',
    since: Math.min(...idle.map(({ connectedAt }) => connectedAt)),
    summary: `${idle.length === 1 ? 'A relay is' : `${idle.length} relays are`} connected and wait${idle.length === 1 ? 's' : ''} for the sim.`,
    because: first.simState === null ? 'It has captured nothing yet.' : `Its sim is "${first.simState}".`,
    evidence: [
      figure('relays.waiting', idle.length, 1),
      figure('relay.simState', first.simState),
      figure('relay.capturedHz', first.capturedHz, CAPTURES_HZ),
    ],
    ruledOut: [
      { cause: 'never_seen', because: 'one is connected' },
      { cause: 'refused_token', because: 'it was accepted' },
    ],
  });
}
