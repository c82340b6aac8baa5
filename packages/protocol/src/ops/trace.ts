import { z } from 'zod';
import type { OpsEvent } from './answers.js';
import { type Declared, field } from './fields.js';

/** Traces (contract, section 6): what one session's frames went through, stage by stage, while somebody looked closely. */

/** Shortest and longest trace, in seconds. */
export const TRACE_SECONDS = { least: 5, most: 300 } as const;

/** The stages of a frame's way, in its order; `skip` stands beside `write`. */
export const TRACE_STAGES = ['ingest', 'timeline', 'timing', 'tick', 'room', 'write', 'skip'] as const;
export type TraceStage = (typeof TRACE_STAGES)[number];

const traceCondition = z.object({
  figure: field.word('driftP95', 'lastFrameAgeMs', 'queueAgeP95Ms', 'bufferedPackets', 'dropped', 'skipped'),
  above: field.number,
});
/** What a trace waits for before it begins: a figure of its session that goes above a bound. */
export type TraceCondition = Declared<typeof traceCondition>;

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

/** Declares `TraceEvent`. */
export const traceEvent = z.object({
  at: field.instant,
  stage: field.word(...TRACE_STAGES),
  /** Number of the frame or record in its relay's run, where the stage knows it. */
  seq: field.number.nullable(),
  /** The relay, room or socket that it is of. */
  of: field.anyId.nullable(),
  /** Since the frame was received, in ms; `null` where that is not known. */
  sinceReceivedMs: field.number.nullable(),
  bytes: field.number.nullable(),
});
/** Something that passed a stage. Instants are on the server's clock, in ms. */
export type TraceEvent = Declared<typeof traceEvent>;

const stageLatency = z.object({
  from: field.word(...TRACE_STAGES),
  to: field.word(...TRACE_STAGES),
  /** The room that this is of, behind the timing; `null` before it. `ingest` to `tick` of a broadcast's room is its real delay. */
  room: field.room.nullable(),
  count: field.number,
  p50Ms: field.number.nullable(),
  p95Ms: field.number.nullable(),
  maxMs: field.number.nullable(),
});
/** How long frames took from one stage to the next, in ms. */
export type StageLatency = Declared<typeof stageLatency>;

const traceChange = z.object({
  figure: field.code,
  before: field.number.nullable(),
  during: field.number.nullable(),
  /** How far apart they are, from 0 to 1: the larger, the more it has changed. */
  change: field.number,
});
/** A figure of the trace's window against the four times longer one before it. */
export type TraceChange = Declared<typeof traceChange>;

const traceAnomaly = z.object({
  code: field.code,
  stage: field.word(...TRACE_STAGES, 'session'),
  text: field.text,
  value: field.number,
  threshold: field.number,
  at: field.instant.nullable(),
});
/** Something in a trace that is not as it should be, with the figure that says so; the worst come first. */
export type TraceAnomaly = Declared<typeof traceAnomaly>;

/** What became of a frame for one recipient. */
const DELIVERY_VERDICTS = ['sent', 'skipped_slow', 'held', 'not_joined', 'no_right', 'gone'] as const;
export type DeliveryVerdict = (typeof DELIVERY_VERDICTS)[number];

const delivery = z.object({
  socketId: field.socketId,
  role: field.role,
  room: field.room.nullable(),
  verdict: field.word(...DELIVERY_VERDICTS),
  /** When it was written, or is due where it is held. */
  at: field.instant.nullable(),
  afterMs: field.number.nullable(),
  text: field.text,
});
/** What became of one frame for one socket. */
export type Delivery = Declared<typeof delivery>;

/** Declares `FrameDeliveries`. */
export const frameDeliveries = z.object({
  seq: field.number,
  relayId: field.relayId,
  receivedAt: field.instant,
  counts: z.record(field.word(...DELIVERY_VERDICTS), field.number),
  /** As many as there is room for. */
  recipients: z.array(delivery),
  leftOut: field.number,
});
/** What became of one frame for everybody who might have got it. */
export type FrameDeliveries = Declared<typeof frameDeliveries>;

const traceProbe = z.object({
  sentAt: field.instant,
  /** When it passed each stage; what is not here it has not passed yet. */
  stages: z.array(
    z.object({
      stage: field.word(...TRACE_STAGES),
      /** The room, behind the timing. */
      of: field.anyId.nullable(),
      afterMs: field.number,
      /** At `write` and `skip`: how many sockets it was; `afterMs` is that of the last one. */
      sockets: field.number.exactOptional(),
    }),
  ),
  /** How far behind the public room really is, in ms, by this probe; `null` until it has aired. */
  broadcastDelayMs: field.number.nullable(),
  /** How far it came, in each room, and what it still waits for. */
  words: field.text,
});
/** What a probe has measured. */
export type TraceProbe = Declared<typeof traceProbe>;

/** A trace without its long lists: events, what happened, deliveries. */
export const traceHead = z.object({
  traceId: field.trace,
  sessionId: field.sessionId,
  state: field.word('armed', 'running', 'done'),
  when: traceCondition.nullable(),
  startedAt: field.instant,
  /** When the condition came true, where there is one. */
  triggeredAt: field.instant.nullable(),
  endsAt: field.instant.nullable(),
  expiresAt: field.instant,
  /** Why it ended before its time, where it did. */
  endedBecause: field.text.nullable(),
  limits: z.object({
    durationSec: field.number,
    events: field.number,
    bytes: field.number,
    /** Counted in halves of a second; what is written to sockets has at most half of it. */
    eventsPerSec: field.number,
    /** What was not kept, by the limit that stood in its way. */
    dropped: z.object({ events: field.number, bytes: field.number, rate: field.number }),
  }),
  /** What passed each stage; exact, whatever was dropped. */
  counters: z.record(field.code, field.number),
  summary: z.object({
    durationMs: field.number,
    /** How long the window before is that `changes` compares with, in ms; less than four times this one where no more is known. */
    comparedMs: field.number,
    framesPerSec: field.number.nullable(),
    latencies: z.array(stageLatency),
    changes: z.array(traceChange),
    words: field.text,
  }),
  /** Numbers asked for of which it is not known (any more) who has got them. */
  notKept: z.array(field.number),
  anomalies: z.array(traceAnomaly),
  probe: traceProbe.nullable(),
});

/** `GET /api/ops/trace/:traceId`. */
export interface Trace extends Omit<Declared<typeof traceHead>, 'counters'> {
  readonly counters: Readonly<Record<TraceStage, number>> & Readonly<Record<string, number>>;
  /** Everything that happened in the session meanwhile, oldest first: stages and operations' events. */
  readonly events: readonly TraceEvent[];
  readonly happened: readonly OpsEvent[];
  /**
   * Of the newest frame of which it is known for everybody whether they have got it, missed it or wait for it, of the
   * newest that has aired, and of those asked for by `?seq=`.
   */
  readonly deliveries: readonly FrameDeliveries[];
}

/** `GET /api/ops/traces`: those that can still be read, newest first. */
export interface TracesAnswer {
  readonly traces: readonly Pick<Trace, 'traceId' | 'sessionId' | 'state' | 'startedAt' | 'endsAt' | 'expiresAt'>[];
}
