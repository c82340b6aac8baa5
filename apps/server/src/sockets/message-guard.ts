import { MAX_BATCH_BYTES, RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { Server } from 'socket.io';
import { type Limits, SecondWindow } from '../access/limits.js';
import { type GuardedConnection, setMaxMessageBytes } from './finished-bytes.js';

/**
 * Largest message of a connection that has not shown a right to send more, in bytes: a handshake with the longest token.
 * More than that is not even read (WebSocket 1009, HTTP 413).
 */
export const MAX_UNTRUSTED_BYTES = 10 * 1024;
/** The same for a relay's: its largest batch, so that one that is a little larger still gets a readable refusal. */
const MAX_RELAY_BYTES = MAX_BATCH_BYTES + 64 * 1024;
/** Longest call, in characters: nothing that viewers and directors send comes near it. */
export const MAX_CALL_TEXT = 4 * 1024;
/** The same for a relay, whose records are binary. */
const MAX_RELAY_CALL_TEXT = 16 * 1024;

/** Messages that one connection may send within a second. */
export const MAX_MESSAGES = 100;
/** A relay's batch is three messages: the call, its records, the echo. A file that is played fast is thousands of batches. */
const MAX_RELAY_MESSAGES = 20_000;
/** Messages that all viewers' connections of one address may send within a second. */
const MAX_ADDRESS_MESSAGES = 12_000;
/** A connection that sends this many times what it may is closed: even to refuse it costs too much. */
const CLOSE_ABOVE = 10;

interface EnginePacket {
  type: string;
  data?: unknown;
}
type Connection = GuardedConnection & {
  readonly id: string;
  readonly request: Parameters<Limits['keyOf']>[0];
  on(event: 'packet', listener: (packet: EnginePacket) => void): void;
  once(event: 'close', listener: () => void): void;
  write(packet: string): void;
  close(discard: boolean): void;
};

/**
 * Bounds what connections send, before anything of it is parsed: the size of each message by the right that the
 * connection has shown, and how many come. A call that is refused so is answered; a connection that goes on and on is closed.
 * Returns whether there is a connection of an id.
 */
export function guardMessages(io: Server, limits: Limits): (connectionId: string) => boolean {
  const open = new Set<string>();
  const relays = new WeakSet<object>();
  const addresses = new Map<string, { readonly window: SecondWindow; open: number }>();
  io.engine.on('connection', (connection: Connection) => {
    const address = limits.keyOf(connection.request);
    const shared = addresses.get(address) ?? { window: new SecondWindow(), open: 0 };
    addresses.set(address, shared);
    shared.open += 1;
    open.add(connection.id);
    connection.once('close', () => {
      open.delete(connection.id);
      shared.open -= 1;
      if (shared.open === 0) addresses.delete(address);
    });
    const own = new SecondWindow();
    connection.on('packet', (packet) => {
      const isRelay = relays.has(connection);
      const most = isRelay ? MAX_RELAY_MESSAGES : MAX_MESSAGES;
      let waitMs = own.take(most);
      if (waitMs > 0) limits.refused('message', address);
      else if (!isRelay) {
        waitMs = shared.window.take(MAX_ADDRESS_MESSAGES);
        if (waitMs > 0) limits.refused('address-message', address);
      }
      if (own.count > most * CLOSE_ABOVE) connection.close(true);
      const text = packet.type === 'message' && typeof packet.data === 'string' ? packet.data : null;
      const mostText = isRelay ? MAX_RELAY_CALL_TEXT : MAX_CALL_TEXT;
      let refusal: string | null = null;
      if (waitMs > 0) refusal = text === null ? null : limitedRefusal(text, waitMs);
      else if (text === null || !isTooLong(text, mostText)) return;
      else {
        limits.refused('message-size', address);
        refusal = tooLargeRefusal(text, mostText);
      }
      // To answer costs more than to refuse: a flood is not answered message by message.
      if (refusal !== null && own.count <= most * 2) connection.write(refusal);
      // Engine.IO reads the type after this listener: a noop goes nowhere. A heartbeat is no message.
      if (packet.type !== 'message') return;
      packet.type = 'noop';
      packet.data = '';
    });
  });
  io.of(RELAY_NAMESPACE).on('connection', ({ conn }) => {
    relays.add(conn);
    setMaxMessageBytes(conn as unknown as GuardedConnection, MAX_RELAY_BYTES);
  });
  return (connectionId) => open.has(connectionId);
}

/** Whether a message is a call that is too long; a handshake may be longer, for its token. */
function isTooLong(text: string, most: number): boolean {
  return text.length > most && !text.startsWith('0');
}

/** The acknowledgement that a call which is too long gets, or `null` where it asked for none. */
export function tooLargeRefusal(packet: string, most: number): string | null {
  const message = `The message has ${packet.length} characters; at most ${most} are taken. Send less at once.`;
  return refusal(packet, { code: 'too_large', message });
}

/** The acknowledgement that a call gets which comes too soon, or `null` where it asked for none. */
export function limitedRefusal(packet: string, retryAfterMs: number): string | null {
  const message = `Too many messages from this connection or its address. Wait ${retryAfterMs} ms.`;
  return refusal(packet, { code: 'rate_limited', message, retryAfterMs });
}

/** An acknowledgement with an error for a Socket.IO event packet (`2/namespace,ack[…`); `null` where it wants none. */
function refusal(packet: string, error: object): string | null {
  const head = /^(?:2|5\d{1,3}-)(\/[^,]{1,100},)?(\d{1,15})\[/.exec(packet.slice(0, 128));
  return head === null ? null : `3${head[1] ?? ''}${head[2]}${JSON.stringify([{ ok: false, error }])}`;
}
