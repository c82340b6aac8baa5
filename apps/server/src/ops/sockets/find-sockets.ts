import { broadcastRoom, liveRoom, type OpsSocket, type OpsSocketsAnswer } from '@okboxbox/protocol';
import type { SocketFigure, SocketRegistry } from './socket-registry.js';

/** What is asked for of the sockets. */
export interface SocketsQuery {
  readonly role?: string | undefined;
  readonly room?: string | undefined;
  /** Those in any room of a session. */
  readonly sessionId?: string | undefined;
  /** Those that are gone for this reason. */
  readonly code?: string | undefined;
  readonly state: 'open' | 'closed';
  readonly sort: SocketFigure;
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
  const { role, room, state, sort, limit, cursor, sessionId, code } = query;
  const isOfSession = sessionId === undefined ? null : roomsOfSession(sessionId);
  // Only the figure that is sorted by is read of every socket; all of them of those on the page alone.
  const rows: Row[] = [];
  if (state === 'open') {
    for (const each of registry.open()) {
      if (role !== undefined && each.role !== role) continue;
      if (room !== undefined && !each.socket.rooms.has(room)) continue;
      // Only what is gone has a reason for it.
      if (code !== undefined || (isOfSession !== null && !some(each.socket.rooms, isOfSession))) continue;
      const figure = registry.figure(each, sort) ?? UNKNOWN;
      rows.push({ socketId: each.socket.id, figure, look: () => registry.look(each) });
    }
  } else {
    for (const each of registry.closed()) {
      if (role !== undefined && each.role !== role) continue;
      if (room !== undefined && !each.joinedRooms.includes(room)) continue;
      if (code !== undefined && each.closed?.code !== code) continue;
      if (isOfSession !== null && !each.joinedRooms.some(isOfSession)) continue;
      // Those that went last are asked for first.
      const figure = (sort === 'connectedAt' ? each.closed?.at : each[sort]) ?? UNKNOWN;
      rows.push({ socketId: each.socketId, figure, look: () => each });
    }
  }
  rows.sort(compare);
  const after = cursor === undefined ? null : readCursor(cursor);
  const found = after === null ? 0 : rows.findIndex((row) => compare(row, after) > 0);
  const from = found === -1 ? rows.length : found;
  const page = rows.slice(from, from + limit);
  const last = page.at(-1);
  return {
    count: rows.length,
    cursor: last === undefined || from + limit >= rows.length ? null : cursorOf(last),
    sockets: page.map(({ look }) => look()),
  };
}

/** Whether a room is one of a session's: live, a car's own data, or the broadcast in either picture, with whatever extra delay. */
function roomsOfSession(sessionId: string): (room: string) => boolean {
  const [live, broadcast] = [liveRoom(sessionId), broadcastRoom(sessionId, 0)];
  return (room) =>
    room === live || room === broadcast || room.startsWith(`${live}:`) || room.startsWith(`${broadcast}:`);
}

function some(rooms: Iterable<string>, fits: (room: string) => boolean): boolean {
  for (const room of rooms) if (fits(room)) return true;
  return false;
}

/** Sorts behind whatever is known. */
const UNKNOWN = Number.MIN_SAFE_INTEGER;

/** Where a socket stands in the order. */
interface Place {
  readonly socketId: string;
  readonly figure: number;
}
interface Row extends Place {
  readonly look: () => OpsSocket;
}

/** Largest first; those that are equal by their ids. */
function compare(a: Place, b: Place): number {
  return b.figure - a.figure || (a.socketId < b.socketId ? -1 : a.socketId > b.socketId ? 1 : 0);
}

function cursorOf({ figure, socketId }: Place): string {
  return Buffer.from(JSON.stringify([figure, socketId])).toString('base64url');
}

function readCursor(cursor: string): Place {
  try {
    const [figure, socketId] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof figure === 'number' && typeof socketId === 'string') return { figure, socketId };
  } catch {
    // Told below.
  }
  throw new CursorError('"cursor" is not from an earlier answer. Leave it out for the first page.');
}
