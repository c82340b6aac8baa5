import {
  HISTORY_FIGURES,
  type Latencies,
  type OpsDatabase,
  type OpsHistory,
  type OpsRooms,
  SESSION_HISTORY_FIGURES,
  type ServerStatement,
} from '@okboxbox/protocol';
import {
  byName,
  callSite,
  fields,
  listOf,
  number,
  type Rule,
  room,
  sessionId,
  socketId,
  text,
  word,
} from '../allow-list.js';

const LATENCIES = { count: number, p50Ms: number, p95Ms: number, maxMs: number } as const;
const latencies = fields<Latencies>(LATENCIES);
type Of<T extends readonly unknown[]> = T[number];

/** What is known of the database. */
export const database: Rule = fields<OpsDatabase>({
  kind: word('embedded', 'postgresql'),
  state: word('starting', 'ok', 'away'),
  because: text,
  pool: fields<OpsDatabase['pool']>({ max: number, total: number, idle: number, waiting: number }),
  acquire: latencies,
  held: latencies,
  holders: listOf(fields<Of<OpsDatabase['holders']>>({ heldMs: number, callSite, statement: text })),
  statements: listOf(fields<Of<OpsDatabase['statements']>>({ ...LATENCIES, name: text, errors: number })),
  slow: listOf(fields<Of<OpsDatabase['slow']>>({ at: number, statement: text, tookMs: number, callSite })),
  writeBehind: fields<OpsDatabase['writeBehind']>({
    sessions: number,
    laps: number,
    events: number,
    lastRoundMs: number,
    lastStoredAt: number,
  }),
  server: fields<{ state: string; statements: unknown; because: string }>({
    state: word('there', 'not_there'),
    statements: listOf(
      fields<ServerStatement>({ name: text, calls: number, totalMs: number, meanMs: number, rows: number }),
    ),
    because: text,
  }),
});

const points = listOf(number);

/** The last quarter of an hour. */
export const history: Rule = fields<OpsHistory>({
  stepMs: number,
  at: number,
  figures: byName(word(...HISTORY_FIGURES), points),
  sessions: listOf(
    fields<Of<OpsHistory['sessions']>>({ sessionId, figures: byName(word(...SESSION_HISTORY_FIGURES), points) }),
  ),
  sessionsLeftOut: number,
});

/** What the newest sweep of rooms has found. */
export const rooms: Rule = fields<OpsRooms>({
  rooms: number,
  memberships: number,
  joins: number,
  leaves: number,
  sweptAt: number,
  leaked: listOf(fields<Of<OpsRooms['leaked']>>({ room, socketId, because: text })),
  leakedCount: number,
  repairedTotal: number,
});
