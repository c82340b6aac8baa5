import type { DeskState, Watcher } from '@okboxbox/protocol';
import type { Server } from 'socket.io';
import { numberAcknowledgements } from '../../sockets/finished-bytes.js';
import { authenticate, refused } from '../../sockets/handshake.js';
import { Pings } from './pings.js';
import { type Moved, Viewer, type ViewerDeps, type ViewerRoom } from './viewer.js';

/** Who watches a show. */
export type Watching = Pick<DeskState, 'watchers' | 'publicViewers'>;

/** All who are connected: how many, those who watch each show, and how many came by each link. */
export interface Presence {
  readonly viewers: number;
  readonly shows: Readonly<Record<string, Watching>>;
  readonly links: Readonly<Record<string, number>>;
}

/** Who is connected, for the desk and for operations. */
export interface Viewers {
  watchers(show: string): Watching;
  viewersOfLink(code: string): number;
  /** Who watches which shows, and by which links. */
  presence(): Presence;
  /** Rooms that a connection has joined by its own calls, each as of the moment at which it is asked for. */
  roomsOf(socketId: string): Iterable<ViewerRoom>;
  /** Whether a connection has joined a room of a session by its own calls. */
  isIn(socketId: string, sessionId: string, room: string): boolean;
  /** Moves a connection from a session's live room to its broadcast room; with `isAsked`, only says what would come of it. */
  moveToBroadcast(socketId: string, sessionId: string | undefined, isAsked: boolean): Moved;
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function watchingOf(all: readonly Watcher[]): Watching {
  // A desk has the public picture beside the live one: its director is nobody's audience.
  const audience = all.filter(({ kind }) => kind !== 'director');
  const watchers = audience.filter(({ kind, reportedAt }) => kind === 'overlay' || reportedAt !== null);
  return { watchers, publicViewers: audience.length - watchers.length };
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
    watchers: (show) => watchingOf([...viewers.values()].flatMap((viewer) => viewer.watching(show) ?? [])),
    presence: () => {
      const shows = new Map<string, Watcher[]>();
      const links: Record<string, number> = {};
      for (const viewer of viewers.values()) {
        for (const show of viewer.broadcasts()) {
          const watcher = viewer.watching(show);
          if (watcher !== null) listIn(shows, show).push(watcher);
        }
        if (viewer.link !== null) links[viewer.link] = (links[viewer.link] ?? 0) + 1;
      }
      const watching = [...shows].map(([show, all]) => [show, watchingOf(all)]);
      return { viewers: viewers.size, shows: Object.fromEntries(watching), links };
    },
    viewersOfLink: (code) => [...viewers.values()].filter((viewer) => viewer.link === code).length,
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
