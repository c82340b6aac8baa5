import type { Drill, SystemDrill } from './drill.js';
import { until, wait } from './running.js';
import { SHOW } from './server-under-test.js';
import { StalledClient } from './stalled-client.js';
import type { TestSystem } from './test-system.js';

const CODE = 'DASHBOARD_STALE';
/** Answers that a frozen page leaves lying, and how often it asks for them: as many as the server gives. */
const ASKED = 2;
const FILLING_MS = 100;
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
  what: 'A dashboard has joined a session by its id; the race has gone on in another.',
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
  what: "A dashboard's page has frozen, and messages wait for it at the server.",
  fix: 'Reload the dashboard, or disconnect its socket in the console: it comes back with the whole state.',
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
  what: 'A dashboard reads so slowly that the server skips it.',
  fix: 'Disconnect its socket in the console, or close it; then mend its line.',
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
  what: 'The director has paused the broadcast: the pages that see it stand still, as they should.',
  fix: 'Nothing is wrong. Resume the broadcast at the desk to go on.',
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
  what: 'Frames are timed, and nothing of them is handed to any socket.',
  fix: 'Restart the server: sessions go on where they were.',
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
  buffered,
  slowClient,
  heldByDelay,
  stageStopped,
];
