import type { OpsSocket, OpsSocketsAnswer } from '@okboxbox/protocol';
import type { SocketRegistry } from './socket-registry.js';

/** What sockets can be sorted by, largest first; what is not known comes last. */
export const SOCKET_SORTS = [
  'connectedAt',
  'lastSeenAt',
  'rttMs',
  'bufferedPackets',
  'sentPerSec',
  'skippedTotal',
  'newestFrameAgeMs',
] as const;
export type SocketSort = (typeof SOCKET_SORTS)[number];

/** What is asked for of the sockets. */
export interface SocketsQuery {
  readonly role?: string | undefined;
  readonly room?: string | undefined;
  readonly state: 'open' | 'closed';
  readonly sort: SocketSort;
  readonly limit: number;
  /** Of the page before. */
  readonly cursor?: string | undefined;
}

/** A cursor that nobody was given. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/**
 * A page of sockets. A page goes on behind the last one's last socket by its figure then: while figures change, a socket
 * may be on two pages or on none.
 * @throws CursorError
 */
export function findSockets(registry: SocketRegistry, query: SocketsQuery): OpsSocketsAnswer {
  const { role, room, state, sort, limit, cursor } = query;
  const fits = (each: { role: string }, rooms: (room: string) => boolean) =>
    (role === undefined || each.role === role) && (room === undefined || rooms(room));
  const found: (() => OpsSocket)[] =
    state === 'open'
      ? registry
          .open()
          .filter((each) => fits(each, (name) => each.socket.rooms.has(name)))
          .map((each) => () => registry.look(each))
      : registry
          .closed()
          .filter((each) => fits(each, (name) => each.joinedRooms.includes(name)))
          .map((each) => () => each);
  const rows = found.map((look) => {
    const socket = look();
    return { socket, value: sortFigure(socket, sort) };
  });
  rows.sort((a, b) => compare(a.value, a.socket.socketId, b.value, b.socket.socketId));
  const after = cursor === undefined ? null : readCursor(cursor);
  const from = after === null ? 0 : rows.findIndex((r) => compare(r.value, r.socket.socketId, ...after) > 0);
  const page = from === -1 ? [] : rows.slice(from, from + limit);
  const last = page.at(-1);
  const isLast = from === -1 || from + limit >= rows.length;
  return {
    count: rows.length,
    cursor: last === undefined || isLast ? null : cursorOf(last.value, last.socket.socketId),
    sockets: page.map(({ socket }) => socket),
  };
}

function sortFigure(socket: OpsSocket, sort: SocketSort): number {
  return (sort === 'connectedAt' && socket.closed?.at) || (socket[sort] ?? Number.MIN_SAFE_INTEGER);
}

function compare(a: number, aId: string, b: number, bId: string): number {
  return b - a || (aId < bId ? -1 : aId > bId ? 1 : 0);
}

function cursorOf(value: number, socketId: string): string {
  return Buffer.from(JSON.stringify([value, socketId])).toString('base64url');
}

function readCursor(cursor: string): [number, string] {
  try {
    const [value, socketId] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof value === 'number' && typeof socketId === 'string') return [value, socketId];
  } catch {
    // Told below.
  }
  throw new CursorError('"cursor" is not one that was given. Leave it out for the first page.');
}
