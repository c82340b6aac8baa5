import { join } from 'node:path';
import type { FindingsAnswer, OpsDatabase, OpsEventsAnswer, OpsHistory, OpsSummary } from '@okboxbox/protocol';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { postgresql, WITHOUT_POSTGRESQL } from '../../testing/databases.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { DatabaseFigures, statementName } from './database-figures.js';

const { token, relay, get, url, restart, dataDir } = serverForEachTest({ OPS_UI_ENABLED: '1' });

async function asked<T>(path: string): Promise<T> {
  return (await get<T>(`/api/ops/${path}`, await token('ops'))).body;
}
async function revoke(jti: string): Promise<void> {
  const headers = { authorization: `Bearer ${await token('admin')}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ jti });
  expect((await fetch(`${url()}/api/tokens/revoke`, { method: 'POST', headers, body })).status).toBe(200);
}
const insight = () => asked<OpsDatabase>('database');

/** Waits until the database has stored something, and gives what is known of it. */
const stored = () =>
  eventually(async () => {
    const known = await insight();
    expect(known.state).toBe('ok');
    expect(known.writeBehind).toMatchObject({ sessions: 0, laps: 0, events: 0, lastStoredAt: expect.any(Number) });
    expect(known.held.count).toBeGreaterThan(0);
    return known;
  });

/** Another client of the embedded database, as long as `run` takes. */
async function besideEmbedded<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
  return beside({ host: join(dataDir(), 'socket'), user: 'postgres', database: 'postgres' }, run);
}

async function beside<T>(config: pg.ClientConfig, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/** Makes every insertion into `table` take so long, in seconds. */
const slowDown = (table: string, seconds: number) => (client: pg.Client) =>
  client.query(
    `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NULL; END $$;
     CREATE TRIGGER slow AFTER INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION slow();`,
  );

/** What must be told of the database, whichever it is. */
async function expectAllIsTold(kind: OpsDatabase['kind'], max: number): Promise<void> {
  await (await relay()).send(race(450), 1);
  const known = await stored();
  expect(known).toMatchObject({ kind, state: 'ok', because: null, pool: { max, waiting: 0 } });
  expect(known.acquire.count).toBeGreaterThan(0);
  expect(known.held.p95Ms).toBeGreaterThan(0);
  expect(known.writeBehind.lastRoundMs).toBeGreaterThan(0);
  const names = known.statements.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['insert laps', 'insert race_events', 'select sessions', 'commit']));
  const laps = known.statements.find(({ name }) => name === 'insert laps');
  expect(laps?.count).toBeGreaterThan(0);
  expect(laps?.p50Ms).toBeGreaterThan(0);
  expect(laps?.maxMs).toBeGreaterThanOrEqual(laps?.p95Ms ?? Number.POSITIVE_INFINITY);
  const { database } = await asked<OpsSummary>('summary');
  expect(database).toMatchObject({ kind, state: 'ok', pool: { max, waiting: 0 } });
  expect(database.queryMsP95).toBeGreaterThan(0);
  expect(database.heldMsP95).toBeGreaterThan(0);
}

/** A slow statement is told by its name and by who asked. */
async function expectSlowIsNamed(): Promise<void> {
  await (await relay()).send(race(450), 1);
  await eventually(async () => {
    const { slow, statements } = await insight();
    const ours = slow.find(({ statement }) => statement === 'insert laps');
    expect(ours).toEqual({
      at: expect.any(Number),
      statement: 'insert laps',
      tookMs: expect.any(Number),
      callSite: 'Store.save',
    });
    expect(ours?.tookMs).toBeGreaterThan(300);
    // By how slow they are: on a slow machine others may be slower.
    const p95s = statements.map(({ p95Ms }) => p95Ms ?? 0);
    expect(p95s).toEqual([...p95s].sort((a, b) => b - a));
    expect(statements.find(({ name }) => name === 'insert laps')?.maxMs).toBeGreaterThan(300);
  });
}

const isReady = () => eventually(async () => expect((await insight()).state).toBe('ok'));

describe('the embedded database', () => {
  it('is known by its pool, its statements and how far storing is', async () => {
    await expectAllIsTold('embedded', 1);
    expect((await insight()).server).toMatchObject({
      state: 'not_there',
      because: expect.stringContaining('only client'),
    });
  });

  it('has its slow statements named, with who asked', async () => {
    await isReady();
    await besideEmbedded(slowDown('laps', 0.4));
    await expectSlowIsNamed();
  });

  it('tells of another client whose transaction holds it up', async () => {
    await isReady();
    await besideEmbedded(async (client) => {
      await client.query('BEGIN');
      await (await relay()).send(race(450), 1);
      await eventually(async () => {
        const { locks } = await insight();
        expect(locks).toMatchObject([{ holder: { pid: null, application: 'another client of its socket' } }]);
      });
      await client.query('ROLLBACK');
    });
    await stored();
  });

  it('tells who holds the only connection while others wait for it', async () => {
    await isReady();
    await besideEmbedded(slowDown('laps', 5));
    await (await relay()).send(race(450), 1);
    await eventually(async () => {
      const { holders } = await insight();
      expect(holders).toMatchObject([{ callSite: 'Store.save', statement: 'insert laps' }]);
      expect(holders[0]?.heldMs).toBeGreaterThan(200);
    });
  });
});

/** What is found of the database. */
const found = async () => {
  const { findings } = await asked<FindingsAnswer>('findings');
  return findings.filter(({ code }) => code === 'DB_LATENCY');
};

describe.skipIf(WITHOUT_POSTGRESQL)('PostgreSQL', () => {
  async function onPostgresql(run: (url: string) => Promise<void>, poolMax = '3'): Promise<void> {
    const made = await postgresql();
    if (made.place.kind !== 'postgresql') throw new Error('not PostgreSQL');
    try {
      await restart(() => undefined, { DATABASE_URL: made.place.url, DATABASE_POOL_MAX: poolMax });
      await isReady();
      await run(made.place.url);
    } finally {
      await made.drop();
      await restart();
    }
  }

  it('is known by its pool, its statements and how far storing is', async () => {
    await onPostgresql(async () => {
      await expectAllIsTold('postgresql', 3);
      expect((await insight()).server).toEqual({
        state: 'not_there',
        because: 'This database has no pg_stat_statements. As a superuser: CREATE EXTENSION pg_stat_statements;',
      });
    });
  });

  it('has its slow statements named, with who asked', async () => {
    await onPostgresql(async (connectionString) => {
      await beside({ connectionString }, slowDown('laps', 0.4));
      await expectSlowIsNamed();
    });
  });

  it('tells who holds the connections of a pool that has none left, and what is not stored meanwhile', async () => {
    await onPostgresql(async (connectionString) => {
      let waitedMs = 0;
      await beside({ connectionString }, async (client) => {
        const rig = await relay();
        await client.query('BEGIN; LOCK TABLE laps IN ACCESS EXCLUSIVE MODE');
        await rig.send(race(450), 1);
        await eventually(async () => {
          const { holders, writeBehind } = await insight();
          expect(holders).toMatchObject([{ callSite: 'Store.save', statement: 'insert laps' }]);
          expect(writeBehind.sessions).toBe(1);
          expect(writeBehind.laps).toBeGreaterThan(0);
        });
        // Who did what is to be noted, and there is no connection for it.
        await revoke('some-token');
        await eventually(async () => expect((await insight()).pool).toMatchObject({ idle: 0, waiting: 1 }));
        const seenAt = performance.now();
        expect((await asked<OpsSummary>('summary')).status).toBe('degraded');
        waitedMs = performance.now() - seenAt;
        await client.query('ROLLBACK');
      });
      await eventually(async () => {
        const { acquire, statements } = await stored();
        expect(statements.map(({ name }) => name)).toContain('insert audit');
        expect(acquire.maxMs).toBeGreaterThan(waitedMs);
      });
    }, '1');
  });

  it('in which a lock is held for long is there: the holder is named, and the age of what waits counts', async () => {
    await onPostgresql(async (connectionString) => {
      await beside({ connectionString, application_name: 'migration' }, async (client) => {
        client.on('error', () => undefined);
        await client.query('BEGIN; LOCK TABLE laps IN ACCESS EXCLUSIVE MODE');
        await (await relay()).send(race(450), 1);
        await eventually(async () => expect(await found()).toMatchObject([{ cause: 'locked' }]));
        const { state, locks, running, probe } = await insight();
        expect(state).toBe('ok');
        expect(probe?.found).toBe('answers');
        expect(running).toMatchObject([{ statement: 'insert laps', callSite: 'Store.save' }]);
        expect(locks).toMatchObject([
          {
            statement: 'insert laps',
            callSite: 'Store.save',
            holder: { application: 'migration', state: 'idle in transaction' },
          },
        ]);
        await eventually(async () => {
          const { figures } = await asked<OpsHistory>('history');
          expect(Math.max(...figures.queryMsP95.map((each) => each ?? 0))).toBeGreaterThan(600);
        });
        // What the finding says to do.
        const command = (await found())[0]?.nextStep.command ?? '';
        const pid = Number(/pg_terminate_backend\((\d+)\)/.exec(command)?.[1]);
        await beside({ connectionString }, (operator) => operator.query('SELECT pg_terminate_backend($1)', [pid]));
      });
      expect((await stored()).slow.filter(({ waitedFor }) => waitedFor === undefined)).toEqual([]);
      await eventually(async () => expect(await found()).toEqual([]));
    });
  });

  it('that refuses a statement is there: the statement is named with its SQLSTATE, and stored once it is repaired', async () => {
    await onPostgresql(async (connectionString) => {
      await beside({ connectionString }, (client) =>
        client.query(
          `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'not by "Ann Example"'; END $$;
           CREATE TRIGGER refuse BEFORE INSERT ON laps FOR EACH ROW EXECUTE FUNCTION refuse();`,
        ),
      );
      await (await relay()).send(race(450), 1);
      await eventually(async () => expect(await found()).toMatchObject([{ cause: 'statements_fail' }]));
      const { state, because, failing } = await insight();
      expect({ state, because }).toEqual({ state: 'ok', because: expect.stringContaining('not by "…"') });
      expect(failing).toMatchObject([
        { kind: 'statement', statement: 'insert laps', code: 'P0001', message: 'not by "…"' },
      ]);
      await beside({ connectionString }, (client) => client.query('DROP TRIGGER refuse ON laps'));
      expect((await stored()).because).toBeNull();
      await eventually(async () => expect(await found()).toEqual([]));
    });
  });

  it('that is gone is away, its errors are told, and nothing of the address it is at', async () => {
    const made = await postgresql();
    if (made.place.kind !== 'postgresql') throw new Error('not PostgreSQL');
    await restart(() => undefined, { DATABASE_URL: made.place.url, DATABASE_POOL_MAX: '3' });
    await (await relay()).send(race(10), 1);
    await stored();
    await made.drop();
    await eventually(async () => {
      const events = await asked<OpsEventsAnswer>('events?type=error');
      expect(events.events.map(({ event }) => event)).toContain('db_error');
      expect(JSON.stringify(events)).not.toContain('postgresql://');
      const known = await insight();
      expect(known).toMatchObject({ state: 'away', because: expect.any(String) });
      expect(JSON.stringify(known)).not.toContain('postgresql://');
      expect(known.statements.some(({ errors }) => errors > 0)).toBe(true);
      expect((await asked<OpsSummary>('summary')).errors.bySubsystem.database).toBeGreaterThan(0);
    });
    await restart();
  });
});

it.each([
  ['insert into "laps" ("session_id", "body") values ($1, $2)', 'insert laps'],
  ['select "value" from "settings" where "key" = $1', 'select settings'],
  ['select count(*) from "public"."laps"', 'select laps'],
  ['UPDATE sessions SET x = $1', 'update sessions'],
  ['begin', 'begin'],
  ['something else with a secret', 'other'],
  ['with x as (select 1) something from secrets', 'other'],
])('%s is named %s', (sql, name) => {
  expect(statementName(sql)).toBe(name);
});

it('statements that have not ended count with their ages, and the wait for a connection does not', () => {
  const figures = new DatabaseFigures();
  const running = (sql: string, ageMs: number) => ({ sql, ageMs, callSite: 'Store.save', pid: null });
  expect(figures.queryMsP95(1_000, [])).toBeNull();
  figures.add('insert laps', 5, null, 'Store.save', 1_000);
  expect(figures.queryMsP95(1_000, [running('insert', 9_000)])).toBe(9_000);
  expect(figures.queryMsP95(1_000, [running('connect', 9_000)])).toBe(5);
});

it('statements beyond those that there is room for are counted together', () => {
  const figures = new DatabaseFigures();
  for (let i = 0; i < 1_000; i++)
    figures.add(`select table${i}`, 300, i % 2 === 0 ? new Error('no') : null, 'Store.laps', i);
  expect(figures.statements.size).toBeLessThanOrEqual(65);
  expect(figures.statements.get('other')?.count).toBe(1_000 - 64);
  expect([figures.queries, figures.errors]).toEqual([500, 500]);
  expect(figures.slow).toHaveLength(100);
  expect(figures.slow.at(-1)?.statement).toBe('select table999');
});

it('a query that fails is an error however long it took, and no slow one', () => {
  const figures = new DatabaseFigures();
  figures.add('connect', 20_000, new Error('no'), 'a.ts:1', 1_000);
  figures.add('insert laps', 20_000, new Error('no'), 'a.ts:1', 1_000);
  expect(figures).toMatchObject({ slow: [], errors: 2, queries: 0 });
});
