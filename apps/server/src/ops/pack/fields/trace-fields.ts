import {
  type Delivery,
  type FrameDeliveries,
  type StageLatency,
  TRACE_STAGES,
  type Trace,
  type TraceAnomaly,
  type TraceChange,
  type TraceCondition,
  type TraceEvent,
  type TraceProbe,
} from '@okboxbox/protocol';
import {
  anyId,
  byName,
  code,
  type FieldRules,
  fields,
  listOf,
  name,
  number,
  type Rule,
  relayId,
  room,
  sessionId,
  socketId,
  text,
  word,
} from '../allow-list.js';
import { role } from './names.js';

const stage = word(...TRACE_STAGES, 'session');

/** Something that passed a stage. */
export const traceEvent: Rule = fields<TraceEvent>({
  at: number,
  stage,
  seq: number,
  of: anyId,
  sinceReceivedMs: number,
  bytes: number,
});

const delivery = fields<Delivery>({
  socketId,
  role,
  room,
  verdict: word('sent', 'skipped_slow', 'held', 'not_joined', 'no_right', 'gone'),
  at: number,
  afterMs: number,
  text,
});

/** What became of one frame for everybody. */
export const frameDeliveries: Rule = fields<FrameDeliveries>({
  seq: number,
  relayId,
  receivedAt: number,
  counts: byName(code, number),
  recipients: listOf(delivery),
  leftOut: number,
});

/** A trace without its long lists. */
export const TRACE_HEAD: FieldRules<Trace> = {
  traceId: name('trace'),
  sessionId,
  state: word('armed', 'running', 'done'),
  when: fields<TraceCondition>({ figure: code, above: number }),
  startedAt: number,
  triggeredAt: number,
  endsAt: number,
  expiresAt: number,
  endedBecause: text,
  limits: fields<Trace['limits']>({
    durationSec: number,
    events: number,
    bytes: number,
    eventsPerSec: number,
    dropped: fields<Trace['limits']['dropped']>({ events: number, bytes: number, rate: number }),
  }),
  counters: byName(code, number),
  summary: fields<Trace['summary']>({
    durationMs: number,
    comparedMs: number,
    framesPerSec: number,
    latencies: listOf(
      fields<StageLatency>({
        from: stage,
        to: stage,
        room,
        count: number,
        p50Ms: number,
        p95Ms: number,
        maxMs: number,
      }),
    ),
    changes: listOf(fields<TraceChange>({ figure: code, before: number, during: number, change: number })),
    words: text,
  }),
  notKept: listOf(number),
  anomalies: listOf(fields<TraceAnomaly>({ code, stage, text, value: number, threshold: number, at: number })),
  probe: fields<TraceProbe>({
    sentAt: number,
    stages: listOf(fields<TraceProbe['stages'][number]>({ stage, of: anyId, afterMs: number, sockets: number })),
    broadcastDelayMs: number,
    words: text,
  }),
};
