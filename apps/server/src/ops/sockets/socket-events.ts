import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import type { OpsFigures } from '../ops-figures.js';

const ROOM_SESSION = /^(?:broadcast:)?session:(sess_[\w-]+)/;

/** Who comes and goes, and which rooms they enter and leave. */
export function listenToSockets(io: Server, figures: OpsFigures): void {
  const { sockets, events, churn, now, moves } = figures;
  for (const name of ['/', RELAY_NAMESPACE]) {
    const namespace = io.of(name);
    namespace.on('connection', (socket: Socket) => {
      const connection = sockets.add(socket, name === RELAY_NAMESPACE ? 'relay' : null, (gone) => {
        const { socketId, closed, skippedTotal, connectedAt } = gone;
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
      });
      const { role, surface, user } = connection;
      churn.add('connects', connection, socket.id, now());
      events.note('connect', { socketId: socket.id, role, surface, user });
    });
    // The adapter's word, not the client's: a connection that is lost leaves its rooms, too.
    const told = (event: 'join' | 'leave') => (room: string, socketId: string) => {
      if (room === socketId) return;
      const sessionId = ROOM_SESSION.exec(room)?.[1];
      if (event === 'join') sockets.joined(socketId);
      else sockets.left(socketId);
      const connection = sockets.get(socketId);
      const role = connection?.role ?? null;
      if (connection !== undefined) churn.add(event === 'join' ? 'joins' : 'leaves', connection, socketId, now());
      const { because: reason } = moves;
      if (event === 'join') moves.joins += 1;
      else moves.leaves += 1;
      const more = { ...(sessionId !== undefined && { sessionId }), ...(reason !== null && { reason }) };
      events.note(event, { socketId, role, room, ...more });
    };
    namespace.adapter.on('join-room', told('join'));
    namespace.adapter.on('leave-room', told('leave'));
  }
}
