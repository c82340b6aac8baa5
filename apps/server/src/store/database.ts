import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { Logger } from '../log.js';
import { Taps } from '../taps.js';
import type { Tables } from './tables.js';

/** Where the database is: an address, or the folder of the embedded one's socket. */
export type DatabasePlace =
  | { readonly kind: 'postgresql'; readonly url: string; readonly poolMax: number }
  | { readonly kind: 'embedded'; readonly host: string };

/** A query that takes longer than this is given up, in ms: the live path never waits, but a queue behind it would. */
const QUERY_MS = 15_000;
const CONNECT_MS = 5_000;

/** No connection came free in time: all are held. The database itself may do well, and is not away. */
export class PoolUsedUp extends Error {
  override readonly name = 'PoolUsedUp';

  constructor(max: number, waitedMs: number) {
    super(`all ${max} connections to the database are in use, and none came free in ${(waitedMs / 1000).toFixed(1)} s`);
  }
}

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

/**
 * The database behind a pool. Whoever queries says where in the code that is, once, when it is made: so operations see
 * who holds a connection without a stack trace at each query, and nothing has to be carried through what is awaited.
 */
export class Database {
  readonly #pool: pg.Pool;
  readonly #taps: Taps;
  readonly #byCallSite = new Map<string, Kysely<Tables>>();
  readonly #held = new Set<{ readonly callSite: string; readonly since: number; sql: string | null }>();

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

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #queries(callSite: string, taps: Taps): Kysely<Tables> {
    const pool = { connect: () => this.#acquire(callSite, taps), end: () => this.close() };
    return new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      log: (event) => {
        const error = event.level === 'error' ? event.error : null;
        taps.query.hear?.(event.query.sql, event.queryDurationMillis, error, callSite);
      },
    });
  }

  /** Takes a connection; how long that was waited for, in vain or not, and how long it is held, can be heard. */
  async #acquire(callSite: string, taps: Taps): Promise<PostgresPoolClient> {
    const askedAt = performance.now();
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      const tookMs = performance.now() - askedAt;
      taps.acquire.hear?.(tookMs, callSite);
      const { max } = this.pool;
      const told = this.#held.size >= max ? new PoolUsedUp(max, tookMs) : error;
      taps.query.hear?.('connect', tookMs, told, callSite);
      throw told;
    }
    const since = performance.now();
    taps.acquire.hear?.(since - askedAt, callSite);
    const holder = { callSite, since, sql: null as string | null };
    this.#held.add(holder);
    const query = (sql: string, values: unknown[]) => {
      holder.sql = sql;
      return client.query(sql, values);
    };
    return {
      // The other way to ask is by cursor, which only those have who were given one.
      query: query as unknown as PostgresPoolClient['query'],
      release: () => {
        this.#held.delete(holder);
        taps.release.hear?.(performance.now() - since, callSite);
        client.release();
      },
    };
  }
}

/** Opens a pool of connections. Nothing is connected before the first query. */
export function openPool(place: DatabasePlace, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    ...(place.kind === 'postgresql'
      ? { connectionString: place.url, max: place.poolMax }
      : // The embedded database runs one query at a time, and an open transaction holds up every other connection.
        { host: place.host, user: 'postgres', database: 'postgres', max: 1 }),
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    application_name: 'okboxbox',
  });
  // A connection that breaks, idle or not, is told here and must not end the process; the next query opens another.
  const broke = (error: Error) => log.debug({ err: error }, 'a database connection broke');
  pool.on('error', broke);
  pool.on('connect', (client) => client.on('error', broke));
  return pool;
}
