import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import { waitingBytes, waitingPackets } from '../../sockets/finished-bytes.js';
import type { SocketHello } from '../../sockets/handshake.js';
import { watchHeartbeat } from '../../sockets/heartbeat.js';
import type { OpsFigures } from '../ops-figures.js';
import { type Connection, roomsOf, type SeenSocket } from './socket-registry.js';

const ROOM_SESSION = /^(?:broadcast:)?session:(sess_[\w-]+)/;

/** Who comes and goes in this process, and which rooms they enter and leave. */
export function listenToSockets(io: Server, figures: OpsFigures): void {
  const { sockets, now } = figures;
  for (const name of ['/', RELAY_NAMESPACE]) {
    const namespace = io.of(name);
    namespace.on('connection', (socket: Socket) => {
      const connection = noteConnected(figures, seenSocket(socket), name === RELAY_NAMESPACE ? 'relay' : null);
      const unwatch = watchHeartbeat(socket, {
        onSeen: () => {
          connection.lastSeenAt = Math.round(now());
        },
        onRoundTrip: (ms) => {
          connection.rttMs = ms;
        },
      });
      let rooms: string[] = [];
      socket.on('disconnecting', () => {
        rooms = roomsOf(connection.socket);
      });
      socket.on('disconnect', (reason) => {
        unwatch();
        const { closedBecause } = socket.data as { closedBecause?: string };
        noteGone(figures, connection, rooms, reason, closedBecause);
      });
    });
    // The adapter's word, not the client's: a connection that is lost leaves its rooms, too.
    for (const event of ['join', 'leave'] as const) {
      namespace.adapter.on(`${event}-room`, (room: string, socketId: string) => {
        if (room !== socketId) noteRoom(figures, event, room, socketId, sockets.get(socketId));
      });
    }
  }
}

function seenSocket(socket: Socket): SeenSocket {
  return {
    id: socket.id,
    rooms: socket.rooms,
    hello: socket.data as Partial<SocketHello>,
    address: socket.handshake?.address,
    edge: null,
    get waitingPackets() {
      return waitingPackets(socket);
    },
    get waitingBytes() {
      return waitingBytes(socket);
    },
  };
}

/** A connection was let in. */
export function noteConnected(figures: OpsFigures, socket: SeenSocket, role: string | null): Connection {
  const { sockets, events, churn, now } = figures;
  const connection = sockets.add(socket, role);
  churn.add('connects', connection, socket.id, now());
  const { role: kind, surface, user } = connection;
  events.note('connect', { socketId: socket.id, role: kind, surface, user });
  return connection;
}

/** A connection is gone; see `SocketRegistry.gone`. */
export function noteGone(
  { sockets, events, churn, now }: OpsFigures,
  connection: Connection,
  rooms: string[],
  reason: string,
  closedBecause: string | undefined,
): void {
  const gone = sockets.gone(connection, rooms, reason, closedBecause);
  const { socketId, closed, skippedTotal, connectedAt, role, surface, user } = gone;
  churn.gone(closed?.code ?? 'other', connection, socketId, now());
  events.note('disconnect', {
    socketId,
    role,
    surface,
    user,
    skippedTotal,
    code: closed?.code ?? null,
    reason: closed?.reason ?? null,
    connectedMs: (closed?.at ?? connectedAt) - connectedAt,
  });
}

/** A connection entered or left a room. */
export function noteRoom(
  { sockets, events, churn, now, moves }: OpsFigures,
  event: 'join' | 'leave',
  room: string,
  socketId: string,
  connection: Connection | undefined,
): void {
  const sessionId = ROOM_SESSION.exec(room)?.[1];
  if (event === 'join') sockets.joined(socketId);
  else sockets.left(socketId);
  const role = connection?.role ?? null;
  if (connection !== undefined) churn.add(event === 'join' ? 'joins' : 'leaves', connection, socketId, now());
  const { because: reason } = moves;
  if (event === 'join') moves.joins += 1;
  else moves.leaves += 1;
  const more = { ...(sessionId !== undefined && { sessionId }), ...(reason !== null && { reason }) };
  events.note(event, { socketId, role, room, ...more });
}
