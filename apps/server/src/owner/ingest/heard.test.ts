import type { Socket } from 'socket.io';
import { expect, it } from 'vitest';
import { Heard } from './heard.js';

it('a connection was heard last at its newest packet, or while bytes of a long one come', () => {
  let now = 1_000;
  let packet: (packet: { readonly type: string }) => void = () => {};
  const net = { bytesRead: 100 };
  const conn = { request: { socket: net }, on: (_event: 'packet', listener: typeof packet) => (packet = listener) };
  const heard = new Heard({ conn, handshake: { headers: {} } } as unknown as Socket, () => now);
  const look = (at: number) => {
    now = at;
    return heard.at;
  };
  expect(look(1_500)).toBe(1_000);
  now = 3_000;
  net.bytesRead = 200;
  packet({ type: 'pong' });
  // The bytes of that packet say nothing new.
  expect(look(4_000)).toBe(3_000);
  net.bytesRead = 250;
  expect(look(8_000)).toBe(8_000);
  expect(look(20_000)).toBe(8_000);
});

it('a connection that an edge process passes on was heard at its newest message: the edge answers pings itself', () => {
  let now = 1_000;
  let packet: (packet: { readonly type: string }) => void = () => {};
  const net = { bytesRead: 100 };
  const conn = { request: { socket: net }, on: (_event: 'packet', listener: typeof packet) => (packet = listener) };
  const handshake = { headers: { 'x-okboxbox-client': '192.0.2.7' } };
  const heard = new Heard({ conn, handshake } as unknown as Socket, () => now);
  now = 2_000;
  packet({ type: 'message' });
  now = 9_000;
  net.bytesRead = 200;
  packet({ type: 'pong' });
  expect(heard.at).toBe(2_000);
});
