import fc from 'fast-check';
import { pino } from 'pino';
import type { Socket } from 'socket.io';
import { expect, it } from 'vitest';
import { Hub } from './hub.js';

/** Sockets that one turn of the event loop serves at most. */
const A_TURN = 200;
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
      // One that takes more than a turn, so that the others wait behind it.
      for (let n = 0; n < A_TURN + 1; n++) {
        const conn = { readyState: 'open', writeBuffer: [], transport: {}, write: () => written.push('first') };
        const socket = { id: `first/${n}`, connected: true, conn, join: () => undefined, leave: () => undefined };
        hub.join('first', 'rows', socket as unknown as Socket);
      }
      hub.publish('first', 'rows', 'feed', '{}');
      sizes.forEach((_, room) => {
        hub.publish(`room ${room}`, 'rows', 'feed', JSON.stringify({ room }));
      });
      const all = sizes.reduce((sum, size) => sum + size, A_TURN + 1);
      for (let before = 0; before < all; ) {
        expect(written.length - before).toBeLessThanOrEqual(A_TURN);
        before = written.length;
        await turn();
      }
      const order = ['first', ...sizes.map((_, room) => `2["feed",{"room":${room}}]`)];
      expect([...new Set(written)]).toEqual(order);
      expect(written).toHaveLength(all);
    }),
    { numRuns: 30 },
  );
});
