import fc from 'fast-check';
import { pino } from 'pino';
import type { Socket } from 'socket.io';
import { expect, it } from 'vitest';
import { Hub } from './hub.js';
import { A_TURN } from './send-turns.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('no turn of the event loop serves more than 200 sockets, however many rooms have messages', async () => {
  const rooms = fc.array(fc.integer({ min: 1, max: 450 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(rooms, async (sizes) => {
      const hub = new Hub(pino({ level: 'silent' }), () => 0);
      const written: string[] = [];
      sizes.forEach((size, room) => {
        for (let n = 0; n < size; n++) {
          const write = (packet: string) => written.push(packet);
          const conn = { readyState: 'open', writeBuffer: [], transport: {}, write };
          const socket = { id: `${room}/${n}`, connected: true, conn, join: () => undefined, leave: () => undefined };
          hub.join(`room ${room}`, 'rows', socket as unknown as Socket);
        }
      });
      sizes.forEach((_, room) => {
        hub.publish(`room ${room}`, 'rows', 'feed', JSON.stringify({ room }));
      });
      const all = sizes.reduce((sum, size) => sum + size, 0);
      for (let before = 0; before < all; ) {
        expect(written.length - before).toBeLessThanOrEqual(A_TURN);
        before = written.length;
        await turn();
      }
      sizes.forEach((size, room) => {
        expect(written.filter((packet) => packet === `2["feed",{"room":${room}}]`)).toHaveLength(size);
      });
      expect(written).toHaveLength(all);
    }),
    { numRuns: 30 },
  );
});

it('a socket hears of its own cars and of its session in the order in which both were sent', async () => {
  const hub = new Hub(pino({ level: 'silent' }), () => 0);
  const heard: string[] = [];
  for (let n = 0; n < A_TURN + 1; n++) {
    const write = (packet: string) => void (n === A_TURN && heard.push(packet));
    const conn = { readyState: 'open', writeBuffer: [], transport: {}, write };
    const socket = { id: `${n}`, connected: true, conn, join: () => undefined, leave: () => undefined };
    hub.join('session:s', 'rows', socket as unknown as Socket);
    if (n === A_TURN) hub.join('session:s:car:7', 'json', socket as unknown as Socket);
  }
  for (let n = 0; n < 5; n++) {
    hub.publish('session:s', 'rows', 'feed', String(n));
    hub.publish('session:s:car:7', 'json', 'own', String(n));
  }
  for (let turns = 0; turns < 7; turns++) await turn();
  expect(heard).toEqual([0, 1, 2, 3, 4].flatMap((n) => [`2["feed",${n}]`, `2["own",${n}]`]));
});
