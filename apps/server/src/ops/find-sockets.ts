import type { OpsSocket, OpsSocketsAnswer } from '@okboxbox/protocol';
import type { SocketFigure, SocketRegistry } from './socket-registry.js';

/** What is asked for of the sockets. */
export interface SocketsQuery {
  readonly role?: string | undefined;
  readonly room?: string | undefined;
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
  const { role, room, state, sort, limit, cursor } = query;
  // Only the figure that is sorted by is read of every socket; all of them of those on the page alone.
  const rows: Row[] = [];
  if (state === 'open') {
    for (const each of registry.open()) {
      if (role !== undefined && each.role !== role) continue;
      if (room !== undefined && !each.socket.rooms.has(room)) continue;
      const figure = registry.figure(each, sort) ?? UNKNOWN;
      rows.push({ socketId: each.socket.id, figure, look: () => registry.look(each) });
    }
  } else {
    for (const each of registry.closed()) {
      if (role !== undefined && each.role !== role) continue;
      if (room !== undefined && !each.joinedRooms.includes(room)) continue;
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
  throw new CursorError('"cursor" is not one that was given. Leave it out for the first page.');
}
