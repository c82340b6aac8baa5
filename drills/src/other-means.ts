/** A fault that was made by hand or by another program, not by a drill, and what a server said of it. */
export interface FaultByOtherMeans {
  readonly what: string;
  readonly how: string;
  /** The failure mode and cause that were reported, as `CODE/cause`. */
  readonly reported: string;
  /** How long after the fault that was, in s; `null` where nobody measured it. */
  readonly afterS: number | null;
}

/** Measured by hand on 2026-11-30. What a drill does not reach is here, so that it is known how it was seen. */
export const BY_OTHER_MEANS: readonly FaultByOtherMeans[] = [
  {
    what: 'The file system of PostgreSQL’s tables is full',
    how: 'a tablespace on a tmpfs of 6 MB, and a table that fills it',
    reported: 'DB_LATENCY/disk_full',
    afterS: null,
  },
  {
    what: 'One process of PostgreSQL does not go on',
    how: 'SIGSTOP to the backend of a statement',
    reported: 'DB_LATENCY/not_answering',
    afterS: 6.5,
  },
  {
    what: '150 viewers on one line that swallows everything',
    how: 'scripted viewers behind a proxy that stops passing bytes',
    reported: 'DASHBOARD_STALE/dead_connection',
    afterS: 4.4,
  },
  {
    what: 'The disk is full before a session has its first frame',
    how: 'DATA_DIR on a tmpfs, filled before the relay starts',
    reported: 'DISK/full',
    afterS: 7,
  },
  {
    what: 'The line between relay and server takes 1.5 s each way',
    how: 'a proxy that delays both directions, during a race',
    reported: 'CLOCK_DRIFT/latency',
    afterS: 8,
  },
  {
    what: 'The relay’s uplink carries 600 bytes a second',
    how: 'a proxy that passes no more, during a race',
    reported: 'CLOCK_DRIFT/backlog',
    afterS: 10,
  },
  {
    what: 'The uplink carries 150 bytes a second, behind a buffer of 64 KB',
    how: 'a proxy that takes everything and passes it on slowly',
    reported: 'CLOCK_DRIFT/backlog',
    afterS: 9.2,
  },
  {
    what: 'The relay’s program stands still',
    how: 'SIGSTOP to the relay',
    reported: 'RELAY_NOT_CONNECTING/unheard',
    afterS: 6,
  },
  {
    what: 'A table is locked by another program',
    how: 'LOCK TABLE laps in psql',
    reported: 'DB_LATENCY/locked',
    afterS: 6,
  },
  {
    what: 'A trigger raises an error',
    how: 'RAISE EXCEPTION before each insert',
    reported: 'DB_LATENCY/statements_fail',
    afterS: 3,
  },
  {
    what: 'The server’s role may open no more connections',
    how: 'ALTER ROLE … CONNECTION LIMIT 0',
    reported: 'DB_LATENCY/too_many_connections',
    afterS: 3,
  },
  {
    what: 'The network to the database swallows everything',
    how: 'a proxy that stops passing bytes',
    reported: 'DB_LATENCY/not_answering',
    afterS: 10,
  },
  {
    what: 'One of three pages, then all three, on a line that swallows everything',
    how: 'Chromium behind a proxy that stops passing bytes',
    reported: 'DASHBOARD_STALE/dead_connection',
    afterS: 6,
  },
  {
    what: 'The line to a page takes 1.5 s each way',
    how: 'Chromium behind a proxy that delays both directions',
    reported: 'DASHBOARD_STALE/slow_connection',
    afterS: 11,
  },
  {
    what: 'The disk is full during a race',
    how: 'a file that fills the tmpfs of DATA_DIR',
    reported: 'DISK/full',
    afterS: 2,
  },
  {
    what: 'Five scripts connect and disconnect every 0.4 s',
    how: 'socket.io-client in a loop',
    reported: 'SUBSCRIPTIONS_STUCK/reconnect_storm',
    afterS: 3,
  },
];
