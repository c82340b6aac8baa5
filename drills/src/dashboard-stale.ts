import type { Drill, SystemDrill } from './drill.js';
import { until, wait } from './running.js';
import { SHOW } from './server-under-test.js';
import { StalledClient } from './stalled-client.js';
import type { TestSystem } from './test-system.js';

const CODE = 'DASHBOARD_STALE';
/** Answers that a frozen page leaves lying, and how often it asks for them: as many as the server gives. */
const ASKED = 2;
const FILLING_MS = 100;
/** A line's delay, in ms: slow, and not so slow that a beat seems to be missing. */
const SLOW_LINE_MS = 2_500;
/** More than a line that keeps up has waiting. */
const MANY_PACKETS = 8;

const nobodyJoined: SystemDrill = {
  name: 'dashboard-nobody-joined',
  code: CODE,
  cause: 'nobody_joined',
  what: 'Dashboards are connected, and none has joined a session.',
  fix: 'Open the session on each dashboard: it then sends session:join.',
  on: 'system',
  like: {},
  inject: async (system) => {
    system.leave(system.dashboard);
    system.leave(system.overlay);
    const opened = await Promise.all([1, 2, 3].map(() => system.connect('dashboard', 'team')));
    return async () => {
      await Promise.all(opened.map((dashboard) => dashboard.join({ show: SHOW, audience: 'live' })));
    };
  },
};

const wrongRoom: SystemDrill = {
  name: 'dashboard-wrong-room',
  code: CODE,
  cause: 'wrong_room',
  what: 'A dashboard has joined a session by its id, and the race has moved to another session.',
  fix: 'Open the running session on the dashboard, or join by show.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const { dashboard } = system;
    const { sessionId } = await system.running();
    await dashboard.leave(sessionId);
    await dashboard.join({ sessionId, audience: 'live' });
    await system.relay.stop();
    await system.feed();
    return async () => {
      await dashboard.leave(sessionId);
      await dashboard.join({ show: SHOW, audience: 'live' });
    };
  },
};

const unsubscribed: SystemDrill = {
  name: 'dashboard-unsubscribed',
  code: CODE,
  cause: 'unsubscribed',
  what: 'A dashboard has left the session and stays connected.',
  fix: 'Reload the dashboard: it joins again.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const { dashboard } = system;
    await dashboard.leave((await system.running()).sessionId);
    return async () => {
      await dashboard.join({ show: SHOW, audience: 'live' });
    };
  },
};

/** Viewers on a line of their own, beside the two of each system; it is known of all of them that they answer. */
const FAR_AWAY = 3;

async function farAway(system: TestSystem, are: 'pages' | 'scripts' = 'pages'): Promise<void> {
  await system.watchFarAway(FAR_AWAY, are);
  await until('all viewers send beats, or answer pings', async () => {
    const beating = (await system.sockets('limit=100')).filter(({ beats }) => beats === 'ok');
    return beating.length >= FAR_AWAY + 2;
  });
}

const someNeverJoined: SystemDrill = {
  name: 'dashboard-some-never-joined',
  code: CODE,
  cause: 'some_never_joined',
  what: 'Two dashboards are connected and never asked to join, while others watch the race.',
  fix: 'Reload these dashboards: each sends session:join.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const opened = await Promise.all([1, 2].map(() => system.connect('dashboard', 'team')));
    return async () => {
      await Promise.all(opened.map((dashboard) => dashboard.join({ show: SHOW, audience: 'live' })));
    };
  },
};

const deadConnection: SystemDrill = {
  name: 'dashboard-dead-connection',
  code: CODE,
  cause: 'dead_connection',
  what: 'The network between three of five viewers and the server swallows everything, and no connection is closed.',
  fix: 'Repair the network of these viewers: their pages connect again.',
  on: 'system',
  like: {},
  inject: async (system) => {
    await farAway(system);
    system.viewersLine.goDead();
    return async () => system.viewersLine.repair();
  },
};

const deadScripts: SystemDrill = {
  name: 'dashboard-dead-scripts',
  code: CODE,
  cause: 'dead_connection',
  what: 'The network between three scripts, which send no heartbeats, and the server swallows everything.',
  fix: 'Repair the network of these scripts: they connect again.',
  on: 'system',
  like: {},
  inject: async (system) => {
    await farAway(system, 'scripts');
    system.viewersLine.goDead();
    return async () => system.viewersLine.repair();
  },
};

const slowConnection: SystemDrill = {
  name: 'dashboard-slow-connection',
  code: CODE,
  cause: 'slow_connection',
  what: 'The network of three of five viewers takes over two seconds for each answer.',
  fix: 'Repair the network of these viewers.',
  on: 'system',
  like: {},
  inject: async (system) => {
    await farAway(system);
    system.viewersLine.late(SLOW_LINE_MS);
    return async () => system.viewersLine.repair();
  },
};

const pageBehind: SystemDrill = {
  name: 'dashboard-page-behind',
  code: CODE,
  cause: 'page_behind',
  what: 'A dashboard gets everything and paints nothing: its computer is overloaded.',
  fix: 'Reload the dashboard.',
  on: 'system',
  like: {},
  inject: async (system) => {
    await farAway(system);
    system.dashboard.freeze(true);
    return async () => system.dashboard.freeze(false);
  },
};

/** A page that has joined and does not read, and what the server has of its connection. */
async function frozen(system: TestSystem) {
  const client = await StalledClient.connect(system.url, await system.token('team'));
  await client.joinAndStall(SHOW);
  return {
    client,
    look: async () => {
      const dashboards = await system.sockets('role=dashboard&sort=bufferedPackets');
      return dashboards.find(({ surface }) => surface === 'frozen');
    },
  };
}

const buffered: SystemDrill = {
  name: 'dashboard-buffered',
  code: CODE,
  cause: 'buffered',
  // What has waited for five seconds is skipped: then it is that.
  becomes: 'slow_client',
  what: "A dashboard's page is frozen, and its messages are queued at the server.",
  fix: 'Reload the dashboard, or disconnect its socket in the console: it reconnects with the whole state.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const { client, look } = await frozen(system);
    // The systems on both sides take megabytes before anything waits: they are filled little by little.
    await until(
      'anything waits for the frozen dashboard',
      async () => {
        if (((await look())?.bufferedPackets ?? 0) > 0) return true;
        client.askOn(ASKED);
        await wait(FILLING_MS);
        return false;
      },
      60_000,
    );
    await until('the race waits for it as well', async () => ((await look())?.bufferedPackets ?? 0) > MANY_PACKETS);
    return async () => client.close();
  },
};

const slowClient: SystemDrill = {
  name: 'dashboard-slow-client',
  code: CODE,
  cause: 'slow_client',
  what: 'A dashboard reads too slowly, and the server skips messages to it.',
  fix: 'Disconnect its socket in the console, or close the page; then fix its connection.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const { client, look } = await frozen(system);
    await until(
      'the frozen dashboard is skipped',
      async () => {
        if (((await look())?.skippedTotal ?? 0) > 0) return true;
        client.askOn(ASKED);
        await wait(FILLING_MS);
        return false;
      },
      60_000,
    );
    return async () => client.close();
  },
};

const heldByDelay: SystemDrill = {
  name: 'dashboard-held-by-delay',
  code: CODE,
  cause: 'held_by_delay',
  what: 'The director has paused the broadcast: its pages do not move. This is expected.',
  fix: 'None is needed. To continue, resume the broadcast at the desk.',
  on: 'system',
  like: {},
  inject: async (system) => {
    // Where an overlay is on air, it is the broadcast that stands still, and not somebody's page.
    system.leave(system.overlay);
    await system.viewer('public', null, { audience: 'broadcast' });
    await system.direct('broadcast:pause', {});
    return () => system.direct('broadcast:resume', {});
  },
};

const stageStopped: Drill = {
  name: 'dashboard-stage-stopped',
  code: CODE,
  cause: 'stage_stopped',
  what: 'Frames are timed, and nothing is sent to any socket.',
  fix: 'Restart the server: sessions continue where they were.',
  on: 'server',
  inject: async (server) => {
    await server.fault('fan-out', true);
    return () => server.fault('fan-out', false);
  },
};

/** The drills of dashboards that are stale while frames come in. */
export const DASHBOARD_STALE: readonly Drill[] = [
  nobodyJoined,
  wrongRoom,
  unsubscribed,
  someNeverJoined,
  deadConnection,
  deadScripts,
  slowConnection,
  pageBehind,
  buffered,
  slowClient,
  heldByDelay,
  stageStopped,
];
