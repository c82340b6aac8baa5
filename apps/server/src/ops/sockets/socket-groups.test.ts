import { describe, expect, it } from 'vitest';
import { socketGroups } from './socket-groups.js';
import { SocketRegistry } from './socket-registry.js';
import { seenSocket } from './testing/seen-sockets.js';

interface Standing {
  readonly role?: string;
  readonly rooms?: readonly string[];
  readonly waiting?: number;
  readonly bytes?: number;
}

function deps() {
  let now = 1_000_000;
  const sockets = new SocketRegistry(() => now);
  let made = 0;
  const add = ({ role = 'dashboard', rooms = [], waiting = 0, bytes = 0 }: Standing = {}) => {
    made += 1;
    const id = `socket-${made}`;
    const socket = seenSocket(id, role, rooms, { waitingPackets: waiting, waitingBytes: bytes });
    const connection = Object.assign(sockets.add(socket, null), { socket });
    if (rooms.length > 0) sockets.joined(id);
    return connection;
  };
  return {
    sockets,
    add,
    pass: (ms: number) => {
      now += ms;
    },
    look: () => socketGroups(sockets, () => 30_000, now),
    now: () => now,
  };
}

describe('groups of sockets', () => {
  it('count those whose beats stopped, or say that they are slow or behind, and then nothing else of them', async () => {
    const { sockets, add, look, pass } = deps();
    const room = { rooms: ['session:sess_a'] };
    const [dead, slow, good] = [add({ ...room, waiting: 50 }), add({ ...room, waiting: 50 }), add(room)];
    add({ ...room, waiting: 50 });
    const beat = ({ socket }: typeof dead, rttMs: number) => sockets.beat(socket.id, null, rttMs, false);
    beat(dead, 20);
    const began = sockets.attentiveSince;
    for (let halves = 1; halves <= 12; halves += 1) {
      pass(500);
      // The server reads all the while.
      expect(sockets.attentiveSince).toBe(began);
      if (halves % 4 !== 0) continue;
      beat(slow, 3_000);
      beat(good, 20);
    }
    const [group] = await look();
    expect(group).toMatchObject({ count: 4, buffered: 1 });
    expect(group?.beats).toEqual({
      count: 3,
      answering: 2,
      dead: { count: 1, socketIds: [dead.socket.id], worstMs: 6_000 },
      slow: { count: 1, socketIds: [slow.socket.id], worstMs: 3_000 },
      behind: { count: 0, socketIds: [], worstMs: 0 },
    });
    expect(sockets.look(dead)).toMatchObject({ beats: 'dead', beatAgeMs: 6_000, rttMs: 20 });
    // It has connected again: its old connection is nobody's any more.
    add(room);
    expect((await look())[0]).toMatchObject({ count: 4, beats: { count: 2, dead: { count: 0 } } });
    // Of what came while the server did not read, it says nothing.
    pass(20_000);
    expect((await look())[0]?.beats?.dead.count).toBe(0);
    sockets.close();
  });

  it('count those for which much waits in the transport alone, and those in no room that have a right anyway', async () => {
    const { sockets, add, look, pass } = deps();
    const waits = add({ rooms: ['session:sess_a'], bytes: 200_000 });
    add({ role: 'overlay' });
    Object.assign(add({ role: 'overlay' }), { seesUnpublished: true });
    pass(10_000);
    const groups = await look();
    expect(groups.find(({ room }) => room === 'live')).toMatchObject({ buffered: 1, worstWaitingBytes: 200_000 });
    expect(groups.find(({ room }) => room === 'none')).toMatchObject({ idle: 2, idleWithRight: 1 });
    expect(sockets.look(waits)).toMatchObject({ bufferedPackets: 0, waitingBytes: 200_000 });
    sockets.close();
  });

  it('are by role, session and room, with outputs of an extra delay among their session’s', async () => {
    const { add, look } = deps();
    add({ rooms: ['session:sess_a'] });
    add({ rooms: ['session:sess_a', 'session:sess_a:car:7'] });
    add({ role: 'overlay', rooms: ['broadcast:session:sess_a:plus:500'] });
    add({ role: 'public', rooms: ['broadcast:session:sess_a', 'broadcast:session:sess_b'] });
    add({ role: 'ops' });
    const groups = (await look()).map(({ role, sessionId, room, count }) => [role, sessionId, room, count]);
    expect(groups).toEqual(
      expect.arrayContaining([
        ['dashboard', 'sess_a', 'live', 2],
        ['overlay', 'sess_a', 'broadcast', 1],
        ['public', 'sess_a', 'broadcast', 1],
        ['public', 'sess_b', 'broadcast', 1],
        ['ops', null, 'none', 1],
      ]),
    );
    expect(groups).toHaveLength(5);
  });

  it('tell who has joined nothing for ten seconds, who had, and whose join was refused', async () => {
    const { add, look, pass, sockets } = deps();
    add();
    const refused = add();
    refused.refusedJoin = 'forbidden';
    const left = add({ rooms: ['session:sess_a'] });
    (left.socket.rooms as Set<string>).delete('session:sess_a');
    sockets.left(left.socket.id);
    pass(9_999);
    expect(await look()).toMatchObject([{ count: 3, idle: 0 }]);
    pass(1);
    expect(await look()).toMatchObject([{ idle: 3, left: 1, refused: { forbidden: 1 } }]);
  });

  it('tell who is behind: what waits, what was left out, and what was last shown, with the delay of the room', async () => {
    const { add, look, pass, now } = deps();
    const late = add({ rooms: ['session:sess_a'], waiting: 40 });
    const fresh = add({ rooms: ['session:sess_a'] });
    const aired = add({ role: 'public', rooms: ['broadcast:session:sess_a'] });
    expect((await look()).map(({ stale }) => stale)).toEqual([0, 0]);
    pass(20_000);
    late.skippedAt = now() - 1_000;
    fresh.newestAt = now() - 100;
    aired.newestAt = now() - 33_000;
    const groups = await look();
    expect(groups.find(({ room }) => room === 'live')).toMatchObject({
      count: 2,
      buffered: 1,
      slow: 1,
      stale: 1,
      worstBufferedPackets: 40,
      worstSocketIds: [late.socket.id],
    });
    expect(groups.find(({ room }) => room === 'broadcast')).toMatchObject({ stale: 0, worstSocketIds: [] });
    aired.newestAt = now() - 37_000;
    expect((await look()).find(({ room }) => room === 'broadcast')).toMatchObject({ stale: 1, worstAgeMs: 37_000 });
  });

  it('of ten thousand let others in between', async () => {
    const { add, look } = deps();
    for (let i = 0; i < 10_000; i++) add({ rooms: ['session:sess_a'] });
    let turns = 0;
    const turn = () => {
      turns += 1;
      immediate = setImmediate(turn);
    };
    let immediate = setImmediate(turn);
    const groups = await look();
    clearImmediate(immediate);
    expect(groups).toMatchObject([{ count: 10_000, socketIds: { length: 5 } }]);
    expect(turns).toBeGreaterThan(1);
  });
});
