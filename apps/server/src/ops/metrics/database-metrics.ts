import type { StatementFigures } from '../database-figures.js';
import type { OpsFigures } from '../ops-figures.js';
import { type Families, largest, seconds } from './families.js';
import type { Look } from './look.js';

/** The database: its pool, its statements by name, and what is not stored yet. */
export function databaseMetrics(families: Families, figures: OpsFigures, look: () => Look): void {
  const { database } = figures;
  const byStatement = (read: (statement: StatementFigures) => number) =>
    Object.fromEntries([...database.statements].map(([name, statement]) => [name, read(statement)]));

  families.gauge('okboxbox_db_up', 'Whether the database answers: 1, or 0 while it starts or is away.', () =>
    look().summary.database.state === 'ok' ? 1 : 0,
  );
  families.gauges('okboxbox_db_pool_connections', 'Connections of the database pool.', 'state', () => {
    const { max, total, idle, waiting } = look().summary.database.pool;
    return { max, total, idle, waiting };
  });
  figures.onAcquire = families.durations(
    'okboxbox_db_acquire_duration_seconds',
    'How long a connection was waited for, in vain or not.',
  );
  figures.onRelease = families.durations('okboxbox_db_hold_duration_seconds', 'How long connections were held.');
  families.gauge(
    'okboxbox_db_longest_hold_seconds',
    'How long the connection has been held that is held longest now; 0 where none is.',
    () => seconds(largest(look().holders.map(({ heldMs }) => heldMs)) ?? 0),
  );
  figures.onQuery = families.durations('okboxbox_db_query_duration_seconds', 'How long queries took that succeeded.');
  families.counters('okboxbox_db_statements_total', 'Queries, by the name of their statement.', 'statement', () =>
    byStatement(({ count }) => count),
  );
  families.counters(
    'okboxbox_db_statement_seconds_total',
    'What queries took in all, by the name of their statement.',
    'statement',
    () => byStatement(({ totalMs }) => totalMs / 1_000),
  );
  families.counter('okboxbox_db_errors_total', 'Queries that failed.', () => database.errors);
  // By the runbook's own name, which has the wrong unit for Prometheus.
  families.gauge(
    'db_query_ms_p95',
    'Time of a query in ms, 95th percentile of the last five minutes.',
    () => look().summary.database.queryMsP95,
  );

  families.gauges(
    'okboxbox_write_behind_pending',
    'What is settled in sessions and not stored yet; and of how many sessions.',
    'kind',
    () => {
      const { sessions, laps, events } = look().writeBehind;
      return { sessions, laps, events };
    },
  );
  families.gauge('okboxbox_write_behind_round_seconds', 'How long the newest round of storing took.', () =>
    seconds(look().writeBehind.lastRoundMs),
  );
  families.gauge('okboxbox_write_behind_last_stored_timestamp_seconds', 'When something was stored last.', () =>
    seconds(look().writeBehind.lastStoredAt),
  );
}
