import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'DB_LATENCY',
  title: 'DB latency spikes',
  place: 70,
  meaning:
    'Queries are slow or fail: the database cannot be used, something in it holds them up or refuses them, no connection is free, or this process is busy.',
  impact: 'Pages that show past sessions are slow. Live timing never waits for the database: it is stored later.',
  signs: ['Slow API responses', '`db_error` among the events', '`db_query_ms_p95` is high in the metrics'],
  checks: [
    { what: 'database errors', how: 'GET /api/ops/events?type=error' },
    {
      what: 'pool, holders, statements that run, wait or fail, what the newest probe found, what is not yet stored',
      how: 'GET /api/ops/database',
    },
    { what: 'how long the event loop was blocked', how: 'GET /api/ops/summary' },
  ],
  bounds: {
    uptimeMs: { raise: 60_000, clear: 60_000, unit: 'ms', what: 'how long a database may take to start' },
    busyUptimeMs: {
      raise: 10_000,
      clear: 10_000,
      unit: 'ms',
      what: 'how long a server may be busy after its start',
    },
    waiting: { raise: 1, clear: 1, unit: 'count', what: 'queries that wait because no connection is idle' },
    heldMs: { raise: 1_000, clear: 250, unit: 'ms', what: 'how long a connection has been held' },
    acquireMs: { raise: 500, clear: 250, unit: 'ms', what: 'wait for a connection, 95th percentile over five minutes' },
    queryMs: { raise: 500, clear: 250, unit: 'ms', what: '`db_query_ms_p95`' },
    slowMs: { raise: 1_000, clear: 500, unit: 'ms', what: 'duration of a query that runs, or ended in the last 30 s' },
    lineMs: {
      raise: 300,
      clear: 150,
      unit: 'ms',
      what: 'what a new connection waits for an answer that needs no table, or for 2 KB to come back',
    },
    lockedMs: {
      raise: 600,
      clear: 600,
      unit: 'ms',
      what: 'how long a statement has waited for a lock, within the last 10 s',
    },
    failures: { raise: 2, clear: 1, unit: 'count', what: 'how often a statement has failed, and not succeeded since' },
    loopMs: { raise: 600, clear: 250, unit: 'ms', what: 'longest block of the event loop within a minute' },
    utilization: {
      raise: 0.6,
      clear: 0.3,
      unit: 'share',
      what: 'share of the last second that the event loop was busy',
    },
    unknownWaiting: {
      raise: 3,
      clear: 1,
      unit: 'count',
      what: 'queries that wait, if it is unknown which queries hold the connections',
    },
  },
  rules: [
    {
      name: 'OkBoxBoxQueriesSlow',
      expr: 'db_query_ms_p95 > 500',
      for: '2m',
      severity: 'warning',
      summary: 'Five percent of queries take longer than half a second.',
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
      summary: 'The database cannot be reached. Data to be stored is waiting.',
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
      meaning: 'Queries wait because none is idle. The finding names the query that holds a connection longest.',
      severity: 'warning',
      nextStep: {
        text: 'See which query holds the connections. If all are short, raise DATABASE_POOL_MAX.',
        command: 'DATABASE_POOL_MAX=20',
        view: 'database',
      },
      fixes: [
        'Console, Database: see the longest holder and its place in the code. A transaction that stays open is a bug: send a support pack.',
        'If there are many short ones, raise `DATABASE_POOL_MAX` and restart; PostgreSQL’s `max_connections` must allow it.',
        'The embedded database has only one connection: use PostgreSQL through `DATABASE_URL`.',
      ],
      clearsWhen: 'a connection is idle, or no query waits.',
    },
    locked: {
      title: 'Another program locks the database',
      meaning:
        'A statement of this server waits for a lock. The finding names who holds it: process, program, state, and age of its transaction.',
      severity: 'warning',
      nextStep: {
        text: 'See what the process is, and end that program, or its connection.',
        command: 'psql "$DATABASE_URL" -c "SELECT pg_terminate_backend(PID)"',
        view: 'database',
      },
      fixes: [
        'Console, Database, *Waits for a lock*: see who holds it. It is often a migration, a report, or a psql with an open transaction.',
        'End that program. If it cannot be found: `SELECT pg_terminate_backend(PID)`, as its user or a superuser.',
        'The embedded database has one client, this server: end any other program that uses `DATA_DIR/socket`.',
      ],
      clearsWhen: 'no statement has waited for a lock for 10 s.',
    },
    statements_fail: {
      title: 'The database refuses statements',
      meaning: 'The database answers, and a statement fails each time. The finding has its SQLSTATE and message.',
      severity: 'warning',
      nextStep: {
        text: 'Repair what the message names: a trigger, a constraint, a missing right or column. Storing goes on by itself.',
        view: 'database',
      },
      fixes: [
        'Read the message: it is of a trigger, a constraint, a missing right, or a table that was changed by hand.',
        '`psql "$DATABASE_URL" -c "\\d laps"` lists triggers and constraints of a table.',
        'Repair it in the database. This server tries again by itself, and stores what is waiting.',
      ],
      clearsWhen: 'the statement succeeds, or was not tried for 20 s.',
    },
    disk_full: {
      title: "The database's disk is full",
      meaning: 'The database answers, and cannot write. Live timing continues; data to be stored is waiting.',
      severity: 'warning',
      nextStep: {
        text: 'Free space on the disk of the database server. Storing goes on by itself.',
        command: 'df -h',
      },
      fixes: [
        'On the database’s machine: `df -h`. A tablespace may be on a disk of its own.',
        'Free space: old backups, logs, other databases. Never delete files in PostgreSQL’s own folder.',
        'This server needs no restart: it tries again by itself.',
      ],
      clearsWhen: 'the statement succeeds.',
    },
    too_many_connections: {
      title: 'The database has no connection left',
      meaning: 'PostgreSQL refuses new connections: its limit, or that of the user or database, is reached.',
      severity: 'warning',
      nextStep: {
        text: 'As a superuser, see who holds the connections. End those that are not needed, or raise the limit that the message names.',
        command:
          'psql -U postgres -c "SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC"',
      },
      fixes: [
        'The message says which limit it is: `max_connections`, or the `CONNECTION LIMIT` of a role or database.',
        'End programs that hold connections they do not need, or raise the limit: `ALTER ROLE NAME CONNECTION LIMIT 20`.',
        'Set `DATABASE_POOL_MAX` lower than the limit.',
      ],
      clearsWhen: 'a new connection is let in.',
    },
    slow_query: {
      title: 'Queries are slow in the database',
      meaning: 'Connections are free, and answers are slow. The finding names the statement.',
      severity: 'warning',
      nextStep: { text: 'Check the named statement; on PostgreSQL, use EXPLAIN.', view: 'database' },
      fixes: [
        'Console, Database: see the statements by their 95th percentile.',
        "On PostgreSQL: `SELECT * FROM pg_stat_activity WHERE state <> 'idle'`, and EXPLAIN for the named statement.",
        'Check that its disk is not busy. Add an index if one is missing.',
      ],
      clearsWhen: 'no query runs for a second, and none in the last 30 s took half a second.',
    },
    slow_line: {
      title: 'The network to the database is slow',
      meaning:
        'Every answer of the database takes long, also one that needs no table and no disk: the network between is slow, narrow or full.',
      severity: 'warning',
      nextStep: {
        text: 'Measure the network between this server and the database. If ping is fast, see whether the database’s machine is overloaded.',
        command: 'ping DATABASE_HOST',
      },
      fixes: [
        'From this machine, `ping` the host in DATABASE_URL: the time it shows is what each statement pays.',
        'See what else uses the line: a backup, a copy, a VPN. Move the database near this server: same machine or same data centre.',
        'If ping is fast, run `top` on the database’s machine: where no CPU is free, every answer is late.',
      ],
      clearsWhen: 'a new connection is answered within 150 ms, or no statement has taken long for 15 s.',
    },
    not_answering: {
      title: 'The database does not answer',
      meaning:
        'Connections are accepted, and nothing answers: its processes are paused or hang, or the network between drops traffic.',
      severity: 'warning',
      nextStep: {
        text: 'On the database’s machine run pg_isready. If it accepts connections, repair the network between; if not, continue or restart PostgreSQL.',
        command: 'pg_isready',
      },
      fixes: [
        '`pg_isready` on the database’s machine. "accepting connections": a firewall or proxy between drops traffic.',
        '"no response": its processes are stopped or hang. Continue them (`kill -CONT`), or restart PostgreSQL.',
        'The embedded database is a process of this server: `kill -9` it by the number in the finding, and it is started again.',
      ],
      clearsWhen: 'a new connection is answered.',
    },
    sign_in_refused: {
      title: 'The database refuses the sign-in',
      meaning:
        'The user, password or database in DATABASE_URL is not accepted, or connections are encrypted otherwise.',
      severity: 'warning',
      nextStep: {
        text: 'See the message. Correct the user, password or database in PostgreSQL, or in DATABASE_URL and restart this server.',
        command: 'psql "$DATABASE_URL" -c "SELECT 1"',
      },
      fixes: [
        'The message says what is refused: the password, the user, the database, or this machine (`pg_hba.conf`).',
        'Was a password changed? Set the old one again (`ALTER ROLE NAME PASSWORD …`), or change DATABASE_URL and restart this server between two sessions.',
        'Was the database renamed or dropped? Restore it.',
      ],
      clearsWhen: 'a new connection is let in.',
    },
    server_unreachable: {
      title: 'The database cannot be reached',
      meaning:
        'Nothing accepts connections: the database or the network to it is down. Live timing continues; data to be stored is waiting.',
      severity: 'warning',
      nextStep: {
        text: 'Start the database, or correct DATABASE_URL. The server reconnects by itself.',
        command: 'psql "$DATABASE_URL" -c "SELECT 1"',
      },
      fixes: [
        '`psql "$DATABASE_URL" -c "SELECT 1"` on this machine.',
        'Start PostgreSQL. This server needs no restart: it reconnects, and stores what is waiting.',
        'The embedded database is a process of this server. If it does not come back, check the server’s log and the disk.',
      ],
      clearsWhen: 'a new connection is answered.',
    },
    event_loop: {
      title: 'The event loop is blocked, not the database',
      meaning: 'This process was too busy to handle answers: everything appears slow, queries included.',
      severity: 'warning',
      nextStep: {
        text: 'Check what else runs on this machine, and what this server was doing.',
        command: 'top',
        view: 'overview',
      },
      fixes: [
        'Run `top`: another program may be using the CPU.',
        'Reduce the viewers or relays on this server, or use a faster machine.',
        'Export a support pack while the problem lasts.',
      ],
      clearsWhen:
        'the event loop is busy for less than 30 % of a second, or has not been blocked for 250 ms within a minute.',
    },
  },
  inconclusive: {
    title: 'Queries wait, for an unknown reason',
    meaning: 'Getting a connection takes long although some are idle.',
    severity: 'warning',
    nextStep: { text: 'Export a support pack while the problem lasts.', view: 'database' },
    fixes: ['Export a support pack while the problem lasts.', 'Restart the server between two sessions.'],
    clearsWhen: 'a connection is available within 250 ms.',
  },
} as const satisfies FailureMode;
