import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { Logger } from '../log.js';
import { Taps } from '../taps.js';
import { cancelStatement, processOf } from './cancel-statement.js';
import { isGivenUp } from './database-failure.js';
import { PoolUsedUp } from './pool-used-up.js';
import type { Tables } from './tables.js';

/** Where the database is: an address, or the folder of the embedded one's socket. */
export type DatabasePlace =
  | { readonly kind: 'postgresql'; readonly url: string; readonly poolMax: number }
  | { readonly kind: 'embedded'; readonly host: string };

/** What connections of this server call themselves. */
export const APPLICATION = 'okboxbox';

/** A query that takes longer than this is given up, in ms: the live path never waits, but a queue behind it would. */
const QUERY_MS = 15_000;
const CONNECT_MS = 5_000;

/** Opens a database. Nothing is connected before the first query. */
export function openDatabase(place: DatabasePlace, log: Logger): Database {
  return new Database(openPool(place, log), new Taps());
}

/** A pool's connections at one moment. */
export interface PoolFigures {
  readonly max: number;
  readonly total: number;
  readonly idle: number;
  /** Queries that wait for a connection. */
  readonly waiting: number;
}

/** A connection that is held now. */
export interface Holder {
  /** Where in our code it was taken. */
  readonly callSite: string;
  readonly heldMs: number;
  /** What it was asked last, or is being asked. */
  readonly sql: string | null;
}

/** A statement that has not ended. */
export interface RunningStatement {
  readonly callSite: string;
  /** `connect` is the wait for a connection. */
  readonly sql: string;
  readonly ageMs: number;
  /** The server's process that works on it; `null` where none does, or it is not known. */
  readonly pid: number | null;
}

/** A connection that is held, and since when it has been asked what it is asked last; `null` where it was answered. */
interface Held {
  readonly callSite: string;
  readonly since: number;
  readonly pid: number | null;
  sql: string | null;
  askedAt: number | null;
}

/**
 * The database behind a pool. Each caller says where in the code that is, once, when it is made: so operations see
 * who holds a connection without a stack trace at each query, and nothing has to be carried through what is awaited.
 */
export class Database {
  readonly #pool: pg.Pool;
  readonly #taps: Taps;
  readonly #byCallSite = new Map<string, Kysely<Tables>>();
  readonly #held = new Set<Held>();
  readonly #connecting = new Set<{ readonly callSite: string; readonly since: number }>();

  constructor(pool: pg.Pool, taps: Taps) {
    this.#pool = pool;
    this.#taps = taps;
  }

  /** Queries from one place in the code, such as `Store.save`; what is asked, and how long that takes, passes the taps. */
  as(callSite: string): Kysely<Tables> {
    let queries = this.#byCallSite.get(callSite);
    if (queries === undefined) {
      queries = this.#queries(callSite, this.#taps);
      this.#byCallSite.set(callSite, queries);
    }
    return queries;
  }

  /** Queries that pass no tap: what operations ask themselves must not move the figures that they show. */
  unheard(callSite: string): Kysely<Tables> {
    return this.#queries(callSite, new Taps());
  }

  get pool(): PoolFigures {
    const { options, totalCount, idleCount, waitingCount } = this.#pool;
    return { max: options.max, total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /** Connections that are held now, longest first. */
  get holders(): Holder[] {
    const now = performance.now();
    const holders = [...this.#held].map(({ callSite, since, sql }) => ({ callSite, heldMs: now - since, sql }));
    return holders.sort((a, b) => b.heldMs - a.heldMs);
  }

  /** Statements that have not ended, oldest first, without those that pass no tap. */
  get running(): RunningStatement[] {
    const now = performance.now();
    const running: RunningStatement[] = [];
    for (const { callSite, since } of this.#connecting) {
      running.push({ callSite, sql: 'connect', ageMs: now - since, pid: null });
    }
    for (const { callSite, sql, askedAt, pid } of this.#held) {
      if (sql !== null && askedAt !== null) running.push({ callSite, sql, ageMs: now - askedAt, pid });
    }
    return running.sort((a, b) => b.ageMs - a.ageMs);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #queries(callSite: string, taps: Taps): Kysely<Tables> {
    const pool = { connect: () => this.#acquire(callSite, taps), end: () => this.close() };
    return new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      log: (event) => {
        const error = event.level === 'error' ? event.error : null;
        taps.query.emit?.(event.query.sql, event.queryDurationMillis, error, callSite);
      },
    });
  }

  /** Takes a connection; how long that was waited for, in vain or not, and how long it is held, can be heard. */
  async #acquire(callSite: string, taps: Taps): Promise<PostgresPoolClient> {
    const isHeard = taps === this.#taps;
    const connecting = { callSite, since: performance.now() };
    if (isHeard) this.#connecting.add(connecting);
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      const tookMs = performance.now() - connecting.since;
      taps.acquire.emit?.(tookMs, callSite);
      const { max } = this.pool;
      const told = this.#held.size >= max ? new PoolUsedUp(max, tookMs) : error;
      taps.query.emit?.('connect', tookMs, told, callSite);
      throw told;
    } finally {
      this.#connecting.delete(connecting);
    }
    const since = performance.now();
    taps.acquire.emit?.(since - connecting.since, callSite);
    const held: Held = { callSite, since, pid: processOf(client), sql: null, askedAt: null };
    this.#held.add(held);
    const query = async (sql: string, values: unknown[]) => {
      held.sql = sql;
      if (isHeard) held.askedAt = performance.now();
      try {
        return await client.query(sql, values);
      } catch (error) {
        if (isGivenUp(error)) giveUp(client);
        throw error;
      } finally {
        held.askedAt = null;
      }
    };
    return {
      // The other way to ask is by cursor, which only those have who were given one.
      query: query as unknown as PostgresPoolClient['query'],
      release: () => {
        this.#held.delete(held);
        taps.release.emit?.(performance.now() - since, callSite);
        client.release();
      },
    };
  }
}

/** Closes a connection on which nobody waits any more: what is asked on it next would wait behind the same statement. */
function giveUp(client: pg.PoolClient): void {
  cancelStatement(client);
  // The pool throws away what is closed. A client of a pool has this method, whatever its type says.
  (client as unknown as pg.Client).end().catch(() => undefined);
}

/** Opens a pool of connections, on which a query is given up after `queryMs`. Nothing is connected before the first. */
export function openPool(place: DatabasePlace, log: Logger, queryMs = QUERY_MS): pg.Pool {
  const pool = new pg.Pool({
    ...(place.kind === 'postgresql'
      ? { connectionString: place.url, max: place.poolMax }
      : // The embedded database runs one query at a time, and an open transaction holds up every other connection.
        { host: place.host, user: 'postgres', database: 'postgres', max: 1 }),
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: queryMs,
    application_name: APPLICATION,
  });
  // A connection that breaks, idle or not, is told here and must not end the process; the next query opens another.
  const broke = (error: Error) => log.debug({ err: error }, 'a database connection broke');
  pool.on('error', broke);
  pool.on('connect', (client) => client.on('error', broke));
  return pool;
}
