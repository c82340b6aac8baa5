import type { Server } from 'socket.io';
import type { Logger } from '../log.js';

/** Longest text message from a client, in characters; nothing that clients say comes near it. */
export const MAX_TEXT_MESSAGE = 256 * 1024;
/** Largest message that is read at all, in bytes; above it the connection is closed (WebSocket 1009). */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

interface EnginePacket {
  type: string;
  data?: unknown;
}
interface EngineConnection {
  readonly id: string;
  on(event: 'packet', listener: (packet: EnginePacket) => void): void;
  write(packet: string): void;
}

/**
 * Answers an oversized text message with an error instead of parsing it, which would hold the event loop for
 * everyone. Binary messages are not parsed and are checked where they arrive.
 */
export function guardOversize(io: Server, log: Logger): void {
  io.engine.on('connection', (connection: EngineConnection) => {
    connection.on('packet', (packet) => {
      if (packet.type !== 'message' || typeof packet.data !== 'string' || packet.data.length <= MAX_TEXT_MESSAGE)
        return;
      log.warn({ connection: connection.id, characters: packet.data.length }, 'an oversized message was refused');
      const answer = refusalOf(packet.data);
      if (answer) connection.write(answer);
      // Engine.IO reads the type after this listener: a noop goes nowhere.
      packet.type = 'noop';
      packet.data = '';
    });
  });
}

/** The acknowledgement for a Socket.IO event packet (`2/namespace,ack[…`), or `null` where it asked for none. */
export function refusalOf(packet: string): string | null {
  const head = /^2(\/[^,]{1,100},)?(\d{1,15})\[/.exec(packet.slice(0, 128));
  if (head === null) return null;
  const message = `The message has ${packet.length} characters; at most ${MAX_TEXT_MESSAGE} are taken. Send less at once.`;
  return `3${head[1] ?? ''}${head[2]}${JSON.stringify([{ ok: false, error: { code: 'too_large', message } }])}`;
}
