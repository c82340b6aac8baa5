import type { OpsEvent } from './ops.js';

/** Traces (contract, section 6): what one session's frames went through, stage by stage, while somebody looked closely. */

/** Shortest and longest trace, in seconds. */
export const TRACE_SECONDS = { least: 5, most: 300 } as const;

/** The stages of a frame's way, in its order; `skip` stands beside `write`. */
export const TRACE_STAGES = ['ingest', 'timeline', 'timing', 'tick', 'room', 'write', 'skip'] as const;
export type TraceStage = (typeof TRACE_STAGES)[number];

/** What a trace waits for before it begins: a figure of its session that goes above a bound. */
export interface TraceCondition {
  readonly figure: 'driftP95' | 'lastFrameAgeMs' | 'queueAgeP95Ms' | 'bufferedPackets' | 'dropped' | 'skipped';
  readonly above: number;
}

/** `POST /api/ops/trace/start`. With `when` the trace is armed, and what was before the moment is in it, too. */
export interface TraceRequest {
  readonly sessionId: string;
  readonly durationSec: number;
  readonly when?: TraceCondition | undefined;
  /** Sends a probe along, which every stage is measured with and no viewer is shown. */
  readonly probe?: boolean | undefined;
}

/** Answer of `POST /api/ops/trace/start`. */
export interface TraceStarted {
  readonly traceId: string;
  readonly startedAt: number;
  /** When it is forgotten, however often it was read; the latest that it can be, where it waits for a condition. */
  readonly expiresAt: number;
}

/** Answer of `POST /api/ops/trace/:traceId/stop`. */
export interface TraceStopped {
  readonly traceId: string;
  readonly state: 'done';
}

/** Something that passed a stage. Instants are on the server's clock, in ms. */
export interface TraceEvent {
  readonly at: number;
  readonly stage: TraceStage;
  /** Number of the frame or record in its relay's run, where the stage knows it. */
  readonly seq: number | null;
  /** The relay, room or socket that it is of. */
  readonly of: string | null;
  /** Since the frame was received, in ms; `null` where that is not known. */
  readonly sinceReceivedMs: number | null;
  readonly bytes: number | null;
}

/** How long frames took from one stage to the next, in ms. */
export interface StageLatency {
  readonly from: TraceStage;
  readonly to: TraceStage;
  /** The room that this is of, behind the timing; `null` before it. `ingest` to `tick` of a broadcast's room is its real delay. */
  readonly room: string | null;
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly maxMs: number | null;
}

/** A figure of the trace's window against the four times longer one before it. */
export interface TraceChange {
  readonly figure: string;
  readonly before: number | null;
  readonly during: number | null;
  /** How far apart they are, from 0 to 1: the larger, the more it has changed. */
  readonly change: number;
}

/** Something in a trace that is not as it should be, with the figure that says so; the worst come first. */
export interface TraceAnomaly {
  readonly code: string;
  readonly stage: TraceStage | 'session';
  readonly text: string;
  readonly value: number;
  readonly threshold: number;
  readonly at: number | null;
}

/** What became of a frame for one recipient. */
export type DeliveryVerdict = 'sent' | 'skipped_slow' | 'held' | 'not_joined' | 'no_right' | 'gone';

export interface Delivery {
  readonly socketId: string;
  readonly role: string;
  readonly room: string | null;
  readonly verdict: DeliveryVerdict;
  /** When it was written, or is due where it is held. */
  readonly at: number | null;
  readonly afterMs: number | null;
  readonly text: string;
}

/** What became of one frame for everybody who might have got it. */
export interface FrameDeliveries {
  readonly seq: number;
  readonly relayId: string;
  readonly receivedAt: number;
  readonly counts: Readonly<Record<DeliveryVerdict, number>>;
  /** As many as there is room for. */
  readonly recipients: readonly Delivery[];
  readonly leftOut: number;
}

/** What a probe has measured. */
export interface TraceProbe {
  readonly sentAt: number;
  /** When it passed each stage; what is not here it has not passed yet. */
  readonly stages: readonly {
    readonly stage: TraceStage;
    /** The room, behind the timing. */
    readonly of: string | null;
    readonly afterMs: number;
    /** At `write` and `skip`: how many sockets it was; `afterMs` is that of the last one. */
    readonly sockets?: number;
  }[];
  /** How far behind the public room really is, in ms, by this probe; `null` until it has aired. */
  readonly broadcastDelayMs: number | null;
  /** How far it came, in each room, and what it still waits for. */
  readonly words: string;
}

/** `GET /api/ops/trace/:traceId`. */
export interface Trace {
  readonly traceId: string;
  readonly sessionId: string;
  readonly state: 'armed' | 'running' | 'done';
  readonly when: TraceCondition | null;
  readonly startedAt: number;
  /** When the condition came true, where there is one. */
  readonly triggeredAt: number | null;
  readonly endsAt: number | null;
  readonly expiresAt: number;
  /** Why it ended before its time, where it did. */
  readonly endedBecause: string | null;
  readonly limits: {
    readonly durationSec: number;
    readonly events: number;
    readonly bytes: number;
    /** Counted in halves of a second; what is written to sockets has at most half of it. */
    readonly eventsPerSec: number;
    /** What was not kept, by the limit that stood in its way. */
    readonly dropped: { readonly events: number; readonly bytes: number; readonly rate: number };
  };
  /** Everything that happened in the session meanwhile, oldest first: stages and operations' events. */
  readonly events: readonly TraceEvent[];
  readonly happened: readonly OpsEvent[];
  /** What passed each stage; exact, whatever was dropped. */
  readonly counters: Readonly<Record<TraceStage, number>> & Readonly<Record<string, number>>;
  readonly summary: {
    readonly durationMs: number;
    /** How long the window before is that `changes` compares with, in ms; less than four times this one where no more is known. */
    readonly comparedMs: number;
    readonly framesPerSec: number | null;
    readonly latencies: readonly StageLatency[];
    readonly changes: readonly TraceChange[];
    readonly words: string;
  };
  readonly anomalies: readonly TraceAnomaly[];
  /**
   * Of the newest frame of which it is known for everybody whether they have got it, missed it or wait for it, of the
   * newest that has aired, and of those asked for by `?seq=`.
   */
  readonly deliveries: readonly FrameDeliveries[];
  /** Numbers asked for of which it is not known (any more) who has got them. */
  readonly notKept: readonly number[];
  readonly probe: TraceProbe | null;
}

/** `GET /api/ops/traces`: those that can still be read, newest first. */
export interface TracesAnswer {
  readonly traces: readonly Pick<Trace, 'traceId' | 'sessionId' | 'state' | 'startedAt' | 'endsAt' | 'expiresAt'>[];
}
