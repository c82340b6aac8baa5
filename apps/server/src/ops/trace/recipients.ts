import { broadcastRoom, liveRoom, RELAY_NAMESPACE } from '@okboxbox/protocol';
import { coversShow, deny, maySeeBroadcast, type Visitor } from '../../access/visitor.js';
import type { Delay } from '../../audience/playhead.js';
import type { OpsFigures } from '../ops-figures.js';
import type { OperationsWorld } from '../world.js';
import type { Refusals } from './refusals.js';

/** A socket that is gone is of interest for so long before a frame, in ms. */
export const GONE_MS = 10_000;
const ROOM_SESSION = /^(?:broadcast:)?session:(sess_[\w-]+?)(?::plus:\d+)?$/;

/** A socket that might have got a frame of a session. */
export interface Recipient {
  readonly socketId: string;
  readonly role: string;
  readonly connectedAt: number;
  /** Rooms that this session is shown in and that it is in, or was when it went. */
  readonly rooms: readonly string[];
  /** Another session of the same show that it watches instead. Like the next two of those that are in none of the rooms. */
  readonly elsewhere: string | null;
  /** Which of the session's rooms it may join. */
  readonly may: 'live' | 'broadcast' | 'none';
  readonly refused: { readonly capability: string | null; readonly at: number } | null;
  readonly closed: { readonly at: number; readonly code: string } | null;
}

/** A room of the session's public picture. */
export interface DelayedRoom {
  readonly room: string;
  readonly extraMs: number;
}

/** Everybody who might have got a session's frames, and where its public picture is, at one moment. */
export interface Recipients {
  readonly at: number;
  readonly sockets: readonly Recipient[];
  readonly delay: Delay;
  readonly delayed: readonly DelayedRoom[];
}

const IN_A_ROOM = { elsewhere: null, may: 'none', refused: null, closed: null } as const;

type World = Pick<OperationsWorld, 'registry' | 'broadcasts'>;

/** Looks at every socket of the server: who is in a room of the session, who might be, and who went lately. */
export function recipientsOf(
  { registry, broadcasts }: World,
  { sockets }: Pick<OpsFigures, 'sockets'>,
  refusals: Refusals,
  { sessionId, show }: { readonly sessionId: string; readonly show: string },
  now: number,
): Recipients {
  const broadcast = broadcasts.of(show);
  const extras = broadcast.channel(sessionId)?.extras ?? [0];
  const delayed = extras.map((extraMs) => ({ room: broadcastRoom(sessionId, extraMs), extraMs }));
  const own = new Set([liveRoom(sessionId), ...delayed.map(({ room }) => room)]);
  const refused = refusals.of(sessionId, show);
  const place = { sessionId, show };
  const found: Recipient[] = [];
  const seen = new Set<string>();
  for (const { socket, role, connectedAt } of sockets.open()) {
    seen.add(socket.id);
    if (socket.nsp.name === RELAY_NAMESPACE) continue;
    const rooms = [...socket.rooms].filter((room) => own.has(room));
    if (rooms.length > 0) {
      // In a room of it: what it may join besides is of no matter, and of thousands this is all that is looked at.
      found.push({ socketId: socket.id, role, connectedAt, rooms, ...IN_A_ROOM });
      continue;
    }
    const { visitor } = socket.data as { readonly visitor: Visitor };
    const mayLive = deny(visitor, 'session:live', place) === null;
    const may = mayLive ? 'live' : maySeeBroadcast(visitor, place, broadcast.airing(sessionId)) ? 'broadcast' : 'none';
    const watched = [...socket.rooms].flatMap((room) => ROOM_SESSION.exec(room)?.[1] ?? []);
    const elsewhere = watched.find((other) => registry.summary(other)?.show === show && other !== sessionId) ?? null;
    const refusal = refused.get(socket.id) ?? null;
    const isOfShow = visitor.kind !== 'token' || coversShow(visitor, show);
    // Whoever watches another show, or may see none but that, was never to get it.
    const mightHave = refusal !== null || elsewhere !== null || (watched.length === 0 && isOfShow);
    if (mightHave) {
      found.push({ socketId: socket.id, role, connectedAt, rooms, elsewhere, may, refused: refusal, closed: null });
    }
  }
  for (const { socketId, role, connectedAt, joinedRooms, closed } of sockets.closed()) {
    seen.add(socketId);
    const rooms = joinedRooms.filter((room) => own.has(room));
    const refusal = refused.get(socketId) ?? null;
    if ((rooms.length === 0 && refusal === null) || closed === null) continue;
    const { at, code } = closed;
    const gone = { socketId, role, connectedAt, rooms, elsewhere: null, may: 'none' as const };
    found.push({ ...gone, refused: refusal, closed: { at, code } });
  }
  return { at: now, sockets: found, delay: broadcast.delay, delayed };
}
