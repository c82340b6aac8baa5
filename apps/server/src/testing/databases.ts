import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { DatabasePlace } from '../store/database.js';
import { EmbeddedDatabase } from '../store/embedded/embedded-database.js';

/** A database for tests, empty, and the way to throw it away. */
export interface TestDatabase {
  readonly place: DatabasePlace;
  /** Makes it die as it would on a bad day; it comes back by itself. */
  kill(): Promise<void>;
  drop(): Promise<void>;
}

/** The PostgreSQL server that tests may make databases on. */
const SERVER = process.env.OKBOXBOX_TEST_POSTGRESQL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';

/** Whether tests against PostgreSQL can be skipped: never in CI, where they must fail instead. */
export const WITHOUT_POSTGRESQL = !(await answers()) && process.env.CI !== 'true';

async function answers(): Promise<boolean> {
  return onServer(async () => true).catch(() => false);
}

async function onServer<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/** A database of its own on the PostgreSQL server. */
export async function postgresql(): Promise<TestDatabase> {
  const name = `okboxbox_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(SERVER);
  url.pathname = name;
  return {
    place: { kind: 'postgresql', url: url.href, poolMax: 4 },
    // What a restart of the server does to its clients: every connection is cut.
    kill: async () => {
      await onServer((client) =>
        client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]),
      );
    },
    drop: async () => {
      await onServer((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** An embedded database in a folder of its own. */
export async function embedded(): Promise<TestDatabase> {
  const dir = mkdtempSync(join(tmpdir(), 'database-'));
  const database = new EmbeddedDatabase(dir, pino({ level: 'silent' }));
  await database.start();
  return {
    place: { kind: 'embedded', host: database.host },
    kill: async () => {
      if (database.pid !== null) process.kill(database.pid, 'SIGKILL');
    },
    drop: async () => {
      await database.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
