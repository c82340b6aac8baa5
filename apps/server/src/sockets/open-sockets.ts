import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import type { OpenRights } from '../access/open-rights.js';
import type { Visitor } from '../access/visitor.js';
import type { Logger } from '../log.js';
import { closeSocket } from './close-socket.js';

export interface OpenSocketsDeps {
  readonly rights: OpenRights;
  readonly log: Logger;
}

/**
 * Closes every connection of viewers, directors and relays with the right that it rests on. Comes after those who serve
 * them: a right can have ended while a connection was being made, which is then closed at once.
 */
export function holdSockets(io: Server, { rights, log }: OpenSocketsDeps): void {
  for (const namespace of ['/', RELAY_NAMESPACE]) {
    io.of(namespace).on('connection', (socket) => {
      const release = rights.hold(visitorOf(socket), (reason) => {
        log.info({ socketId: socket.id, reason }, 'a connection is closed with the right that it rests on');
        closeSocket(socket, reason);
      });
      socket.once('disconnect', release);
    });
  }
}

function visitorOf(socket: Socket): Visitor {
  return (socket.data as { readonly visitor: Visitor }).visitor;
}
