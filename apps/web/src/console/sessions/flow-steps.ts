import type { DelayStateName, FlowStages, OpsSession } from '@okboxbox/protocol';
import { duration, whole, words } from '../../kit/figures.js';

/** How a stage of a session does. */
export interface FlowStep {
  readonly stage: keyof FlowStages;
  readonly name: string;
  readonly perSec: number;
  readonly total: number;
  /**
   * `broken`: nothing passes, and it should; `expected`: nothing passes, and that is meant; `quiet`: there is nothing to
   * pass, or nobody to pass it to.
   */
  readonly state: 'ok' | 'broken' | 'expected' | 'quiet' | 'lossy';
  /** What there is to say, in a few words; empty where all is well. */
  readonly says: string;
}

/** What is known of a session's broadcast delay, where it is known. */
export interface FlowDelay {
  readonly state: DelayStateName;
  readonly published: boolean;
}

const NAMES: Readonly<Record<keyof FlowStages, string>> = {
  ingest: 'Ingest',
  timeline: 'Timeline',
  timing: 'Timing',
  liveTicks: 'Live ticks',
  broadcastTicks: 'Broadcast ticks',
  fanOut: 'Fan-out',
  written: 'Written',
  skipped: 'Skipped',
};

type Told = Pick<FlowStep, 'state' | 'says'>;
const OK: Told = { state: 'ok', says: '' };
const quiet = (says: string): Told => ({ state: 'quiet', says });
const broken = (says: string): Told => ({ state: 'broken', says });
const expected = (says: string): Told => ({ state: 'expected', says });

/**
 * A session stage by stage, in the order of a frame's way. A stage is broken only where the one before it passes what it
 * does not: what comes behind it waits, and is quiet.
 */
export function flowSteps(session: OpsSession, flow: FlowStages, delay: FlowDelay | undefined): readonly FlowStep[] {
  const passes = (stage: keyof FlowStages) => flow[stage].perSec > 0;
  const told: Readonly<Record<keyof FlowStages, Told>> = {
    ingest: passes('ingest') ? OK : ingestSays(session),
    timeline: after(passes('ingest'), passes('timeline'), () => broken('frames arrive but are not written to disk')),
    timing: after(passes('timeline'), passes('timing'), () => broken('written to disk but not timed')),
    liveTicks: after(passes('timing'), passes('liveTicks'), () =>
      (session.unchangedPerSec ?? 0) > 0 ? quiet('nothing changed') : broken('timed but not sent to live viewers'),
    ),
    broadcastTicks: after(passes('timing'), passes('broadcastTicks'), () => delaySays(session, delay)),
    fanOut: fanOutSays(session, flow),
    written: after(passes('fanOut'), passes('written'), () => broken('sent to rooms but not written to sockets')),
    skipped: passes('skipped') ? { state: 'lossy', says: 'some viewers are too slow' } : quiet('no slow viewers'),
  };
  return (Object.keys(NAMES) as (keyof FlowStages)[]).map((stage) => ({
    stage,
    name: NAMES[stage],
    ...flow[stage],
    ...told[stage],
  }));
}

/** The first stage that is broken, or `null` where none is. */
export function firstBroken(steps: readonly FlowStep[]): FlowStep | null {
  return steps.find(({ state }) => state === 'broken') ?? null;
}

/** The whole flow in one sentence. */
export function flowSentence(session: OpsSession, steps: readonly FlowStep[]): string {
  const stopped = firstBroken(steps);
  if (stopped !== null) return `Stopped at ${stopped.name.toLowerCase()}: ${stopped.says}.`;
  if (session.status === 'ended') return 'The session has ended.';
  const held = steps.find(({ state }) => state === 'expected');
  if (held !== undefined) return `As expected; ${held.name.toLowerCase()}: ${held.says}.`;
  return steps.some(({ state }) => state === 'lossy')
    ? 'All stages pass; some viewers are too slow and get only the newest data.'
    : 'All stages pass.';
}

function after(isFed: boolean, passes: boolean, otherwise: () => Told): Told {
  if (passes) return OK;
  return isFed ? otherwise() : quiet('');
}

function ingestSays(session: OpsSession): Told {
  const { status, relays, lastFrameAgeMs } = session;
  if (status === 'ended') return quiet('ended');
  if (relays.length === 0) return broken('no relay is connected');
  if (relays.every(({ pausedBecause }) => pausedBecause !== null)) return expected('every relay is paused');
  const since = lastFrameAgeMs === null ? 'yet' : `for ${words(duration(lastFrameAgeMs))}`;
  return broken(`${whole(relays.length)} connected, no frame ${since}`);
}

function delaySays(session: OpsSession, delay: FlowDelay | undefined): Told {
  if (delay === undefined) return broken('timed but not sent to the public');
  if (delay.state === 'holding') return expected('holding until there is enough data');
  if (delay.state === 'paused') return expected('paused by the director');
  if (!delay.published) return quiet('not published');
  if ((session.unchangedPerSec ?? 0) > 0) return quiet('nothing changed');
  return broken('published, but nothing airs');
}

function fanOutSays({ viewers }: OpsSession, flow: FlowStages): Told {
  const isFed = flow.liveTicks.perSec > 0 || flow.broadcastTicks.perSec > 0;
  const watching = viewers.live + viewers.broadcast;
  return after(isFed, flow.fanOut.perSec > 0, () =>
    watching === 0 ? quiet('no viewers') : broken(`${whole(watching)} viewers receive nothing`),
  );
}
