import type {
  AuditEntry,
  Finding,
  OpsEvent,
  OpsSession,
  OpsSocket,
  PackManifest,
  PackSection,
  StageFlow,
} from '@okboxbox/protocol';

/** Parts of a support pack for tests: small, and as a server writes them. */

/** When the packs of these tests were made. */
export const MADE_AT = 1_764_000_000_000;

const flow: StageFlow = { total: 100, perSec: 10 };
const clock = { offsetMs: 3, boundMs: 8, verdict: 'right' } as const;

export const SESSION: OpsSession = {
  sessionId: 'sess_ab…1',
  show: 'cup',
  status: 'live',
  isStale: false,
  sim: 'demo',
  track: 'track-1',
  relays: [],
  framesTotal: 100,
  framesPerSec: 10,
  lastFrameAgeMs: 40,
  driftP95: 12,
  clock,
  queueAgeP95Ms: 3,
  transitP95Ms: 4,
  duplicates: 0,
  outOfOrder: 0,
  dropped: 0,
  errors: 0,
  viewers: { live: 2, broadcast: 1 },
  delayMs: 30_000,
  flow: {
    ingest: flow,
    timeline: flow,
    timing: flow,
    liveTicks: flow,
    broadcastTicks: flow,
    fanOut: flow,
    written: flow,
    skipped: flow,
  },
};

export const socketNamed = (socketId: string, over: Partial<OpsSocket> = {}): OpsSocket => ({
  socketId,
  role: 'dashboard',
  surface: 'web',
  user: null,
  caps: ['session:live'],
  joinedRooms: [`session:${SESSION.sessionId}`],
  connectedAt: MADE_AT - 60_000,
  lastSeenAt: MADE_AT,
  rttMs: 3,
  bufferedPackets: 0,
  sentPerSec: 10,
  skippedTotal: 0,
  newestFrameAgeMs: 100,
  closed: null,
  ...over,
});

export const eventOf = (id: number, over: Partial<OpsEvent> = {}): OpsEvent => ({
  id,
  at: MADE_AT - 1_000 + id,
  type: 'socket',
  event: 'join',
  sessionId: SESSION.sessionId,
  ...over,
});

export const FINDING: Finding = {
  code: 'CLOCK_DRIFT',
  severity: 'warning',
  kind: 'condition',
  since: MADE_AT - 30_000,
  scope: { sessionId: SESSION.sessionId },
  summary: 'The clock of a relay is off.',
  evidence: [{ name: 'offsetMs', value: 7_000, threshold: 5_000 }],
  ruledOut: [{ cause: 'backlog', because: 'Nothing waits at the relay.' }],
  cause: 'clock_offset',
  because: 'The clock is 7 s ahead.',
  confidence: 'high',
  nextStep: { text: 'Set the clock.', command: 'ntpdate pool.ntp.org' },
  runbook: 'docs/runbook.md#high-clock-drift',
  clearsWhen: 'the offset is below 5 s',
};

const AUDIT: AuditEntry = { id: 4, at: MADE_AT, who: 'user-1', action: 'publish', detail: { show: 'cup' } };

const SUMMARY = {
  status: 'degraded',
  because: ['A clock is off.'],
  version: '0.1.0',
  gitSha: null,
  environment: 'production',
  startedAt: MADE_AT - 3_600_000,
  uptimeMs: 3_600_000,
  sessions: { active: 1, stale: 0 },
  sockets: { total: 2, byRole: { dashboard: 2 }, bySurface: {} },
  relays: { connected: 1 },
  ingest: { framesPerSec: 10, bytesPerSec: 8_000, framesTotal: 100, dropped: {} },
  sent: { messagesPerSec: 20, messagesTotal: 200, skippedTotal: 0 },
  errors: { last10m: 0, bySubsystem: {} },
  database: {
    kind: 'embedded',
    state: 'ok',
    pool: { max: 1, total: 1, idle: 1, waiting: 0 },
    queryMsP95: 2,
    acquireMsP95: 1,
    heldMsP95: 2,
  },
  eventLoop: { delayMaxMs: 9, utilization: 0.1 },
  memory: { rssBytes: 100_000_000, heapUsedBytes: 40_000_000, externalBytes: 1_000_000 },
  broadcastDelay: { initialized: true, because: null, sessions: [] },
  ops: { ringBytes: 1_000, evicted: 0, tapFailures: 0 },
};

const none = { count: 0, p50Ms: null, p95Ms: null, maxMs: null };
const DATABASE = {
  kind: 'embedded',
  state: 'ok',
  because: null,
  pool: { max: 1, total: 1, idle: 1, waiting: 0 },
  acquire: none,
  held: none,
  holders: [],
  statements: [],
  slow: [],
  writeBehind: { sessions: 0, laps: 0, events: 0, lastRoundMs: null, lastStoredAt: null },
  server: { state: 'not_there', because: 'The embedded database does not count.' },
};

/** The parts of a pack of everything but a trace. */
export const PARTS: Readonly<Partial<Record<PackSection, unknown>>> = {
  summary: SUMMARY,
  findings: { at: MADE_AT, findings: [FINDING], clear: ['DB_LATENCY'], cleared: [] },
  snapshot: {
    at: MADE_AT,
    summary: SUMMARY,
    sessions: [SESSION],
    socketGroups: [],
    events: [eventOf(9)],
    audit: [AUDIT],
    database: DATABASE,
    history: null,
    rooms: null,
    before: [],
  },
  sessions: { sessions: [SESSION] },
  sockets: {
    count: 2,
    countClosed: 1,
    sockets: [socketNamed('a', { rttMs: 5 }), socketNamed('b', { role: 'overlay', rttMs: 9 })],
    closed: [socketNamed('c', { closed: { at: MADE_AT, code: 'client', reason: 'went' } })],
  },
  events: { evicted: 3, events: [eventOf(3), eventOf(2, { type: 'error', event: 'db_error' }), eventOf(1)] },
  database: DATABASE,
  history: { stepMs: 5_000, at: MADE_AT, figures: { framesPerSec: [null, 10] }, sessions: [] },
};

/** A pack's manifest that says of each part that it is there. */
export function manifestOf(parts: object): PackManifest {
  return {
    kind: 'okboxbox-support-pack',
    packVersion: 1,
    version: '0.1.0',
    gitSha: null,
    createdAt: MADE_AT,
    window: { from: MADE_AT - 900_000, to: MADE_AT },
    sessionId: null,
    traceId: null,
    redaction: {
      mode: 'full',
      rulesVersion: 1,
      byRule: { token: 2 },
      droppedFields: 0,
      secretsSearched: 4,
      secretsTooPlain: 0,
    },
    sections: Object.entries(parts).map(([name, part]) => ({
      name: name as PackSection,
      status: 'success',
      because: null,
      tookMs: 1,
      bytes: JSON.stringify(part).length,
      sha256: null,
      redacted: {},
      droppedFields: 0,
    })),
  };
}

/** A pack's text, of all parts or of others. */
export function packText(parts: object = PARTS, manifest: object = manifestOf(parts)): string {
  return JSON.stringify({ manifest, sections: parts });
}
