import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_stat_statements } from '@electric-sql/pglite/contrib/pg_stat_statements';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { sql } from 'kysely';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Taps } from '../taps.js';
import { postgresql, WITHOUT_POSTGRESQL } from '../testing/databases.js';
import { Database, openDatabase, openPool } from './database.js';
import { countedStatements } from './server-statements.js';

const log = pino({ level: 'silent' });

describe('the database server’s own count of statements', () => {
  it('is read where it is there, and asking for it passes no tap', { timeout: 60_000 }, async () => {
    const host = mkdtempSync(join(tmpdir(), 'counted-'));
    const db = await PGlite.create({ extensions: { pg_stat_statements } });
    const server = new PGLiteSocketServer({ db, path: join(host, '.s.PGSQL.5432') });
    await server.start();
    const taps = new Taps();
    const heard: string[] = [];
    taps.query.listen((asked) => heard.push(asked));
    taps.acquire.listen(() => heard.push('a connection'));
    const database = new Database(openPool({ kind: 'embedded', host }, log), taps);
    try {
      expect(await countedStatements(database)).toEqual({
        state: 'not_there',
        because: expect.stringContaining('CREATE EXTENSION'),
      });
      await db.exec(
        'CREATE SCHEMA apart; CREATE EXTENSION pg_stat_statements SCHEMA apart; CREATE TABLE laps (lap int)',
      );
      for (let i = 0; i < 3; i++) await sql`insert into laps values (${i}), (${i})`.execute(database.as('a test'));
      heard.length = 0;
      const counted = await countedStatements(database);
      if (counted.state !== 'there') throw new Error(counted.because);
      const laps = counted.statements.find((each) => each.sql.startsWith('insert into laps'));
      expect(laps).toMatchObject({ calls: 3, rows: 6 });
      expect(laps?.totalMs).toBeGreaterThan(0);
      expect(() => JSON.stringify(counted)).not.toThrow();
      expect(heard).toEqual([]);
    } finally {
      await database.close();
      await server.stop();
      await db.close();
      rmSync(host, { recursive: true, force: true });
    }
  });

  it.skipIf(WITHOUT_POSTGRESQL)('is missing with what to do, where PostgreSQL does not count', async () => {
    const made = await postgresql();
    const database = openDatabase(made.place, log);
    try {
      expect(await countedStatements(database)).toMatchObject({ because: expect.stringContaining('CREATE EXTENSION') });
      await sql`create extension pg_stat_statements`.execute(database.as('a test'));
      const loaded = await sql<{ shared_preload_libraries: string }>`show shared_preload_libraries`.execute(
        database.as('a test'),
      );
      const isLoaded = loaded.rows[0]?.shared_preload_libraries.includes('pg_stat_statements') === true;
      expect(await countedStatements(database)).toMatchObject(
        isLoaded
          ? { state: 'there' }
          : { state: 'not_there', because: expect.stringContaining('shared_preload_libraries') },
      );
    } finally {
      await database.close();
      await made.drop();
    }
  });

  it('is missing with the code of what went wrong, where the server is away', async () => {
    const database = openDatabase({ kind: 'embedded', host: '/nowhere' }, log);
    expect(await countedStatements(database)).toEqual({
      state: 'not_there',
      because: 'pg_stat_statements cannot be read (ENOENT).',
    });
    await database.close();
  });
});
