import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CursorError, findSockets } from './find-sockets.js';
import { SOCKET_FIGURES, SocketRegistry } from './socket-registry.js';
import { seenSocket } from './testing/seen-sockets.js';

/** A connection that does nothing. */
it('pages give every socket that fits once, in the order asked for, whatever the figures are', () => {
  const socket = fc.record({
    skipped: fc.nat(5),
    rttMs: fc.option(fc.nat(5), { nil: null }),
    role: fc.constantFrom('overlay', 'dashboard'),
    room: fc.constantFrom('a', 'b'),
  });
  fc.assert(
    fc.property(fc.array(socket, { maxLength: 40 }), fc.integer({ min: 1, max: 10 }), (made, limit) => {
      const registry = new SocketRegistry(() => 1);
      for (const [n, { skipped, rttMs, role, room }] of made.entries()) {
        const added = registry.add(seenSocket(`s${n}`, role, [room]), null);
        added.skippedTotal = skipped;
        added.rttMs = rttMs;
      }
      for (const sort of SOCKET_FIGURES) {
        const seen: { socketId: string; figure: number }[] = [];
        let cursor: string | null | undefined;
        do {
          const query = { state: 'open' as const, sort, limit, role: 'overlay', room: 'a' };
          const page = findSockets(registry, cursor == null ? query : { ...query, cursor });
          seen.push(...page.sockets.map((each) => ({ socketId: each.socketId, figure: each[sort] ?? -1 })));
          cursor = page.cursor;
        } while (cursor !== null);
        const wanted = made.flatMap(({ role, room }, n) => (role === 'overlay' && room === 'a' ? [`s${n}`] : []));
        expect(seen.map(({ socketId }) => socketId).sort()).toEqual(wanted.sort());
        expect(seen.map(({ figure }) => figure)).toEqual(seen.map(({ figure }) => figure).sort((a, b) => b - a));
      }
    }),
    { numRuns: 50 },
  );
});

it('sockets are found by the session of any room that they are in, and those that are gone by why', () => {
  const registry = new SocketRegistry(() => 1);
  const rooms = [
    'session:s1',
    'session:s1:car:7',
    'broadcast:session:s1',
    'broadcast:session:s1:plus:500',
    'session:s12',
  ];
  for (const [n, room] of rooms.entries()) registry.add(seenSocket(`open${n}`, 'overlay', [room]), null);
  const gone = (id: string, room: string, closedBecause?: string) => {
    const added = registry.add(seenSocket(id, 'overlay', [room]), null);
    registry.gone(added, [room], 'transport close', closedBecause);
  };
  gone('slow', 'session:s1', 'slow_consumer');
  gone('left', 'session:s1');
  gone('other', 'session:s2', 'slow_consumer');
  const ids = (query: object, state: 'open' | 'closed') =>
    findSockets(registry, { state, sort: 'connectedAt', limit: 10, ...query }).sockets.map(({ socketId }) => socketId);
  expect(ids({ sessionId: 's1' }, 'open')).toEqual(['open0', 'open1', 'open2', 'open3']);
  expect(ids({ code: 'slow_consumer' }, 'open')).toEqual([]);
  expect(ids({ code: 'slow_consumer' }, 'closed')).toEqual(['other', 'slow']);
  expect(ids({ sessionId: 's1' }, 'closed')).toEqual(['left', 'slow']);
  expect(ids({ sessionId: 's1', code: 'client_gone' }, 'closed')).toEqual(['left']);
});

it('a cursor that nobody was given is refused', () => {
  const registry = new SocketRegistry(() => 1);
  for (const cursor of ['x', '', 'bnVsbA', 'WzEsMl0'])
    expect(() => findSockets(registry, { state: 'open', sort: 'rttMs', limit: 1, cursor })).toThrow(CursorError);
});
