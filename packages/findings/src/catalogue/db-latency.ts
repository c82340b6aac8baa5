import type { FailureMode } from './failure-mode.js';

export const DB_LATENCY = {
  code: 'DB_LATENCY',
  title: 'DB latency spikes',
  meaning: 'Queries take long or fail: for want of a connection, in the database, or in this process.',
  impact:
    'Pages that read the past are slow. Live timing never waits for the database: what it is to store comes later.',
  signs: ['Slow answers of the API', '`db_error` among the events', '`db_query_ms_p95` is high in the metrics'],
  checks: [
    { what: 'errors of the database', how: 'GET /api/ops/events?type=error' },
    { what: 'pool, holders, statements, slow queries, what is not stored yet', how: 'GET /api/ops/database' },
    { what: 'how long the event loop was held up', how: 'GET /api/ops/summary' },
  ],
  bounds: {
    uptimeMs: { raise: 60_000, clear: 60_000, unit: 'ms', what: 'how long a database may take to start' },
    busyUptimeMs: {
      raise: 10_000,
      clear: 10_000,
      unit: 'ms',
      what: 'how long a server may be busy with its own start',
    },
    waiting: { raise: 1, clear: 1, unit: 'count', what: 'queries that wait while no connection is idle' },
    heldMs: { raise: 1_000, clear: 250, unit: 'ms', what: 'how long the longest holder has its connection' },
    acquireMs: { raise: 500, clear: 250, unit: 'ms', what: 'wait for a connection, 95th percentile of five minutes' },
    queryMs: { raise: 500, clear: 250, unit: 'ms', what: '`db_query_ms_p95`' },
    slowMs: { raise: 1_000, clear: 500, unit: 'ms', what: 'a query of the last 30 s' },
    loopMs: { raise: 600, clear: 250, unit: 'ms', what: 'longest hold-up of the event loop within a minute' },
    utilization: { raise: 0.6, clear: 0.3, unit: 'share', what: 'share of the last second that was spent working' },
    unknownWaiting: {
      raise: 3,
      clear: 1,
      unit: 'count',
      what: 'queries that wait, where nobody knows who holds the connections',
    },
  },
  rules: [
    {
      name: 'OkBoxBoxQueriesSlow',
      expr: 'db_query_ms_p95 > 500',
      for: '2m',
      severity: 'warning',
      summary: 'Five of a hundred queries take longer than half a second.',
      test: {
        fires: [{ series: 'db_query_ms_p95', values: '900x10' }],
        silent: [{ series: 'db_query_ms_p95', values: '9x10' }],
        at: '4m',
      },
    },
    {
      name: 'OkBoxBoxDatabaseAway',
      expr: 'okboxbox_db_up == 0',
      for: '1m',
      severity: 'warning',
      summary: 'The database cannot be reached; what is to be stored waits.',
      test: {
        fires: [{ series: 'okboxbox_db_up', values: '0x10' }],
        silent: [{ series: 'okboxbox_db_up', values: '1x10' }],
        at: '3m',
      },
    },
  ],
  causes: {
    pool_exhausted: {
      title: 'All connections of the pool are in use',
      meaning: 'Queries wait since none is idle. Somebody holds them for long: the finding names who.',
      severity: 'warning',
      nextStep: {
        text: 'Look who holds the connections; raise DATABASE_POOL_MAX where they are all short.',
        command: 'DATABASE_POOL_MAX=20',
        view: 'database',
      },
      fixes: [
        'Console, Database: the longest holder and its place in the code. A transaction that stays open is a fault: send a support pack.',
        'Where all of them are short and many: set `DATABASE_POOL_MAX` higher and restart; PostgreSQL’s `max_connections` must allow it.',
        'The embedded database has one connection: use `DATABASE_URL`.',
      ],
      clearsWhen: 'a connection is idle, or nothing waits.',
    },
    slow_query: {
      title: 'Queries are slow in the database',
      meaning: 'Connections are there, and answers take long: the statement is named.',
      severity: 'warning',
      nextStep: { text: 'Look at the statement that is named; on PostgreSQL, EXPLAIN it.', view: 'database' },
      fixes: [
        'Console, Database: statements by their 95th percentile.',
        "On PostgreSQL: `SELECT * FROM pg_stat_activity WHERE state <> 'idle'`, and what waits for a lock there.",
        'See that its disk is not full or busy. Add the index where one is missing.',
      ],
      clearsWhen: 'no query of the last 30 s took a second, and `db_query_ms_p95` is below 250.',
    },
    server_unreachable: {
      title: 'The database cannot be reached',
      meaning: 'It is down, or the way to it is. Live timing goes on; what is to be stored waits.',
      severity: 'warning',
      nextStep: {
        text: 'Start the database, or mend DATABASE_URL. The server comes back to it by itself.',
        command: 'psql "$DATABASE_URL" -c "SELECT 1"',
      },
      fixes: [
        '`psql "$DATABASE_URL" -c "SELECT 1"` from this machine.',
        'Start PostgreSQL. No restart of this server is needed: it tries again, and stores what waits.',
        'The embedded database is a process of ours: where it does not come back, look at the server’s log and the disk.',
      ],
      clearsWhen: 'a query is answered.',
    },
    event_loop: {
      title: 'It is the event loop, not the database',
      meaning: 'This process was too busy to take answers: everything seems slow, queries among it.',
      severity: 'warning',
      nextStep: {
        text: 'See what else runs on this machine, and what this server was doing.',
        command: 'top',
        view: 'overview',
      },
      fixes: [
        '`top`: another program may take the machine.',
        'Fewer viewers or relays on this server; a bigger machine.',
        'Export a support pack while it is so.',
      ],
      clearsWhen:
        'less than 30 % of a second is spent working, or nothing has held the loop for 250 ms within a minute.',
    },
  },
  inconclusive: {
    title: 'Queries wait, and it is not known for what',
    meaning: 'Connections take long to get although some are idle.',
    severity: 'warning',
    nextStep: { text: 'Export a support pack while it is so.', view: 'database' },
    fixes: ['Export a support pack while it is so.', 'Restart the server between two sessions.'],
    clearsWhen: 'connections are there within 250 ms.',
  },
} as const satisfies FailureMode<'DB_LATENCY'>;
