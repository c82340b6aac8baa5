import { connect, createServer, type Server, type Socket } from 'node:net';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { postgresql, type TestDatabase, WITHOUT_POSTGRESQL } from '../testing/databases.js';
import { openDatabase } from './database.js';
import { probePostgresql } from './database-probe.js';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

/** A server on a port that does this with each connection. */
async function listening(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `postgresql://box@127.0.0.1:${address.port}/box`;
}

describe('a probe', () => {
  it('finds a server that accepts connections and says nothing', async () => {
    const url = await listening((socket) => socket.resume());
    expect(await probePostgresql(url, [])).toMatchObject({
      found: 'not_answering',
      because: 'It accepts connections and then sent no answer.',
    });
  });

  it('finds one that closes every connection, and one that is not there', async () => {
    const url = await listening((socket) => socket.destroy());
    expect(await probePostgresql(url, [])).toMatchObject({ found: 'unreachable' });
    expect(await probePostgresql('postgresql://box@127.0.0.1:1/box', [])).toMatchObject({
      found: 'unreachable',
      code: 'ECONNREFUSED',
    });
  });
});

describe.skipIf(WITHOUT_POSTGRESQL)('a probe of PostgreSQL', () => {
  let made: TestDatabase;
  let url: string;
  beforeEach(async () => {
    made = await postgresql();
    if (made.place.kind !== 'postgresql') throw new Error('not PostgreSQL');
    url = made.place.url;
    opened.push({ close: () => made.drop() });
  });

  async function client(name: string): Promise<pg.Client> {
    const made = new pg.Client({ connectionString: url, application_name: name });
    made.on('error', () => undefined);
    await made.connect();
    opened.push({ close: () => made.end() });
    return made;
  }

  it('finds that it answers, or what it refuses a connection with', async () => {
    expect(await probePostgresql(url, [])).toEqual({
      found: 'answers',
      code: null,
      because: 'A new connection answers.',
      processId: null,
      locks: [],
      line: { connectMs: expect.any(Number), answerMs: expect.any(Number), echoMs: expect.any(Number) },
    });
    expect(await probePostgresql(`${url}_gone`, [])).toMatchObject({ found: 'sign_in_refused', code: '3D000' });
  });

  it('finds who stands at the head of the queue for a lock, behind others that wait, and what waits of ours', async () => {
    const head = await client('migration');
    await head.query('CREATE TABLE t (x int)');
    await head.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
    const between = await client('report');
    const waits = between.query('LOCK TABLE t IN ACCESS EXCLUSIVE MODE').catch(() => undefined);
    const database = openDatabase({ kind: 'postgresql', url, poolMax: 1 }, pino({ level: 'silent' }));
    opened.push({ close: () => database.close() });
    const ours = sql`select count(*) from t`.execute(database.as('Store.save'));
    await eventually(async () => {
      expect(database.running).toMatchObject([{ callSite: 'Store.save', pid: expect.any(Number) }]);
      const pid = database.running[0]?.pid ?? 0;
      expect((await probePostgresql(url, [pid]))?.locks).toMatchObject([
        {
          pid,
          sql: 'select count(*) from t',
          holder: { application: 'migration', state: 'idle in transaction', ageMs: expect.any(Number) },
        },
      ]);
    });
    await head.query('ROLLBACK');
    await waits;
    await ours;
    expect(database.running).toEqual([]);
  });

  /** A line to the database on which everything is late, or large packets are lost. */
  async function through({ lateMs = 0, mostBytes = Number.POSITIVE_INFINITY }): Promise<string> {
    const { hostname, port } = new URL(url);
    const begins = new URL(
      await listening((near) => {
        const far = connect(Number(port || 5432), hostname);
        far.on('error', () => near.destroy());
        near.on('close', () => far.destroy());
        const pass = (from: Socket, to: Socket) =>
          from.on('data', (bytes) => setTimeout(() => bytes.length <= mostBytes && to.write(bytes), lateMs));
        pass(near, far);
        pass(far, near);
      }),
    );
    const changed = new URL(url);
    changed.hostname = begins.hostname;
    changed.port = begins.port;
    return changed.href;
  }

  it('says how long a slow line takes, though a sign-in needs many answers of it', async () => {
    const found = await probePostgresql(await through({ lateMs: 600 }), []);
    expect(found).toMatchObject({ found: 'answers', locks: [] });
    // The line itself is the clock: nothing comes back sooner than it takes.
    expect(found?.line?.answerMs).toBeGreaterThanOrEqual(1_190);
    expect(found?.line?.echoMs).toBeGreaterThanOrEqual(1_190);
  });

  it('says so where small packets come through and large ones do not', async () => {
    const found = await probePostgresql(await through({ mostBytes: 1_500 }), []);
    expect(found).toMatchObject({ found: 'answers', line: { echoMs: null } });
  });

  it('finds nobody where a lock is held and nothing waits for it', async () => {
    const head = await client('other');
    await head.query('CREATE TABLE t (x int)');
    await head.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
    expect((await probePostgresql(url, []))?.locks).toEqual([]);
  });
});
