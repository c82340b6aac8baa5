import type { Finding, FindingCause, FindingStep, OpsRelay, OpsSession, OpsSnapshot } from '@okboxbox/protocol';
import { CLOCK_DRIFT as MODE } from '../catalogue/clock-drift.js';
import { type Detector, earlier, eventIds, figure, finding, inWords, limitOf, running } from '../detector.js';

/** Frames that come from elsewhere than their time: the relay's clock, its queue, or its line. */
export const clockDrift: Detector = {
  code: MODE.code,
  notYet: () => null,
  look: (snapshot) =>
    running(snapshot).flatMap((session) => session.relays.flatMap((relay) => look(snapshot, session, relay) ?? [])),
};

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
  readonly stepMs: number;
  readonly jumps: number;
  readonly exceeds: Readonly<Record<Drift, boolean>>;
}

function look(snapshot: OpsSnapshot, session: OpsSession, relay: OpsRelay): Finding | null {
  // One that is paused makes what it keeps old on purpose.
  if (relay.pausedBecause !== null) return null;
  const scope = { sessionId: session.sessionId, show: session.show, relayId: relay.relayId };
  const before = earlier(snapshot, MODE.code, scope)?.cause;
  const figures = figuresOf(relay, before);
  const isHigh = figures.unexplainedMs > limitOf(MODE.bounds.driftMs, before !== undefined);
  const cause = CAUSES.find((each) => figures.exceeds[each]) ?? (isHigh ? 'inconclusive' : null);
  if (cause === null) return null;
  return finding(snapshot, MODE, cause, {
    scope,
    summary: `Relay ${relay.relayId}: ${summaryOf(cause, figures, relay)}`,
    because: becauseOf(cause, figures),
    evidence: evidenceOf(snapshot, relay, figures),
    ruledOut: CAUSES.filter((each) => each !== cause).flatMap((each) => ruledOutBy(each, figures) ?? []),
    confidence: cause === 'inconclusive' ? 'low' : figures.offsetMs === null ? 'medium' : 'high',
    ...(cause === 'inconclusive' && isComplete(figures) && { nextStep: TOGETHER }),
    severity: cause === 'backlog' && figures.waitedMs > 30_000 ? 'critical' : 'warning',
  });
}

function figuresOf(relay: OpsRelay, before: FindingCause | undefined): Figures {
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
  // The newest percentiles are of a minute: what has been sent by now is not waited for any more.
  const isDrained = oldestWaitingMs !== null && !isOver('backlog', oldestWaitingMs, bounds.waitingMs);
  // What is on its way is not acknowledged, and waits as well: a backlog is what is older than that.
  const stuckMs = oldestWaitingMs === null ? null : Math.max(0, oldestWaitingMs - (transitP95Ms ?? 0));
  return {
    ...{
      driftMs: relay.driftP95,
      offsetMs,
      boundMs,
      certainMs,
      queueMs: queueAgeP95Ms,
      transitMs: transitP95Ms,
      stepMs,
      jumps,
    },
    // Drift is of a minute as well: a backlog that is over stays in it, and its cause is known.
    unexplainedMs: (relay.driftP95 ?? 0) - (isDrained ? (queueAgeP95Ms ?? 0) : 0),
    waitedMs: Math.max(queueAgeP95Ms ?? 0, stuckMs ?? 0),
    exceeds: {
      clock_jump: jumps > 0,
      clock_step: hasStepped,
      backlog:
        (isOver('backlog', queueAgeP95Ms, bounds.queueMs) && !isDrained) || isOver('backlog', stuckMs, bounds.queueMs),
      clock_offset: (certainMs ?? 0) > limitOf(bounds.offsetMs, before === 'clock_offset'),
      // A round trip is measured by one clock: half of it cannot be a clock's doing.
      latency: isOver('latency', boundMs, bounds.boundMs) || isOver('latency', transitP95Ms, bounds.transitMs),
    },
  };
}

/** Updating a relay that says everything helps nobody. */
const TOGETHER: FindingStep = {
  text: 'Look at queue age, transit and clock of the relay side by side: none is beyond its bound, and together they may be.',
  view: 'sessions',
};

function isComplete({ offsetMs, queueMs, transitMs }: Figures): boolean {
  return offsetMs !== null && queueMs !== null && transitMs !== null;
}

function summaryOf(cause: Drift | 'inconclusive', figures: Figures, relay: OpsRelay): string {
  const { offsetMs, boundMs, waitedMs, transitMs, stepMs, driftMs } = figures;
  switch (cause) {
    case 'clock_jump':
      return `${figures.jumps} frames are dropped: the sim’s clock in them has jumped.`;
    case 'clock_step':
      return `its clock jumped by ${inWords(Math.abs(stepMs))}${stepMs > 0 ? ' forwards' : ' backwards'}.`;
    case 'backlog':
      return `frames wait there for ${inWords(waitedMs)}${relay.waiting === null ? '' : `; ${relay.waiting} records do now`}.`;
    case 'clock_offset':
      return `its clock is ${inWords(Math.abs(offsetMs ?? 0))} ${(offsetMs ?? 0) > 0 ? 'ahead' : 'behind'} (± ${inWords(boundMs ?? 0)}).`;
    case 'latency':
      return `frames travel for ${inWords(transitMs ?? boundMs ?? 0)}; the shortest round trip takes ${inWords(2 * (boundMs ?? 0))}.`;
    case 'inconclusive':
      return `what comes is ${inWords(driftMs ?? 0)} from its time, and it cannot be told why.`;
    default:
      return cause satisfies never;
  }
}

function becauseOf(cause: Drift | 'inconclusive', figures: Figures): string {
  const { offsetMs, boundMs, queueMs, transitMs } = figures;
  switch (cause) {
    case 'clock_jump':
      return 'Their session time is further than both their captures and their receipts: taken, they would leave all that follows behind.';
    case 'clock_step':
      return 'Two answers for its clock contradict each other by more than both lines leave open.';
    case 'backlog':
      return 'Captured and sent are both by the relay’s clock, so that a wrong clock is not in it: they lie this far apart.';
    case 'clock_offset':
      return 'The offset is larger than its bound, which is half of the shortest round trip: no line explains it.';
    case 'latency':
      return Math.abs(offsetMs ?? 0) <= (boundMs ?? 0) && (boundMs ?? 0) > MODE.bounds.boundMs.clear
        ? `The round trip is by the server’s own clock. Whether the relay’s clock is off, too, cannot be told over such a line: ${Math.round(offsetMs ?? 0)} ± ${Math.round(boundMs ?? 0)} ms.`
        : 'Sent and received lie this far apart, with what the relay’s clock is off taken out.';
    case 'inconclusive':
      if (isComplete(figures))
        return `Clock, queue and line are known, and none of them is beyond its own bound: together they may be, or one was a minute ago. Frames wait for ${inWords(queueMs ?? 0)} and travel for ${inWords(transitMs ?? 0)}.`;
      return `What is missing: ${[
        ...(offsetMs === null ? ['the relay’s clock (no answer to clock:ping)'] : []),
        ...(queueMs === null ? ['when the relay sends (relay:frames without a time)'] : []),
        ...(transitMs === null && queueMs !== null && offsetMs !== null ? ['how long frames travel'] : []),
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
    figure('relay.clock.boundMs', figures.boundMs, bounds.boundMs.raise),
    figure('relay.queueAgeP95Ms', figures.queueMs, bounds.queueMs.raise),
    figure('relay.oldestWaitingMs', relay.oldestWaitingMs, bounds.waitingMs.raise),
    figure('relay.transitP95Ms', figures.transitMs, bounds.transitMs.raise),
    figure('relay.clockStepMs', figures.stepMs, bounds.stepMs.raise),
    figure('relay.clockJumps', figures.jumps, 0),
  ];
}

/** Why it is not that; `null` where that cannot be said. */
function ruledOutBy(cause: Drift, figures: Figures): Finding['ruledOut'][number] | null {
  const { offsetMs, boundMs, queueMs, transitMs, stepMs, exceeds } = figures;
  if (exceeds[cause]) return null;
  const { bounds } = MODE;
  switch (cause) {
    case 'clock_jump':
      return null;
    case 'clock_step':
      return offsetMs === null
        ? null
        : { cause, because: `it stepped by ${Math.round(Math.abs(stepMs))} ms of late, of ${bounds.stepMs.raise}` };
    case 'backlog':
      // One that is over is found no more, and may be why all the same.
      return queueMs === null || queueMs > bounds.queueMs.raise
        ? null
        : { cause, because: `frames are ${Math.round(queueMs)} ms old when they are sent` };
    case 'clock_offset': {
      // What the line leaves open is not ruled out.
      if (offsetMs === null || boundMs === null || Math.abs(offsetMs) + boundMs > bounds.offsetMs.raise) return null;
      return { cause, because: `the clock is off by ${Math.round(offsetMs)} ± ${Math.round(boundMs)} ms` };
    }
    case 'latency':
      return transitMs === null
        ? null
        : {
            cause,
            because: `frames travel for ${Math.round(transitMs)} ms, a round trip takes ${Math.round(2 * (boundMs ?? 0))} ms`,
          };
    default:
      return cause satisfies never;
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
