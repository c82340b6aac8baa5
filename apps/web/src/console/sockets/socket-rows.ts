import type { OpsSocket } from '@okboxbox/protocol';

/** A socket, and the page that it was read with. */
export interface PagedSocket {
  readonly socket: OpsSocket;
  readonly page: number;
}

/** The rows of pages in their order; while figures change a socket may be on two, and is listed once. */
export function rowsOfPages(pages: readonly (readonly OpsSocket[])[]): readonly PagedSocket[] {
  const seen = new Set<string>();
  return pages.flatMap((sockets, page) =>
    sockets.flatMap((socket) => {
      if (seen.has(socket.socketId)) return [];
      seen.add(socket.socketId);
      return [{ socket, page }];
    }),
  );
}

/** Whether a socket has every word of what was typed, somewhere. */
export function matches(socket: OpsSocket, typed: string): boolean {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { socketId, role, surface, user, joinedRooms, caps, closed } = socket;
  const text = [socketId, role, surface, user, ...joinedRooms, ...caps, closed?.code, closed?.reason]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** What a room sees: `live`, the `graphics`, with their extra delay, the `public picture`, or the room itself. */
export function roomLabel(room: string): string {
  const broadcast = /^broadcast:session:[^:]+(?::(public)|:plus:(\d+))?/.exec(room);
  if (broadcast?.[1] !== undefined) return 'public picture';
  if (broadcast !== null) return broadcast[2] === undefined ? 'graphics' : `graphics +${Number(broadcast[2]) / 1000} s`;
  const own = /^session:[^:]+:car:(.+)$/.exec(room);
  if (own !== null) return `car ${own[1]}`;
  return room.startsWith('session:') ? 'live' : room;
}

/** Whether a socket is in a room that sees a session as it happens. */
export function seesLive(socket: OpsSocket): boolean {
  return socket.joinedRooms.some((room) => roomLabel(room) === 'live');
}

/** Figures that need a look: messages that wait, messages that were skipped, a picture that is old. */
export function toneOf(
  figure: 'bufferedPackets' | 'skippedTotal' | 'rttMs',
  value: number | null,
): 'warn' | 'bad' | undefined {
  const [warn, bad] = BOUNDS[figure];
  if (value === null || value < warn) return undefined;
  return value >= bad ? 'bad' : 'warn';
}

const BOUNDS = {
  bufferedPackets: [10, 100],
  skippedTotal: [1, Number.POSITIVE_INFINITY],
  rttMs: [500, 2_000],
} as const;
