/** What operations know of the server's insides: its last quarter of an hour, its database, its rooms. */

/** How far apart the points of the history are, and how many there are: 15 minutes. */
export const HISTORY = { stepMs: 5_000, points: 180 } as const;

/** Figures whose last 15 minutes are kept. */
export const HISTORY_FIGURES = [
  'framesPerSec',
  'sentPerSec',
  'skippedPerSec',
  'viewers',
  'relays',
  'errors',
  'queryMsP95',
  'poolWaiting',
  'loopDelayMaxMs',
  'utilization',
  'rssBytes',
  'heapUsedBytes',
  'rooms',
] as const;
export type HistoryFigure = (typeof HISTORY_FIGURES)[number];

/** Figures of one session that are kept as long. */
export const SESSION_HISTORY_FIGURES = [
  'framesPerSec',
  'driftP95',
  'queueAgeP95Ms',
  'measuredDelayMs',
  'viewers',
] as const;
export type SessionHistoryFigure = (typeof SESSION_HISTORY_FIGURES)[number];

/**
 * `GET /api/ops/history`: oldest point first, all of `HISTORY.points`; `null` where nothing was known, as before the
 * start. Each point is of its own step: percentiles, hold-ups and errors are not those of the summary's longer windows.
 */
export interface OpsHistory {
  readonly stepMs: number;
  /** When the newest point was taken. */
  readonly at: number;
  readonly figures: Readonly<Record<HistoryFigure, readonly (number | null)[]>>;
  readonly sessions: readonly {
    readonly sessionId: string;
    readonly figures: Readonly<Record<SessionHistoryFigure, readonly (number | null)[]>>;
  }[];
  /** Sessions that run and that there was no room for. */
  readonly sessionsLeftOut: number;
}

/** Times of something over the last five minutes, in ms. */
export interface Latencies {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly maxMs: number | null;
}

/** `GET /api/ops/database`. Statements go by name, never by their text or values. */
export interface OpsDatabase {
  readonly kind: 'embedded' | 'postgresql';
  readonly state: 'starting' | 'ok' | 'away';
  readonly because: string | null;
  readonly pool: { readonly max: number; readonly total: number; readonly idle: number; readonly waiting: number };
  /** Waiting for a connection, and holding it. */
  readonly acquire: Latencies;
  readonly held: Latencies;
  /** Connections that are held now, longest first, with where in our code that began. */
  readonly holders: readonly {
    readonly heldMs: number;
    readonly callSite: string;
    readonly statement: string | null;
  }[];
  readonly statements: readonly (Latencies & { readonly name: string; readonly errors: number })[];
  /** The newest that took long, newest first. */
  readonly slow: readonly {
    readonly at: number;
    readonly statement: string;
    readonly tookMs: number;
    readonly callSite: string;
  }[];
  /** What has happened in sessions and is not stored yet. */
  readonly writeBehind: {
    readonly sessions: number;
    readonly laps: number;
    readonly events: number;
    readonly lastRoundMs: number | null;
    readonly lastStoredAt: number | null;
  };
  /** By `pg_stat_statements`, where the server has it; else why not. */
  readonly server:
    | { readonly state: 'there'; readonly statements: readonly ServerStatement[] }
    | { readonly state: 'not_there'; readonly because: string };
}

export interface ServerStatement {
  readonly name: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly rows: number;
}

/** What the newest sweep of rooms has found, in which adapter, registry and hub are held against each other. */
export interface OpsRooms {
  readonly rooms: number;
  readonly memberships: number;
  /** As the adapter told it, since the start. */
  readonly joins: number;
  readonly leaves: number;
  readonly sweptAt: number | null;
  /** What the newest sweep found wrong and mended; ids of sockets and rooms, as many as there is room for. */
  readonly leaked: readonly { readonly room: string; readonly socketId: string; readonly because: string }[];
  readonly leakedCount: number;
  readonly repairedTotal: number;
}
