import { Socket } from 'node:net';
import type { DatabaseProbe } from '@okboxbox/protocol';
import pg from 'pg';
import { APPLICATION } from './database.js';
import { type DatabaseFailure, failureOf } from './database-failure.js';

/** How long each step of a probe may take, in ms: to connect and sign in, and for each of two questions. */
const CONNECT_MS = 2_000;
const ASK_MS = 1_000;
/** Timers that come later than this say that the event loop was held up, and nothing of the database, in ms. */
const LATE_MS = 400;

/** Who holds the lock that a statement waits for; each `null` where the database does not tell. */
export interface LockHolder {
  /** 0 is a prepared transaction. */
  readonly pid: number | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly ageMs: number | null;
}

/** A statement of this server that waits for a lock. */
export interface WaitsForLock {
  /** The database's process that waits; `null` where the database has none for each client. */
  readonly pid: number | null;
  readonly sql: string;
  readonly waitedMs: number;
  readonly holder: LockHolder;
}

/** What a probe of the database has found. */
export interface Probed extends Pick<DatabaseProbe, 'found' | 'code' | 'because' | 'processId'> {
  readonly locks: readonly WaitsForLock[];
}

/** Looks what still responds, on a way of its own; `null` where this process was too busy to say. `pids` wait for an answer. */
export type Probe = (pids: readonly number[]) => Promise<Probed | null>;

/** Statements of ours that wait, and with each all who stand before it in the queue for its lock. */
const WAITING = `
  with recursive waits (pid, before, depth) as (
    select a.pid, b.before, 1 from pg_stat_activity a cross join unnest(pg_blocking_pids(a.pid)) b (before)
    where (a.pid = any($1) or a.application_name = current_setting('application_name'))
      and a.datname = current_database() and a.wait_event_type = 'Lock'
    union
    select w.pid, b.before, w.depth + 1 from waits w cross join unnest(pg_blocking_pids(w.before)) b (before)
    where w.before <> 0 and w.depth < 8
  )
  select distinct w.pid, o.query as sql, extract(epoch from clock_timestamp() - o.query_start)::float8 * 1000 as waited_ms,
    w.before as holder, h.application_name as application, h.state,
    extract(epoch from clock_timestamp() - coalesce(h.xact_start, h.state_change))::float8 * 1000 as age_ms
  from waits w join pg_stat_activity o on o.pid = w.pid left join pg_stat_activity h on h.pid = w.before
  where w.before = 0 or cardinality(pg_blocking_pids(w.before)) = 0`;

interface WaitingRow {
  readonly pid: number;
  readonly sql: string | null;
  readonly waited_ms: number | null;
  readonly holder: number;
  readonly application: string | null;
  readonly state: string | null;
  readonly age_ms: number | null;
}

/** Probes a PostgreSQL server: does it connect, let us in, answer, and who holds up whom. */
export async function probePostgresql(connectionString: string, pids: readonly number[]): Promise<Probed | null> {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString,
    application_name: APPLICATION,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ASK_MS,
    stream: () => socket,
  });
  client.on('error', () => undefined);
  let isThere = false;
  socket.once('connect', () => {
    isThere = true;
  });
  let begunAt = performance.now();
  let mayTakeMs = CONNECT_MS;
  try {
    await client.connect();
    begunAt = performance.now();
    mayTakeMs = ASK_MS;
    await client.query('select 1');
    // Some that speak PostgreSQL's protocol have none of these views: then nothing is known of locks.
    const rows = await client.query<WaitingRow>(WAITING, [pids]).then(
      (result) => result.rows,
      () => [],
    );
    return {
      found: 'answers',
      code: null,
      because: 'A new connection answers.',
      processId: null,
      locks: locksOf(rows),
    };
  } catch (error) {
    const failure = failureOf(error);
    const lateMs = performance.now() - begunAt - mayTakeMs;
    if (failure.kind === 'not_answering' && lateMs > LATE_MS) return null;
    const { kind, code, message } = failure.kind === 'not_answering' ? silent(isThere, socket.bytesRead > 0) : failure;
    return { found: kind, code, because: message, processId: null, locks: [] };
  } finally {
    client.end().catch(() => undefined);
    socket.destroy();
  }
}

/** Nothing answered in time: who did not? */
function silent(isThere: boolean, hasAnswered: boolean): DatabaseFailure {
  if (!isThere) {
    return { kind: 'unreachable', code: 'ETIMEDOUT', message: `No connection was made in ${CONNECT_MS / 1000} s.` };
  }
  const what = hasAnswered ? 'It let a connection begin' : 'It accepts connections';
  return { kind: 'not_answering', code: null, message: `${what} and then sent no answer.` };
}

function locksOf(rows: readonly WaitingRow[]): WaitsForLock[] {
  return rows.map(({ pid, sql, waited_ms, holder, application, state, age_ms }) => ({
    pid,
    sql: sql ?? '',
    waitedMs: Math.round(waited_ms ?? 0),
    holder: {
      pid: holder,
      application: application || null,
      state,
      ageMs: age_ms === null ? null : Math.round(age_ms),
    },
  }));
}
