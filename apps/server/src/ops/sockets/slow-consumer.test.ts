import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Server, type Socket } from 'socket.io';
import { type Socket as Client, io as connect } from 'socket.io-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { Hub } from '../../edge/hub/hub.js';
import { closeSocket } from '../../sockets/close-socket.js';
import { Taps } from '../../taps.js';
import { listenToFanOut } from '../listening.js';
import { OpsFigures } from '../ops-figures.js';
import { findSockets } from './find-sockets.js';
import { listenToSockets } from './socket-events.js';

let http: HttpServer;
let io: Server;
let hub: Hub;
let figures: OpsFigures;
/** Moved by the test: being closed for slowness takes 20 s. */
let later = 0;
const now = () => performance.now() + later;
const clients: Client[] = [];

beforeEach(async () => {
  later = 0;
  http = createServer();
  io = new Server(http, { pingInterval: 50 });
  const taps = new Taps();
  hub = new Hub(pino({ level: 'silent' }), now, taps);
  figures = new OpsFigures(now);
  listenToFanOut({ taps, clock: { now } }, figures);
  listenToSockets(io, figures);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  figures.loop.close();
  await io.close();
});

async function viewer(): Promise<{ client: Client; socket: Socket; heard: number[] }> {
  const { port } = http.address() as AddressInfo;
  const client = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
  clients.push(client);
  const heard: number[] = [];
  client.on('feed', ({ n }: { n: number }) => heard.push(n));
  await new Promise<void>((resolve) => client.on('connect', resolve));
  const socket = io.sockets.sockets.get(client.id ?? '') as Socket;
  hub.join('session:sess_a', 'rows', socket);
  return { client, socket, heard };
}

/** The stream that a viewer's side reads from. */
function streamOf(client: Client): { pause(): void; destroy(): void } {
  const { transport } = client.io.engine as unknown as { transport: { ws: { _socket: ReturnType<typeof streamOf> } } };
  return transport.ws._socket;
}

const rowsOf = (state: 'open' | 'closed') =>
  findSockets(figures.sockets, { state, sort: 'bufferedPackets', limit: 10 }).sockets;

it('a viewer that stops reading is seen, skipped and closed with its code, and the others lose nothing', async () => {
  const [slow, other] = [await viewer(), await viewer()];
  const slowId = slow.socket.id;
  const line = streamOf(slow.client);
  line.pause();
  const body = 'x'.repeat(60_000);
  let published = 0;
  const publish = async () => {
    hub.publish('session:sess_a', 'rows', 'feed', JSON.stringify({ n: published++, body }));
    await new Promise((resolve) => setImmediate(resolve));
  };
  while ((figures.sockets.get(slowId)?.skippedTotal ?? 0) === 0 && published < 1_000) await publish();
  const [worst, good] = rowsOf('open');
  expect(worst).toMatchObject({ socketId: slowId, joinedRooms: ['session:sess_a'], skippedTotal: 1 });
  expect(worst?.bufferedPackets).toBeGreaterThan(5);
  expect(good).toMatchObject({ socketId: other.socket.id, skippedTotal: 0 });
  later = 20_000;
  await publish();
  await publish();
  await eventually(() => expect(rowsOf('closed')).toHaveLength(1));
  expect(rowsOf('closed')[0]).toMatchObject({ socketId: slowId, closed: { code: 'slow_consumer' } });
  const told = figures.events.newest({ type: 'socket', limit: 20 }).events;
  expect(told.filter(({ event }) => event === 'slow_consumer').reverse()).toMatchObject([
    { socketId: slowId, isClosed: false },
    { socketId: slowId, isClosed: true },
  ]);
  expect(told.find(({ event }) => event === 'disconnect')).toMatchObject({ socketId: slowId, code: 'slow_consumer' });
  await eventually(() => expect(other.heard).toEqual(Array.from({ length: published }, (_, n) => n)));
  expect(figures.sockets.get(other.socket.id)?.skippedTotal).toBe(0);
  line.destroy();
});

it('how long a round trip takes is known from the heartbeat', async () => {
  const { socket } = await viewer();
  await eventually(() => expect(figures.sockets.get(socket.id)?.rttMs).toBeGreaterThan(0));
});

it('those that are closed for another reason have that one’s code', async () => {
  const { client, socket } = await viewer();
  closeSocket(socket, 'token_revoked');
  client.disconnect();
  await eventually(() => expect(rowsOf('closed')).toMatchObject([{ closed: { code: 'token_revoked' } }]));
});

it('a client that comes and goes over one line leaves nothing on it', async () => {
  const { client, socket } = await viewer();
  // Another namespace keeps the line open.
  const other = client.io.socket('/relay');
  await eventually(() => expect(other.connected).toBe(true));
  const line = socket.conn as unknown as NodeJS.EventEmitter;
  const listeners = () => line.listenerCount('packet') + line.listenerCount('packetCreate');
  const before = listeners();
  for (let times = 1; times <= 3; times++) {
    client.disconnect();
    await eventually(() => expect(rowsOf('closed')).toHaveLength(times));
    client.connect();
    await eventually(() => expect(rowsOf('open')).toHaveLength(2));
  }
  expect(listeners()).toBe(before);
  other.disconnect();
});
