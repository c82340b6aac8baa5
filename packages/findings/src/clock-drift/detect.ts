import type { Finding, FindingStep, OpsRelay, OpsSession, OpsSnapshot } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { earlier, eventIds, figure, finding, inWords, limitOf, running } from '../finding.js';
import { MODE } from './mode.js';

/** A connection that carries less than this share of what is captured is too narrow for it. */
const ENOUGH = 0.7;
/** What is advised takes this share of it: what waits already is to get through as well. */
const ADVISED = 0.7;
/** Frames a second that timing needs at least, and that a relay can be set to. */
const TIMING_HZ = 2;
const LEAST_HZ = 0.1;
/** Frames a second below which a relay captures nothing: a sim that is paused sends none. */
const CAPTURES_HZ = 0.5;

/** Frames that come from elsewhere than their time: the relay's clock, its queue, or its line. */
export const clockDrift = defineFailureMode(MODE, {
  look: (snapshot) =>
    running(snapshot).flatMap((session) => session.relays.flatMap((relay) => look(snapshot, session, relay) ?? [])),
});

type Drift = (typeof CAUSES)[number];
const CAUSES = ['clock_jump', 'clock_step', 'backlog', 'clock_offset', 'latency'] as const;

/** The figures of a relay, and which of them exceed their bounds. */
interface Figures {
  readonly driftMs: number | null;
  /** What of the drift is not of a queue that has been sent by now. */
  readonly unexplainedMs: number;
  readonly offsetMs: number | null;
  readonly boundMs: number | null;
  /** What of the offset no line explains. */
  readonly certainMs: number | null;
  readonly queueMs: number | null;
  /** The longest that anything has waited at the relay, what has come and what has not. */
  readonly waitedMs: number;
  readonly transitMs: number | null;
  /** The shortest round trip of late. */
  readonly roundTripMs: number | null;
  /** What the connection carries, and what is captured, in bytes a second, where the first is less. */
  readonly narrow: { readonly carries: number; readonly captured: number } | null;
  readonly stepMs: number;
  readonly jumps: number;
  /** The connection takes long, but not so long that what it brings is late. */
  readonly isOnlySlow: boolean;
  /** Frames a second that arrive and that are captured, where the first are far fewer and what arrives is late. */
  readonly short: { readonly arriving: number; readonly captured: number } | null;
  /** Frames wait at the relay, for whatever reason. */
  readonly waits: boolean;
  readonly exceeds: Readonly<Record<Drift, boolean>>;
}

function look(snapshot: OpsSnapshot, session: OpsSession, relay: OpsRelay): Finding | null {
  // One that is paused makes what it keeps old on purpose.
  if (relay.pausedBecause !== null) return null;
  const scope = { sessionId: session.sessionId, show: session.show, relayId: relay.relayId };
  const before = earlier(snapshot, MODE.code, scope)?.cause;
  const figures = figuresOf(relay, before, snapshot.at);
  const isHigh = figures.unexplainedMs > limitOf(MODE.bounds.driftMs, before !== undefined);
  const cause = CAUSES.find((each) => figures.exceeds[each]) ?? (isHigh ? 'inconclusive' : null);
  if (cause === null) return null;
  if ((cause === 'backlog' || cause === 'inconclusive') && wasJustResumed(snapshot, session, relay)) return null;
  const isServerBusy = mayWaitHere(cause, figures, snapshot);
  return finding(snapshot, MODE, cause, {
    scope,
    summary: `Relay ${relay.relayId}: ${summaryOf(cause, figures, relay)}`,
    because: becauseOf(cause, figures) + (isServerBusy ? BUSY_TOO : ''),
    evidence: evidenceOf(snapshot, relay, figures),
    ruledOut: CAUSES.filter((each) => each !== cause).flatMap((each) => ruledOutBy(each, figures) ?? []),
    confidence: cause === 'inconclusive' || isServerBusy ? 'low' : figures.offsetMs === null ? 'medium' : 'high',
    ...(isServerBusy ? { nextStep: BUSY_STEP } : nextStepOf(cause, figures, relay)),
    severity: severityOf(cause, figures),
  });
}

/** What a relay kept while operations had paused it is old on purpose, until it had time to send it. */
function wasJustResumed({ audit, at }: OpsSnapshot, { show }: OpsSession, { relayId }: OpsRelay): boolean {
  return audit.some(
    (act) =>
      act.action === 'relay.resume' &&
      act.detail.relayId === relayId &&
      (act.detail.show ?? show) === show &&
      at - act.at <= MODE.bounds.resumedMs.raise,
  );
}

/** A round trip of the network itself takes long on an idle server too; all else that is late may have waited on this machine. */
function mayWaitHere(cause: Drift | 'inconclusive', figures: Figures, { summary }: OpsSnapshot): boolean {
  if (cause !== 'backlog' && cause !== 'latency' && cause !== 'inconclusive') return false;
  const { utilization, delayMaxMs } = summary.eventLoop;
  const isBusy = utilization > MODE.bounds.loopShare.raise || delayMaxMs > MODE.bounds.loopMs.raise;
  return isBusy && (figures.roundTripMs ?? 0) <= MODE.bounds.slowMs.raise;
}

const BUSY_TOO =
  ' But this server was overloaded meanwhile: frames may have waited here, or at a relay on the same machine, and not on the network.';
const BUSY_STEP: FindingStep = {
  text: 'Check what else runs on the server’s machine. If nothing does, check the relay’s queue and network.',
  command: 'top',
};

function severityOf(cause: Drift | 'inconclusive', { waitedMs, isOnlySlow }: Figures): Finding['severity'] {
  if (cause === 'backlog' && waitedMs > 30_000) return 'critical';
  return cause === 'latency' && isOnlySlow ? 'info' : 'warning';
}

/** What helps where the catalogue's step does not: a rate that the connection carries, or another connection. */
function nextStepOf(cause: Drift | 'inconclusive', figures: Figures, { capturedHz = null }: OpsRelay) {
  // Updating a relay that says everything helps nobody.
  if (cause === 'inconclusive') return isComplete(figures) ? { nextStep: TOGETHER } : {};
  const { narrow } = figures;
  if (cause !== 'backlog' || narrow === null || capturedHz === null) return {};
  const hz = Math.max(LEAST_HZ, Math.floor((10 * ADVISED * capturedHz * narrow.carries) / narrow.captured) / 10);
  const carries = `Its connection carries ${narrow.carries} bytes a second and ${narrow.captured} are captured.`;
  const text =
    hz >= TIMING_HZ
      ? `${carries} Set RELAY_SAMPLE_HZ=${hz} in its relay.env, or stop other traffic on its uplink.`
      : `${carries} That is too little for ${TIMING_HZ} frames a second, which timing needs: stop other traffic on its uplink, or use another one. Until then, set RELAY_SAMPLE_HZ=${hz}.`;
  return { nextStep: { text, command: `RELAY_SAMPLE_HZ=${hz}` } };
}

function figuresOf(relay: OpsRelay, before: string | undefined, at: number): Figures {
  const { bounds } = MODE;
  const { clock, queueAgeP95Ms, oldestWaitingMs, transitP95Ms, clockStepMs } = relay;
  const { offsetMs, boundMs } = clock;
  const certainMs = offsetMs === null || boundMs === null ? null : tenth(Math.max(0, Math.abs(offsetMs) - boundMs));
  const stepMs = clockStepMs ?? 0;
  const jumps = relay.clockJumps ?? 0;
  const isOver = (
    cause: Drift,
    value: number | null,
    bound: { raise: number; clear: number; unit: 'ms'; what: string },
  ) => value !== null && Math.abs(value) > limitOf(bound, before === cause);
  const hasStepped = isOver('clock_step', stepMs, bounds.stepMs);
  // What is on its way is not acknowledged: a relay that does not tell it from what waits says both together.
  const stuckMs =
    relay.oldestUnsentMs ?? (oldestWaitingMs === null ? null : Math.max(0, oldestWaitingMs - (transitP95Ms ?? 0)));
  // The newest percentiles are of a minute: what has been sent by now is not waited for any more.
  const oldestMs = relay.oldestUnsentMs ?? oldestWaitingMs;
  const isDrained = oldestMs !== null && !isOver('backlog', oldestMs, bounds.waitingMs);
  const waits =
    (isOver('backlog', queueAgeP95Ms, bounds.queueMs) && !isDrained) || isOver('backlog', stuckMs, bounds.queueMs);
  const narrow = narrowOf(relay);
  const short = shortOf(relay, at, { isBelieved: before === 'backlog', isNarrow: narrow !== null });
  const roundTripMs = relay.roundTripMs ?? (boundMs === null ? null : 2 * boundMs);
  const isFar = isOver('latency', roundTripMs, bounds.roundTripMs);
  const isSlow = isOver('latency', roundTripMs, bounds.slowMs);
  const isLongOnWay = isOver('latency', transitP95Ms, bounds.transitMs);
  return {
    driftMs: relay.driftP95,
    offsetMs,
    boundMs,
    certainMs,
    queueMs: queueAgeP95Ms,
    transitMs: transitP95Ms,
    roundTripMs,
    narrow,
    short,
    waits,
    isOnlySlow: isSlow && !isFar && !isLongOnWay,
    stepMs,
    jumps,
    // Drift is of a minute as well: a backlog that is over stays in it, and its cause is known.
    unexplainedMs: (relay.driftP95 ?? 0) - (isDrained ? (queueAgeP95Ms ?? 0) : 0),
    waitedMs: Math.max(queueAgeP95Ms ?? 0, stuckMs ?? 0, short === null ? 0 : (relay.newestLateMs ?? 0)),
    exceeds: {
      clock_jump: jumps > 0,
      clock_step: hasStepped,
      // What a connection cannot carry is late on it as well. On one that only takes long, what waits is on its way soon.
      backlog: short !== null || (narrow === null ? waits && !isFar : waits || isLongOnWay || isFar),
      clock_offset: (certainMs ?? 0) > limitOf(bounds.offsetMs, before === 'clock_offset'),
      // A round trip is measured by one clock: it cannot be a clock's doing.
      latency: isSlow || isLongOnWay,
    },
  };
}

function narrowOf({ carriedBytesPerS = null, capturedBytesPerS = null }: OpsRelay): Figures['narrow'] {
  if (carriedBytesPerS === null || capturedBytesPerS === null) return null;
  return carriedBytesPerS < ENOUGH * capturedBytesPerS
    ? { carries: carriedBytesPerS, captured: capturedBytesPerS }
    : null;
}

/**
 * What has left the relay waits in no queue that it knows of: a router in between may hold a minute of it. Then fewer frames
 * arrive than are captured, and what arrives is ever later. Over a line that only takes long as many arrive.
 */
function shortOf(
  { arrivingHz = null, capturedHz = null, newestLateMs = null, connectedAt, roundTripMs = null }: OpsRelay,
  at: number,
  { isBelieved, isNarrow }: { readonly isBelieved: boolean; readonly isNarrow: boolean },
): Figures['short'] {
  const { arriving, settledMs, transitMs } = MODE.bounds;
  if (arrivingHz === null || capturedHz === null || capturedHz < CAPTURES_HZ) return null;
  // The first frames come two round trips after the greeting.
  if (at - connectedAt < settledMs.raise + 2 * (roundTripMs ?? 0)) return null;
  if (arrivingHz >= limitOf(arriving, isBelieved) * capturedHz) return null;
  // One that sends nothing for another reason brings nothing late.
  return isNarrow || (newestLateMs ?? 0) > limitOf(transitMs, isBelieved)
    ? { arriving: arrivingHz, captured: capturedHz }
    : null;
}

const TOGETHER: FindingStep = {
  text: 'Compare the relay’s queue age, transit time and clock: none exceeds its bound alone, but together they may.',
  view: 'sessions',
};

function isComplete({ offsetMs, queueMs, transitMs }: Figures): boolean {
  return offsetMs !== null && queueMs !== null && transitMs !== null;
}

function summaryOf(cause: Drift | 'inconclusive', figures: Figures, relay: OpsRelay): string {
  const { offsetMs, boundMs, waitedMs, transitMs, roundTripMs, stepMs, driftMs, narrow, short } = figures;
  switch (cause) {
    case 'clock_jump':
      return `${figures.jumps} frames are dropped: their session clock has jumped.`;
    case 'clock_step':
      return `its clock was changed by ${inWords(Math.abs(stepMs))}${stepMs > 0 ? ' forwards' : ' backwards'}.`;
    case 'backlog': {
      const waiting = relay.unsent ?? relay.waiting;
      const carries =
        narrow === null ? '' : `its connection carries ${narrow.carries} of ${narrow.captured} bytes a second; `;
      if (short !== null)
        return `${carries}${short.arriving} of ${short.captured} frames a second arrive, and the newest took ${inWords(waitedMs)}.`;
      return `${carries}frames wait there for ${inWords(waitedMs)}${waiting === null ? '' : `; ${waiting} records are waiting now`}.`;
    }
    case 'clock_offset':
      return `its clock is ${inWords(Math.abs(offsetMs ?? 0))} ${(offsetMs ?? 0) > 0 ? 'ahead' : 'behind'} (± ${inWords(boundMs ?? 0)}).`;
    case 'latency':
      return `frames are in transit for ${inWords(transitMs ?? boundMs ?? 0)}; the shortest round trip of late took ${inWords(roundTripMs ?? 0)}.`;
    case 'inconclusive':
      return `frames arrive ${inWords(driftMs ?? 0)} away from their capture time, for an unknown reason.`;
    default:
      return cause satisfies never;
  }
}

function becauseOf(cause: Drift | 'inconclusive', figures: Figures): string {
  const { offsetMs, boundMs, queueMs, transitMs, narrow, short } = figures;
  switch (cause) {
    case 'clock_jump':
      return 'Their session time is ahead of both capture and receipt. If accepted, they would make all later frames late.';
    case 'clock_step':
      return 'Two readings of its clock differ by more than network latency can explain.';
    case 'backlog':
      if (narrow !== null)
        return 'Its connection was busy the whole time, and brought this much. The rest waits at the relay or on the connection.';
      if (short !== null)
        return 'Fewer frames arrive than are captured, and what arrives is late. The rest waits on the way: at the relay, or in a router or proxy.';
      return 'Capture and sending are this far apart. Both are measured by the relay’s clock, so a wrong clock does not matter.';
    case 'clock_offset':
      return 'The offset is larger than its bound, half of the shortest round trip: network latency cannot explain it.';
    case 'latency':
      return Math.abs(offsetMs ?? 0) <= (boundMs ?? 0) && 2 * (boundMs ?? 0) > MODE.bounds.slowMs.clear
        ? `The round trip is measured by the server’s own clock. Over such a connection it is unknown whether the relay’s clock is also off: ${Math.round(offsetMs ?? 0)} ± ${Math.round(boundMs ?? 0)} ms.`
        : 'Sending and receipt are this far apart, corrected for the relay’s clock offset.';
    case 'inconclusive':
      if (isComplete(figures))
        return `Clock, queue and network are known, and none exceeds its bound. Together they may, or one did a minute ago. Frames wait for ${inWords(queueMs ?? 0)} and are in transit for ${inWords(transitMs ?? 0)}.`;
      return `Missing: ${[
        ...(offsetMs === null ? ['the relay’s clock (no answer to clock:ping)'] : []),
        ...(queueMs === null ? ['when the relay sends (relay:frames without a time)'] : []),
        ...(transitMs === null && queueMs !== null && offsetMs !== null ? ['how long frames are in transit'] : []),
      ].join('; ')}.`;
    default:
      return cause satisfies never;
  }
}

function evidenceOf(snapshot: OpsSnapshot, relay: OpsRelay, figures: Figures) {
  const { bounds } = MODE;
  const warnings = eventIds(snapshot, ['drift_warn'], (event) => event.relayId === relay.relayId);
  return [
    figure('relay.driftP95', figures.driftMs, bounds.driftMs.raise, warnings),
    figure('relay.clock.offsetMs', figures.offsetMs),
    figure('relay.clock.certainMs', figures.certainMs, bounds.offsetMs.raise),
    figure('relay.clock.boundMs', figures.boundMs),
    figure('relay.roundTripMs', figures.roundTripMs, bounds.slowMs.raise),
    figure('relay.queueAgeP95Ms', figures.queueMs, bounds.queueMs.raise),
    figure('relay.oldestWaitingMs', relay.oldestWaitingMs, bounds.waitingMs.raise),
    figure('relay.oldestUnsentMs', relay.oldestUnsentMs, bounds.queueMs.raise),
    figure('relay.transitP95Ms', figures.transitMs, bounds.transitMs.raise),
    figure(
      'relay.arrivingHz',
      relay.arrivingHz,
      relay.capturedHz == null ? null : tenth(bounds.arriving.raise * relay.capturedHz),
    ),
    figure('relay.newestLateMs', relay.newestLateMs, bounds.transitMs.raise),
    figure('relay.carriedBytesPerS', relay.carriedBytesPerS, capturedOf(relay)),
    figure('eventLoop.delayMaxMs', snapshot.summary.eventLoop.delayMaxMs, bounds.loopMs.raise),
    figure('eventLoop.utilization', snapshot.summary.eventLoop.utilization, bounds.loopShare.raise),
    figure('relay.clockStepMs', figures.stepMs, bounds.stepMs.raise),
    figure('relay.clockJumps', figures.jumps, 0),
  ];
}

/** What the connection would have to carry. */
function capturedOf({ capturedBytesPerS = null }: OpsRelay): number | null {
  return capturedBytesPerS === null ? null : Math.round(ENOUGH * capturedBytesPerS);
}

/** Why it is not that; `null` where that cannot be said. */
function ruledOutBy(cause: Drift, figures: Figures): Finding['ruledOut'][number] | null {
  const { offsetMs, boundMs, queueMs, transitMs, roundTripMs, stepMs, exceeds, waits } = figures;
  if (exceeds[cause]) return null;
  const { bounds } = MODE;
  switch (cause) {
    case 'clock_jump':
      return null;
    case 'clock_step':
      return offsetMs === null
        ? null
        : {
            cause,
            because: `it recently changed by ${Math.round(Math.abs(stepMs))} ms; the bound is ${bounds.stepMs.raise} ms`,
          };
    case 'backlog':
      // One that is over is found no more, and may be why all the same.
      return queueMs === null || queueMs > bounds.queueMs.raise || waits
        ? null
        : { cause, because: `frames are ${Math.round(queueMs)} ms old when they are sent` };
    case 'clock_offset': {
      // What the line leaves open is not ruled out.
      if (offsetMs === null || boundMs === null || Math.abs(offsetMs) + boundMs > bounds.offsetMs.raise) return null;
      return { cause, because: `the clock is off by ${Math.round(offsetMs)} ± ${Math.round(boundMs)} ms` };
    }
    case 'latency':
      return transitMs === null || roundTripMs === null
        ? null
        : {
            cause,
            because: `frames are in transit for ${Math.round(transitMs)} ms, a round trip takes ${Math.round(roundTripMs)} ms`,
          };
    default:
      return cause satisfies never;
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
