import type { OpsDatabase } from '@okboxbox/protocol';
import type { Drill, SystemDrill } from './drill.js';
import type { ThrowAwayDatabase } from './postgres.js';
import { until } from './running.js';
import type { TestSystem } from './test-system.js';

const CODE = 'DB_LATENCY';
/** A statement that has not ended for so long waits, in ms. */
const WAITS_MS = 200;

const poolExhausted: SystemDrill = {
  name: 'database-pool-exhausted',
  code: CODE,
  cause: 'pool_exhausted',
  // Queries that wait for a connection give up after 5 s, and the pool is still exhausted.
  stands: 6,
  what: 'Every connection of the pool is in use and none is released.',
  fix: 'Restart the server, or raise DATABASE_POOL_MAX; the console names the holder.',
  on: 'system',
  like: { database: 'postgresql', poolMax: 2 },
  inject: async (system) => {
    await system.fault('held-connections', true);
    await until('queries wait for a connection', async () => (await system.summary()).database.pool.waiting > 0);
    return () => system.fault('held-connections', false);
  },
};

const slowQuery: SystemDrill = {
  name: 'database-slow-query',
  code: CODE,
  cause: 'slow_query',
  what: 'A trigger on the sessions table calculates for two seconds each time: the statement itself is slow.',
  fix: 'Drop the trigger, or make it fast.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    const database = databaseOf(system);
    await database.onSessions('PERFORM pg_sleep(2)');
    return () => database.dropTrigger();
  },
};

const locked: SystemDrill = {
  name: 'database-locked',
  code: CODE,
  cause: 'locked',
  // The server gives the statement up after 15 s, and asks again.
  stands: 12,
  what: 'Another program locks the sessions table and keeps the lock.',
  fix: 'End the connection that the finding names, by the command that it gives.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    const database = databaseOf(system);
    await database.lock();
    await statementWaits(system);
    return async () => {
      const { findings } = await system.findings();
      const found = findings.find(({ code }) => code === CODE);
      if (found === undefined) throw new Error('Nothing is found, so there is no step to follow.');
      await database.runStep(found.nextStep);
    };
  },
};

const statementsFail: SystemDrill = {
  name: 'database-statements-fail',
  code: CODE,
  cause: 'statements_fail',
  stands: 4,
  what: 'A trigger on the sessions table raises an error for each row.',
  fix: 'Drop the trigger.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    const database = databaseOf(system);
    await database.onSessions("RAISE EXCEPTION 'sessions are read-only tonight'");
    return () => database.dropTrigger();
  },
};

const diskFull: SystemDrill = {
  name: 'database-disk-full',
  code: CODE,
  cause: 'disk_full',
  stands: 4,
  what: "A trigger raises PostgreSQL's own error for a full disk (SQLSTATE 53100) for each row of the sessions table.",
  fix: 'Free space: the trigger is dropped.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    const database = databaseOf(system);
    await database.onSessions(
      "RAISE EXCEPTION 'could not extend file \"base/1/2\": No space left on device' USING ERRCODE = '53100'",
    );
    return () => database.dropTrigger();
  },
};

const tooManyConnections: SystemDrill = {
  name: 'database-too-many-connections',
  code: CODE,
  cause: 'too_many_connections',
  stands: 4,
  what: 'Another program with the same user holds all connections that the user may have.',
  fix: 'End the other program.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    const database = databaseOf(system);
    await database.other();
    await database.other();
    await database.alterUser('CONNECTION LIMIT 2');
    return () => database.endOthers();
  },
};

const signInRefused: SystemDrill = {
  name: 'database-sign-in-refused',
  code: CODE,
  cause: 'sign_in_refused',
  stands: 4,
  what: "An administrator withdraws the right to sign in from the server's user, and its connections end.",
  fix: 'Give the right back.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    const database = databaseOf(system);
    await database.alterUser('NOLOGIN');
    return () => database.alterUser('LOGIN');
  },
};

const slowLine: SystemDrill = {
  name: 'database-slow-line',
  code: CODE,
  cause: 'slow_line',
  // A probe needs many answers, each as late: it takes about ten seconds.
  stands: 12,
  what: 'The network to PostgreSQL carries everything 0.8 s late, each way.',
  fix: 'Repair the network, or move the database near the server.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    databaseOf(system).line.late(800, 800);
    await statementWaits(system);
    return async () => databaseOf(system).line.repair();
  },
};

const notAnswering: SystemDrill = {
  name: 'database-not-answering',
  code: CODE,
  cause: 'not_answering',
  // What waits is given up after 15 s, and new connections after 5 s.
  stands: 12,
  what: 'The network accepts connections to PostgreSQL and lets nothing through.',
  fix: 'Repair the network.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    databaseOf(system).line.goDead();
    await statementWaits(system);
    return async () => databaseOf(system).line.repair();
  },
};

/** A session that stands as it did is stored again every ten seconds: until then nobody asks. */
async function statementWaits(system: TestSystem): Promise<void> {
  await until('a statement waits', async () => {
    const { running } = await system.get<OpsDatabase>('/api/ops/database');
    return running?.some(({ ageMs }) => ageMs > WAITS_MS) ?? false;
  });
}

function databaseOf({ database }: TestSystem): ThrowAwayDatabase {
  if (database === null) throw new Error('This system has no PostgreSQL of its own.');
  return database;
}

const unreachable: SystemDrill = {
  name: 'database-server-unreachable',
  code: CODE,
  cause: 'server_unreachable',
  what: 'The connection between the server and PostgreSQL is cut.',
  fix: 'Repair the network or start PostgreSQL; waiting data is then stored.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    system.database?.line.cut();
    return async () => system.database?.line.repair();
  },
};

const eventLoop: Drill = {
  name: 'database-event-loop',
  code: CODE,
  cause: 'event_loop',
  what: 'A calculation blocks the server for most of each second: answers are slow, but the database is not.',
  fix: 'Export a support pack and a trace, then restart the server: they show what it was busy with.',
  on: 'server',
  inject: async (server) => {
    await server.fault('event-loop', true);
    return () => server.fault('event-loop', false);
  },
};

/** The drills of a slow database, or of what looks like one. */
export const DB_LATENCY: readonly Drill[] = [
  poolExhausted,
  slowQuery,
  locked,
  statementsFail,
  diskFull,
  tooManyConnections,
  signInRefused,
  slowLine,
  notAnswering,
  unreachable,
  eventLoop,
];
