import { Kysely, PostgresDialect } from 'kysely';
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

/** Opens a database. Nothing is connected before the first query. */
export function openDatabase(place: DatabasePlace, log: Logger): Kysely<Tables> {
  return databaseOn(openPool(place, log), new Taps());
}

/** A pool's connections at one moment. */
export interface PoolFigures {
  readonly max: number;
  readonly total: number;
  readonly idle: number;
  /** Queries that wait for a connection. */
  readonly waiting: number;
}

/** What a pool has now. */
export function figuresOf(pool: pg.Pool): PoolFigures {
  return { max: pool.options.max, total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
}

/** The database behind a pool; what it is asked, and how long that takes, passes the taps. */
export function databaseOn(pool: pg.Pool, taps: Taps): Kysely<Tables> {
  const dialect = new PostgresDialect({ pool: { connect: () => acquire(pool, taps), end: () => pool.end() } });
  return new Kysely<Tables>({
    dialect,
    log: (event) => {
      const error = event.level === 'error' ? event.error : null;
      taps.query.hear?.(event.query.sql, event.queryDurationMillis, error);
    },
  });
}

/** Takes a connection; how long that was waited for, and how long it is held, can be heard. */
async function acquire(pool: pg.Pool, taps: Taps): Promise<pg.PoolClient> {
  const askedAt = performance.now();
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    taps.query.hear?.('connect', performance.now() - askedAt, error);
    throw error;
  }
  const heldSince = performance.now();
  taps.acquire.hear?.(heldSince - askedAt);
  // Made anew by the pool at each acquiring.
  const release = client.release.bind(client);
  client.release = (error?: Error | boolean) => {
    taps.release.hear?.(performance.now() - heldSince);
    release(error);
  };
  return client;
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
