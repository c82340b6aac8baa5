import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Line } from './line.js';

/** The PostgreSQL server that drills may make databases on. */
const SERVER = process.env.OKBOXBOX_TEST_POSTGRESQL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';

async function onServer(run: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
}

/** A database of a drill's own, with the line to it. */
export class ThrowAwayDatabase {
  readonly #name: string;
  readonly line: Line;
  #locker: pg.Client | null = null;

  private constructor(name: string, line: Line) {
    this.#name = name;
    this.line = line;
  }

  /** @throws Error where there is no PostgreSQL that may be used; `OKBOXBOX_TEST_POSTGRESQL` names another. */
  static async make(): Promise<ThrowAwayDatabase> {
    const name = `okboxbox_drill_${randomBytes(6).toString('hex')}`;
    await onServer((client) => client.query(`CREATE DATABASE ${name}`));
    const { hostname, port } = new URL(SERVER);
    return new ThrowAwayDatabase(name, await Line.to(Number(port || 5432), hostname));
  }

  /** Address by way of the line. */
  get url(): string {
    const url = new URL(SERVER);
    url.pathname = this.#name;
    url.hostname = '127.0.0.1';
    url.port = String(this.line.port);
    return url.href;
  }

  /** Keeps everybody else out of the table of sessions: statements on it wait until `unlock`. */
  async lock(): Promise<void> {
    const url = new URL(SERVER);
    url.pathname = this.#name;
    const client = new pg.Client({ connectionString: url.href, application_name: 'drill' });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE');
    this.#locker = client;
  }

  /** Whether anybody waits for the lock. */
  async isWaitedFor(): Promise<boolean> {
    // Of locks, not of activities: those are seen as they were when this transaction looked first.
    const query =
      'SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = $1)';
    const waiting = await this.#locker?.query(query, [this.#name]);
    return (waiting?.rowCount ?? 0) > 0;
  }

  async unlock(): Promise<void> {
    const client = this.#locker;
    this.#locker = null;
    await client?.query('ROLLBACK');
    await client?.end();
  }

  async drop(): Promise<void> {
    await this.unlock();
    await this.line.close();
    await onServer((client) => client.query(`DROP DATABASE ${this.#name} WITH (FORCE)`));
  }
}
