import { z } from 'zod';
import { counts, event, figure, instant, maybe, maybeInstant, maybeWords, words } from './pack-values.js';

const traceEvent = z.looseObject({
  at: instant,
  stage: z.enum(['ingest', 'timeline', 'timing', 'tick', 'room', 'write', 'skip']),
  seq: maybe,
  of: maybeWords,
  sinceReceivedMs: maybe,
  bytes: maybe,
});
/** A trace. */
export const trace = z.looseObject({
  traceId: words,
  sessionId: words,
  state: z.enum(['armed', 'running', 'done']),
  when: z.looseObject({ figure: words, above: figure }).nullable().default(null),
  startedAt: instant,
  triggeredAt: maybeInstant,
  endsAt: maybeInstant,
  expiresAt: instant,
  endedBecause: maybeWords,
  limits: z.looseObject({
    durationSec: figure,
    events: figure,
    bytes: figure,
    eventsPerSec: figure,
    dropped: z.looseObject({ events: figure, bytes: figure, rate: figure }),
  }),
  events: z.array(traceEvent),
  happened: z.array(event),
  counters: z.record(z.string(), figure),
  summary: z.looseObject({
    durationMs: figure,
    comparedMs: figure.default(0),
    framesPerSec: maybe,
    latencies: z.array(
      z.looseObject({
        from: words,
        to: words,
        room: maybeWords,
        count: figure,
        p50Ms: maybe,
        p95Ms: maybe,
        maxMs: maybe,
      }),
    ),
    changes: z.array(z.looseObject({ figure: words, before: maybe, during: maybe, change: figure })),
    words: words.nullable().default(''),
  }),
  anomalies: z.array(
    z.looseObject({ code: words, stage: words, text: words, value: figure, threshold: figure, at: maybeInstant }),
  ),
  deliveries: z.array(
    z.looseObject({
      seq: figure,
      relayId: maybeWords,
      receivedAt: instant,
      counts,
      recipients: z.array(
        z.looseObject({
          socketId: words,
          role: words,
          room: maybeWords,
          verdict: words,
          at: maybeInstant,
          afterMs: maybe,
          text: words,
        }),
      ),
      leftOut: figure.default(0),
    }),
  ),
  notKept: z.array(figure).default([]),
  probe: z
    .looseObject({
      words: words.nullable().default(''),
      sentAt: instant,
      stages: z.array(z.looseObject({ stage: words, of: maybeWords, afterMs: figure })),
      broadcastDelayMs: maybe,
    })
    .nullable()
    .default(null),
});
