import {
  asWritten,
  auditEntry as declaredAuditEntry,
  packManifest as declaredManifest,
  field,
  finding,
  findingBefore,
  findingsAnswer,
  frameDeliveries,
  HISTORY_FIGURES,
  type Lacks,
  type OpsHistory,
  opsDatabase,
  opsHistory,
  opsRooms,
  opsSession,
  opsSocket,
  opsSummaryFigures,
  type PackSection,
  readerOf,
  SESSION_HISTORY_FIGURES,
  traceEvent,
  traceHead,
} from '@okboxbox/protocol';
import { z } from 'zod';

/**
 * Readers of the parts of a pack, made of what the protocol declares. A pack may be of an older or a newer server: here is
 * what a view can do without, and which words it shows as they are.
 */

/** The head of a pack: without it a file is not one. */
export const packManifest = readerOf(declaredManifest, {
  redaction: {
    mode: asWritten,
    byRule: {},
    droppedFields: undefined,
    secretsSearched: undefined,
    secretsTooPlain: undefined,
  },
  sections: { name: asWritten, tookMs: 0, bytes: 0, redacted: {}, droppedFields: 0 },
})
  .refine(({ packVersion }) => Number.isInteger(packVersion) && packVersion >= 1, {
    path: ['packVersion'],
    error: 'a version counts from 1',
  })
  .refine(({ sections }) => new Set(sections.map(({ name }) => name)).size === sections.length, {
    path: ['sections'],
    error: 'a part is named twice',
  });

const clock = { verdict: asWritten } as const;

/** A session. */
export const session = readerOf(opsSession, {
  isStale: false,
  sim: '',
  track: '',
  clock,
  duplicates: undefined,
  outOfOrder: undefined,
  dropped: undefined,
  errors: undefined,
  relays: [{ run: undefined, version: undefined, source: undefined, clock }],
});

/** A connection. */
export const socket = readerOf(opsSocket, {
  caps: [],
  joinedRooms: [],
  bufferedPackets: 0,
  sentPerSec: 0,
  skippedTotal: 0,
  closed: { reason: '' },
});

/** Something that happened: what it says beyond its head goes by any name. */
export const event = z
  .object({ id: field.number, at: field.instant, type: z.string(), event: z.string() })
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Who did what, with particulars by any name. */
export const auditEntry = readerOf(declaredAuditEntry.extend({ detail: z.record(z.string(), z.unknown()) }), {
  detail: {},
});

const findingLacks = { scope: {}, evidence: [], ruledOut: [], confidence: asWritten } as const;

const summary = readerOf(
  opsSummaryFigures.extend({ rooms: opsRooms.nullable().exactOptional(), findings: z.array(finding).exactOptional() }),
  {
    because: [],
    environment: '',
    findings: findingLacks,
    sockets: { byRole: {}, bySurface: {} },
    ingest: { dropped: {} },
    errors: { bySubsystem: {} },
    database: { kind: asWritten, state: asWritten },
    eventLoop: { gcPauseMaxMs: undefined },
    memory: { heapLimitBytes: undefined, externalBytes: undefined },
    broadcastDelay: { sessions: [] },
    ops: {
      ringBytes: 0,
      evicted: 0,
      tapFailures: 0,
      answers: { count: 0 },
      historyBytes: undefined,
      cpuShare: undefined,
    },
  },
);

/** The longest that points of a history are apart: a day. */
const LONGEST_STEP_MS = 86_400_000;
/** Lines by figure; one that the pack's server did not keep is empty. */
const linesOf = <N extends string, L extends readonly unknown[]>(
  names: readonly N[],
  kept: Readonly<Record<N, L>>,
) => ({
  ...(Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<N, L>),
  ...kept,
});
const history = readerOf(opsHistory, { sessions: [], sessionsLeftOut: undefined })
  .refine(({ stepMs }) => stepMs >= 1 && stepMs <= LONGEST_STEP_MS, { path: ['stepMs'], error: 'no step in ms' })
  .transform(
    (kept): OpsHistory => ({
      ...kept,
      figures: linesOf(HISTORY_FIGURES, kept.figures),
      sessions: kept.sessions.map((each) => ({ ...each, figures: linesOf(SESSION_HISTORY_FIGURES, each.figures) })),
    }),
  );

const declaredTrace = traceHead.extend({
  events: z.array(traceEvent),
  happened: z.array(event),
  deliveries: z.array(frameDeliveries),
});
const traceLacks: Lacks<z.infer<typeof declaredTrace>> = {
  when: { figure: asWritten },
  notKept: [],
  summary: { comparedMs: 0, words: '', latencies: { from: asWritten, to: asWritten } },
  anomalies: { stage: asWritten },
  probe: { words: '', stages: { stage: asWritten } },
  deliveries: { relayId: '', counts: {}, leftOut: 0, recipients: { verdict: asWritten } },
};

/** Parts that are one thing: as a whole they are right or not. */
export const WHOLE_PARTS = {
  summary,
  findings: readerOf(findingsAnswer, {
    findings: findingLacks,
    clear: [],
    skipped: [],
    cleared: [{ since: undefined }],
  }),
  // The most of it is read by the readers of its parts, and by detectors, which say themselves what they lack.
  snapshot: z.looseObject({
    at: field.instant,
    sessions: z.array(z.unknown()),
    events: z.array(z.unknown()),
    before: z.array(readerOf(findingBefore, { scope: {} })).default([]),
  }),
  database: readerOf(opsDatabase, {
    holders: [],
    statements: [{ errors: 0 }],
    slow: [],
    server: { because: '' },
  }),
  history,
  trace: readerOf(declaredTrace, traceLacks),
} as const satisfies Partial<Record<PackSection, z.ZodType>>;
