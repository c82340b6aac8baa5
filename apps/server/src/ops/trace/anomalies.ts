import type { StageLatency, TraceAnomaly, TraceStage } from '@okboxbox/protocol';

/** Thresholds, in ms where nothing else is said. */
const SILENCE_MS = 2_000;
const SYNC_MS = 250;
/** A tick is up to 100 ms apart from the one before it. */
const LIVE_TICK_MS = 250;
const ROOM_MS = 25;
const WRITE_MS = 100;
const LATE_MS = 500;
const DRIFT_MS = 5_000;
const QUEUE_MS = 2_000;
const HELD_UP_MS = 100;
/** At least this number must have passed the stage before, for none behind it to say anything. */
const LEAST_PASSED = 5;

/** What a trace has seen, as plain data. Durations and instants are in ms. */
export interface TraceSeen {
  readonly durationMs: number;
  readonly frames: number;
  readonly ingest: number;
  /** Instants are on the server's clock; `null` where there was none. */
  readonly lastFrameAt: number | null;
  readonly longestSilence: { readonly ms: number; readonly at: number | null };
  readonly synced: number;
  readonly lastSyncAt: number | null;
  readonly timed: number;
  readonly missing: number;
  readonly missingAt: number | null;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rooms: readonly {
    readonly room: string;
    readonly isLive: boolean;
    readonly ticks: number;
    readonly members: number;
    readonly written: number;
    readonly skipped: number;
  }[];
  readonly skippedSockets: number;
  readonly latencies: readonly StageLatency[];
  readonly driftP95: number | null;
  readonly queueAgeP95Ms: number | null;
  readonly heldUp: { readonly ms: number; readonly at: number | null };
  /** By how much the public picture was early or late against what was set, by the probe; `null` without one. */
  readonly broadcastLateMs: number | null;
}

type Found = TraceAnomaly & { readonly weight: number };

/** What is not as it should be, the worst first: stages that nothing passes, then by how far a figure is over its bound. */
export function anomaliesOf(seen: TraceSeen): TraceAnomaly[] {
  const found = [...stopped(seen), ...records(seen), ...slow(seen), ...fanOut(seen), ...around(seen)];
  found.sort((a, b) => b.weight - a.weight);
  return found.map(({ weight: _, ...anomaly }) => anomaly);
}

/** A stage that nothing passes while something passes the one before it. */
function stopped(seen: TraceSeen): Found[] {
  const live = seen.rooms.find(({ isLive }) => isLive);
  const steps: readonly (readonly [TraceStage, number, string])[] = [
    ['ingest', seen.ingest, 'taken from relays'],
    ['timeline', seen.synced, 'synced to the disk'],
    ['timing', seen.timed, 'put into the timing'],
    ['tick', live?.ticks ?? 0, 'shown to the live room'],
  ];
  const found: Found[] = [];
  if (seen.frames === 0) {
    found.push({
      code: 'no_frames',
      stage: 'ingest',
      value: 0,
      threshold: 1,
      at: null,
      weight: 2_000,
      text: `Not one frame came in ${seconds(seen.durationMs)}.`,
    });
  }
  for (const [i, [stage, count, what]] of steps.entries()) {
    const before = steps[i - 1];
    if (before === undefined || before[1] < LEAST_PASSED || count > 0) continue;
    found.push({
      code: 'stage_stopped',
      stage,
      value: 0,
      threshold: before[1],
      at: null,
      weight: 1_900 - i,
      text: `${before[1]} records were ${before[2]}, and none was ${what}.`,
    });
    break;
  }
  for (const { room, members, written, skipped } of seen.rooms) {
    if (members < LEAST_PASSED || written + skipped > 0) continue;
    found.push({
      code: 'stage_stopped',
      stage: 'write',
      value: 0,
      threshold: members,
      at: null,
      weight: 1_800,
      text: `${members} messages were for the sockets of ${room}, and none was written.`,
    });
  }
  return found;
}

function records(seen: TraceSeen): Found[] {
  const found: Found[] = [];
  const { longestSilence, missing, missingAt, lastFrameAt, lastSyncAt } = seen;
  if (longestSilence.ms > SILENCE_MS) {
    const text = `No frame came for ${seconds(longestSilence.ms)}.`;
    found.push(over('silence', 'ingest', text, longestSilence.ms, SILENCE_MS, longestSilence.at, 100));
  }
  if (missing > 0) {
    const text = `${missing} records were left out by their relay; it may send them later.`;
    found.push(over('sequence_gap', 'ingest', text, missing, 0, missingAt, 10));
  }
  for (const [reason, count] of Object.entries(seen.dropped)) {
    if (reason === 'duplicate') continue;
    found.push(over('dropped', 'ingest', `${count} records were not taken: ${reason}.`, count, 0, null, 20));
  }
  const waits = lastFrameAt === null ? 0 : lastFrameAt - (lastSyncAt ?? Number.POSITIVE_INFINITY);
  if (waits > SYNC_MS) {
    const text = `The newest frames are not on the disk: the last write was ${seconds(waits)} before the last of them.`;
    found.push(over('not_synced', 'timeline', text, waits, SYNC_MS, lastSyncAt, 500));
  }
  return found;
}

function slow({ latencies }: TraceSeen): Found[] {
  const bounds: Partial<Record<TraceStage, number>> = {
    timeline: SYNC_MS,
    timing: ROOM_MS,
    tick: LIVE_TICK_MS,
    room: ROOM_MS,
    write: WRITE_MS,
  };
  return latencies.flatMap(({ from, to, room, maxMs, p95Ms, count }) => {
    const bound = bounds[to];
    // How late the public picture is, is set: the probe says whether it is that.
    if (bound === undefined || maxMs === null || maxMs <= bound || (from === 'ingest' && to === 'tick')) return [];
    const where = room === null ? '' : ` of ${room}`;
    const isOften = p95Ms !== null && p95Ms > bound;
    const text = `From ${from} to ${to}${where} took up to ${maxMs} ms, of ${count} times ${isOften ? 'often' : 'seldom'} (95 % within ${p95Ms} ms).`;
    return [over('latency', to, text, maxMs, bound, null, isOften ? 50 : 1)];
  });
}

function fanOut({ rooms, skippedSockets, broadcastLateMs }: TraceSeen): Found[] {
  const found: Found[] = [];
  const skipped = rooms.reduce((sum, room) => sum + room.skipped, 0);
  if (skipped > 0) {
    const text = `${skipped} messages were not written, as ${skippedSockets} sockets read too slowly.`;
    found.push(over('skipped', 'skip', text, skipped, 0, null, 30));
  }
  if (broadcastLateMs !== null && broadcastLateMs < 0) {
    const text = `A picture of the broadcast was ${-broadcastLateMs} ms earlier than its delay.`;
    found.push({ ...over('early', 'tick', text, broadcastLateMs, 0, null, 1), weight: 5_000 });
  }
  if (broadcastLateMs !== null && broadcastLateMs > LATE_MS) {
    const text = `A picture of the broadcast came ${broadcastLateMs} ms later than its delay.`;
    found.push(over('late', 'tick', text, broadcastLateMs, LATE_MS, null, 20));
  }
  return found;
}

/** What is not of one stage. */
function around({ driftP95, queueAgeP95Ms, heldUp }: TraceSeen): Found[] {
  const found: Found[] = [];
  if (driftP95 !== null && driftP95 > DRIFT_MS) {
    const text = `95 % of the frames were captured within ${driftP95} ms of their receipt, by the relay's clock.`;
    found.push(over('drift', 'session', text, driftP95, DRIFT_MS, null, 10));
  }
  if (queueAgeP95Ms !== null && queueAgeP95Ms > QUEUE_MS) {
    const text = `Frames waited up to ${queueAgeP95Ms} ms at their relay before they were sent (95 %).`;
    found.push(over('queue_age', 'session', text, queueAgeP95Ms, QUEUE_MS, null, 10));
  }
  if (heldUp.ms > HELD_UP_MS) {
    const text = `The event loop was blocked for ${Math.round(heldUp.ms)} ms.`;
    found.push(over('held_up', 'session', text, heldUp.ms, HELD_UP_MS, heldUp.at, 10));
  }
  return found;
}

function over(
  code: string,
  stage: TraceAnomaly['stage'],
  text: string,
  value: number,
  threshold: number,
  at: number | null,
  weight: number,
): Found {
  const tenth = (ms: number) => Math.round(ms * 10) / 10;
  const times = threshold > 0 ? Math.min(10, value / threshold) : 1;
  return {
    code,
    stage,
    text,
    value: tenth(value),
    threshold,
    at: at === null ? null : tenth(at),
    weight: weight * times,
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
