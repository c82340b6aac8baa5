import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Server, type Socket } from 'socket.io';
import { type Socket as Client, io as connect } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeEvent } from './finished-bytes.js';
import { Hub } from './hub.js';
import { guardOversize, MAX_TEXT_MESSAGE, refusalOf } from './oversize-guard.js';

const log = pino({ level: 'silent' });
let http: HttpServer;
let io: Server;
let hub: Hub;
const clients: Client[] = [];
const served = new Map<string, Socket>();

beforeEach(async () => {
  http = createServer();
  io = new Server(http, { maxHttpBufferSize: 16 * 1024 * 1024 });
  guardOversize(io, log);
  hub = new Hub(log, () => performance.now());
  io.on('connection', (socket) => served.set(socket.id, socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  served.clear();
  await io.close();
});

async function client(transports = ['websocket']): Promise<{ client: Client; socket: Socket; heard: unknown[] }> {
  const { port } = http.address() as AddressInfo;
  const made = connect(`http://127.0.0.1:${port}`, { transports, forceNew: true });
  clients.push(made);
  const heard: unknown[] = [];
  made.on('feed', (message) => heard.push(message));
  await new Promise<void>((resolve) => made.on('connect', resolve));
  await vi.waitFor(() => expect(served.has(made.id ?? '')).toBe(true));
  return { client: made, socket: served.get(made.id ?? '') as Socket, heard };
}

describe('the hub', () => {
  it('sends what is published to everyone in the room and format, and to nobody else', async () => {
    const [a, b, other, json] = [await client(), await client(['polling']), await client(), await client()];
    hub.join('session:1', 'rows', a.socket);
    hub.join('session:1', 'rows', b.socket);
    hub.join('session:2', 'rows', other.socket);
    hub.join('session:1', 'json', json.socket);
    hub.publish('session:1', 'rows', 'feed', JSON.stringify({ seq: 1, name: 'Müller 🏁' }));
    await vi.waitFor(() =>
      expect([a.heard, b.heard]).toEqual([[{ seq: 1, name: 'Müller 🏁' }], [{ seq: 1, name: 'Müller 🏁' }]]),
    );
    expect([other.heard, json.heard]).toEqual([[], []]);
    expect([hub.watchers('session:1', 'rows'), hub.watchers('session:1', 'json')]).toEqual([2, 1]);
  });

  it.each([10, 60_000, 70_000])('frames messages of %i characters so that clients read them', async (length) => {
    const { socket, heard } = await client();
    hub.join('r', 'rows', socket);
    hub.publish('r', 'rows', 'feed', JSON.stringify({ text: 'x'.repeat(length) }));
    await vi.waitFor(() => expect(heard).toEqual([{ text: 'x'.repeat(length) }]));
  });

  it('never overtakes what Socket.IO itself has still to send', async () => {
    const { client: made, socket, heard } = await client();
    hub.join('r', 'rows', socket);
    made.on('other', (n) => heard.push(n));
    for (let n = 0; n < 200; n++) {
      if (n % 3 === 0) socket.emit('other', n);
      else if (n % 7 === 0) socket.emit('other', Buffer.alloc(3));
      else hub.publish('r', 'rows', 'feed', JSON.stringify({ n }));
    }
    await vi.waitFor(() => expect(heard).toHaveLength(200));
    const order = heard.map((message, n) =>
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
      await vi.waitFor(() => expect(socket.conn.transport.writable).toBe(true));
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
    await vi.waitFor(() => expect(members.every(({ heard }) => heard.length === 20)).toBe(true), { timeout: 10_000 });
    for (const { heard } of members) expect(heard).toEqual(all);
  });

  it('forgets a socket that leaves', async () => {
    const { socket, heard } = await client();
    hub.join('r', 'rows', socket);
    hub.leave('r', socket);
    hub.publish('r', 'rows', 'feed', JSON.stringify({ seq: 1 }));
    socket.emit('feed', 'after');
    await vi.waitFor(() => expect(heard).toEqual(['after']));
    expect(socket.rooms.has('r')).toBe(false);
  });
});

describe('an oversized message', () => {
  it('is answered with an error that says how large it was, and harms nobody else', async () => {
    const [big, other] = [await client(), await client()];
    let parsed = 0;
    big.socket.on('anything', () => parsed++);
    const answer = await big.client.emitWithAck('anything', 'x'.repeat(10 * 1024 * 1024));
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'too_large', message: expect.stringContaining('Send less') },
    });
    expect(parsed).toBe(0);
    hub.join('r', 'rows', other.socket);
    hub.publish('r', 'rows', 'feed', JSON.stringify({ seq: 1 }));
    await vi.waitFor(() => expect(other.heard).toEqual([{ seq: 1 }]));
    expect(big.client.connected).toBe(true);
  });

  it('is answered in its own namespace, and only where an acknowledgement was asked for', () => {
    expect(refusalOf('2/relay,7["x"]')).toMatch(/^3\/relay,7\[\{"ok":false/);
    expect(refusalOf('212["x"]')).toMatch(/^312\[/);
    expect(refusalOf('2["x"]')).toBeNull();
    expect(refusalOf(`0${'x'.repeat(MAX_TEXT_MESSAGE)}`)).toBeNull();
  });
});

it('an encoded event is the same text for every transport', () => {
  const { packet, frame } = encodeEvent('feed', JSON.stringify({ a: 1 }));
  expect(packet).toBe('2["feed",{"a":1}]');
  expect(frame.subarray(2).toString()).toBe(`4${packet}`);
});
