import type { OpsRooms } from '@okboxbox/protocol';
import type { Namespace } from 'socket.io';
import type { Logger } from '../../log.js';
import type { Hub } from '../hub/hub.js';
import type { ViewerRoom } from './viewer.js';
import type { Viewers } from './viewer-gateway.js';

/** How often rooms are swept, in ms. */
const EVERY_MS = 10_000;
/** How long one slice of a sweep holds the event loop at most, about, in ms; looked at after each `LOOK_EVERY` memberships. */
const SLICE_MS = 4;
const LOOK_EVERY = 64;
/** Leaks that an answer names; all are counted. */
const MOST_NAMED = 50;
const SESSION_ROOM = /^(?:broadcast:)?session:(sess_[\w-]+)/;

/** Who enters and leaves rooms, as the adapter tells it. */
export class RoomMoves {
  joins = 0;
  leaves = 0;
  /** Why the sweep moves somebody now; `null` where it is their own doing. */
  because: string | null = null;
}

/** What memberships are known by: the adapter, the hub, and what viewers have joined by their own calls. */
export interface RoomDeps {
  readonly namespace: Namespace;
  readonly hub: Pick<Hub, 'rooms' | 'isMember' | 'join' | 'leave'>;
  /** What viewers have joined, by their own calls. */
  readonly viewers: Pick<Viewers, 'isIn'> & {
    roomsOf(socketId: string): Iterable<Pick<ViewerRoom, 'room' | 'sessionId' | 'format'>>;
  };
  readonly hasSession: (sessionId: string) => boolean;
  readonly now: () => number;
  readonly log: Logger;
  /** Tells of a leak that no adapter tells of. */
  readonly onLeave: (room: string, socketId: string, because: string) => void;
}

/**
 * Holds the adapter, the hub and what viewers have joined against each other, and repairs where they differ: a socket that is
 * gone and still in a room is served for ever, one that has fallen out of its room shows a picture that stands still. Each
 * membership is looked at as it is at that moment, since joining and leaving change all three in one turn.
 */
export class RoomSweep {
  readonly #deps: RoomDeps;
  readonly #moves: RoomMoves;
  readonly #timer: NodeJS.Timeout;
  /** Hears what each sweep has found. */
  onSwept: (found: OpsRooms) => void = () => undefined;
  #sweeping: Promise<void> | null = null;
  #isClosed = false;
  #rooms = 0;
  #memberships = 0;
  #sweptAt: number | null = null;
  #leaked: { readonly room: string; readonly socketId: string; readonly because: string }[] = [];
  #leakedCount = 0;
  #repairedTotal = 0;

  constructor(deps: RoomDeps, moves: RoomMoves) {
    this.#deps = deps;
    this.#moves = moves;
    this.#timer = setInterval(() => {
      this.sweep().catch((error) => deps.log.error({ err: error }, 'the sweep of rooms failed'));
    }, EVERY_MS);
    this.#timer.unref();
  }

  /** What the newest sweep has found, with how many have come and gone until now. */
  get found(): OpsRooms {
    const { joins, leaves } = this.#moves;
    return {
      rooms: this.#rooms,
      memberships: this.#memberships,
      joins,
      leaves,
      sweptAt: this.#sweptAt,
      leaked: this.#leaked,
      leakedCount: this.#leakedCount,
      repairedTotal: this.#repairedTotal,
    };
  }

  /** Sweeps all rooms; a sweep that is under way is waited for instead. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#run().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #run(): Promise<void> {
    const found: Found = { seen: 0, rooms: 0, memberships: 0, leaked: [] };
    let sliceEnd = performance.now() + SLICE_MS;
    for (const _ of this.#look(found)) {
      if (performance.now() < sliceEnd) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#isClosed) return;
      sliceEnd = performance.now() + SLICE_MS;
    }
    const { rooms, memberships, leaked } = found;
    this.#rooms = rooms;
    this.#memberships = memberships;
    this.#leaked = leaked.slice(0, MOST_NAMED);
    this.#leakedCount = leaked.length;
    this.#repairedTotal += leaked.length;
    this.#sweptAt = Math.round(this.#deps.now());
    this.onSwept(this.found);
    if (leaked.length > 0)
      this.#deps.log.warn({ leaked: this.#leaked, count: leaked.length }, 'leaked room memberships repaired');
  }

  /**
   * One step for each few memberships that are looked at: each is taken and judged in one turn, since a socket that has left while
   * others had theirs would seem to have leaked.
   */
  *#look(found: Found): Generator<void> {
    yield* this.#lookAtAdapter(found);
    yield* this.#lookAtHub(found);
    yield* this.#lookAtViewers(found);
  }

  *#lookAtAdapter(found: Found): Generator<void> {
    const { adapter, sockets } = this.#deps.namespace;
    for (const [room, ids] of adapter.rooms) {
      const sessionId = sessionOf(room);
      let members = 0;
      for (const socketId of ids) {
        if (this.#isMember(found, room, sessionId, socketId)) members += 1;
        if (isDue(found)) yield;
      }
      found.memberships += members;
      if (members > 0) found.rooms += 1;
    }
    for (const socketId of adapter.sids.keys()) {
      if (!sockets.has(socketId))
        this.#repair(found, socketId, socketId, 'its socket is gone', () => adapter.delAll(socketId));
      if (isDue(found)) yield;
    }
  }

  /** Whether one that the adapter has in a room is to be there; else it is taken out. */
  #isMember(found: Found, room: string, sessionId: string | null, socketId: string): boolean {
    const { namespace, hub, viewers, hasSession } = this.#deps;
    const socket = namespace.sockets.get(socketId);
    if (socket === undefined) {
      this.#repair(found, room, socketId, 'its socket is gone', () => namespace.adapter.del(socketId, room));
      return false;
    }
    if (room === socketId) return false;
    if (sessionId === null) return true;
    const isThere = hasSession(sessionId);
    if (isThere && viewers.isIn(socketId, sessionId, room)) return true;
    const because = isThere ? 'it has not joined it' : 'its session is gone';
    this.#repair(found, room, socketId, because, () => hub.leave(room, socket));
    return false;
  }

  *#lookAtHub(found: Found): Generator<void> {
    const { namespace, hub, viewers, onLeave } = this.#deps;
    for (const { room, members } of hub.rooms()) {
      for (const { socket } of members) {
        const { id } = socket;
        const isThere = namespace.sockets.get(id) === socket;
        const isIn =
          isThere && (namespace.adapter.rooms.get(room)?.has(id) || viewers.isIn(id, sessionOf(room) ?? '', room));
        if (!isIn) {
          const because = isThere ? 'it has not joined it' : 'its socket is gone';
          this.#repair(found, room, id, because, () => hub.leave(room, socket));
          onLeave(room, id, because);
        }
        if (isDue(found)) yield;
      }
    }
  }

  *#lookAtViewers(found: Found): Generator<void> {
    const { namespace, hub, viewers, hasSession } = this.#deps;
    for (const [socketId, socket] of namespace.sockets) {
      for (const { room, sessionId, format } of viewers.roomsOf(socketId)) {
        const isInRoom = namespace.adapter.rooms.get(room)?.has(socketId) && hub.isMember(room, socket);
        if (!isInRoom && socket.connected && hasSession(sessionId))
          this.#repair(found, room, socketId, 'it had lost its membership', () => hub.join(room, format, socket));
        if (isDue(found)) yield;
      }
    }
  }

  #repair(found: Found, room: string, socketId: string, because: string, repair: () => void): void {
    found.leaked.push({ room, socketId, because });
    this.#moves.because = `swept: ${because}`;
    try {
      repair();
    } finally {
      this.#moves.because = null;
    }
  }
}

/** Counts a membership; whether it is time to look at the clock. */
function isDue(found: Found): boolean {
  found.seen += 1;
  return found.seen % LOOK_EVERY === 0;
}

/** The session that a room is of. */
function sessionOf(room: string): string | null {
  return SESSION_ROOM.exec(room)?.[1] ?? null;
}

/** What a sweep has come to so far. */
interface Found {
  /** How often a membership was looked at. */
  seen: number;
  rooms: number;
  memberships: number;
  readonly leaked: { readonly room: string; readonly socketId: string; readonly because: string }[];
}
