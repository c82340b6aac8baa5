import { pino } from 'pino';
import type { Socket } from 'socket.io';
import { expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { answerCall } from '../../sockets/calls.js';
import { CLOSE_ABOVE_BYTES } from '../../sockets/close-socket.js';
import { VIEWER_CALLS } from './viewer-calls.js';

/** A connection for which a number of bytes wait, and what it says. */
function connection(waiting: number) {
  let hear: (...args: unknown[]) => void = () => undefined;
  const socket = {
    id: 'x',
    connected: true,
    data: {},
    emit: vi.fn(),
    conn: { writeBuffer: [{ data: 'x'.repeat(waiting) }], transport: {} },
    on: (_event: string, listener: typeof hear) => {
      hear = listener;
    },
    disconnect: () => {
      socket.connected = false;
    },
  };
  const log = pino({ level: 'silent' });
  answerCall(socket as unknown as Socket, VIEWER_CALLS.leave, { log }, ({ sessionId }) => ({ sessionId }));
  const call = (input: unknown) => new Promise((acknowledge) => hear(input, acknowledge));
  return { socket, call };
}

it.each([
  ['is granted', { sessionId: 'sess_a' }, true],
  ['is refused', {}, false],
])('a client that does not read is closed by a call of its own, also where that %s', async (_, input, ok) => {
  const reads = connection(CLOSE_ABOVE_BYTES);
  expect(await reads.call(input)).toMatchObject({ ok });
  expect(reads.socket.connected).toBe(true);
  const { socket, call } = connection(CLOSE_ABOVE_BYTES + 1);
  expect(await call(input)).toMatchObject({ ok });
  await eventually(() => expect(socket.connected).toBe(false));
  expect(socket.emit).toHaveBeenCalledWith('session:closed', { reason: 'slow_consumer' });
});
