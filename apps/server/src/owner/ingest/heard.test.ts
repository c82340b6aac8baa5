import type { Socket } from 'socket.io';
import { expect, it } from 'vitest';
import { Heard } from './heard.js';

it('a connection was heard last at its newest packet, or while bytes of a long one come', () => {
  let now = 1_000;
  let packet = () => {};
  const net = { bytesRead: 100 };
  const conn = { request: { socket: net }, on: (_event: 'packet', listener: () => void) => (packet = listener) };
  const heard = new Heard({ conn } as unknown as Socket, () => now);
  const look = (at: number) => {
    now = at;
    return heard.at;
  };
  expect(look(1_500)).toBe(1_000);
  now = 3_000;
  net.bytesRead = 200;
  packet();
  // The bytes of that packet say nothing new.
  expect(look(4_000)).toBe(3_000);
  net.bytesRead = 250;
  expect(look(8_000)).toBe(8_000);
  expect(look(20_000)).toBe(8_000);
});
