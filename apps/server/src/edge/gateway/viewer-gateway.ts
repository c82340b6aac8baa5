import type { DeskState } from '@okboxbox/protocol';
import type { Server } from 'socket.io';
import { numberAcknowledgements } from '../../sockets/finished-bytes.js';
import { authenticate, refused } from '../../sockets/handshake.js';
import { Pings } from './pings.js';
import { type Moved, Viewer, type ViewerDeps, type ViewerRoom } from './viewer.js';

/** Who is connected, for the desk and for operations. */
export interface Viewers {
  watchers(show: string): Pick<DeskState, 'watchers' | 'publicViewers'>;
  viewersOfLink(code: string): number;
  /** Rooms that a connection has joined by its own calls, each as of the moment at which it is asked for. */
  roomsOf(socketId: string): Iterable<ViewerRoom>;
  /** Whether a connection has joined a room of a session by its own calls. */
  isIn(socketId: string, sessionId: string, room: string): boolean;
  /** Moves a connection from a session's live room to its broadcast room; with `isAsked`, only says what would come of it. */
  moveToBroadcast(socketId: string, sessionId: string | undefined, isAsked: boolean): Moved;
}

/** The socket calls of viewers: translates them, asks for rights, and leaves the rest to audiences and hub. */
export function serveViewers(io: Server, deps: ViewerDeps): Viewers {
  const viewers = new Map<string, Viewer>();
  const pings = new Pings(viewers);
  io.use((socket, next) => {
    authenticate(socket, deps).then(
      (hello) => {
        socket.data = hello;
        next();
      },
      refused('gateway', socket, deps.taps, next),
    );
  });
  io.on('connection', (socket) => {
    numberAcknowledgements(socket);
    const viewer = new Viewer(socket, deps, () => viewers.size);
    viewers.set(socket.id, viewer);
    pings.start();
    socket.on('disconnect', () => {
      viewer.leaveAll();
      viewers.delete(socket.id);
    });
  });
  deps.channel.onShow((show, told) => {
    for (const viewer of viewers.values()) viewer.onShow(show, told);
  });
  return {
    watchers: (show) => {
      // A desk has the public picture beside the live one: its director is nobody's audience.
      const all = [...viewers.values()]
        .flatMap((viewer) => viewer.watching(show) ?? [])
        .filter(({ kind }) => kind !== 'director');
      const watchers = all.filter(({ kind, reportedAt }) => kind === 'overlay' || reportedAt !== null);
      return { watchers, publicViewers: all.length - watchers.length };
    },
    viewersOfLink: (code) => [...viewers.values()].filter((viewer) => viewer.cameBy(code)).length,
    roomsOf: (socketId) => viewers.get(socketId)?.rooms() ?? [],
    isIn: (socketId, sessionId, room) => viewers.get(socketId)?.isIn(sessionId, room) ?? false,
    moveToBroadcast: (socketId, sessionId, isAsked) =>
      viewers.get(socketId)?.moveToBroadcast(sessionId, isAsked) ?? {
        isMoved: false,
        code: 'not_found',
        because: `No viewer is connected as "${socketId}".`,
      },
  };
}
