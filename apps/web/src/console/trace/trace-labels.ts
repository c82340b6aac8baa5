import {
  type Delivery,
  type DeliveryVerdict,
  type StageLatency,
  TRACE_SECONDS,
  type Trace,
  type TraceChange,
  type TraceCondition,
  type TraceRequest,
} from '@okboxbox/protocol';
import { UNKNOWN } from '@okboxbox/race-view';
import { age } from '../../format.js';
import type { Lane } from './timeline-layout.js';

/** What the lanes are called. */
export const LANE_LABELS: Readonly<Record<Lane, string>> = {
  ingest: 'Ingest',
  timeline: 'Timeline',
  timing: 'Timing',
  tick: 'Tick',
  room: 'Room',
  write: 'Write',
  skip: 'Skip',
  happened: 'Happened',
};

/** Figures that a trace can wait for, with their unit and a bound to start from. */
export const CONDITIONS: Readonly<
  Record<TraceCondition['figure'], { readonly words: string; readonly unit: string; readonly above: number }>
> = {
  driftP95: { words: 'drift p95', unit: 'ms', above: 5_000 },
  lastFrameAgeMs: { words: 'age of the last frame', unit: 'ms', above: 3_000 },
  queueAgeP95Ms: { words: 'queue age p95', unit: 'ms', above: 2_000 },
  bufferedPackets: { words: 'messages that wait for one socket', unit: '', above: 100 },
  dropped: { words: 'records dropped', unit: '', above: 0 },
  skipped: { words: 'messages skipped', unit: '', above: 0 },
};

/** A condition in words: `queue age p95 above 2000 ms`. */
export function conditionLabel({ figure, above }: TraceCondition): string {
  const { words, unit } = CONDITIONS[figure] ?? { words: figure, unit: '' };
  return `${words} above ${above}${unit === '' ? '' : ` ${unit}`}`;
}

/** Where a trace stands, with what remains of it at an instant. */
export function traceStands(
  {
    state,
    when,
    endsAt,
    expiresAt,
    endedBecause,
  }: Pick<Trace, 'state' | 'when' | 'endsAt' | 'expiresAt' | 'endedBecause'>,
  now: number,
): { readonly state: 'ok' | 'warn' | 'off'; readonly word: string; readonly detail: string } {
  switch (state) {
    case 'armed':
      return {
        state: 'warn',
        word: 'Armed',
        detail: when === null ? 'waits to start' : `waits for ${conditionLabel(when)}`,
      };
    case 'running':
      return {
        state: 'ok',
        word: 'Running',
        detail: endsAt === null ? 'no end set' : `${age(Math.max(0, endsAt - now))} left`,
      };
    case 'done':
      return {
        state: 'off',
        word: 'Done',
        detail: [endedBecause, expiresAt > now ? `readable for ${age(expiresAt - now)}` : 'no longer readable']
          .filter((part) => part !== null)
          .join(' · '),
      };
    default:
      return state satisfies never;
  }
}

/** How much of a trace has passed, from 0 to 1; `null` while it is armed. */
export function progressOf({ state, startedAt, triggeredAt, endsAt }: Trace, now: number): number | null {
  if (state === 'armed') return null;
  if (state === 'done' || endsAt === null) return 1;
  const from = triggeredAt ?? startedAt;
  return endsAt <= from ? 1 : Math.min(1, Math.max(0, (now - from) / (endsAt - from)));
}

/** What became of a frame for somebody, and whether that is as it should be. */
export const VERDICTS: Readonly<
  Record<DeliveryVerdict, { readonly word: string; readonly state: 'ok' | 'warn' | 'bad' | 'off' }>
> = {
  sent: { word: 'sent', state: 'ok' },
  skipped_slow: { word: 'skipped: too slow', state: 'warn' },
  held: { word: 'held by the delay', state: 'off' },
  not_joined: { word: 'not joined', state: 'off' },
  no_right: { word: 'no permission', state: 'warn' },
  gone: { word: 'disconnected', state: 'off' },
};

/** Those that did not get a frame come first, each verdict together, and the longest first among those that did. */
export function missedFirst(recipients: readonly Delivery[]): readonly Delivery[] {
  const order: readonly DeliveryVerdict[] = ['skipped_slow', 'no_right', 'gone', 'not_joined', 'held', 'sent'];
  return [...recipients].sort(
    (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || (b.afterMs ?? -1) - (a.afterMs ?? -1),
  );
}

/** A duration of a trace: to a tenth of a millisecond where it is short, in seconds where it is long. */
export function tookLabel(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  return ms >= 100 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

/** A figure of the summary: whole where it is large, to a hundredth where it is not. */
export function figureLabel(value: number | null): string {
  if (value === null) return UNKNOWN;
  return Math.abs(value) >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(2);
}

/**
 * The stage that takes longest at its 95th percentile; `null` where nothing is known. The tick of a broadcast is left
 * out: it waits for the delay, as it should.
 */
export function slowestOf(latencies: readonly StageLatency[]): StageLatency | null {
  return latencies
    .filter(({ to, room }) => to !== 'tick' || room?.startsWith('broadcast:') !== true)
    .reduce<StageLatency | null>(
      (slowest, each) => (each.p95Ms !== null && each.p95Ms > (slowest?.p95Ms ?? -1) ? each : slowest),
      null,
    );
}

/** Less than this is no change to speak of, from 0 to 1. */
const HARDLY = 0.05;

/** What has changed, the most first, and how many figures hardly have. */
export function changedMost(changes: readonly TraceChange[]): {
  readonly changed: readonly TraceChange[];
  readonly others: number;
} {
  const changed = changes.filter(({ change }) => change >= HARDLY).sort((a, b) => b.change - a.change);
  return { changed, others: changes.length - changed.length };
}

/** What was not kept, in words; empty where everything was. */
export function droppedLabel({ dropped }: Trace['limits']): string {
  const parts = [
    [dropped.events, 'over the event limit'],
    [dropped.bytes, 'over the size limit'],
    [dropped.rate, 'over the rate limit'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, why]) => `${count} ${why}`)
    .join(', ');
}

/** What the form holds, as it was typed. */
export interface TraceDraft {
  readonly sessionId: string;
  readonly durationSec: string;
  readonly figure: TraceCondition['figure'] | '';
  readonly above: string;
  readonly probe: boolean;
}

/** The request that a form makes, or what is wrong with it. */
export function requestOf(draft: TraceDraft): { readonly request: TraceRequest } | { readonly problem: string } {
  const { sessionId, figure, probe } = draft;
  const durationSec = Number(draft.durationSec);
  if (sessionId === '') return { problem: 'Choose the session to trace.' };
  if (!Number.isInteger(durationSec) || durationSec < TRACE_SECONDS.least || durationSec > TRACE_SECONDS.most)
    return { problem: `A trace lasts ${TRACE_SECONDS.least} to ${TRACE_SECONDS.most} whole seconds.` };
  const above = Number(draft.above);
  if (figure !== '' && (draft.above.trim() === '' || !Number.isFinite(above) || above < 0))
    return { problem: 'The limit must be a number from 0.' };
  return {
    request: { sessionId, durationSec, probe, ...(figure !== '' && { when: { figure, above } }) },
  };
}
