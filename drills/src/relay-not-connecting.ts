import { randomBytes } from 'node:crypto';
import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import { tokensOfSecret } from '@okboxbox/server';
import { io } from 'socket.io-client';
import type { Drill, Fix, SystemDrill } from './drill.js';
import { freePort } from './free-port.js';
import { until } from './running.js';
import { SHOW } from './server-under-test.js';
import type { TestSystem } from './test-system.js';

const CODE = 'RELAY_NOT_CONNECTING';
/** How long a server that has just been started waits for its first relay, in ms. */
const PATIENCE_MS = 60_000;

/** A relay that a system has no use for is replaced by a good one. */
const replaced =
  (system: TestSystem): Fix =>
  async () => {
    await system.relay.stop();
    await system.feed();
  };

const neverSeen: SystemDrill = {
  name: 'relay-never-seen',
  code: CODE,
  cause: 'never_seen',
  what: 'The server runs, and no relay has ever connected.',
  fix: 'Start the relay on the racing PC.',
  on: 'system',
  like: { relay: 'none' },
  inject: async (system) => {
    // A server that was started before its relay, as one is, has a minute.
    await until('a minute has passed', async () => (await system.summary()).uptimeMs >= PATIENCE_MS, 2 * PATIENCE_MS);
    return () => system.feed();
  },
};

const notBack: SystemDrill = {
  name: 'relay-dead-after-restart',
  code: CODE,
  cause: 'never_seen',
  what: 'The relay dies, and then the server is restarted: its session is there, and nobody feeds it.',
  fix: 'Start the relay on the racing PC.',
  on: 'system',
  like: {},
  inject: async (system) => {
    await system.relay.stop('SIGKILL');
    await system.restart();
    return () => system.feed();
  },
};

const gone: SystemDrill = {
  name: 'relay-gone',
  code: CODE,
  cause: 'gone',
  what: 'The relay is killed in the middle of the race.',
  fix: 'Start the relay again on the racing PC.',
  on: 'system',
  like: {},
  inject: async (system) => {
    await system.relay.stop('SIGKILL');
    return () => system.feed();
  },
};

const unheard: SystemDrill = {
  name: 'relay-unheard',
  code: CODE,
  cause: 'unheard',
  // The server closes the connection in the end.
  becomes: 'gone',
  what: 'The network swallows all that the relay sends, and nobody closes the connection.',
  fix: "Repair the racing PC's network; the relay connects again by itself.",
  on: 'system',
  like: {},
  stands: 6,
  inject: async (system) => {
    system.line.goDead();
    return async () => system.line.repair();
  },
};

const refusedToken: SystemDrill = {
  name: 'relay-refused-token',
  code: CODE,
  cause: 'refused_token',
  what: 'A relay connects with a token of another server.',
  fix: 'Create a token on this server with "okboxbox token --role relay", and set RELAY_TOKEN to it.',
  on: 'system',
  like: { relay: 'none' },
  inject: async (system) => {
    const elsewhere = tokensOfSecret(randomBytes(48));
    const signed = await elsewhere.sign?.({ sub: 'drill:relay', role: 'relay', shows: [SHOW] }, 3_600);
    const relay = await system.startRelay({ token: signed?.token ?? '' });
    await relay.says('not made by this server');
    return replaced(system);
  },
};

const refusedVersion: SystemDrill = {
  name: 'relay-refused-version',
  code: CODE,
  cause: 'refused_version',
  what: "A relay with a newer protocol than the server's connects.",
  fix: 'Use the relay version that the refusal names.',
  on: 'system',
  like: { relay: 'none' },
  inject: async (system) => {
    const relay = await system.startRelay({ isNewer: true });
    await relay.says('The relay speaks protocol');
    return replaced(system);
  },
};

const refusedOrigin: Drill = {
  name: 'relay-refused-origin',
  code: CODE,
  cause: 'refused_origin',
  what: 'A page in a browser connects as a relay.',
  fix: 'Close the page, and use the relay program: "okboxbox relay" on the racing PC.',
  on: 'system',
  like: { relay: 'none' },
  inject: async (system) => {
    const page = io(`${system.url}${RELAY_NAMESPACE}`, {
      auth: { token: await system.token('relay') },
      transports: ['websocket'],
      extraHeaders: { origin: 'https://overlays.example' },
      forceNew: true,
      reconnection: false,
    });
    await new Promise((refused) => page.once('connect_error', refused));
    page.disconnect();
    return () => system.feed();
  },
};

const killSwitch: SystemDrill = {
  name: 'relay-kill-switch',
  code: CODE,
  cause: 'kill_switch',
  what: "The relay's kill switch is switched on in the middle of the race.",
  fix: 'Set RELAY_KILL_SWITCH=0 in relay.env on the racing PC.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const { relay } = system;
    relay.set({ RELAY_KILL_SWITCH: '1' });
    await relay.says('The kill switch is on');
    return async () => relay.set({ RELAY_KILL_SWITCH: '0' });
  },
};

const paused: Drill = {
  name: 'relay-paused',
  code: CODE,
  cause: 'paused_by_operations',
  what: 'An operator pauses the relay and forgets to resume it.',
  fix: 'Press Resume in the console.',
  on: 'server',
  inject: async (server) => {
    const { relays, show } = await server.running();
    const relayId = encodeURIComponent(relays[0]?.relayId ?? '');
    const pause = (on: boolean) =>
      server.post(`/api/ops/relays/${relayId}/pause`, { paused: on, show, because: 'a drill' }).then(() => undefined);
    await pause(true);
    return () => pause(false);
  },
};

const sendsElsewhere: SystemDrill = {
  name: 'relay-sends-elsewhere',
  code: CODE,
  cause: 'sends_elsewhere',
  what: 'The relay gets another primary server, and leaves this one.',
  fix: 'Set RELAY_PRIMARY_INDEX, or RELAY_BACKENDS, on the racing PC so that the relay feeds this server.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const here = `http://127.0.0.1:${system.line.port}`;
    const there = `http://127.0.0.1:${await freePort()}`;
    const { relay } = system;
    relay.set({ RELAY_BACKENDS: `${here},${there}`, RELAY_PRIMARY_INDEX: '1' });
    await relay.says('is off: not enabled');
    return async () => relay.set({ RELAY_PRIMARY_INDEX: '0' });
  },
};

const simIdle: SystemDrill = {
  name: 'relay-sim-idle',
  code: CODE,
  cause: 'sim_idle',
  what: 'The relay runs and is connected; the sim does not run.',
  fix: 'Start the sim on the racing PC, and join the session.',
  on: 'system',
  like: { relay: 'none' },
  inject: async (system) => {
    await system.startRelay({ isIdle: true });
    await until('the idle relay is connected', async () => (await system.sockets('role=relay')).length > 0);
    return replaced(system);
  },
};

/** The drills of a relay that does not connect. */
export const RELAY_NOT_CONNECTING: readonly Drill[] = [
  neverSeen,
  notBack,
  gone,
  unheard,
  refusedToken,
  refusedVersion,
  refusedOrigin,
  killSwitch,
  paused,
  sendsElsewhere,
  simIdle,
];
