import type { DelayStateName, MeasuredDelay } from './broadcast.js';
import type { Finding } from './findings.js';
import type { OpsRooms } from './ops-insight.js';

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

/** Something that happened, once, or `count` times in a row between `at` and `lastAt`. */
export interface OpsEvent {
  /** Counts up over all kinds, from 1 at the server's start. */
  readonly id: number;
  readonly at: number;
  readonly type: OpsEventType;
  readonly event: OpsEventName;
  readonly sessionId?: string;
  readonly count?: number;
  readonly lastAt?: number;
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

/** A socket that is connected, or was. */
export interface OpsSocket {
  readonly socketId: string;
  /** What it calls itself; `relay` for relays. Decides nothing. */
  readonly role: string;
  readonly surface: string | null;
  readonly user: string | null;
  readonly caps: readonly string[];
  readonly joinedRooms: readonly string[];
  readonly connectedAt: number;
  readonly lastSeenAt: number;
  /** Of the newest heartbeat. */
  readonly rttMs: number | null;
  /** Messages that wait for it here, wherever. */
  readonly bufferedPackets: number;
  /** Messages a second, over the last five. */
  readonly sentPerSec: number;
  readonly skippedTotal: number;
  /** How long ago the instant was that it has been shown last; with a broadcast's delay in it. */
  readonly newestFrameAgeMs: number | null;
  readonly closed: null | { readonly at: number; readonly code: string; readonly reason: string };
}

/** `GET /api/ops/sockets`. */
export interface OpsSocketsAnswer {
  /** All that fit, on whatever page they are. */
  readonly count: number;
  /** Give this for the next page; `null` on the last. */
  readonly cursor: string | null;
  readonly sockets: readonly OpsSocket[];
}

/**
 * What is known of a relay's clock: right to within half a second, `ahead` or `behind`, off by no more than the line lets
 * anyone know (`inconclusive`), or not asked yet.
 */
export type ClockVerdict = 'right' | 'ahead' | 'behind' | 'inconclusive' | 'unknown';

export interface OpsClock {
  readonly offsetMs: number | null;
  readonly boundMs: number | null;
  readonly verdict: ClockVerdict;
}

/** A relay that feeds a session. */
export interface OpsRelay {
  readonly relayId: string;
  readonly run: string;
  readonly version: string;
  readonly source: string;
  readonly connectedAt: number;
  readonly isPrimary: boolean;
  readonly clock: OpsClock;
  readonly driftP95: number | null;
  readonly queueAgeP95Ms: number | null;
  readonly transitP95Ms: number | null;
  /** Records that wait at the relay, and how old the oldest of them is, as it says itself. */
  readonly waiting: number | null;
  readonly oldestWaitingMs: number | null;
  readonly askedHz: number | null;
  readonly pausedBecause: string | null;
  /** Where a live sim stands, and what it captures a second, as the relay says itself; `null` where it does not. */
  readonly simState?: string | null;
  readonly capturedHz?: number | null;
  /** The largest step of late of the clock that stamps frames, and of the PC's own, in ms; `null` where there was none. */
  readonly clockStepMs?: number | null;
  readonly wallStepMs?: number | null;
  /** Frames dropped of late because the sim's clock in them had jumped; 0 where there was none for 90 s. */
  readonly clockJumps?: number;
}

/** A session as operations see it. */
export interface OpsSession {
  readonly sessionId: string;
  readonly show: string;
  readonly status: 'live' | 'ended';
  /** Runs, and nothing has come for a while. */
  readonly isStale: boolean;
  /** Whether the show follows it; absent in packs of older versions. */
  readonly isFollowed?: boolean;
  /** Name of the relay that is the show's main feed; `null` before any relay has fed it, absent in packs of older versions. */
  readonly mainFeed?: string | null;
  readonly sim: string;
  readonly track: string;
  readonly relays: readonly OpsRelay[];
  readonly framesTotal: number;
  readonly framesPerSec: number;
  readonly lastFrameAgeMs: number | null;
  /** 95th percentile of |received − captured| over the last minute, raw: what the clock is off is in it. */
  readonly driftP95: number | null;
  /** Of the primary's clock. */
  readonly clock: OpsClock;
  /** Between capture and sending, both by the relay's clock. */
  readonly queueAgeP95Ms: number | null;
  /** Between sending and receiving, by the server's clock. */
  readonly transitP95Ms: number | null;
  readonly duplicates: number;
  readonly outOfOrder: number;
  /** Records that will never be on the timeline, or were turned away unseen. */
  readonly dropped: number;
  readonly errors: number;
  readonly viewers: { readonly live: number; readonly broadcast: number };
  readonly delayMs: number;
  /** Stage by stage, so that the first one where nothing passes stands out; `null` where nothing has passed. */
  readonly flow: FlowStages | null;
  /** Looks for something to tell the live room that found all as it was, a second of late: a grid stands still. */
  readonly unchangedPerSec?: number;
  /** The version of the timing rules that its figures were made by; absent from older servers. */
  readonly rulesVersion?: number;
}

/** `GET /api/ops/sessions`. */
export interface OpsSessionsAnswer {
  readonly sessions: readonly OpsSession[];
}

/** `GET /api/ops/summary`. */
export interface OpsSummary {
  readonly status: 'ok' | 'degraded' | 'critical';
  /** Why it is not ok; empty where it is. */
  readonly because: readonly string[];
  readonly version: string;
  readonly gitSha: string | null;
  readonly environment: string;
  readonly startedAt: number;
  readonly uptimeMs: number;
  readonly sessions: { readonly active: number; readonly stale: number };
  readonly sockets: {
    readonly total: number;
    readonly byRole: Readonly<Record<string, number>>;
    readonly bySurface: Readonly<Record<string, number>>;
  };
  readonly relays: { readonly connected: number };
  readonly ingest: {
    readonly framesPerSec: number;
    readonly bytesPerSec: number;
    readonly framesTotal: number;
    readonly dropped: Readonly<Record<string, number>>;
  };
  readonly sent: { readonly messagesPerSec: number; readonly messagesTotal: number; readonly skippedTotal: number };
  /** What was refused since the start because there was too much of it, by limit; absent from older servers. */
  readonly limited?: Readonly<Record<string, number>>;
  readonly errors: { readonly last10m: number; readonly bySubsystem: Readonly<Record<string, number>> };
  readonly database: {
    readonly kind: 'embedded' | 'postgresql';
    readonly state: 'starting' | 'ok' | 'away';
    readonly pool: { readonly max: number; readonly total: number; readonly idle: number; readonly waiting: number };
    /** Over the last five minutes, as are the others; `null` where nothing was asked. */
    readonly queryMsP95: number | null;
    readonly acquireMsP95: number | null;
    readonly heldMsP95: number | null;
  };
  /**
   * The longest hold-up of the last minute, the share of the last second that was spent working, and the longest pause of
   * the garbage collector in the last minute.
   */
  readonly eventLoop: { readonly delayMaxMs: number; readonly utilization: number; readonly gcPauseMaxMs: number };
  readonly memory: {
    readonly rssBytes: number;
    readonly heapUsedBytes: number;
    /** What the heap may grow to before the process ends. */
    readonly heapLimitBytes: number;
    readonly externalBytes: number;
  };
  readonly broadcastDelay: {
    readonly initialized: boolean;
    readonly because: string | null;
    readonly sessions: readonly (Pick<
      MeasuredDelay,
      'sessionId' | 'show' | 'published' | 'delayMs' | 'measuredMs' | 'bufferedMs' | 'bufferedEvents' | 'bufferedBytes'
    > & { readonly state: DelayStateName })[];
  };
  readonly rooms: OpsRooms;
  /** What operations themselves cost. */
  readonly ops: {
    readonly ringBytes: number;
    readonly evicted: number;
    readonly tapFailures: number;
    readonly historyBytes: number;
    /** Their calls of the last five minutes, from the request to the answer, waiting for a token's check included. */
    readonly answers: { readonly count: number; readonly p95Ms: number | null; readonly maxMs: number | null };
    /** The share of the last minute in which the server made answers and took its history; listening is not in it. */
    readonly cpuShare: number;
  };
  /** What is wrong, the worst first. */
  readonly findings: readonly Finding[];
}

/** What passed a stage in all, and a second of late. */
export interface StageFlow {
  readonly total: number;
  readonly perSec: number;
}

/** The stages of a session's frames, in the order of their way. */
export interface FlowStages {
  /** Records that relays sent and that were taken. */
  readonly ingest: StageFlow;
  /** Records that reached the disk; notes of the session's own are among them. */
  readonly timeline: StageFlow;
  readonly timing: StageFlow;
  /** Messages made for the live room, and for those that see it later. */
  readonly liveTicks: StageFlow;
  readonly broadcastTicks: StageFlow;
  /** Messages handed to rooms, times those in them; written, and skipped for those that read too slowly. */
  readonly fanOut: StageFlow;
  readonly written: StageFlow;
  readonly skipped: StageFlow;
}

/** `GET /api/diagnostics/flow?sessionId=`: a session stage by stage, in the order of a frame's way. */
export interface FlowAnswer {
  readonly sessionId: string;
  readonly stages: FlowStages;
}
