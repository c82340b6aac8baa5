import { HISTORY_FIGURES, type PackSection, SESSION_HISTORY_FIGURES } from '@okboxbox/protocol';
import { z } from 'zod';
import { trace } from './pack-trace-schema.js';
import { counts, figure, instant, maybe, maybeInstant, maybeWords, words } from './pack-values.js';

/**
 * What the console needs of each part of a pack to show it. A pack may be of an older or a newer server: what it has
 * besides is kept, what a view can do without may be missing, and the rest is checked.
 */

const redacted = counts;
const report = z.looseObject({
  name: z.string(),
  status: z.enum(['success', 'failed', 'skipped', 'timed_out', 'withheld']),
  because: maybeWords,
  tookMs: figure.default(0),
  bytes: figure.default(0),
  sha256: maybeWords,
  redacted,
  droppedFields: figure.default(0),
});

/** The head of a pack: without it a file is not one. */
export const packManifest = z.looseObject({
  kind: z.literal('okboxbox-support-pack'),
  packVersion: z.number().int().min(1),
  version: words,
  gitSha: maybeWords,
  createdAt: instant,
  window: z.looseObject({ from: instant, to: instant }),
  sessionId: maybeWords,
  traceId: maybeWords,
  redaction: z.looseObject({ mode: words, rulesVersion: figure, byRule: redacted }),
  sections: z
    .array(report)
    .refine((rows) => new Set(rows.map(({ name }) => name)).size === rows.length, 'a part is named twice'),
});

const clock = z.looseObject({ offsetMs: maybe, boundMs: maybe, verdict: words });
const stage = z.looseObject({ total: figure, perSec: figure });
const stages = ['ingest', 'timeline', 'timing', 'liveTicks', 'broadcastTicks', 'fanOut', 'written', 'skipped'] as const;
const flow = z.looseObject(Object.fromEntries(stages.map((name) => [name, stage])));
const pool = z.looseObject({ max: figure, total: figure, idle: figure, waiting: figure });

/** A session. */
export const session = z.looseObject({
  sessionId: words,
  show: words,
  status: z.enum(['live', 'ended']),
  isStale: z.boolean().default(false),
  isFollowed: z.boolean().optional(),
  sim: words.default(''),
  track: words.nullable().default(''),
  relays: z.array(z.looseObject({ relayId: words, connectedAt: instant, isPrimary: z.boolean(), clock })).default([]),
  framesTotal: figure,
  framesPerSec: figure,
  lastFrameAgeMs: maybe,
  driftP95: maybe,
  clock,
  queueAgeP95Ms: maybe,
  transitP95Ms: maybe,
  viewers: z.looseObject({ live: figure, broadcast: figure }),
  delayMs: figure,
  flow: flow.nullable().default(null),
});

/** A connection. */
export const socket = z.looseObject({
  socketId: words,
  role: words,
  surface: maybeWords,
  user: maybeWords,
  caps: z.array(words).default([]),
  joinedRooms: z.array(words).default([]),
  connectedAt: instant,
  lastSeenAt: instant,
  rttMs: maybe,
  bufferedPackets: figure.default(0),
  sentPerSec: figure.default(0),
  skippedTotal: figure.default(0),
  newestFrameAgeMs: maybe,
  closed: z
    .looseObject({ at: instant, code: words, reason: words.nullable().default('') })
    .nullable()
    .default(null),
});

/** Who did what. */
export const auditEntry = z.looseObject({
  id: figure,
  at: instant,
  who: words,
  action: words,
  detail: z.record(z.string(), z.unknown()).default({}),
});

/** What a finding is of. */
const scope = z.looseObject({
  sessionId: words.optional(),
  show: words.optional(),
  relayId: words.optional(),
  detector: words.optional(),
  socketIds: z.array(words).optional(),
});
const finding = z.looseObject({
  code: words,
  severity: z.enum(['info', 'warning', 'critical']),
  kind: z.enum(['condition', 'event']),
  since: instant,
  scope: scope.default({}),
  summary: words,
  evidence: z
    .array(
      z.looseObject({
        name: words,
        value: z.union([z.number(), z.string(), z.null()]).default(null),
        threshold: z.union([z.number(), z.string(), z.null()]).default(null),
        events: z.array(figure).optional(),
      }),
    )
    .default([]),
  ruledOut: z.array(z.looseObject({ cause: words, because: words })).default([]),
  cause: words,
  because: words,
  confidence: words,
  nextStep: z.looseObject({ text: words, command: words.optional(), view: words.optional() }),
  runbook: words,
  clearsWhen: words,
});

const latencies = { count: figure, p50Ms: maybe, p95Ms: maybe, maxMs: maybe };
const database = z.looseObject({
  kind: z.enum(['embedded', 'postgresql']),
  state: z.enum(['starting', 'ok', 'away']),
  because: maybeWords,
  pool,
  acquire: z.looseObject(latencies),
  held: z.looseObject(latencies),
  holders: z.array(z.looseObject({ heldMs: figure, callSite: words, statement: maybeWords })).default([]),
  statements: z.array(z.looseObject({ ...latencies, name: words, errors: figure.default(0) })).default([]),
  slow: z.array(z.looseObject({ at: instant, statement: words, tookMs: figure, callSite: words })).default([]),
  writeBehind: z.looseObject({
    sessions: figure,
    laps: figure,
    events: figure,
    lastRoundMs: maybe,
    lastStoredAt: maybeInstant,
  }),
  server: z.discriminatedUnion('state', [
    z.looseObject({
      state: z.literal('there'),
      statements: z.array(z.looseObject({ name: words, calls: figure, totalMs: figure, meanMs: figure, rows: figure })),
    }),
    z.looseObject({ state: z.literal('not_there'), because: words.nullable().default('') }),
  ]),
});

const line = z.array(figure.nullable());
/** Lines by figure; one that the pack's server did not keep is empty. */
const linesOf = (names: readonly string[]) =>
  z
    .record(z.string(), line)
    .transform((kept) => ({ ...Object.fromEntries(names.map((name): [string, number[]] => [name, []])), ...kept }));
/** The longest that points of a history are apart: a day. */
const LONGEST_STEP_MS = 86_400_000;
const history = z.looseObject({
  stepMs: figure.min(1).max(LONGEST_STEP_MS),
  at: instant,
  figures: linesOf(HISTORY_FIGURES),
  sessions: z.array(z.looseObject({ sessionId: words, figures: linesOf(SESSION_HISTORY_FIGURES) })).default([]),
});

const NO_ANSWERS = { count: 0, p95Ms: null, maxMs: null };
const summary = z.looseObject({
  status: z.enum(['ok', 'degraded', 'critical']),
  because: z.array(words).default([]),
  findings: z.array(finding).optional(),
  version: words,
  gitSha: maybeWords,
  environment: words.default(''),
  startedAt: instant,
  uptimeMs: figure,
  sessions: z.looseObject({ active: figure, stale: figure }),
  sockets: z.looseObject({ total: figure, byRole: counts, bySurface: counts }),
  relays: z.looseObject({ connected: figure }),
  ingest: z.looseObject({ framesPerSec: figure, bytesPerSec: figure, framesTotal: figure, dropped: counts }),
  sent: z.looseObject({ messagesPerSec: figure, messagesTotal: figure, skippedTotal: figure }),
  errors: z.looseObject({ last10m: figure, bySubsystem: counts }),
  database: z.looseObject({
    kind: words,
    state: words,
    pool,
    queryMsP95: maybe,
    acquireMsP95: maybe,
    heldMsP95: maybe,
  }),
  eventLoop: z.looseObject({ delayMaxMs: figure, utilization: figure }),
  memory: z.looseObject({ rssBytes: figure, heapUsedBytes: figure }),
  broadcastDelay: z.looseObject({
    initialized: z.boolean(),
    because: maybeWords,
    sessions: z
      .array(
        z.looseObject({
          sessionId: words,
          show: words,
          published: z.boolean(),
          delayMs: figure,
          measuredMs: maybe,
          bufferedMs: figure,
          bufferedEvents: figure,
          bufferedBytes: figure,
          state: z.enum(['live', 'holding', 'running', 'gliding', 'paused', 'ending']),
        }),
      )
      .default([]),
  }),
  ops: z
    .looseObject({
      ringBytes: figure.default(0),
      evicted: figure.default(0),
      tapFailures: figure.default(0),
      answers: z.looseObject({ count: figure, p95Ms: maybe, maxMs: maybe }).default(NO_ANSWERS),
    })
    .default({ ringBytes: 0, evicted: 0, tapFailures: 0, answers: NO_ANSWERS }),
});

const cleared = z.looseObject({ code: words, cause: words, clearedAt: instant });

/** Parts that are one thing: as a whole they are right or not. */
export const WHOLE_PARTS = {
  summary,
  findings: z.looseObject({
    at: instant,
    findings: z.array(finding),
    clear: z.array(words).default([]),
    skipped: z.array(z.looseObject({ code: words, because: words })).default([]),
    cleared: z.array(cleared).default([]),
  }),
  snapshot: z.looseObject({
    at: instant,
    sessions: z.array(z.unknown()),
    events: z.array(z.unknown()),
    before: z.array(z.looseObject({ code: words, cause: words, since: instant, scope: scope.default({}) })).default([]),
  }),
  database,
  history,
  trace,
} as const satisfies Partial<Record<PackSection, z.ZodType>>;
