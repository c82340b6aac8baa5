import { randomBytes } from 'node:crypto';
import type { FindingStep } from '@okboxbox/protocol';
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

/** A database of a drill's own, with a user of its own that owns it, and the line to it. */
export class ThrowAwayDatabase {
  readonly #name: string;
  readonly line: Line;
  readonly #others: pg.Client[] = [];

  private constructor(name: string, line: Line) {
    this.#name = name;
    this.line = line;
  }

  /** @throws Error where there is no PostgreSQL that may be used; `OKBOXBOX_TEST_POSTGRESQL` names another. */
  static async make(): Promise<ThrowAwayDatabase> {
    const name = `okboxbox_drill_${randomBytes(6).toString('hex')}`;
    await onServer(async (client) => {
      await client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`);
      await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
    });
    const { hostname, port } = new URL(SERVER);
    return new ThrowAwayDatabase(name, await Line.to(Number(port || 5432), hostname));
  }

  /** Address through the connection that drills cut. */
  get url(): string {
    return this.#address({ hostname: '127.0.0.1', port: String(this.line.port) });
  }

  /** Another program, with the same user: connected beside the line, until it is asked to end. */
  async other(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#address({}), application_name: 'drill' });
    // Somebody may end it.
    client.on('error', () => undefined);
    await client.connect();
    this.#others.push(client);
    return client;
  }

  /** Keeps everybody else out of the table of sessions: statements on it wait until `unlock`. */
  async lock(): Promise<void> {
    const client = await this.other();
    await client.query('BEGIN');
    await client.query('LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE');
  }

  /** Ends the other programs. */
  async endOthers(): Promise<void> {
    await Promise.all(this.#others.splice(0).map((client) => client.end().catch(() => undefined)));
  }

  /** Runs something at each row of sessions that is stored, until it is dropped: PL/pgSQL. */
  async onSessions(body: string): Promise<void> {
    await this.run(
      `CREATE FUNCTION drill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN NEW; END $$;
       CREATE TRIGGER drill BEFORE INSERT OR UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION drill();`,
    );
  }

  /** Undoes `onSessions`. */
  async dropTrigger(): Promise<void> {
    await this.run('DROP TRIGGER drill ON sessions; DROP FUNCTION drill()');
  }

  /** Runs statements as its user, in this database. */
  async run(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#address({}) });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  /** Runs what a finding tells an operator to: the statement of `psql "$DATABASE_URL" -c "…"`. */
  async runStep({ command }: FindingStep): Promise<void> {
    const sql = /^psql "\$DATABASE_URL" -c "([^"]+)"$/.exec(command ?? '')?.[1];
    if (sql === undefined) throw new Error(`This is not a statement for psql: ${command}`);
    await this.run(sql);
  }

  /** Changes its user, as an administrator; every connection of the user but those of other programs breaks. */
  async alterUser(how: string): Promise<void> {
    await onServer(async (client) => {
      await client.query(`ALTER ROLE ${this.#name} ${how}`);
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND application_name <> 'drill'",
        [this.#name],
      );
    });
  }

  async drop(): Promise<void> {
    await this.endOthers();
    await this.line.close();
    await onServer(async (client) => {
      await client.query(`DROP DATABASE ${this.#name} WITH (FORCE)`);
      await client.query(`DROP ROLE ${this.#name}`);
    });
  }

  #address(over: Partial<Pick<URL, 'hostname' | 'port'>>): string {
    const url = Object.assign(
      new URL(SERVER),
      { pathname: this.#name, username: this.#name, password: this.#name },
      over,
    );
    return url.href;
  }
}
