import type { Drill, SystemDrill } from './drill.js';
import { until, wait } from './running.js';
import type { TestSystem } from './test-system.js';

const CODE = 'DB_LATENCY';
/** A table is locked for the first of these and free for the second, in ms. */
const LOCKED_MS = 2_500;
const FREE_MS = 300;

const poolExhausted: SystemDrill = {
  name: 'database-pool-exhausted',
  code: CODE,
  cause: 'pool_exhausted',
  // Whoever waits for a connection gives up after 5 s, and it is the same still.
  stands: 6,
  what: 'Every connection of the pool is held by somebody who does not give it back.',
  fix: 'Restart the server, or raise DATABASE_POOL_MAX; the holder is named in the console.',
  on: 'system',
  like: { database: 'postgresql', poolMax: 2 },
  inject: async (system) => {
    await system.fault('held-connections', true);
    await until('queries wait for a connection', async () => (await system.summary()).database.pool.waiting > 0);
    return () => system.fault('held-connections', false);
  },
};

/**
 * Locks the table until somebody has waited for it for long, frees it, and begins again, until it is told to stop.
 * `onWait` hears of each that has waited.
 */
async function lockAgainAndAgain(system: TestSystem, isOver: () => boolean, onWait: () => void): Promise<void> {
  const { database } = system;
  while (!isOver() && database !== null) {
    await database.lock();
    while (!isOver() && !(await database.isWaitedFor())) await wait(100);
    if (!isOver()) await wait(LOCKED_MS);
    await database.unlock();
    onWait();
    await wait(FREE_MS);
  }
}

const slowQuery: SystemDrill = {
  name: 'database-slow-query',
  code: CODE,
  cause: 'slow_query',
  what: 'Another program locks the table of sessions for seconds at a time: what the server stores there takes as long.',
  fix: 'End the program that locks the table, or the migration or report that it runs.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    let isOver = false;
    let waits = 0;
    const locking = lockAgainAndAgain(
      system,
      () => isOver,
      () => {
        waits += 1;
      },
    );
    locking.catch(() => undefined);
    await until('a statement has waited for the table', () => waits > 0, 40_000);
    return async () => {
      isOver = true;
      await locking;
    };
  },
};

const unreachable: SystemDrill = {
  name: 'database-server-unreachable',
  code: CODE,
  cause: 'server_unreachable',
  what: 'The line between the server and PostgreSQL is cut.',
  fix: 'Mend the line or start PostgreSQL; what is to be stored waits and is stored then.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    system.database?.line.cut();
    return async () => system.database?.line.mend();
  },
};

const eventLoop: Drill = {
  name: 'database-event-loop',
  code: CODE,
  cause: 'event_loop',
  what: 'Something in the server calculates for most of each second: answers are slow, and the database is not.',
  fix: 'Restart the server; a trace and a support pack of before tell what it was busy with.',
  on: 'server',
  inject: async (server) => {
    await server.fault('event-loop', true);
    return () => server.fault('event-loop', false);
  },
};

/** The drills of a slow database, or of what looks like one. */
export const DB_LATENCY: readonly Drill[] = [poolExhausted, slowQuery, unreachable, eventLoop];
