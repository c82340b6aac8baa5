import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PauseRequest, RateRequest } from '@okboxbox/protocol';
import { pino } from 'pino';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { temporaryFolder } from '../../../../../testing/temporary-folder.js';
import { tokensOfSecret } from '../../access/tokens.js';
import { batch, race } from '../../testing/race.js';
import { RELAY_STATUS } from '../../testing/relay-status.js';
import { SessionRegistry } from '../session/registry.js';
import { ConnectedRelays } from './connected-relays.js';
import { DropCounters } from './drop-counters.js';
import { serveRelays } from './relay-gateway.js';

const tokens = tokensOfSecret(new TextEncoder().encode('a secret for tests that is long enough'));
const log = pino({ level: 'silent' });
const inFolder = temporaryFolder();
let servers = 0;
let relays: ConnectedRelays;
let url: string;
let close: () => Promise<void>;
let sockets: Socket[] = [];
/** What the server's clock is ahead of the machine's. */
let aheadMs = 0;

beforeEach(async () => {
  aheadMs = 0;
  const clock = { now: () => performance.timeOrigin + performance.now() + aheadMs };
  const randomId = () => `${++servers}`;
  const registry = await SessionRegistry.open(inFolder(`requests-${++servers}`), { clock, log, randomId });
  relays = new ConnectedRelays();
  const http = createServer();
  const io = new Server(http, { serveClient: false });
  // The looks come with the tries of the test, one by one; and its own load is another test's.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const load = { took: () => undefined, look: () => ({ lateMs: 0, behindMs: 0 }), close: () => undefined };
  const stop = serveRelays(io, { tokens, registry, drops: new DropCounters(), relays, clock, log }, load);
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  close = async () => {
    stop();
    await io.close();
    await registry.close();
  };
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  sockets = [];
  await close();
  vi.useRealTimers();
});

/** A relay of a running sim, and what it heard until its welcome and after. */
async function rig({ playback = false, relayId = 'rig', show = 'local' } = {}) {
  const token = (await tokens.sign?.({ sub: 'rig', role: 'relay' }, 600))?.token;
  const socket = connect(`${url}/relay`, { auth: { token }, transports: ['websocket'], forceNew: true });
  sockets.push(socket);
  const heard: (PauseRequest | RateRequest)[] = [];
  socket.on('relay:pause', (request) => heard.push(request));
  socket.on('relay:rate', (request) => heard.push(request));
  const hello = { relayId, show, run: 'run-1', version: '0', protocol: 1, source: 'iracing', sim: 'iracing' };
  const welcome = await socket.emitWithAck('relay:hello', { ...hello, simSessionKey: '77:0', playback });
  expect(welcome).toMatchObject({ ok: true });
  const beforeWelcome = [...heard];
  return {
    socket,
    heard,
    beforeWelcome,
    /** Says how many records wait, every five seconds by the server's clock. */
    say: async (...waiting: number[]) => {
      for (const records of waiting) {
        aheadMs += 5_000;
        const queue = { ...RELAY_STATUS.queue, records };
        const said = await socket.emitWithAck('relay:status', { ...RELAY_STATUS, queue, waiting: records });
        expect(said).toEqual({ ok: true });
      }
    },
  };
}

describe('a pause by operations', () => {
  it('reaches the relay, which keeps its connection, and is undone', async () => {
    const { socket, heard } = await rig();
    await relays.pause('local', 'rig', 'it sends nonsense');
    await eventually(() => expect(heard).toEqual([{ paused: true, because: 'it sends nonsense' }]));
    expect(relays.list()).toMatchObject([{ relayId: 'rig', pausedBecause: 'it sends nonsense' }]);
    expect(socket.connected).toBe(true);
    await relays.resume('local', 'rig', 'fixed');
    await eventually(() => expect(heard.at(-1)).toEqual({ paused: false, because: 'fixed' }));
    expect(relays.list()).toMatchObject([{ pausedBecause: null }]);
  });

  it('is told to a relay that comes back before it may send anything', async () => {
    const first = await rig();
    await relays.pause('local', 'rig', 'wait');
    first.socket.disconnect();
    expect((await rig()).beforeWelcome).toEqual([{ paused: true, because: 'wait' }]);
    expect((await rig({ relayId: 'other' })).beforeWelcome).toEqual([]);
    expect((await rig({ show: 'endurance' })).beforeWelcome).toEqual([]);
  });
});

describe('a line that stays slow', () => {
  it('is asked for fewer frames, also after a reconnect, and for all again when it is well', async () => {
    const relay = await rig();
    await relay.socket.emitWithAck('relay:frames', Buffer.from(batch(race(10), 1)));
    await relay.say(10, 60, 110);
    // The first look sees the trouble, a later one that it has lasted.
    await eventually(async () => {
      await relay.say(200 + aheadMs / 1000);
      expect(relay.heard).toMatchObject([
        { maxHz: 5, because: expect.stringMatching(/the line is slow: \d+ records/) },
      ]);
    });
    expect(relays.list()).toMatchObject([{ askedHz: 5, askedBecause: expect.stringContaining('slow') }]);

    relay.socket.disconnect();
    const again = await rig();
    expect(again.beforeWelcome).toMatchObject([{ maxHz: 5 }]);
    // What the outage left is sent: that is no trouble.
    await again.say(400, 200, 100, 50, 0);
    expect(again.heard).toHaveLength(1);
    await eventually(async () => {
      await again.say(1);
      expect(again.heard.at(-1)).toEqual({ maxHz: null, because: 'all is well again' });
    });
    expect(relays.list()).toMatchObject([{ askedHz: null, askedBecause: null }]);
  });

  it('of a playback is nobody’s trouble: its file waits', async () => {
    const relay = await rig({ playback: true });
    await relay.say(10, 60, 110);
    const other = await rig({ relayId: 'other' });
    await eventually(async () => {
      await relay.say(200 + aheadMs / 1000);
      await other.say(200 + aheadMs / 1000);
      expect(other.heard).toMatchObject([{ maxHz: 5 }]);
    });
    expect(relay.heard).toEqual([]);
  });
});
