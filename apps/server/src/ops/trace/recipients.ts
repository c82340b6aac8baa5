import { broadcastRoom, type ExtraDelay, liveRoom } from '@okboxbox/protocol';
import { ANONYMOUS, coversShow, deny, maySeeBroadcast, pictureFor } from '../../access/visitor.js';
import type { PicturesOf } from '../../directory/show-record.js';
import type { Taps } from '../../taps.js';
import type { OperationsDeps } from '../deps.js';
import type { OpsFigures } from '../ops-figures.js';

/** A socket that is gone is of interest for so long before a frame, in ms. */
export const GONE_MS = 10_000;
const ROOM_SESSION = /^(?:broadcast:)?session:(sess_[\w-]+?)(?::public|:plus:\d+)?$/;

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

/** A room of the session's broadcast. */
export interface DelayedRoom {
  readonly room: string;
  readonly extra: ExtraDelay;
}

/** Everybody who might have got a session's frames, and where its two pictures are, at one moment. */
export interface Recipients {
  readonly at: number;
  readonly sockets: readonly Recipient[];
  readonly pictures: PicturesOf;
  readonly delayed: readonly DelayedRoom[];
}

const IN_A_ROOM = { elsewhere: null, may: 'none', refused: null, closed: null } as const;

type Deps = Pick<OperationsDeps, 'registry' | 'broadcasts'>;

/** Looks at every socket of the server: who is in a room of the session, who might be, and who went lately. */
export function recipientsOf(
  { registry, broadcasts }: Deps,
  { sockets }: Pick<OpsFigures, 'sockets'>,
  refusals: Refusals,
  { sessionId, show }: { readonly sessionId: string; readonly show: string },
  now: number,
): Recipients {
  const broadcast = broadcasts.of(show);
  const extras = broadcast.session(sessionId)?.extras ?? [];
  const delayed = extras.map((extra) => ({ room: broadcastRoom(sessionId, extra), extra }));
  const own = new Set([liveRoom(sessionId), ...delayed.map(({ room }) => room)]);
  const refused = refusals.of(sessionId, show);
  const place = { sessionId, show };
  const found: Recipient[] = [];
  const seen = new Set<string>();
  for (const { socket, role, connectedAt } of sockets.open()) {
    seen.add(socket.id);
    if (role === 'relay') continue;
    const rooms = [...socket.rooms].filter((room) => own.has(room));
    if (rooms.length > 0) {
      // In a room of it: what it may join besides is of no matter, and of thousands this is all that is looked at.
      found.push({ socketId: socket.id, role, connectedAt, rooms, ...IN_A_ROOM });
      continue;
    }
    const { visitor = ANONYMOUS } = socket.hello;
    const mayLive = deny(visitor, 'session:live', place) === null;
    const airing = broadcast.airing(sessionId, pictureFor(visitor, place) === 'graphics' ? 0 : 'public');
    const may = mayLive ? 'live' : maySeeBroadcast(visitor, place, airing) ? 'broadcast' : 'none';
    const watched = [...socket.rooms].flatMap((room) => ROOM_SESSION.exec(room)?.[1] ?? []);
    const elsewhere = watched.find((other) => registry.summary(other)?.show === show && other !== sessionId) ?? null;
    const refusal = refused.get(socket.id) ?? null;
    const isOfShow = visitor.kind !== 'token' || coversShow(visitor, show);
    // A socket that watches another show, or may see none but that, was never to get it.
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
  return { at: now, sockets: found, pictures: broadcast.pictures, delayed };
}

/** Sockets of which it is remembered; the oldest go. */
const MOST = 2_000;
const LONGEST = 200;
const CODES: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden']);

/** A join that a socket was refused, for want of a right. */
export interface Refused {
  readonly at: number;
  readonly capability: string | null;
  /** What it asked for: a session, or a show's. */
  readonly sessionId: string | null;
  readonly show: string | null;
}

/** Which sockets were refused a session of late: what they asked for is in no event. */
export class Refusals {
  readonly #bySocket = new Map<string, Refused>();

  /** Listens from now on; returns the way to stop. */
  listen(taps: Taps, now: () => number): () => void {
    return taps.refusal.listen(({ socketId, where, code, capability, input }) => {
      if (socketId === null || where !== 'session:join' || !CODES.has(code)) return;
      this.#bySocket.delete(socketId);
      const refused = { at: now(), capability, sessionId: nameIn(input, 'sessionId'), show: nameIn(input, 'show') };
      this.#bySocket.set(socketId, refused);
      const [oldest] = this.#bySocket.keys();
      if (this.#bySocket.size > MOST && oldest !== undefined) this.#bySocket.delete(oldest);
    });
  }

  /** Sockets that were refused a session, by its id or as its show's. */
  of(sessionId: string, show: string): Map<string, Refused> {
    return new Map([...this.#bySocket].filter(([, asked]) => asked.sessionId === sessionId || asked.show === show));
  }
}

/** A name in what a client sent, which may be anything. It is compared, and never told. */
function nameIn(input: unknown, field: string): string | null {
  if (typeof input !== 'object' || input === null) return null;
  const value: unknown = Reflect.get(input, field);
  return typeof value === 'string' ? value.slice(0, LONGEST) : null;
}
