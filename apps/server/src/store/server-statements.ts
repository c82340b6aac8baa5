import { sql } from 'kysely';
import type { Database } from './database.js';

/** Statements that are read, those first that took the most time, and what is read of each one's text. */
const MOST_STATEMENTS = 200;
const HEAD = 400;

/** What `pg_stat_statements` says of one statement, of all clients; times in ms. */
export interface CountedStatement {
  readonly sql: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly rows: number;
}

/** By `pg_stat_statements`, where it can be read; else why not, and what to do. */
export type CountedStatements =
  | { readonly state: 'there'; readonly statements: readonly CountedStatement[] }
  | { readonly state: 'not_there'; readonly because: string };

/** What PostgreSQL's refusals mean here, and what to do about them. */
const REFUSALS: Readonly<Record<string, string>> = {
  '55000':
    'pg_stat_statements is not loaded. Add it to shared_preload_libraries in postgresql.conf and restart PostgreSQL.',
  '42501': 'This user may not read pg_stat_statements. Grant it the role pg_read_all_stats.',
  '42703': 'Its pg_stat_statements is older than PostgreSQL 13.',
};

/** Asks the database for its own count of statements; answers also where it cannot. */
export async function countedStatements(database: Database): Promise<CountedStatements> {
  const db = database.unheard('countedStatements');
  try {
    const found = await sql<{ schema: string }>`
      select n.nspname as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pg_stat_statements'`.execute(db);
    const schema = found.rows[0]?.schema;
    if (schema === undefined) {
      const because = 'This database has no pg_stat_statements. As a superuser: CREATE EXTENSION pg_stat_statements;';
      return { state: 'not_there', because };
    }
    // Counts are 64-bit: as text they come whole through every driver.
    const { rows } = await sql<{ sql: string; calls: string; total_ms: number; rows: string }>`
      select left(s.query, ${HEAD}) as sql, s.calls::text as calls, s.total_exec_time as total_ms, s.rows::text as rows
      from ${sql.table(`${schema}.pg_stat_statements`)} s join pg_database d on d.oid = s.dbid
      where d.datname = current_database() order by s.total_exec_time desc limit ${MOST_STATEMENTS}`.execute(db);
    const statements = rows.map((row) => ({
      sql: row.sql,
      calls: Number(row.calls),
      totalMs: row.total_ms,
      rows: Number(row.rows),
    }));
    return { state: 'there', statements };
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? 'no code');
    return { state: 'not_there', because: REFUSALS[code] ?? `pg_stat_statements cannot be read (${code}).` };
  }
}
