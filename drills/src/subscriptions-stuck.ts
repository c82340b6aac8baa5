import type { Client } from './client.js';
import type { Drill, SystemDrill } from './drill.js';
import { until, wait } from './running.js';
import { type ServerUnderTest, SHOW } from './server-under-test.js';

const CODE = 'SUBSCRIPTIONS_STUCK';
const CLIENTS = 60;
/** Clients that connect and go again, each as often as the second says, in ms. */
const STORMING = 8;
const STORM_EVERY_MS = 300;
/** Clients that join and leave, each after the last by so much, in ms. */
const JOINING = 16;
const JOIN_EVERY_MS = 250;
const MINUTE_MS = 60_000;

const leakedRooms: Drill = {
  name: 'subscriptions-leaked-rooms',
  code: CODE,
  cause: 'leaked_rooms',
  what: 'Memberships without a connection stay in the rooms of the session.',
  fix: 'The sweep removes them automatically; restart the server if they appear again.',
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
  fix: 'Disconnect them in the console; fix the page that opens a connection for each view and closes none.',
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
  what: 'Eight clients connect, join and disconnect several times a second.',
  fix: 'Close the page or stop its computer; fix its reconnection so that it waits longer each time.',
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

/** A client that stays connected, and joins and leaves as often as it may, until it is told to stop. */
async function joinAndLeave(server: ServerUnderTest, client: Client, isOver: () => boolean): Promise<void> {
  const { sessionId } = await server.running();
  while (!isOver() && client.socket.connected) {
    await client.join({ show: SHOW, audience: 'live' }).catch(() => null);
    await client.leave(sessionId).catch(() => null);
    await wait(JOIN_EVERY_MS);
  }
}

const joinBurst: Drill = {
  name: 'subscriptions-join-burst',
  code: CODE,
  cause: 'join_burst',
  what: 'Sixteen dashboards stay connected, and join and leave the session four times a second.',
  fix: 'Close the page or script that does it; the console names its role, surface and user.',
  on: 'server',
  inject: async (server) => {
    let isOver = false;
    const clients = await Promise.all(Array.from({ length: JOINING }, () => server.connect('dashboard', 'team')));
    const joining = clients.map((client) => joinAndLeave(server, client, () => isOver));
    return async () => {
      isOver = true;
      await Promise.all(joining);
      for (const client of clients) server.leave(client);
    };
  },
};

const memoryElsewhere: SystemDrill = {
  name: 'subscriptions-memory-elsewhere',
  code: CODE,
  cause: 'memory_elsewhere',
  what: "The server's memory grows, but sockets and rooms do not.",
  fix: 'Restart the server: sessions continue where they were.',
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
export const SUBSCRIPTIONS_STUCK: readonly Drill[] = [
  leakedRooms,
  clientsNeverLeave,
  reconnectStorm,
  joinBurst,
  memoryElsewhere,
];
