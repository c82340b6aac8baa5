import { z } from 'zod';
import { type Declared, field } from './fields.js';

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

const points = z.array(field.number.nullable());

/** Declares `OpsHistory`. */
export const opsHistory = z.object({
  stepMs: field.number,
  /** When the newest point was taken. */
  at: field.instant,
  figures: z.record(field.word(...HISTORY_FIGURES), points),
  sessions: z.array(
    z.object({ sessionId: field.sessionId, figures: z.record(field.word(...SESSION_HISTORY_FIGURES), points) }),
  ),
  /** Sessions that run and that there was no room for. */
  sessionsLeftOut: field.number,
});
/**
 * `GET /api/ops/history`: oldest point first, all of `HISTORY.points`; `null` where nothing was known, as before the
 * start. Each point is of its own step: percentiles, hold-ups and errors are not those of the summary's longer windows.
 */
export type OpsHistory = Declared<typeof opsHistory>;

const latencies = z.object({
  count: field.number,
  p50Ms: field.number.nullable(),
  p95Ms: field.number.nullable(),
  maxMs: field.number.nullable(),
});
/** Times of something over the last five minutes, in ms. */
export type Latencies = Declared<typeof latencies>;

/** Connections of the database's pool. */
export const databasePool = z.object({
  max: field.number,
  total: field.number,
  idle: field.number,
  waiting: field.number,
});

const serverStatement = z.object({
  name: field.text,
  calls: field.number,
  totalMs: field.number,
  meanMs: field.number,
  rows: field.number,
});
/** A statement as the database server counts it; times in ms. */
export type ServerStatement = Declared<typeof serverStatement>;

/** What can be wrong with a statement or a connection: in the server that was asked, or on the way to it. */
export const DATABASE_FAILURES = [
  'unreachable',
  'not_answering',
  'sign_in_refused',
  'too_many_connections',
  'restarting',
  'locked',
  'disk_full',
  'statement',
] as const;
export type DatabaseFailureKind = (typeof DATABASE_FAILURES)[number];

const runningStatement = z.object({
  statement: field.text,
  callSite: field.callSite,
  ageMs: field.number,
  /** The server's process that works on it, where there is one. */
  pid: field.number.nullable(),
});

const failingStatement = z.object({
  kind: field.word(...DATABASE_FAILURES),
  statement: field.text,
  callSite: field.callSite,
  /** The SQLSTATE, or the code of the network's error. */
  code: field.code.nullable(),
  message: field.text,
  count: field.number,
  since: field.instant,
  at: field.instant,
});

const databaseProbe = z.object({
  at: field.instant,
  tookMs: field.number,
  /** `busy`: the embedded database works on a statement and answers nothing else meanwhile. */
  found: field.word('answers', 'busy', ...DATABASE_FAILURES),
  code: field.code.nullable(),
  because: field.text,
  /** The embedded database's process. */
  processId: field.number.nullable(),
  /** How long the line took: to connect, to answer what needs no table, and to carry 2 KB there and back. */
  line: z
    .object({ connectMs: field.number, answerMs: field.number, echoMs: field.number.nullable() })
    .nullable()
    .optional(),
});
/** What a connection of its own has found, opened because statements fail or do not end. */
export type DatabaseProbe = Declared<typeof databaseProbe>;

const databaseLock = z.object({
  statement: field.text,
  callSite: field.callSite.nullable(),
  waitedMs: field.number,
  firstAt: field.instant,
  at: field.instant,
  /** At the head of the queue. `null` where the database does not tell; process 0 is a prepared transaction. */
  holder: z.object({
    pid: field.number.nullable(),
    application: field.text.nullable(),
    state: field.text.nullable(),
    ageMs: field.number.nullable(),
  }),
});
/** A statement of this server that waited for a lock, when that was seen first and last, and who held it. */
export type DatabaseLock = Declared<typeof databaseLock>;

/** Declares `OpsDatabase`. */
export const opsDatabase = z.object({
  kind: field.word('embedded', 'postgresql'),
  state: field.word('starting', 'ok', 'away'),
  because: field.text.nullable(),
  pool: databasePool,
  /** Waiting for a connection, and holding it. */
  acquire: latencies,
  held: latencies,
  /** Connections that are held now, longest first, with where in our code that began. */
  holders: z.array(z.object({ heldMs: field.number, callSite: field.callSite, statement: field.text.nullable() })),
  statements: z.array(latencies.extend({ name: field.text, errors: field.number })),
  /** The newest that took long, newest first. */
  slow: z.array(
    z.object({
      at: field.instant,
      statement: field.text,
      tookMs: field.number,
      callSite: field.callSite,
      /** What it was seen waiting for: the statement itself is not slow. */
      waitedFor: field.word('lock', 'answer').exactOptional(),
    }),
  ),
  /** Statements that have not ended, oldest first; `connect` is the wait for a connection. These four: not in older packs. */
  running: z.array(runningStatement).exactOptional(),
  /** Statements that fail, until they succeed or are not tried any more. */
  failing: z.array(failingStatement).exactOptional(),
  /** The newest; `null` where nothing has given reason for one lately. */
  probe: databaseProbe.nullable().exactOptional(),
  /** Of the last minute, newest first. */
  locks: z.array(databaseLock).exactOptional(),
  /** What has happened in sessions and is not stored yet. */
  writeBehind: z.object({
    sessions: field.number,
    laps: field.number,
    events: field.number,
    lastRoundMs: field.number.nullable(),
    lastStoredAt: field.instant.nullable(),
  }),
  /** By `pg_stat_statements`, where the server has it; else why not. */
  server: z.discriminatedUnion('state', [
    z.object({ state: field.word('there'), statements: z.array(serverStatement) }),
    z.object({ state: field.word('not_there'), because: field.text }),
  ]),
});
/** `GET /api/ops/database`. Statements go by name, never by their text or values. */
export type OpsDatabase = Declared<typeof opsDatabase>;

/** Declares `OpsRooms`. */
export const opsRooms = z.object({
  rooms: field.number,
  memberships: field.number,
  /** As the adapter told it, since the start. */
  joins: field.number,
  leaves: field.number,
  sweptAt: field.instant.nullable(),
  /** What the newest sweep found wrong and repaired; ids of sockets and rooms, as many as there is room for. */
  leaked: z.array(z.object({ room: field.room, socketId: field.socketId, because: field.text })),
  leakedCount: field.number,
  repairedTotal: field.number,
});
/** What the newest sweep of rooms has found, in which adapter, registry and hub are compared. */
export type OpsRooms = Declared<typeof opsRooms>;

/** Declares `OpsNodesAnswer`. */
export const opsNodesAnswer = z.object({
  nodes: z.array(
    z.object({
      /** `server`, or the name of an edge process. */
      node: field.code,
      /** The server owns the races; an edge serves viewers for it. */
      role: field.word('server', 'edge'),
      pid: field.number,
      version: field.version,
      /** Since when it runs or, for an edge, is connected to the server. */
      since: field.instant,
      /** Viewers that are connected to it. */
      viewers: field.number,
      /** How long its newest answer to the server took, and how old that is, in ms; `null` for the server, and before the first. */
      rttMs: field.number.nullable(),
      heardAgeMs: field.number.nullable(),
      /** Bytes that wait to be read by it. */
      waitingBytes: field.number,
      /** How often it has been started again since the server runs. */
      replaced: field.number,
    }),
  ),
});
/** `GET /api/ops/nodes`: the processes that are one server. */
export type OpsNodesAnswer = Declared<typeof opsNodesAnswer>;
