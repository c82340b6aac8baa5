import type { Client } from './client.js';
import type { Drill, SystemDrill } from './drill.js';
import { until, wait } from './running.js';
import { type ServerUnderTest, SHOW } from './server-under-test.js';

const CODE = 'SUBSCRIPTIONS_STUCK';
const CLIENTS = 60;
/** Clients that connect and go again, each as often as the second says, in ms. */
const STORMING = 8;
const STORM_EVERY_MS = 300;
const MINUTE_MS = 60_000;

const leakedRooms: Drill = {
  name: 'subscriptions-leaked-rooms',
  code: CODE,
  cause: 'leaked_rooms',
  what: 'Members that no connection belongs to stay in the rooms of the session.',
  fix: 'The sweep takes them out by itself; restart the server where they come again.',
  on: 'server',
  inject: async (server) => {
    await server.fault('leaked-rooms', true);
    return () => server.fault('leaked-rooms', false);
  },
};

const clientsNeverLeave: Drill = {
  name: 'subscriptions-clients-never-leave',
  code: CODE,
  cause: 'clients_never_leave',
  what: 'Sixty dashboards have left the session, and their connections stay.',
  fix: 'Disconnect them in the console; mend the page that opens a connection for each view and closes none.',
  on: 'server',
  inject: async (server) => {
    const { sessionId } = await server.running();
    const stuck = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const client = await server.viewer('dashboard', 'team', { show: SHOW });
        await client.leave(sessionId);
        return client;
      }),
    );
    return async () => {
      for (const client of stuck) server.leave(client);
    };
  },
};

/** A client that connects, joins and goes, again and again, until it is told to stop. */
async function storm(server: ServerUnderTest, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    let client: Client | null = null;
    try {
      client = await server.viewer('dashboard', 'team');
    } catch {
      // Refused or lost: it comes again, as such clients do.
    }
    await wait(STORM_EVERY_MS);
    if (client !== null) server.leave(client);
  }
}

const reconnectStorm: Drill = {
  name: 'subscriptions-reconnect-storm',
  code: CODE,
  cause: 'reconnect_storm',
  what: 'Eight clients connect, join and go again, several times a second.',
  fix: 'Close the page that does it, or stop its machine; mend its reconnection so that it waits longer each time.',
  on: 'server',
  inject: async (server) => {
    let isOver = false;
    const storming = Array.from({ length: STORMING }, () => storm(server, () => isOver));
    return async () => {
      isOver = true;
      await Promise.all(storming);
    };
  },
};

const memoryElsewhere: SystemDrill = {
  name: 'subscriptions-memory-elsewhere',
  code: CODE,
  cause: 'memory_elsewhere',
  what: "The server's memory grows, and neither sockets nor rooms do.",
  fix: 'Restart the server: sessions go on where they were.',
  on: 'system',
  like: {},
  inject: async (system) => {
    // What a server takes in its first minute is its own.
    await until('a minute has passed', async () => (await system.summary()).uptimeMs >= MINUTE_MS, 2 * MINUTE_MS);
    await system.fault('memory', true);
    return () => system.restart();
  },
};

/** The drills of subscriptions that are stuck. */
export const SUBSCRIPTIONS_STUCK: readonly Drill[] = [leakedRooms, clientsNeverLeave, reconnectStorm, memoryElsewhere];
