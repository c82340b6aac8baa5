import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Server, type Socket } from 'socket.io';
import { type Socket as Client, io as connect } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { closeWhereFull } from '../../sockets/close-socket.js';
import { encodeEvent, waitingBytes } from '../../sockets/finished-bytes.js';
import { Hub } from './hub.js';

const log = pino({ level: 'silent' });
let http: HttpServer;
let io: Server;
let hub: Hub;
/** Moved by a test: how long something has waited is measured by the hub's clock. */
let later = 0;
const clients: Client[] = [];
const served = new Map<string, Socket>();

beforeEach(async () => {
  http = createServer();
  io = new Server(http, { maxHttpBufferSize: 16 * 1024 * 1024 });
  later = 0;
  hub = new Hub(log, () => performance.now() + later);
  io.on('connection', (socket) => served.set(socket.id, socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  served.clear();
  await io.close();
});

async function client(transports = ['websocket']): Promise<{ client: Client; socket: Socket; received: unknown[] }> {
  const { port } = http.address() as AddressInfo;
  const made = connect(`http://127.0.0.1:${port}`, { transports, forceNew: true });
  clients.push(made);
  const received: unknown[] = [];
  made.on('feed', (message) => received.push(message));
  await new Promise<void>((resolve) => made.on('connect', resolve));
  await eventually(() => expect(served.has(made.id ?? '')).toBe(true));
  return { client: made, socket: served.get(made.id ?? '') as Socket, received };
}

describe('the hub', () => {
  it('sends what is published to everyone in the room and format, and to nobody else', async () => {
    const [a, b, other, json] = [await client(), await client(['polling']), await client(), await client()];
    hub.join('session:1', 'rows', a.socket);
    hub.join('session:1', 'rows', b.socket);
    hub.join('session:2', 'rows', other.socket);
    hub.join('session:1', 'json', json.socket);
    hub.publish('session:1', 'rows', 'feed', JSON.stringify({ seq: 1, name: 'Müller 🏁' }));
    await eventually(() =>
      expect([a.received, b.received]).toEqual([[{ seq: 1, name: 'Müller 🏁' }], [{ seq: 1, name: 'Müller 🏁' }]]),
    );
    expect([other.received, json.received]).toEqual([[], []]);
    expect([hub.watchers('session:1', 'rows'), hub.watchers('session:1', 'json')]).toEqual([2, 1]);
  });

  it.each([10, 60_000, 70_000])('frames messages of %i characters so that clients read them', async (length) => {
    const { socket, received } = await client();
    hub.join('r', 'rows', socket);
    hub.publish('r', 'rows', 'feed', JSON.stringify({ text: 'x'.repeat(length) }));
    await eventually(() => expect(received).toEqual([{ text: 'x'.repeat(length) }]));
  });

  it('sends to all the others where the line of one throws, and goes on after it', async () => {
    const [broken, fine] = [await client(), await client()];
    hub.join('r', 'rows', broken.socket);
    hub.join('r', 'rows', fine.socket);
    const { transport } = broken.socket.conn;
    const breaks = () => {
      throw new Error('no such line');
    };
    Object.defineProperty(broken.socket.conn, 'transport', { get: breaks, configurable: true });
    hub.publish('r', 'rows', 'feed', '{"seq":1}');
    hub.publish('r', 'rows', 'feed', '{"seq":2}');
    await eventually(() => expect(fine.received).toEqual([{ seq: 1 }, { seq: 2 }]));
    Object.defineProperty(broken.socket.conn, 'transport', { value: transport, writable: true });
  });

  it('never overtakes what Socket.IO itself has still to send', async () => {
    const { client: made, socket, received } = await client();
    hub.join('r', 'rows', socket);
    made.on('other', (n) => received.push(n));
    for (let n = 0; n < 200; n++) {
      if (n % 3 === 0) socket.emit('other', n);
      else if (n % 7 === 0) socket.emit('other', Buffer.alloc(3));
      else hub.publish('r', 'rows', 'feed', JSON.stringify({ n }));
    }
    await eventually(() => expect(received).toHaveLength(200));
    const order = received.map((message, n) =>
      typeof message === 'number' ? message : ((message as { n?: number }).n ?? n),
    );
    expect(order).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it('encodes once: every socket of a room is handed the same bytes', async () => {
    const sockets = [await client(), await client()];
    const written: unknown[] = [];
    for (const { socket } of sockets) {
      hub.join('r', 'rows', socket);
      const stream = (socket.conn.transport as unknown as { socket: { _socket: { write(data: unknown): boolean } } })
        .socket._socket;
      const write = stream.write.bind(stream);
      stream.write = (data: unknown) => {
        written.push(data);
        return write(data);
      };
      await eventually(() => expect(socket.conn.transport.writable).toBe(true));
    }
    hub.publish('r', 'rows', 'feed', JSON.stringify({ seq: 1 }));
    expect(written).toHaveLength(2);
    expect(written[0]).toBe(written[1]);
  });

  it('keeps the order of messages when a room is larger than one slice', async () => {
    const members = await Promise.all(Array.from({ length: 230 }, () => client()));
    for (const { socket } of members) hub.join('r', 'rows', socket);
    for (let seq = 0; seq < 20; seq++) hub.publish('r', 'rows', 'feed', JSON.stringify({ seq }));
    const all = Array.from({ length: 20 }, (_, seq) => ({ seq }));
    await eventually(() => expect(members.every(({ received }) => received.length === 20)).toBe(true));
    for (const { received } of members) expect(received).toEqual(all);
  });

  it('sends packets without content to everyone in the room, in order, and no client notices them', async () => {
    const [socket, polling, json, other] = [await client(), await client(['polling']), await client(), await client()];
    const taken = [socket, polling, json, other].map(({ client: made }) => {
      const types: string[] = [];
      made.io.engine.on('packet', ({ type }: { type: string }) => types.push(type));
      return types;
    });
    const events: string[] = [];
    for (const { client: made } of [socket, polling, json]) made.onAny((event: string) => events.push(event));
    hub.join('r', 'rows', socket.socket);
    hub.join('r', 'rows', polling.socket);
    hub.join('r', 'json', json.socket);
    hub.publish('r', 'rows', 'feed', '1');
    hub.publishNothing('r');
    hub.publish('r', 'rows', 'feed', '2');
    hub.publish('r', 'json', 'feed', '2');
    await eventually(() => expect([socket.received, polling.received, json.received]).toEqual([[1, 2], [1, 2], [2]]));
    const [first, , third, fourth] = taken;
    expect(first?.filter((type) => type !== 'ping')).toEqual(['message', 'noop', 'message']);
    expect(taken[1]).toContain('noop');
    expect(third?.filter((type) => type !== 'ping')).toEqual(['noop', 'message']);
    expect(fourth).not.toContain('noop');
    expect(new Set(events)).toEqual(new Set(['feed']));
  });

  it('forgets a socket that leaves', async () => {
    const { socket, received } = await client();
    hub.join('r', 'rows', socket);
    hub.leave('r', socket);
    hub.publish('r', 'rows', 'feed', JSON.stringify({ seq: 1 }));
    socket.emit('feed', 'after');
    await eventually(() => expect(received).toEqual(['after']));
    expect(socket.rooms.has('r')).toBe(false);
  });
});

describe('a client that stops reading', () => {
  /** What a client's side reads from. */
  const lineOf = (of: Client) =>
    (of.io.engine as unknown as { transport: { ws: { _socket: { pause(): void; resume(): void } } } }).transport.ws
      ._socket;
  const body = 'x'.repeat(60_000);
  let published: number;
  /** Publishes at 10 Hz by the hub's clock, and lets every socket take it. */
  const publish = async (text = body) => {
    hub.publish('r', 'rows', 'feed', JSON.stringify({ n: published++, text }));
    later += 100;
    await new Promise((resolve) => setImmediate(resolve));
  };
  const numbers = (received: unknown[]) => received.map((message) => (message as { n: number }).n);
  /** Publishes until something waits for a stalled client on this side. */
  const stall = async ({ client: stalled, socket }: Awaited<ReturnType<typeof client>>) => {
    lineOf(stalled).pause();
    while (waitingBytes(socket) === 0 && published < 1_000) await publish();
    expect(waitingBytes(socket)).toBeGreaterThan(0);
  };
  beforeEach(() => {
    published = 0;
  });

  it('costs the others nothing; what waits is left alone after a while, and it gets the newest when it reads again', async () => {
    const [slow, other] = [await client(), await client()];
    for (const { socket } of [slow, other]) hub.join('r', 'rows', socket);
    await stall(slow);
    const waits = waitingBytes(slow.socket);
    // A feed as thin as a real one: not the bytes that wait are too many, but the time that they have waited.
    while (hub.skippedTotal === 0 && published < 2_000) await publish('');
    const held = waitingBytes(slow.socket);
    expect(held - waits).toBeLessThan(10_000);
    for (let n = 0; n < 50; n++) await publish('');
    expect(waitingBytes(slow.socket)).toBe(held);
    expect(hub.skippedTotal).toBe(51);
    lineOf(slow.client).resume();
    await eventually(() => expect(waitingBytes(slow.socket)).toBe(0));
    const next = published;
    await publish('');
    await eventually(() => expect(numbers(slow.received).at(-1)).toBe(next));
    // All up to where it was skipped, in order, and then the newest: the hole is where it asks.
    const before = next - 51;
    expect(numbers(slow.received)).toEqual([...Array.from({ length: before }, (_, n) => n), next]);
    await eventually(() => expect(numbers(other.received)).toEqual(Array.from({ length: published }, (_, n) => n)));
  });

  it('and does not read again is closed with its code, and what waited for it is dropped', async () => {
    const [slow, other] = [await client(), await client()];
    for (const { socket } of [slow, other]) hub.join('r', 'rows', socket);
    await stall(slow);
    const reasons: string[] = [];
    slow.socket.on('disconnect', (reason) => reasons.push(reason));
    while (slow.socket.connected && published < 2_000) await publish('');
    expect(slow.socket.data).toEqual({ closedBecause: 'slow_consumer' });
    expect(reasons).toEqual(['server namespace disconnect']);
    // Long before its heartbeat would have failed.
    await eventually(() => expect(waitingBytes(slow.socket)).toBe(0));
    await eventually(() => expect(numbers(other.received)).toEqual(Array.from({ length: published }, (_, n) => n)));
    lineOf(slow.client).resume();
  });

  it('and asks on and on is closed when too much waits for it', async () => {
    const { client: greedy, socket } = await client();
    socket.on('whole', (answer: (text: string) => void) => {
      answer(body);
      closeWhereFull(socket);
    });
    lineOf(greedy).pause();
    const ask = () => greedy.emit('whole', () => undefined);
    await eventually(() => {
      for (let n = 0; n < 20; n++) ask();
      expect(socket.connected).toBe(false);
    });
    expect(socket.data).toEqual({ closedBecause: 'slow_consumer' });
    lineOf(greedy).resume();
  });
});

it('an encoded event is the same text for every transport', () => {
  const { packet, frame } = encodeEvent('feed', JSON.stringify({ a: 1 }));
  expect(packet).toBe('2["feed",{"a":1}]');
  expect(frame.subarray(2).toString()).toBe(`4${packet}`);
});
