import { Socket } from 'node:net';
import type { DatabaseProbe } from '@okboxbox/protocol';
import pg from 'pg';
import { APPLICATION } from './database.js';
import { type DatabaseFailure, failureOf } from './database-failure.js';

/** How long nothing may come before the database counts as silent, in ms: on a slow line a sign-in takes several answers. */
const SILENT_MS = 2_500;
/** How long a probe may take in all, in ms. */
const MOST_MS = 12_000;
/** What is sent there and back to see how wide the line is, in characters. */
const ECHO_LENGTH = 2_048;
/** Timers that come later than this say that the event loop was held up, and nothing of the database, in ms. */
const LATE_MS = 400;
/** How often it is looked whether anything has come, in ms. */
const LOOK_MS = 100;

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
export interface Probed extends Pick<DatabaseProbe, 'found' | 'code' | 'because' | 'processId' | 'line'> {
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

/** Probes a PostgreSQL server: does it connect, let us in, answer, how slow is the line to it, and who holds up whom. */
export async function probePostgresql(connectionString: string, pids: readonly number[]): Promise<Probed | null> {
  const socket = new Socket();
  const silence = new Silence(socket);
  const client = new pg.Client({
    connectionString,
    application_name: APPLICATION,
    connectionTimeoutMillis: MOST_MS,
    query_timeout: MOST_MS,
    stream: () => socket,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const asked = silence.watch();
    await client.query('select 1');
    const answerMs = asked();
    const line = { connectMs: silence.connectMs ?? 0, answerMs, echoMs: await echo(client, silence) };
    // Some that speak PostgreSQL's protocol have none of these views: then nothing is known of locks.
    const rows =
      line.echoMs === null
        ? []
        : await client.query<WaitingRow>(WAITING, [pids]).then(
            (result) => result.rows,
            () => [],
          );
    return {
      found: 'answers',
      code: null,
      because: 'A new connection answers.',
      processId: null,
      locks: locksOf(rows),
      line,
    };
  } catch (error) {
    if (silence.isTooLong) return slowly(silence);
    const failure = failureOf(error);
    const isSilent = silence.lateMs !== null || failure.kind === 'not_answering';
    if (isSilent && (silence.lateMs ?? 0) > LATE_MS) return null;
    const { kind, code, message } = isSilent ? silent(silence.connectMs !== null, socket.bytesRead > 0) : failure;
    return { found: kind, code, because: message, processId: null, locks: [], line: null };
  } finally {
    silence.close();
    client.end().catch(() => undefined);
    socket.destroy();
  }
}

/** Something came all the time, and the probe was not over in time. */
function slowly(silence: Silence): Probed {
  const because = `A new connection was not served in ${MOST_MS / 1000} s, though something came all the time.`;
  const line = { connectMs: silence.connectMs ?? 0, answerMs: silence.watchedMs, echoMs: null };
  return { found: 'answers', code: null, because, processId: null, locks: [], line };
}

/** How long a little text takes there and back, in ms; `null` where it does not come back in time. */
async function echo(client: pg.Client, silence: Silence): Promise<number | null> {
  const sent = silence.watch();
  return client.query('select $1::text', ['.'.repeat(ECHO_LENGTH)]).then(sent, () => null);
}

/** Breaks a connection off where nothing comes on it for too long, however far a slow one has come by then. */
class Silence {
  readonly #socket: Socket;
  readonly #begunAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #heardAt = this.#begunAt;
  /** How long connecting took, in ms; `null` before. */
  connectMs: number | null = null;
  /** How late the connection was broken off, in ms: an event loop that was held up says nothing of the database. */
  lateMs: number | null = null;
  /** Whether it was broken off because all of it took too long, while something came. */
  isTooLong = false;
  #watchedFrom = this.#begunAt;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.once('connect', () => {
      this.#heardAt = performance.now();
      this.connectMs = Math.round(this.#heardAt - this.#begunAt);
    });
    socket.on('data', () => {
      this.#heardAt = performance.now();
    });
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Begins to count; the answer says how many ms it has been. */
  watch(): () => number {
    const from = performance.now();
    this.#heardAt = from;
    this.#watchedFrom = from;
    return () => Math.round(performance.now() - from);
  }

  /** How long it has been since `watch`, or since the connection was begun, in ms. */
  get watchedMs(): number {
    return Math.round(performance.now() - this.#watchedFrom);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const silentMs = now - this.#heardAt - SILENT_MS;
    this.isTooLong = silentMs < 0 && now - this.#begunAt > MOST_MS;
    if (silentMs < 0 && !this.isTooLong) return;
    this.lateMs = Math.max(0, silentMs);
    this.close();
    this.#socket.destroy(new Error('silent'));
  }
}

/** Nothing answered in time: who did not? */
function silent(isThere: boolean, hasAnswered: boolean): DatabaseFailure {
  if (!isThere) {
    return { kind: 'unreachable', code: 'ETIMEDOUT', message: `No connection was made in ${SILENT_MS / 1000} s.` };
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
