import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from '../log.js';
import type { Tables } from './tables.js';

/** Where the database is: an address, or the folder of the embedded one's socket. */
export type DatabasePlace =
  | { readonly kind: 'postgresql'; readonly url: string; readonly poolMax: number }
  | { readonly kind: 'embedded'; readonly host: string };

/** A query that takes longer than this is given up, in ms: the live path never waits, but a queue behind it would. */
const QUERY_MS = 15_000;
const CONNECT_MS = 5_000;

/** Opens a pool of connections. Nothing is connected before the first query. */
export function openDatabase(place: DatabasePlace, log: Logger): Kysely<Tables> {
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
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
