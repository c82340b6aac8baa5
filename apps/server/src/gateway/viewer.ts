import {
  broadcastRoom,
  carRoom,
  feedResync,
  liveRoom,
  type OverlayReport,
  overlayReport,
  type SessionJoin,
  type SessionMoved,
  type SessionWithdrawn,
  sessionJoin,
  sessionLeave,
  type Watcher,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import { z } from 'zod';
import type { Limits } from '../access/limits.js';
import type { ShareLinks } from '../access/share-links.js';
import type { Tokens } from '../access/tokens.js';
import { maySeeBroadcast, onlyShow, type Visitor } from '../access/visitor.js';
import { namedTiming } from '../audience/feed-view.js';
import type { Clock } from '../clock.js';
import type { FeedFormat, Hub } from '../hub/hub.js';
import { SharedAnswer } from '../hub/shared-json.js';
import type { Logger } from '../log.js';
import type { Taps } from '../taps.js';
import { answerCall, CallRefused } from './calls.js';
import type { SocketHello } from './handshake.js';
import { broadcastOf, findBroadcast, findLive, type JoinWorld, notFound } from './joins.js';

export interface ViewerWorld extends JoinWorld {
  readonly tokens: Tokens;
  readonly links: ShareLinks;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly log: Logger;
  readonly taps?: Taps;
  readonly limits?: Limits;
}

/** Most sessions that one socket may watch at once. */
const MAX_JOINED = 16;

/** What came of moving a connection to the public picture, or what would come of it. */
export type Moved =
  | {
      readonly isMoved: true;
      readonly sessionId: string;
      readonly from: string;
      readonly to: string;
      readonly delayMs: number;
      /** Whether something of the session has aired: else it gets nothing before that. */
      readonly hasAired: boolean;
    }
  | { readonly isMoved: false; readonly code: 'not_found' | 'forbidden' | 'conflict'; readonly because: string };

/** A room that a connection has joined, and what it watches there. */
export interface ViewerRoom {
  readonly room: string;
  readonly sessionId: string;
  readonly show: string;
  /** Whether it goes on with its show's next session by itself. */
  readonly follows: boolean;
  readonly format: FeedFormat;
  /** Extra delay of an output of the broadcast, in ms; `null` for who sees it live. */
  readonly extraMs: number | null;
}

/** What a socket has joined: by session id, and the show where it follows one. */
interface Joined extends ViewerRoom {
  /** Rooms of the cars whose own data it gets. */
  readonly carRooms: readonly string[];
}

/** One connection of a viewer: what it has joined, and what it is told. */
export class Viewer {
  readonly #socket: Socket;
  readonly #visitor: Visitor;
  readonly #hello: SocketHello;
  readonly #world: ViewerWorld;
  readonly #joined = new Map<string, Joined>();
  readonly #since: number;
  /** Shows that operations have moved it to the public picture of: it stays there as long as it is connected. */
  readonly #publicOnly = new Set<string>();
  #report: { readonly said: OverlayReport; readonly at: number } | null = null;

  constructor(socket: Socket, world: ViewerWorld) {
    this.#socket = socket;
    this.#hello = socket.data as SocketHello;
    this.#visitor = this.#hello.visitor;
    this.#world = world;
    this.#since = Math.round(world.clock.now());
    if (this.#visitor.kind === 'link') world.links.opened(this.#visitor.code);
    answerCall(socket, 'session:join', sessionJoin, world, (join) => this.#join(join));
    answerCall(socket, 'session:leave', sessionLeave, world, ({ sessionId }) => this.#leave(sessionId));
    answerCall(socket, 'feed:resync', feedResync, world, (at) => this.#resync(at));
    answerCall(socket, 'relay:hello', z.unknown(), world, () => {
      const message = 'relay:hello came to "/", where viewers are. Relays connect to the namespace "/relay".';
      const claims = this.#visitor.kind === 'token' ? this.#visitor.claims : undefined;
      const tell = world.taps?.relayRefusal.hear;
      tell?.('origin', 'bad_request', null, message, onlyShow(claims), claims?.sub ?? null);
      throw new CallRefused('bad_request', message);
    });
    answerCall(socket, 'overlay:report', overlayReport, world, (said) => {
      this.#report = { said, at: Math.round(world.clock.now()) };
      return {};
    });
  }

  leaveAll(): void {
    for (const sessionId of [...this.#joined.keys()]) this.#leave(sessionId);
  }

  /** Moves a viewer that follows a show live to the session that it is on now; its client joins again for the state. */
  followLive(show: string, sessionId: string): void {
    this.#follow((joined) => joined.show === show && joined.extraMs === null, sessionId);
  }

  /** The same for an output of the broadcast, when the new session is on air for it. */
  followBroadcast(show: string, extraMs: number, sessionId: string): void {
    this.#follow((joined) => joined.show === show && joined.extraMs === extraMs, sessionId);
  }

  /** The rooms that it has joined, each as of the moment at which it is asked for: what has been left meanwhile is not told. */
  *rooms(): Generator<ViewerRoom> {
    for (const joined of this.#joined.values()) {
      const { carRooms, ...own } = joined;
      yield own;
      for (const room of carRooms) {
        if (this.#joined.get(own.sessionId) !== joined) break;
        yield { ...own, room, format: 'json' };
      }
    }
  }

  /** Whether it has joined a room of a session. */
  isIn(sessionId: string, room: string): boolean {
    const joined = this.#joined.get(sessionId);
    return joined !== undefined && (joined.room === room || joined.carRooms.includes(room));
  }

  /**
   * Leaves a live room for the same session's broadcast room. A client needs to know nothing new for it: what it hears next
   * is of another epoch, so that it asks for the state, as after a restart.
   */
  moveToBroadcast(sessionId: string | undefined, isAsked: boolean): Moved {
    const refuse = (code: 'forbidden' | 'conflict', because: string): Moved => ({ isMoved: false, code, because });
    const live = [...this.#joined.values()].filter(
      (each) => each.extraMs === null && (sessionId === undefined || each.sessionId === sessionId),
    );
    const [joined] = live;
    if (joined === undefined)
      return refuse('conflict', 'This connection is in no live room: there is nothing to move.');
    if (live.length > 1) {
      const ids = live.map((each) => each.sessionId).join(', ');
      return refuse('conflict', `This connection sees several sessions live (${ids}): name one as "sessionId".`);
    }
    const { show, room: from } = joined;
    const { broadcasts, hub } = this.#world;
    const place = { sessionId: joined.sessionId, show, extraMs: 0 };
    const broadcast = broadcasts.of(show);
    if (!maySeeBroadcast(this.#visitor, place, broadcast.airing(place.sessionId)))
      return refuse('forbidden', 'What this connection shows as its right does not let it see the public picture.');
    const audience = broadcasts.audience(show, joined.sessionId, 0);
    if (audience === undefined || audience === 'full')
      return refuse('conflict', `Session ${joined.sessionId} has ended and aired: nothing more comes in either room.`);
    const { room: to, feed } = audience;
    const moved: Moved = {
      isMoved: true,
      ...place,
      from,
      to,
      delayMs: broadcast.delay.delayMs,
      hasAired: feed !== null,
    };
    if (isAsked) return moved;
    this.#leave(joined.sessionId);
    this.#publicOnly.add(show);
    this.#joined.set(joined.sessionId, { ...joined, room: to, extraMs: 0, carRooms: [] });
    hub.join(to, joined.format, this.#socket);
    this.#socket.emit('broadcast:delay:state', broadcast.publicState(joined.sessionId));
    if (feed === null) return moved;
    const { state, ...position } = feed.snapshot();
    const named = joined.format === 'json' ? namedTiming(state, position.at) : {};
    this.#socket.emit('feed', { ...named, ...position, sessionId: joined.sessionId });
    return moved;
  }

  /** Takes a show's public picture away where it may not be seen any more: unpublished, or of a session that the show has left. */
  withdraw(show: string): void {
    const broadcast = this.#world.broadcasts.of(show);
    for (const joined of [...this.#joined.values()]) {
      if (joined.show !== show || joined.extraMs === null) continue;
      if (maySeeBroadcast(this.#visitor, joined, broadcast.airing(joined.sessionId, joined.extraMs))) continue;
      this.#leave(joined.sessionId);
      const withdrawn: SessionWithdrawn = { sessionId: joined.sessionId };
      this.#socket.emit('session:withdrawn', withdrawn);
    }
  }

  cameBy(code: string): boolean {
    return this.#visitor.kind === 'link' && this.#visitor.code === code;
  }

  /** What the desk lists of it; `null` where it does not watch the show's public picture. */
  watching(show: string): Watcher | null {
    const joined = [...this.#joined.values()].find((each) => each.show === show && each.extraMs !== null);
    if (joined === undefined) return null;
    const { clientKind, surface } = this.#hello;
    const said = this.#report?.said;
    return {
      socketId: this.#socket.id,
      kind: clientKind ?? 'unknown',
      name: said?.name ?? surface ?? clientKind ?? 'unknown',
      version: said?.version ?? null,
      link: this.#visitor.kind === 'link' ? (this.#visitor.label ?? this.#visitor.opens) : null,
      extraDelayMs: joined.extraMs ?? 0,
      since: this.#since,
      reportedAt: this.#report?.at ?? null,
      visible: said?.visible ?? null,
      active: said?.active ?? null,
      frameAgeMs: said?.frameAgeMs ?? null,
      lastError: said?.lastError ?? null,
    };
  }

  #follow(fits: (joined: Joined) => boolean, sessionId: string): void {
    for (const joined of [...this.#joined.values()]) {
      if (!joined.follows || joined.sessionId === sessionId || !fits(joined)) continue;
      this.#leave(joined.sessionId);
      const moved: SessionMoved = { show: joined.show, from: joined.sessionId, sessionId };
      this.#socket.emit('session:moved', moved);
    }
  }

  #join(join: SessionJoin): Promise<object> {
    return join.audience === 'broadcast' ? this.#joinBroadcast(join) : this.#joinLive(join);
  }

  /** A join of the live audience of a show that operations have moved it away from; the answer says where it is instead. */
  #joinMoved({ cars: _, ...join }: SessionJoin): Promise<object> {
    return this.#joinBroadcast({ ...join, audience: 'broadcast' });
  }

  async #joinLive(join: SessionJoin): Promise<object> {
    const place = findLive(this.#world, this.#visitor, join);
    const ended = this.#publicOnly.has(place.show) ? null : await this.#world.audiences.ended(place.sessionId);
    if (this.#publicOnly.has(place.show)) return this.#joinMoved(join);
    // A show that has gone on while the archive was read has told its followers already, and this one is not among them.
    const { sessionId, show } = findLive(this.#world, this.#visitor, join);
    if (sessionId !== place.sessionId) return this.#joinLive(join);
    // Nothing is awaited from here to the acknowledgement: no change can fall between room and snapshot.
    const audience = this.#world.audiences.live(sessionId);
    const source = audience?.feed ?? ended;
    if (source === null) throw notFound(join);
    const cars = join.cars ?? [];
    const carRooms = cars.map((carNumber) => carRoom(sessionId, carNumber));
    const format = this.#enter(join, { sessionId, show, room: liveRoom(sessionId), extraMs: null, carRooms });
    for (const room of carRooms) this.#world.hub.join(room, 'json', this.#socket);
    const [own] = (audience?.ownCars() ?? [])
      .filter(({ carNumber }) => cars.includes(carNumber))
      .sort((a, b) => b.at - a.at);
    return new SharedAnswer({ sessionId, audience: join.audience, ...(own && { own }) }, source.snapshots.of(format));
  }

  async #joinBroadcast(join: SessionJoin): Promise<object> {
    if (join.cars !== undefined) {
      throw new CallRefused('bad_request', 'Own-car data are never public: join live for "cars".', 'session:live');
    }
    const { broadcasts, clock } = this.#world;
    const place = findBroadcast(this.#world, this.#visitor, join);
    const found = await broadcastOf(this.#world, this.#visitor, join, place);
    // What it rests on may have changed while the archive was read: all is asked again, and nothing awaited after.
    const { sessionId, show, extraMs } = findBroadcast(this.#world, this.#visitor, join);
    if (sessionId !== place.sessionId) return this.#joinBroadcast(join);
    const audience = broadcasts.audience(show, sessionId, extraMs);
    const isRunning = audience !== undefined && audience !== 'full';
    const source = isRunning ? audience.feed : found;
    if (source === null) throw notFound(join);
    const room = isRunning ? audience.room : broadcastRoom(sessionId, extraMs);
    const format = this.#enter(join, { sessionId, show, room, extraMs, carRooms: [] });
    const delay = broadcasts.of(show).publicState(sessionId);
    const answer = { sessionId, audience: join.audience, delay, now: Math.round(clock.now()) };
    return new SharedAnswer(answer, source.snapshots.of(format));
  }

  /** Enters a room in place of what was joined of the session before. */
  #enter(join: SessionJoin, place: Omit<Joined, 'follows' | 'format'>): FeedFormat {
    // What was awaited may have outlasted the connection: nobody would take it out of the room again.
    if (!this.#socket.connected) throw new CallRefused('not_joined', 'The connection is gone.');
    if (!this.#joined.has(place.sessionId) && this.#joined.size >= MAX_JOINED) {
      throw new CallRefused('bad_request', `One connection may join ${MAX_JOINED} sessions. Leave one first.`);
    }
    this.#leave(place.sessionId);
    const format = join.format ?? 'rows';
    this.#joined.set(place.sessionId, { ...place, format, follows: join.show !== undefined });
    this.#world.hub.join(place.room, format, this.#socket);
    return format;
  }

  #leave(sessionId: string): object {
    const joined = this.#joined.get(sessionId);
    if (joined === undefined) return { sessionId };
    for (const room of joined.carRooms) this.#world.hub.leave(room, this.#socket);
    this.#joined.delete(sessionId);
    this.#world.hub.leave(joined.room, this.#socket);
    return { sessionId };
  }

  async #resync(at: { sessionId?: string | undefined; epoch: string; seq: number }): Promise<object> {
    const joined = at.sessionId === undefined ? [...this.#joined.values()].at(-1) : this.#joined.get(at.sessionId);
    if (joined === undefined) {
      throw new CallRefused(
        'not_joined',
        'feed:resync needs a session that this connection has joined. Send session:join.',
      );
    }
    const { sessionId, show, extraMs, format } = joined;
    const join: SessionJoin = { sessionId, audience: extraMs === null ? 'live' : 'broadcast' };
    const source =
      extraMs === null
        ? (this.#world.audiences.live(sessionId)?.feed ?? (await this.#world.audiences.ended(sessionId)))
        : await broadcastOf(this.#world, this.#visitor, join, { sessionId, show, extraMs });
    if (!source || !this.#joined.has(sessionId)) throw new CallRefused('not_found', `Session ${sessionId} is gone.`);
    const missed = format === 'json' ? null : source.since(at.epoch, at.seq);
    return new SharedAnswer({ sessionId, audience: join.audience }, missed ?? source.snapshots.of(format));
  }
}
