import { type CloseCodeName, type OpsSocket, type Picture, pictureOfRoom } from '@okboxbox/protocol';
import type { Visitor } from '../../access/visitor.js';
import type { SocketHello } from '../../sockets/handshake.js';
import { Rate } from '../figures/counters.js';
import { Attention } from './attention.js';
import { Beats } from './beats.js';

/** Closed connections that are remembered: a night's worth of those that matter. */
const MOST_CLOSED = 2_000;

/** Why a connection is gone, in codes of our own, by the words of Socket.IO. */
const CODES: Readonly<Record<string, CloseCodeName>> = {
  'transport close': 'client_gone',
  'transport error': 'line_broken',
  'ping timeout': 'silent',
  'client namespace disconnect': 'client_left',
  'server namespace disconnect': 'closed_by_server',
  'server shutting down': 'shutdown',
  'forced close': 'closed_by_server',
  'forced server close': 'closed_by_server',
  'parse error': 'bad_message',
};

/** Figures that sockets can be sorted by, largest first; what is not known comes last. */
export const SOCKET_FIGURES = [
  'connectedAt',
  'lastSeenAt',
  'rttMs',
  'beatAgeMs',
  'shownAgeMs',
  'bufferedPackets',
  'waitingBytes',
  'sentPerSec',
  'skippedTotal',
  'newestFrameAgeMs',
] as const;
export type SocketFigure = (typeof SOCKET_FIGURES)[number];

/** A connection's socket as operations look at it, in this process or at an edge in another one. */
export interface SeenSocket {
  readonly id: string;
  readonly rooms: ReadonlySet<string>;
  readonly hello: Partial<SocketHello>;
  /** Where it came from, by which its connections are known to be the same client's. */
  readonly address: string | undefined;
  /** The edge process that it is connected to; `null` where that is this one. */
  readonly edge: string | null;
  /** Messages, and bytes, that wait for it. */
  readonly waitingPackets: number;
  readonly waitingBytes: number;
}

/** A connection, and what the taps have said of it. */
export interface Connection {
  readonly socket: SeenSocket;
  readonly role: string;
  readonly surface: string | null;
  readonly user: string | null;
  readonly caps: readonly string[];
  /** Whether it has neither a token nor a link. */
  readonly isStranger: boolean;
  /** Whether its token or link shows it pictures of shows that are not published. */
  readonly seesUnpublished: boolean;
  /** The same for all connections of one kind of client, user and address. */
  readonly whose: string;
  readonly connectedAt: number;
  lastSeenAt: number;
  rttMs: number | null;
  skippedTotal: number;
  skippedAt: number | null;
  /** Since when it is in no room; when it entered one last; whether it was in one before; and by which code its newest join was refused. */
  joinedNothingSince: number | null;
  joinedAt: number;
  hasJoined: boolean;
  refusedJoin: string | null;
  readonly sent: Rate;
  /** The instant that it has been sent last. */
  newestAt: number | null;
  /** `null` where it has never sent a beat or answered a ping: it is not judged by them. */
  beats: Beats | null;
}

/** Every connection of viewers and relays: who it is and how it does, and those that are gone, with why. */
export class SocketRegistry {
  readonly #now: () => number;
  readonly #attention: Attention;
  readonly #open = new Map<string, Connection>();
  /** Oldest first. */
  #closed: OpsSocket[] = [];
  // Clients choose their surface: "constructor" is a name like any other.
  readonly #byRole: Record<string, number> = Object.create(null);
  readonly #bySurface: Record<string, number> = Object.create(null);

  constructor(now: () => number) {
    this.#now = now;
    this.#attention = new Attention(now);
  }

  close(): void {
    this.#attention.close();
  }

  /** Since when what connections send has been read without a break. */
  get attentiveSince(): number {
    return this.#attention.since;
  }

  get(socketId: string): Connection | undefined {
    return this.#open.get(socketId);
  }

  /** Those that are connected, newest first. */
  open(): Connection[] {
    return [...this.#open.values()].reverse();
  }

  /** Those that are gone, newest first. */
  closed(): OpsSocket[] {
    return [...this.#closed].reverse();
  }

  get counts() {
    return { total: this.#open.size, byRole: { ...this.#byRole }, bySurface: { ...this.#bySurface } };
  }

  /** Takes a connection that has been let in; `role` where it is none that its handshake gives. */
  add(socket: SeenSocket, role: string | null): Connection {
    const { hello, address } = socket;
    const now = this.#now();
    const identity = identityOf(hello.visitor);
    const kind = role ?? hello.clientKind ?? 'unknown';
    const connection: Connection = {
      socket,
      role: kind,
      surface: hello.surface ?? null,
      ...identity,
      isStranger: hello.visitor?.kind === 'anonymous',
      seesUnpublished: seesUnpublished(hello.visitor),
      whose: JSON.stringify([kind, hello.surface, identity.user, address]),
      connectedAt: Math.round(now),
      lastSeenAt: Math.round(now),
      rttMs: null,
      skippedTotal: 0,
      skippedAt: null,
      joinedNothingSince: Math.round(now),
      joinedAt: Math.round(now),
      hasJoined: false,
      refusedJoin: null,
      sent: new Rate(now),
      newestAt: null,
      beats: null,
    };
    this.#open.set(socket.id, connection);
    this.#count(connection, 1);
    return connection;
  }

  /**
   * A connection is gone, from the rooms that it was in; `reason` in the words of Socket.IO, `closedBecause` where the
   * server closed it. Returns what is remembered of it.
   */
  gone(connection: Connection, rooms: string[], reason: string, closedBecause: string | undefined): OpsSocket {
    this.#open.delete(connection.socket.id);
    this.#count(connection, -1);
    const code = (closedBecause as CloseCodeName | undefined) ?? CODES[reason] ?? 'other';
    const gone: OpsSocket = {
      ...this.look(connection),
      joinedRooms: rooms,
      picture: pictureIn(rooms),
      closed: { at: Math.round(this.#now()), code, reason },
    };
    this.#closed.push(gone);
    if (this.#closed.length > MOST_CLOSED * 1.1) this.#closed = this.#closed.slice(-MOST_CLOSED);
    return gone;
  }

  /** A connection as operations see it now. */
  look(connection: Connection): OpsSocket {
    const now = this.#now();
    const { socket, role, surface, user, caps, connectedAt, lastSeenAt, skippedTotal, newestAt, beats } = connection;
    const rooms = roomsOf(socket);
    return {
      socketId: socket.id,
      ...(socket.edge !== null && { node: socket.edge }),
      role,
      surface,
      user,
      caps,
      joinedRooms: rooms,
      picture: pictureIn(rooms),
      connectedAt,
      lastSeenAt,
      rttMs: this.figure(connection, 'rttMs'),
      beatAgeMs: this.figure(connection, 'beatAgeMs'),
      shownAgeMs: this.figure(connection, 'shownAgeMs'),
      ...(beats !== null && { beats: beats.judge(now, this.attentiveSince) }),
      bufferedPackets: socket.waitingPackets,
      waitingBytes: socket.waitingBytes,
      sentPerSec: connection.sent.perSec(now),
      skippedTotal,
      newestFrameAgeMs: newestAt === null ? null : Math.round(now - newestAt),
      closed: null,
    };
  }

  /** It said what it shows: the instant, and how long the answer to its beat before took, in ms. */
  beat(socketId: string, shownAt: number | null, rttMs: number | null, isHidden: boolean): void {
    const connection = this.#open.get(socketId);
    if (connection === undefined) return;
    const { newestAt: sentAt, joinedAt } = connection;
    connection.beats ??= new Beats();
    connection.beats.take({ at: this.#now(), shownAt, rttMs, isHidden, sentAt, joinedAt });
  }

  /** It sends no beats, and answered a ping after so long, in ms. */
  pong(socketId: string, rttMs: number): void {
    const connection = this.#open.get(socketId);
    if (connection === undefined) return;
    connection.beats ??= new Beats();
    connection.beats.answered(this.#now(), rttMs);
  }

  /** What the beats of a connection tell now; `null` where it sends none. */
  beatsOf({ beats }: Connection) {
    if (beats === null) return null;
    const now = this.#now();
    const { isHidden, shownAt, behindMs, isOwn } = beats;
    return {
      verdict: beats.judge(now, this.attentiveSince),
      silentMs: beats.silentMs(now, this.attentiveSince),
      isOwn,
      isHidden,
      shownAgeMs: shownAt === null ? null : now - shownAt,
      behindMs,
    };
  }

  /** It entered a room. */
  joined(socketId: string): void {
    const connection = this.#open.get(socketId);
    if (connection === undefined) return;
    connection.joinedNothingSince = null;
    connection.joinedAt = Math.round(this.#now());
    connection.hasJoined = true;
    connection.refusedJoin = null;
  }

  /** It left a room. */
  left(socketId: string): void {
    const connection = this.#open.get(socketId);
    if (connection === undefined || connection.socket.rooms.size > 1) return;
    connection.joinedNothingSince ??= Math.round(this.#now());
  }

  /** One figure of a connection, without the others; `null` where it is not known. */
  figure(connection: Connection, name: SocketFigure): number | null {
    const now = this.#now();
    switch (name) {
      case 'bufferedPackets':
        return connection.socket.waitingPackets;
      case 'waitingBytes':
        return connection.socket.waitingBytes;
      case 'rttMs':
        return connection.beats?.rttMs ?? connection.rttMs;
      case 'beatAgeMs':
        return connection.beats === null ? null : Math.round(now - connection.beats.at);
      case 'shownAgeMs':
        return connection.beats?.shownAt == null ? null : Math.round(now - connection.beats.shownAt);
      case 'sentPerSec':
        return connection.sent.perSec(now);
      case 'newestFrameAgeMs':
        return connection.newestAt === null ? null : Math.round(now - connection.newestAt);
      default:
        return connection[name];
    }
  }

  #count({ role, surface }: Connection, by: 1 | -1): void {
    add(this.#byRole, role, by);
    if (surface !== null) add(this.#bySurface, surface, by);
  }
}

/** Rooms that a socket is in, without its own. */
export function roomsOf(socket: SeenSocket): string[] {
  return [...socket.rooms].filter((room) => room !== socket.id);
}

/** The picture of the broadcast that those in these rooms get. */
function pictureIn(rooms: readonly string[]): Picture | null {
  for (const room of rooms) {
    const picture = pictureOfRoom(room);
    if (picture !== null) return picture;
  }
  return null;
}

function identityOf(visitor: Visitor | undefined): { user: string | null; caps: readonly string[] } {
  if (visitor?.kind === 'token') return { user: visitor.claims.sub, caps: [...visitor.capabilities] };
  return { user: visitor?.kind === 'link' ? 'link' : null, caps: [] };
}

/** Shows are another matter: a token may be limited to some, and a link is to one. */
function seesUnpublished(visitor: Visitor | undefined): boolean {
  if (visitor?.kind === 'link') return visitor.opens === 'overlay';
  if (visitor?.kind !== 'token') return false;
  return visitor.capabilities.has('broadcast:view') || visitor.capabilities.has('session:live');
}

function add(counts: Record<string, number>, name: string, by: number): void {
  const next = (counts[name] ?? 0) + by;
  if (next > 0) counts[name] = next;
  else delete counts[name];
}
