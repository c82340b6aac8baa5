import type { Duplex } from 'node:stream';
import type { Socket } from 'socket.io';
import type { WebSocket } from 'ws';
import type { SharedJson } from '../channel/shared-json.js';

/**
 * Writes an encoded message straight to a WebSocket's stream, past Socket.IO's per-socket packet work. This is
 * the one file that touches private members of Socket.IO 4.8 and ws 8 (both pinned). It writes directly only
 * while the transport is writable and Engine.IO's own buffer is empty, else through Engine.IO: a direct write
 * that overtakes a packet in that buffer would reorder the feed, or cut a binary packet in two.
 */

/** A message ready for every transport. */
export interface Outgoing {
  /** Text of the Engine.IO message, without its type digit; `null` for one without content. */
  readonly packet: string | null;
  /** The finished WebSocket frame. */
  readonly frame: Buffer;
}

interface EngineConnection {
  readonly readyState: string;
  readonly upgrading: boolean;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly name: string;
    readonly writable: boolean;
    readonly socket?: Pick<WebSocket, 'once' | 'ping'> & {
      readonly _socket?: Duplex & {
        readonly bytesWritten: number;
        readonly _writableState?: { readonly bufferedRequestCount: number };
      };
    };
  };
  write(packet: string): void;
  sendPacket(type: 'noop'): void;
}

/** Encodes an event of the default namespace, once for all sockets; `json` is its message. */
export function encodeEvent(event: string, json: string): Outgoing {
  const packet = `2["${event}",${json}]`;
  return { packet, frame: textFrame(`4${packet}`) };
}

/** A packet that every client accepts and none notices: Engine.IO's `noop`. Each is an object of its own. */
export function encodeNothing(): Outgoing {
  return { packet: null, frame: NOTHING };
}

/** Sends a finished message to one socket, in order with everything sent to it before. */
export function sendFinished(socket: Socket, outgoing: Outgoing): void {
  const connection = socket.conn as unknown as EngineConnection;
  const stream = directStream(connection);
  if (stream !== null) stream.write(outgoing.frame);
  else if (outgoing.packet === null) connection.sendPacket('noop');
  else connection.write(outgoing.packet);
}

/**
 * Sends a ping of WebSocket itself, which every client answers without its program hearing of it. `onPong` is called once, when
 * anything answers; false where the connection has no WebSocket, or is not open.
 */
export function sendPing(socket: Socket, onPong: () => void): boolean {
  const { transport, readyState, upgrading } = socket.conn as unknown as EngineConnection;
  if (transport.name !== 'websocket' || transport.socket === undefined || readyState !== 'open' || upgrading)
    return false;
  transport.socket.once('pong', onPong);
  transport.socket.ping();
  return true;
}

/** The stream of a connection where nothing waits for it that a direct write would overtake, else `null`. */
function directStream(connection: EngineConnection): Duplex | null {
  const { transport, readyState, upgrading, writeBuffer } = connection;
  const isFree = transport.writable && readyState === 'open' && !upgrading && writeBuffer.length === 0;
  return isFree && transport.name === 'websocket' ? (transport.socket?._socket ?? null) : null;
}

/** An acknowledgement that knows the number of its packet, as `numberAcknowledgements` makes them. */
type NumberedAcknowledgement = ((ack: object) => void) & { readonly packetId?: number };

/** Has a socket's acknowledgements know their numbers, so that `sendAnswer` can write them itself. */
export function numberAcknowledgements(socket: Socket): void {
  const made = socket as unknown as { ack(packetId: number): (ack: object) => void };
  const make = made.ack.bind(socket);
  made.ack = (packetId) => Object.assign(make(packetId), { packetId });
}

/**
 * Acknowledges a call with an object's members of its own and all members of a shared one, in order with everything sent
 * before. The shared bytes are written as they are: no caller gets a copy of them.
 */
export function sendAnswer(
  socket: Socket,
  acknowledge: NumberedAcknowledgement,
  own: object,
  shared: SharedJson,
): void {
  const { packetId } = acknowledge;
  // Nobody asked for an acknowledgement, or the connection has closed.
  if (packetId === undefined || !socket.connected) return;
  const namespace = socket.nsp.name === '/' ? '' : `${socket.nsp.name},`;
  const head = `3${namespace}${packetId}[${JSON.stringify(own).slice(0, -1)},`;
  const connection = socket.conn as unknown as EngineConnection;
  const stream = directStream(connection);
  if (stream === null) {
    connection.write(`${head}${shared.text.slice(1)}]`);
    return;
  }
  const start = Buffer.from(`4${head}`);
  const rest = shared.bytes.subarray(1);
  stream.cork();
  stream.write(frameHeader(start.length + rest.length + 1));
  stream.write(start);
  stream.write(rest);
  stream.write(']');
  stream.uncork();
}

/** Bytes and packets (counted as their text) that wait for a slow peer. */
export function waitingBytes(socket: Socket): number {
  const connection = socket.conn as unknown as EngineConnection;
  const buffered = (connection.writeBuffer as readonly { data?: unknown }[]).reduce(
    (sum, packet) => sum + (typeof packet.data === 'string' ? packet.data.length : 0),
    0,
  );
  return buffered + (connection.transport.socket?._socket?.writableLength ?? 0);
}

/**
 * Bytes that have left this process for a peer in all; `null` where its transport does not say. What the system's own
 * buffers hold is among them: nobody can see into those from here.
 */
export function leftBytes(socket: Socket): number | null {
  const { transport } = socket.conn as unknown as EngineConnection;
  const stream = transport.name === 'websocket' ? transport.socket?._socket : undefined;
  return stream === undefined ? null : stream.bytesWritten - stream.writableLength;
}

/** Ends a peer's connection after a time in ms and drops what waits for it; does nothing where it has closed by then. */
export function cutOffLater(socket: Socket, ms: number): void {
  const { conn } = socket;
  const { transport } = conn as unknown as EngineConnection;
  const stream = transport.socket?._socket;
  if (stream !== undefined) setTimeout(() => stream.destroy(), ms).unref();
  // What waits for the next poll of a polling client is dropped: it has no stream of its own.
  else if (transport.name === 'polling') setTimeout(() => conn.close(true), ms).unref();
}

/** Messages that wait for a slow peer: those in Engine.IO's buffer, and those written past it that the stream still holds. */
export function waitingPackets(socket: Socket): number {
  const connection = socket.conn as unknown as EngineConnection;
  return (
    connection.writeBuffer.length + (connection.transport.socket?._socket?._writableState?.bufferedRequestCount ?? 0)
  );
}

/** What a connection's largest message is set at. */
interface GuardedTransport {
  maxHttpBufferSize?: number;
  readonly socket?: { readonly _receiver?: { _maxPayload: number } };
}

/** A connection of Engine.IO, as `setMaxMessageBytes` takes it. */
export interface GuardedConnection {
  readonly transport: GuardedTransport;
  on(event: 'upgrade', listener: (transport: GuardedTransport) => void): void;
}

/** Sets the largest message that is read of a connection, in bytes, on whatever transport it is or comes to. */
export function setMaxMessageBytes(connection: GuardedConnection, bytes: number): void {
  const set = (transport: GuardedTransport) => {
    const receiver = transport.socket?._receiver;
    if (receiver !== undefined) receiver._maxPayload = bytes;
    // Polls carry binary as text, which takes a third more.
    else transport.maxHttpBufferSize = Math.ceil((bytes * 4) / 3);
  };
  set(connection.transport);
  connection.on('upgrade', set);
}

/** A server's unmasked, final text frame (RFC 6455, section 5.2). */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([frameHeader(payload.length), payload]);
}

/** The header of such a frame, for a payload of `length` bytes. */
function frameHeader(length: number): Buffer {
  const frame = Buffer.allocUnsafe(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  frame[0] = 0x81;
  if (frame.length === 2) {
    frame[1] = length;
  } else if (frame.length === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return frame;
}

const NOTHING = textFrame('6');
