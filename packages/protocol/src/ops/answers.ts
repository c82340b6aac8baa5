import { z } from 'zod';
import { DELAY_STATE_NAMES } from '../feed/delay-states.js';
import { PICTURES } from '../rights/rooms.js';
import { sessionLoss } from './damage.js';
import { type Declared, field } from './fields.js';
import type { Finding } from './findings.js';
import { databasePool, opsRooms } from './insight.js';

/** Answers of the operations' calls (contract, section 6). Figures that are not known are `null`, never 0. */

/** Kinds of operations' events. */
export const OPS_EVENT_TYPES = ['socket', 'relay', 'session', 'broadcast', 'error'] as const;
export type OpsEventType = (typeof OPS_EVENT_TYPES)[number];

/** Names of operations' events, by kind. */
export const OPS_EVENT_NAMES = {
  socket: ['connect', 'disconnect', 'join', 'leave', 'auth_fail', 'slow_consumer'],
  relay: [
    'relay:connected',
    'relay:disconnected',
    'relay:bye',
    'drift_warn',
    'frame_gap',
    'frame_dropped',
    'invalid_payload',
    'own_car_refused',
  ],
  session: ['created', 'state_change', 'relay_joined', 'relay_left', 'primary_changed', 'ended'],
  broadcast: ['broadcast:delay:set', 'broadcast:delay:holding', 'broadcast:delay:live', 'publish', 'unpublish'],
  error: ['db_error', 'handler_error', 'validation_error', 'exception'],
} as const satisfies Record<OpsEventType, readonly string[]>;
export type OpsEventName = (typeof OPS_EVENT_NAMES)[OpsEventType][number];

/** Fields of operations' events, each of which means the same in all of them; which event has which, the server declares. */
export const opsEvent = z.object({
  /** Counts up over all kinds, from 1 at the server's start. */
  id: field.number,
  at: field.instant,
  type: field.word(...OPS_EVENT_TYPES),
  event: field.word(...OPS_EVENT_TYPES.flatMap((type): readonly OpsEventName[] => OPS_EVENT_NAMES[type])),
  sessionId: field.sessionId.exactOptional(),
  count: field.number.exactOptional(),
  lastAt: field.instant.exactOptional(),
  socketId: field.socketId,
  role: field.role,
  surface: field.surface,
  user: field.user,
  relayId: field.relayId,
  show: field.show,
  room: field.room,
  sim: field.sim,
  code: field.code,
  capability: field.code,
  subsystem: field.code,
  from: field.code,
  to: field.code,
  where: field.words,
  statement: field.words,
  reason: field.text,
  message: field.text,
  connectedMs: field.number,
  skippedTotal: field.number,
  waitingBytes: field.number,
  isClosed: field.flag,
  isResumed: field.flag,
  driftP95: field.number,
  offsetMs: field.number,
  boundMs: field.number,
  queueAgeP95Ms: field.number,
  records: field.number,
  framesTotal: field.number,
  delayMs: field.number,
  publicExtraMs: field.number,
  fromMs: field.number,
  tookMs: field.number,
});
type EventHead = 'id' | 'at' | 'type' | 'event' | 'sessionId' | 'count' | 'lastAt';

/** Something that happened, once, or `count` times in a row between `at` and `lastAt`. */
export interface OpsEvent extends Pick<Declared<typeof opsEvent>, EventHead> {
  /** What the event says beyond that; none of it is a secret. */
  readonly [field: string]: string | number | boolean | null | undefined;
}

/** `GET /api/ops/events`: newest first. */
export interface OpsEventsAnswer {
  readonly events: readonly OpsEvent[];
  /** Events of the kinds asked for that have made room for newer ones. */
  readonly evicted: number;
  /** Give this as `before` for older ones; `null` where there are none. */
  readonly before: number | null;
}

/** Declares `OpsSocket`. */
export const opsSocket = z.object({
  socketId: field.socketId,
  /** The edge process that it is connected to; absent where the server itself serves viewers. */
  node: field.code.optional(),
  /** What it calls itself; `relay` for relays. Decides nothing. */
  role: field.role,
  surface: field.surface.nullable(),
  user: field.user.nullable(),
  caps: z.array(field.capability),
  joinedRooms: z.array(field.room),
  /** The picture of the broadcast that it gets; `null` where it gets none. Absent in packs of older versions. */
  picture: field
    .word(...PICTURES)
    .nullable()
    .exactOptional(),
  connectedAt: field.instant,
  lastSeenAt: field.instant,
  /** Of its newest beat, where it sends them; else of the transport's heartbeat. */
  rttMs: field.number.nullable(),
  /** How long ago its newest beat came, and the instant that its page showed then; `null` where it sends none. */
  beatAgeMs: field.number.nullable().exactOptional(),
  shownAgeMs: field.number.nullable().exactOptional(),
  /** What its beats, or its answers to pings, tell: `dead`, `slow`, `behind` what it was sent, or `ok`; absent where none came. */
  beats: field.word('ok', 'dead', 'slow', 'behind').exactOptional(),
  /** Messages that wait for it here, wherever. */
  bufferedPackets: field.number,
  /** Bytes that wait for it here, in the transport's own buffer as well; absent in packs of older versions. */
  waitingBytes: field.number.exactOptional(),
  /** Messages a second, over the last five. */
  sentPerSec: field.number,
  skippedTotal: field.number,
  /** How long ago the instant was that it has been sent last; with a broadcast's delay in it. */
  newestFrameAgeMs: field.number.nullable(),
  closed: z.object({ at: field.instant, code: field.code, reason: field.text }).nullable(),
});
/** A socket that is connected, or was. */
export type OpsSocket = Declared<typeof opsSocket>;

/** `GET /api/ops/sockets`. */
export interface OpsSocketsAnswer {
  /** All that fit, on whatever page they are. */
  readonly count: number;
  /** Give this for the next page; `null` on the last. */
  readonly cursor: string | null;
  readonly sockets: readonly OpsSocket[];
}

const clock = z.object({
  offsetMs: field.number.nullable(),
  boundMs: field.number.nullable(),
  verdict: field.word('right', 'ahead', 'behind', 'inconclusive', 'unknown'),
});
/** What is known of a relay's clock, in ms. */
export type OpsClock = Declared<typeof clock>;
/**
 * What is known of a relay's clock: right to within half a second, `ahead` or `behind`, off by no more than the line lets
 * anyone know (`inconclusive`), or not asked yet.
 */
export type ClockVerdict = OpsClock['verdict'];

const relay = z.object({
  relayId: field.relayId,
  run: field.run,
  version: field.version,
  source: field.source,
  connectedAt: field.instant,
  isPrimary: field.flag,
  clock: clock,
  driftP95: field.number.nullable(),
  queueAgeP95Ms: field.number.nullable(),
  transitP95Ms: field.number.nullable(),
  /** Records that wait at the relay, and how old the oldest of them is, as it says itself. */
  waiting: field.number.nullable(),
  oldestWaitingMs: field.number.nullable(),
  /** How many of these are not even on their way, and how old the oldest is; `null` where the relay does not say. */
  unsent: field.number.nullable().exactOptional(),
  oldestUnsentMs: field.number.nullable().exactOptional(),
  /** What its connection carries while it is busy, and what frames at the rate captured would need, in bytes a second. */
  carriedBytesPerS: field.number.nullable().exactOptional(),
  capturedBytesPerS: field.number.nullable().exactOptional(),
  /** Frames a second that have come of it in the last ten seconds, and how long after its capture the newest came. */
  arrivingHz: field.number.nullable().exactOptional(),
  newestLateMs: field.number.nullable().exactOptional(),
  /** For how long nothing at all has come from it, not even an answer to the server's questions. */
  heardAgeMs: field.number.nullable().exactOptional(),
  /** The shortest of the newest few round trips, by the server's clock. */
  roundTripMs: field.number.nullable().exactOptional(),
  askedHz: field.number.nullable(),
  pausedBecause: field.freeText('reason of a pause').nullable(),
  /** Where a live sim stands, and what it captures a second, as the relay says itself; `null` where it does not. */
  simState: field.simState.nullable().exactOptional(),
  capturedHz: field.number.nullable().exactOptional(),
  /** The largest step of late of the clock that stamps frames, and of the PC's own, in ms; `null` where there was none. */
  clockStepMs: field.number.nullable().exactOptional(),
  wallStepMs: field.number.nullable().exactOptional(),
  /** Frames dropped of late because the sim's clock in them had jumped; 0 where there was none for 90 s. */
  clockJumps: field.number.exactOptional(),
});
/** A relay that feeds a session. */
export type OpsRelay = Declared<typeof relay>;

const stageFlow = z.object({
  total: field.number,
  perSec: field.number,
});
/** What passed a stage in all, and a second of late. */
export type StageFlow = Declared<typeof stageFlow>;

const flowStages = z.object({
  /** Records that relays sent and that were taken. */
  ingest: stageFlow,
  /** Records that reached the disk; notes of the session's own are among them. */
  timeline: stageFlow,
  timing: stageFlow,
  /** Messages made for the live room, and for those that see it later. */
  liveTicks: stageFlow,
  broadcastTicks: stageFlow,
  /** Messages handed to rooms, times those in them; written, and skipped for those that read too slowly. */
  fanOut: stageFlow,
  written: stageFlow,
  skipped: stageFlow,
});
/** The stages of a session's frames, in the order of their way. */
export type FlowStages = Declared<typeof flowStages>;

/** Declares `OpsSession`. */
export const opsSession = z.object({
  sessionId: field.sessionId,
  show: field.show,
  status: field.word('live', 'ended'),
  /** Runs, and nothing has come for a while. */
  isStale: field.flag,
  /** Whether the show follows it; absent in packs of older versions. */
  isFollowed: field.flag.exactOptional(),
  /** Name of the relay that is the show's main feed; `null` before any relay has fed it, absent in packs of older versions. */
  mainFeed: field.relayId.nullable().exactOptional(),
  sim: field.sim,
  track: field.track,
  relays: z.array(relay),
  framesTotal: field.number,
  framesPerSec: field.number,
  lastFrameAgeMs: field.number.nullable(),
  /** 95th percentile of |received − captured| over the last minute, raw: what the clock is off is in it. */
  driftP95: field.number.nullable(),
  /** Of the primary's clock. */
  clock: clock,
  /** Between capture and sending, both by the relay's clock. */
  queueAgeP95Ms: field.number.nullable(),
  /** Between sending and receiving, by the server's clock. */
  transitP95Ms: field.number.nullable(),
  duplicates: field.number,
  outOfOrder: field.number,
  /** Records that will never be on the timeline, or were turned away unseen. */
  dropped: field.number,
  errors: field.number,
  viewers: z.object({ live: field.number, broadcast: field.number }),
  /**
   * About how many pages read its public picture as segments, which caches answer: an estimate from a call of each page every
   * 30 s, and none of the viewers above. 0 for a session that is not on air; absent from older servers.
   */
  spectatorsEstimate: field.number.exactOptional(),
  delayMs: field.number,
  /** How much later than that the public picture is set to be; absent from older servers. */
  publicExtraMs: field.number.exactOptional(),
  /** Stage by stage, so that the first one where nothing passes stands out; `null` where nothing has passed. */
  flow: flowStages.nullable(),
  /** Looks for something to tell the live room that found all as it was, a second of late: a grid stands still. */
  unchangedPerSec: field.number.exactOptional(),
  /** The version of the timing rules that its figures were made by; absent from older servers. */
  rulesVersion: field.number.exactOptional(),
  /** What was lost of its timeline; absent where nothing was. */
  loss: sessionLoss.exactOptional(),
});
/** A session as operations see it. */
export type OpsSession = Declared<typeof opsSession>;

/** `GET /api/ops/sessions`. */
export interface OpsSessionsAnswer {
  readonly sessions: readonly OpsSession[];
}

/** The whole server, without what is wrong with it. */
export const opsSummaryFigures = z.object({
  status: field.word('ok', 'degraded', 'critical'),
  /** Why it is not ok; empty where it is. */
  because: z.array(field.text),
  version: field.version,
  gitSha: field.gitSha.nullable(),
  environment: field.environment,
  startedAt: field.instant,
  uptimeMs: field.number,
  sessions: z.object({ active: field.number, stale: field.number }),
  sockets: z.object({
    total: field.number,
    byRole: z.record(field.role, field.number),
    bySurface: z.record(field.surface, field.number),
  }),
  relays: z.object({ connected: field.number }),
  ingest: z.object({
    framesPerSec: field.number,
    bytesPerSec: field.number,
    framesTotal: field.number,
    dropped: z.record(field.code, field.number),
  }),
  sent: z.object({ messagesPerSec: field.number, messagesTotal: field.number, skippedTotal: field.number }),
  /** What was refused since the start because there was too much of it, by limit; absent from older servers. */
  limited: z.record(field.code, field.number).exactOptional(),
  errors: z.object({ last10m: field.number, bySubsystem: z.record(field.code, field.number) }),
  database: z.object({
    kind: field.word('embedded', 'postgresql'),
    state: field.word('starting', 'ok', 'away'),
    pool: databasePool,
    /** Over the last five minutes, as are the others; `null` where nothing was asked. */
    queryMsP95: field.number.nullable(),
    acquireMsP95: field.number.nullable(),
    heldMsP95: field.number.nullable(),
  }),
  /**
   * The longest hold-up of the last minute, the share of the last second that was spent working, and the longest pause of
   * the garbage collector in the last minute.
   */
  eventLoop: z.object({ delayMaxMs: field.number, utilization: field.number, gcPauseMaxMs: field.number }),
  memory: z.object({
    rssBytes: field.number,
    heapUsedBytes: field.number,
    /** What the heap may grow to before the process ends. */
    heapLimitBytes: field.number,
    externalBytes: field.number,
  }),
  broadcastDelay: z.object({
    initialized: field.flag,
    because: field.text.nullable(),
    /** As the director's desk measures them (`MeasuredDelay`). */
    sessions: z.array(
      z.object({
        sessionId: field.sessionId,
        show: field.show,
        published: field.flag,
        delayMs: field.number,
        state: field.word(...DELAY_STATE_NAMES),
        measuredMs: field.number.nullable(),
        /** How much later than the graphics the public picture is set to be, and how that does; absent from older servers. */
        publicExtraMs: field.number.exactOptional(),
        public: z
          .object({ state: field.word(...DELAY_STATE_NAMES), measuredMs: field.number.nullable() })
          .exactOptional(),
        bufferedMs: field.number,
        bufferedEvents: field.number,
        bufferedBytes: field.number,
      }),
    ),
  }),
  rooms: opsRooms,
  /** What operations themselves cost. */
  ops: z.object({
    ringBytes: field.number,
    evicted: field.number,
    tapFailures: field.number,
    historyBytes: field.number,
    /** Their calls of the last five minutes, from the request to the answer, waiting for a token's check included. */
    answers: z.object({ count: field.number, p95Ms: field.number.nullable(), maxMs: field.number.nullable() }),
    /** The share of the last minute in which the server made answers and took its history; listening is not in it. */
    cpuShare: field.number,
  }),
});

/** `GET /api/ops/summary`. */
export interface OpsSummary extends Declared<typeof opsSummaryFigures> {
  /** What is wrong, the worst first. */
  readonly findings: readonly Finding[];
}

/** `GET /api/diagnostics/flow?sessionId=`: a session stage by stage, in the order of a frame's way. */
export interface FlowAnswer {
  readonly sessionId: string;
  readonly stages: FlowStages;
}
