import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Server, type Socket } from 'socket.io';
import { type Socket as Client, io as connect } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { OpsFigures } from '../../ops/ops-figures.js';
import { listenToSockets } from '../../ops/sockets/socket-events.js';
import { Hub } from '../hub/hub.js';
import { RoomSweep } from './room-sweep.js';

const log = pino({ level: 'silent' });
let http: HttpServer;
let io: Server;
let hub: Hub;
let figures: OpsFigures;
let sweep: RoomSweep;
/** What viewers have joined, by socket id and room. */
let joined: Map<string, Map<string, { room: string; sessionId: string; format: 'rows' | 'json' }>>;
const clients: Client[] = [];
const sessions = new Set(['sess_a', 'sess_b']);

function sweepOf(): RoomSweep {
  return new RoomSweep(
    {
      namespace: io.of('/'),
      hub,
      log,
      viewers: {
        roomsOf: (socketId) => joined.get(socketId)?.values() ?? [],
        isIn: (socketId, _, room) => joined.get(socketId)?.has(room) ?? false,
      },
      hasSession: (sessionId) => sessions.has(sessionId),
      now: () => 1,
      onLeave: (room, socketId, reason) => figures.events.note('leave', { room, socketId, reason }),
    },
    figures.moves,
  );
}

beforeEach(async () => {
  joined = new Map();
  http = createServer();
  io = new Server(http);
  hub = new Hub(log, () => 1);
  figures = new OpsFigures(() => 1);
  listenToSockets(io, figures);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  sweep = sweepOf();
});
afterEach(async () => {
  sweep.close();
  for (const client of clients.splice(0)) client.disconnect();
  figures.loop.close();
  await io.close();
});

async function viewer(): Promise<Socket> {
  const { port } = http.address() as AddressInfo;
  const client = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
  clients.push(client);
  await new Promise<void>((resolve) => client.on('connect', resolve));
  const socket = io.sockets.sockets.get(client.id ?? '') as Socket;
  joined.set(socket.id, new Map());
  return socket;
}
/** Joins a room as the gateway does. */
function join(socket: Socket, room: string): void {
  const sessionId = /sess_\w+/.exec(room)?.[0] ?? '';
  joined.get(socket.id)?.set(room, { room, sessionId, format: 'rows' });
  hub.join(room, 'rows', socket);
}
const leaves = () =>
  figures.events.newest({ type: 'socket', limit: 50 }).events.filter(({ event }) => event === 'leave');

describe('the sweep of rooms', () => {
  it('finds nothing wrong where nothing is, and counts what there is and who came and went', async () => {
    const [one, two] = [await viewer(), await viewer()];
    join(one, 'session:sess_a');
    join(two, 'session:sess_a');
    join(two, 'broadcast:session:sess_b');
    await two.join('director:local');
    hub.leave('broadcast:session:sess_b', two);
    joined.get(two.id)?.delete('broadcast:session:sess_b');
    await sweep.sweep();
    expect(sweep.found).toEqual({
      rooms: 2,
      memberships: 3,
      joins: 4,
      leaves: 1,
      sweptAt: 1,
      leaked: [],
      leakedCount: 0,
      repairedTotal: 0,
    });
  });

  it('takes sockets that are gone out of rooms and hub, and says so', async () => {
    const socket = await viewer();
    join(socket, 'session:sess_a');
    // Gone, without anybody having been told: what a handler that throws leaves behind.
    const { adapter, sockets } = io.of('/');
    sockets.delete(socket.id);
    adapter.addAll('ghost', new Set(['session:sess_a']));
    await sweep.sweep();
    expect(adapter.rooms.get('session:sess_a')).toBeUndefined();
    expect([...adapter.sids.keys()]).toEqual([]);
    expect([...hub.rooms()]).toEqual([]);
    expect(sweep.found.leaked).toEqual(
      expect.arrayContaining([
        { room: 'session:sess_a', socketId: socket.id, because: 'its socket is gone' },
        { room: 'session:sess_a', socketId: 'ghost', because: 'its socket is gone' },
      ]),
    );
    expect(leaves().map(({ reason }) => reason)).toContain('swept: its socket is gone');
    const { repairedTotal } = sweep.found;
    await sweep.sweep();
    expect(sweep.found).toMatchObject({ leaked: [], leakedCount: 0, repairedTotal });
  });

  it.each([
    ['sess_gone', 'its session is gone'],
    ['sess_b', 'it has not joined it'],
  ])('takes a socket out of a room of %s where %s', async (sessionId, because) => {
    const socket = await viewer();
    join(socket, 'session:sess_a');
    const room = `broadcast:session:${sessionId}`;
    hub.join(room, 'json', socket);
    if (sessionId === 'sess_gone') joined.get(socket.id)?.set(room, { room, sessionId, format: 'json' });
    const heard: unknown[] = [];
    clients[0]?.on('feed', (message) => heard.push(message));
    await sweep.sweep();
    expect(sweep.found.leaked[0]).toEqual({ room, socketId: socket.id, because });
    expect([...socket.rooms]).toEqual([socket.id, 'session:sess_a']);
    hub.publish(room, 'json', 'feed', '{"n":1}');
    hub.publish('session:sess_a', 'rows', 'feed', '{"n":2}');
    await eventually(() => expect(heard).toEqual([{ n: 2 }]));
  });

  it('puts one that has fallen out of a room that it has joined back into it', async () => {
    const socket = await viewer();
    join(socket, 'session:sess_a');
    hub.leave('session:sess_a', socket);
    await sweep.sweep();
    expect(sweep.found.leaked).toEqual([
      { room: 'session:sess_a', socketId: socket.id, because: 'it had lost its membership' },
    ]);
    expect(hub.isMember('session:sess_a', socket)).toBe(true);
    expect(socket.rooms.has('session:sess_a')).toBe(true);
  });

  it('repairs what the hub alone has left over', async () => {
    const socket = await viewer();
    hub.join('session:sess_a', 'rows', socket);
    await socket.leave('session:sess_a');
    await sweep.sweep();
    expect(hub.isMember('session:sess_a', socket)).toBe(false);
    expect(leaves()[0]).toMatchObject({ socketId: socket.id, reason: 'it has not joined it' });
  });

  it('lets sockets leave and come while it is under way, and reports none of them', async () => {
    const rooms = Array.from({ length: 20_000 }, (_, n) => `broadcast:session:sess_a:plus:${n}`);
    const [leaver, comer] = [await viewer(), await viewer()];
    for (const room of rooms) join(leaver, room);
    const under = sweep.sweep();
    // In each turn that the sweep leaves to others some move, from both ends.
    for (const left = [...rooms]; left.length > 0; ) {
      for (const room of [...left.splice(0, 500), ...left.splice(-500)]) {
        joined.get(leaver.id)?.delete(room);
        hub.leave(room, leaver);
        join(comer, room);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await under;
    expect(sweep.found).toMatchObject({ sweptAt: 1, leaked: [], repairedTotal: 0 });
    expect(rooms.some((room) => hub.isMember(room, leaver))).toBe(false);
    expect(rooms.every((room) => hub.isMember(room, comer))).toBe(true);
  });

  it('looks every 10 s by itself, and no more once it is closed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      sweep.close();
      sweep = sweepOf();
      vi.advanceTimersByTime(9_000);
      expect(sweep.found.sweptAt).toBeNull();
      vi.advanceTimersByTime(1_000);
      await eventually(() => expect(sweep.found.sweptAt).toBe(1));
      sweep.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets the event loop go on between its slices, and two that are asked for at once are one', async () => {
    const { adapter } = io.of('/');
    for (let n = 0; n < 20_000; n++) adapter.addAll(`ghost${n}`, new Set(['session:sess_a']));
    let turns = 0;
    let isDone = false;
    const turn = () => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await Promise.all([sweep.sweep(), sweep.sweep()]);
    isDone = true;
    expect(turns).toBeGreaterThan(1);
    expect(sweep.found.repairedTotal).toBeGreaterThanOrEqual(20_000);
    expect(sweep.found.leaked).toHaveLength(50);
    expect(adapter.sids.size).toBe(0);
  });
});
