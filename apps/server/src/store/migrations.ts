import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import type { Tables } from './tables.js';

/** Every change of the tables there ever was, by name, in order. What has landed is never edited: add another. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-sessions': {
    async up(db) {
      const json = sql`jsonb`;
      await db.schema
        .createTable('shows')
        .addColumn('show', 'text', (column) => column.primaryKey())
        .addColumn('created_at', 'double precision', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('sessions')
        .addColumn('session_id', 'text', (column) => column.primaryKey())
        .addColumn('show', 'text', (column) => column.notNull().references('shows.show'))
        .addColumn('started_at', 'double precision', (column) => column.notNull())
        .addColumn('ended_at', 'double precision')
        .addColumn('end_reason', 'text')
        .addColumn('summary', json, (column) => column.notNull())
        .addColumn('laps_stored', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('events_stored', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('final', json)
        .execute();
      await db.schema.createIndex('sessions_by_start').on('sessions').column('started_at').execute();
      await db.schema
        .createTable('entries')
        .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
        .addColumn('car', 'integer', (column) => column.notNull())
        .addColumn('car_number', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('team_name', 'text')
        .addColumn('class', 'text')
        .addPrimaryKeyConstraint('entries_key', ['session_id', 'car'])
        .execute();
      await db.schema
        .createTable('drivers')
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('car', 'integer', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('drivers_key', ['session_id', 'car', 'name'])
        .addForeignKeyConstraint('drivers_entry', ['session_id', 'car'], 'entries', ['session_id', 'car'])
        .execute();
      await db.schema
        .createTable('laps')
        .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
        .addColumn('nr', 'integer', (column) => column.notNull())
        .addColumn('car', 'integer', (column) => column.notNull())
        .addColumn('lap', 'integer', (column) => column.notNull())
        .addColumn('lap_time_ms', 'double precision')
        .addColumn('body', json, (column) => column.notNull())
        .addPrimaryKeyConstraint('laps_key', ['session_id', 'nr'])
        .execute();
      await db.schema
        .createTable('race_events')
        .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.session_id'))
        .addColumn('nr', 'integer', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('car', 'integer')
        .addColumn('body', json, (column) => column.notNull())
        .addPrimaryKeyConstraint('race_events_key', ['session_id', 'nr'])
        .execute();
      await db.schema
        .createTable('settings')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('value', json, (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('audit')
        .addColumn('id', 'serial', (column) => column.primaryKey())
        .addColumn('at', 'double precision', (column) => column.notNull())
        .addColumn('who', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('detail', json, (column) => column.notNull())
        .execute();
    },
  },
  '0002-timing-rules': {
    async up(db) {
      // Rows of before were made by the rules that had no number.
      await db.schema
        .alterTable('sessions')
        .addColumn('rules_version', 'integer', (column) => column.notNull().defaultTo(1))
        .execute();
    },
  },
};

/**
 * Brings a database's tables up to date; one that is stays as it is. Two servers that start at once take turns.
 * @throws Error where a migration fails, or the database is of a newer version than this program.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
