import type { Finding, FindingStep, FlowStages, OpsSession, OpsSnapshot } from '@okboxbox/protocol';
import { figure, finding } from '../finding.js';
import { countOf, delayOf, groupsOf } from '../viewers.js';
import { MODE } from './mode.js';

/** More than so much a second is a stage that works; what is slower may be a window that has just begun. */
const MOVES = 1;
/** What waits for the delay may be older than the delay by so much, in ms, before the stage counts as stopped. */
const LATE_MS = 10_000;

/** A disk that takes nothing is no fault of the server, and a restart does not repair it. */
const FULL_DISK: FindingStep = {
  text: 'Free space on the disk of DATA_DIR, or repair its permissions: the server continues by itself, and relays send what was missed.',
  command: 'df -h DATA_DIR',
};

/** The first stage of a session's frames that lets nothing through, though something reaches it; `null` where all do. */
export function stoppedStage(snapshot: OpsSnapshot, session: OpsSession): Finding[] | null {
  const { flow } = session;
  if (flow === null) return null;
  const stopped = firstStopped(snapshot, session, flow);
  if (stopped === null) return null;
  const { from, to, because } = stopped;
  const viewers = session.viewers.live + session.viewers.broadcast;
  return [
    finding(snapshot, MODE, 'stage_stopped', {
      scope: { sessionId: session.sessionId, show: session.show },
      summary: `Frames arrive and stop at the stage "${to}".`,
      because,
      ...(to === 'timeline' && { nextStep: FULL_DISK }),
      evidence: [
        figure(`flow.${from}.perSec`, flow[from].perSec, MOVES),
        figure(`flow.${to}.perSec`, flow[to].perSec, MOVES),
        figure('session.framesPerSec', session.framesPerSec),
        figure('session.viewers.live', session.viewers.live),
      ],
      ruledOut: [
        ...(viewers > 0 ? [{ cause: 'nobody_joined', because: `${viewers} are in its rooms` } as const] : []),
        { cause: 'held_by_delay', because: 'the stage is not the delay, or the delay is not holding' },
      ],
    }),
  ];
}

interface Stopped {
  readonly from: keyof FlowStages;
  readonly to: keyof FlowStages;
  readonly because: string;
}

function firstStopped(snapshot: OpsSnapshot, session: OpsSession, flow: FlowStages): Stopped | null {
  const moves = (stage: keyof FlowStages) => flow[stage].perSec >= MOVES;
  const stands = (stage: keyof FlowStages) => flow[stage].perSec === 0;
  const gap = (from: keyof FlowStages, to: keyof FlowStages, because: string): Stopped | null =>
    moves(from) && stands(to) ? { from, to, because } : null;
  const { live, broadcast } = session.viewers;
  const isTold = !stands('liveTicks') || (session.unchangedPerSec ?? 0) > 0;
  return (
    gap('ingest', 'timeline', 'Records are accepted and none reaches the disk. It may be full, or not writable.') ??
    gap('timeline', 'timing', 'Records reach the disk and none is timed.') ??
    // A grid stands still: a look that found nothing new is a sign of life.
    (isTold ? null : gap('timing', 'liveTicks', 'Records are timed and the live feed has no changes.')) ??
    (staleIn(snapshot, session, 'live') > 0 && stands('fanOut')
      ? gap('liveTicks', 'fanOut', `The live feed has changes and ${live} viewers, and nothing is sent to them.`)
      : null) ??
    (stands('skipped') && isWatched(snapshot, session)
      ? gap('fanOut', 'written', 'Messages are sent to the room, and none is written to a socket.')
      : null) ??
    (broadcast > 0 ? behindItsDelay(snapshot, session, flow) : null)
  );
}

/** Whether somebody that findings are about is in a room of the session. */
function isWatched(snapshot: OpsSnapshot, { sessionId }: OpsSession): boolean {
  return (['live', 'broadcast'] as const).some((room) => countOf(groupsOf(snapshot, sessionId, room)) > 0);
}

/** Viewers in a room that were shown nothing new, without those that have just joined. */
function staleIn(snapshot: OpsSnapshot, { sessionId }: OpsSession, room: 'live' | 'broadcast'): number {
  return countOf(groupsOf(snapshot, sessionId, room), ({ stale }) => stale);
}

/** What waits to be aired is older than the delay: the line is not read any more. */
function behindItsDelay(snapshot: OpsSnapshot, { sessionId }: OpsSession, flow: FlowStages): Stopped | null {
  const delay = delayOf(snapshot, sessionId);
  if (delay === undefined || (delay.state !== 'running' && delay.state !== 'live')) return null;
  if (flow.broadcastTicks.perSec > 0 || delay.bufferedEvents === 0) return null;
  if (delay.bufferedMs <= delay.delayMs + LATE_MS) return null;
  const waits = `${Math.round(delay.bufferedMs / 1_000)} s`;
  return {
    from: 'liveTicks',
    to: 'broadcastTicks',
    because: `${waits} are buffered for a delay of ${delay.delayMs / 1_000} s, and nothing is sent to viewers.`,
  };
}
