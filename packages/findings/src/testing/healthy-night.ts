import type {
  ByeReason,
  OpsClock,
  OpsDatabase,
  OpsHistory,
  OpsRelay,
  OpsRelays,
  OpsRooms,
  OpsSession,
  OpsSnapshot,
  RelayRefusal,
  SocketGroup,
  StageFlow,
} from '@okboxbox/protocol';
import { HISTORY, HISTORY_FIGURES } from '@okboxbox/protocol';

/** An evening that goes as it should: what detectors are to be silent about. */

export const AT = 1_790_000_000_000;
export const SESSION = 'sess_healthy';

const flow = (perSec: number): StageFlow => ({ total: perSec * 600, perSec });
const RIGHT: OpsClock = { offsetMs: 3, boundMs: 12, verdict: 'right' };

export function relayLike(over: Partial<OpsRelay> = {}): OpsRelay {
  return {
    relayId: 'rig',
    run: 'run-1',
    version: '0.1.0',
    source: 'iracing',
    connectedAt: AT - 600_000,
    isPrimary: true,
    clock: RIGHT,
    driftP95: 55,
    queueAgeP95Ms: 4,
    transitP95Ms: 50,
    waiting: 1,
    oldestWaitingMs: 40,
    askedHz: null,
    pausedBecause: null,
    simState: 'connected',
    capturedHz: 10,
    clockStepMs: null,
    wallStepMs: null,
    ...over,
  };
}

export function sessionLike(over: Partial<OpsSession> = {}): OpsSession {
  return {
    sessionId: SESSION,
    show: 'local',
    status: 'live',
    isStale: false,
    sim: 'iracing',
    track: 'Monza',
    relays: [relayLike()],
    framesTotal: 6_000,
    framesPerSec: 10,
    lastFrameAgeMs: 90,
    driftP95: 55,
    clock: RIGHT,
    queueAgeP95Ms: 4,
    transitP95Ms: 50,
    duplicates: 0,
    outOfOrder: 0,
    dropped: 0,
    errors: 0,
    viewers: { live: 20, broadcast: 30 },
    delayMs: 30_000,
    flow: {
      ingest: flow(10),
      timeline: flow(10),
      timing: flow(10),
      liveTicks: flow(10),
      broadcastTicks: flow(10),
      fanOut: flow(500),
      written: flow(500),
      skipped: flow(0),
    },
    unchangedPerSec: 0,
    ...over,
  };
}

export function groupLike(over: Partial<SocketGroup> = {}): SocketGroup {
  return {
    role: 'dashboard',
    sessionId: SESSION,
    room: 'live',
    count: 20,
    buffered: 0,
    slow: 0,
    stale: 0,
    socketIds: ['a', 'b'],
    worstSocketIds: [],
    worstBufferedPackets: 0,
    worstAgeMs: null,
    idle: 0,
    left: 0,
    refused: {},
    ...over,
  };
}

export function historyLike(over: Partial<Record<(typeof HISTORY_FIGURES)[number], number[]>> = {}): OpsHistory {
  const steady = (value: number) => Array.from({ length: HISTORY.points }, (_, i) => value + (i % 3));
  const figures = Object.fromEntries(
    HISTORY_FIGURES.map((name) => [name, over[name] ?? steady(name === 'rssBytes' ? 200e6 : 20)]),
  );
  return {
    stepMs: HISTORY.stepMs,
    at: AT - 2_000,
    figures: figures as unknown as OpsHistory['figures'],
    sessions: [],
    sessionsLeftOut: 0,
  };
}

export function roomsLike(over: Partial<OpsRooms> = {}): OpsRooms {
  return {
    rooms: 3,
    memberships: 50,
    joins: 120,
    leaves: 70,
    sweptAt: AT - 10_000,
    leaked: [],
    leakedCount: 0,
    repairedTotal: 0,
    ...over,
  };
}

const LATENCIES = { count: 900, p50Ms: 2, p95Ms: 9, maxMs: 40 };

export function databaseLike(over: Partial<OpsDatabase> = {}): OpsDatabase {
  return {
    kind: 'postgresql',
    state: 'ok',
    because: null,
    pool: { max: 10, total: 3, idle: 3, waiting: 0 },
    acquire: { ...LATENCIES, p95Ms: 1 },
    held: LATENCIES,
    holders: [],
    statements: [{ ...LATENCIES, name: 'insert laps', errors: 0 }],
    slow: [],
    writeBehind: { sessions: 1, laps: 3, events: 2, lastRoundMs: 12, lastStoredAt: AT - 900 },
    server: { state: 'not_there', because: 'pg_stat_statements is not installed' },
    ...over,
  };
}

const SUMMARY: OpsSnapshot['summary'] = {
  status: 'ok',
  because: [],
  version: '0.1.0',
  gitSha: null,
  environment: 'production',
  startedAt: AT - 7_200_000,
  uptimeMs: 7_200_000,
  sessions: { active: 1, stale: 0 },
  sockets: { total: 54, byRole: { relay: 1, dashboard: 20, overlay: 2, public: 30, director: 1 }, bySurface: {} },
  relays: { connected: 1 },
  ingest: { framesPerSec: 10, bytesPerSec: 12_000, framesTotal: 6_000, dropped: {} },
  sent: { messagesPerSec: 500, messagesTotal: 300_000, skippedTotal: 0 },
  errors: { last10m: 0, bySubsystem: {} },
  database: {
    kind: 'postgresql',
    state: 'ok',
    pool: { max: 10, total: 3, idle: 3, waiting: 0 },
    queryMsP95: 9,
    acquireMsP95: 1,
    heldMsP95: 9,
  },
  eventLoop: { delayMaxMs: 18, utilization: 0.1, gcPauseMaxMs: 3 },
  memory: { rssBytes: 200e6, heapUsedBytes: 80e6, heapLimitBytes: 4e9, externalBytes: 10e6 },
  broadcastDelay: {
    initialized: true,
    because: null,
    sessions: [
      {
        sessionId: SESSION,
        show: 'local',
        published: true,
        delayMs: 30_000,
        state: 'running',
        measuredMs: 30_004,
        bufferedMs: 30_000,
        bufferedEvents: 300,
        bufferedBytes: 60_000,
      },
    ],
  },
  rooms: roomsLike(),
  ops: {
    ringBytes: 90_000,
    evicted: 0,
    tapFailures: 0,
    historyBytes: 200_000,
    answers: { count: 300, p95Ms: 4, maxMs: 12 },
    cpuShare: 0.002,
  },
};

type Over = Partial<Omit<OpsSnapshot, 'summary'>> & { readonly summary?: Partial<OpsSnapshot['summary']> };

/** A snapshot of that evening, but for what is given. */
export function healthy({ summary, ...over }: Over = {}): OpsSnapshot {
  return {
    at: AT,
    summary: { ...SUMMARY, ...summary },
    sessions: [sessionLike()],
    relays: { everSeen: 1, newestAt: AT - 600_000, away: [], refused: [], waiting: [] },
    socketGroups: [
      groupLike(),
      groupLike({ role: 'director', count: 1 }),
      groupLike({ role: 'overlay', room: 'broadcast', count: 2 }),
      groupLike({ role: 'public', room: 'broadcast', count: 30 }),
      groupLike({ role: 'ops', sessionId: null, room: 'none', count: 1, idle: 1 }),
    ],
    churn: { connects: 3, disconnects: 2, byCode: { client_left: 2 } },
    rooms: roomsLike(),
    database: databaseLike(),
    history: historyLike(),
    disk: { freeBytes: 40e9, totalBytes: 100e9, refused: null },
    events: [],
    audit: [],
    before: [],
    ...over,
  };
}

/** Relays of that evening when one of them has gone. */
export function goneBy(reason: ByeReason | 'connection lost', agoMs: number, message: string | null = null) {
  const away = [{ relayId: 'rig', sessionId: SESSION, goneAt: AT - agoMs, reason, message }];
  return { everSeen: 1, newestAt: AT - 600_000, away, refused: [], waiting: [] };
}

/** No relay has been heard of. */
export const NOBODY: OpsRelays = { everSeen: 0, newestAt: null, away: [], refused: [], waiting: [] };

/** A relay that was refused three times, the last time 2 s ago. */
export function refusal(over: Partial<RelayRefusal>): RelayRefusal {
  return {
    why: 'token',
    code: 'unauthenticated',
    capability: null,
    message: 'The token has expired.',
    firstAt: AT - 40_000,
    at: AT - 2_000,
    count: 3,
    ...over,
  };
}
