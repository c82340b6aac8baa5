import type { StatementFigures } from '../database/database-figures.js';
import type { OpsFigures } from '../ops-figures.js';
import type { Look } from './families.js';
import { type Families, largest, seconds } from './families.js';

/** The database: its pool, its statements by name, and what is not stored yet. */
export function databaseMetrics(families: Families, figures: OpsFigures, look: () => Look): void {
  const { database } = figures;
  const byStatement = (read: (statement: StatementFigures) => number) =>
    Object.fromEntries([...database.statements].map(([name, statement]) => [name, read(statement)]));

  families.gauge('okboxbox_db_up', '1 if the database answers; 0 while it starts or is unreachable.', () =>
    look().summary.database.state === 'ok' ? 1 : 0,
  );
  families.gauges('okboxbox_db_pool_connections', 'Connections of the database pool.', 'state', () => {
    const { max, total, idle, waiting } = look().summary.database.pool;
    return { max, total, idle, waiting };
  });
  figures.onAcquire = families.durations(
    'okboxbox_db_acquire_duration_seconds',
    'Wait for a connection, with or without success.',
  );
  figures.onRelease = families.durations('okboxbox_db_hold_duration_seconds', 'How long connections were held.');
  families.gauge(
    'okboxbox_db_longest_hold_seconds',
    'How long the connection that is held longest has been held; 0 if none is held.',
    () => seconds(largest(look().holders.map(({ heldMs }) => heldMs)) ?? 0),
  );
  figures.onQuery = families.durations('okboxbox_db_query_duration_seconds', 'Duration of successful queries.');
  families.counters('okboxbox_db_statements_total', 'Queries, by the name of the statement.', 'statement', () =>
    byStatement(({ count }) => count),
  );
  families.counters(
    'okboxbox_db_statement_seconds_total',
    'Total time of queries, by the name of the statement.',
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
    'Laps and events that are not stored yet, and how many sessions have any.',
    'kind',
    () => {
      const { sessions, laps, events } = look().writeBehind;
      return { sessions, laps, events };
    },
  );
  families.gauge('okboxbox_write_behind_round_seconds', 'Duration of the newest round of storing.', () =>
    seconds(look().writeBehind.lastRoundMs),
  );
  families.gauge(
    'okboxbox_write_behind_last_stored_timestamp_seconds',
    'When data was last stored, since the epoch.',
    () => seconds(look().writeBehind.lastStoredAt),
  );
}
