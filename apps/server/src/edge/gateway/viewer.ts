import {
  BEAT_EVERY_MS,
  broadcastRoom,
  carRoom,
  type ExtraDelay,
  type LookChanged,
  liveRoom,
  type OverlayReport,
  pictureOf,
  type SessionJoin,
  type SessionMoved,
  type SessionWithdrawn,
  type Watcher,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import type { Limits } from '../../access/limits.js';
import type { ShareLinks } from '../../access/share-links.js';
import type { Tokens } from '../../access/tokens.js';
import { maySeeBroadcast, onlyShow, type Place, pictureFor, type Visitor } from '../../access/visitor.js';
import type { ShowEvent } from '../../channel/channel.js';
import type { FeedFormat } from '../../channel/feed-format.js';
import { namedTiming } from '../../channel/named-timing.js';
import { SharedAnswer } from '../../channel/shared-json.js';
import type { Clock } from '../../clock.js';
import { airedSession, airingOf, behindMsOf, isAiring, publicDelayState } from '../../directory/show-record.js';
import type { Logger } from '../../log.js';
import { answerCall, CallRefused } from '../../sockets/calls.js';
import { sendPing } from '../../sockets/finished-bytes.js';
import type { SocketHello } from '../../sockets/handshake.js';
import type { SessionLeft } from '../../sockets/messages.js';
import type { Taps } from '../../taps.js';
import type { Hub } from '../hub/hub.js';
import { broadcastOf, findBroadcast, findLive, type JoinDeps, notFound, type Shown } from './joins.js';
import { retrySpreadMs } from './retry-spread.js';
import { VIEWER_CALLS } from './viewer-calls.js';

export interface ViewerDeps extends JoinDeps {
  readonly tokens: Tokens;
  readonly links: Pick<ShareLinks, 'visitor' | 'opened'>;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly log: Logger;
  readonly taps?: Taps;
  readonly limits?: Limits;
}

/** Most sessions that one socket may watch at once. */
const MAX_JOINED = 16;

/** What came of moving a connection to the broadcast, or what would come of it. */
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

/** A page has sent its first heartbeat by then, in ms after it connected. */
const FIRST_BEAT_MS = 2 * BEAT_EVERY_MS;

/** A room that a connection has joined, and what it watches there. */
export interface ViewerRoom {
  readonly room: string;
  readonly sessionId: string;
  readonly show: string;
  /** Whether it goes on with its show's next session by itself. */
  readonly follows: boolean;
  readonly format: FeedFormat;
  /** How much later than the show's delay it sees the broadcast; `null` for who sees it live. */
  readonly extra: ExtraDelay | null;
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
  readonly #deps: ViewerDeps;
  readonly #joined = new Map<string, Joined>();
  readonly #since: number;
  readonly #retrySpread: () => number;
  /** Shows that operations have moved it to the public picture of: it stays there as long as it is connected. */
  readonly #publicOnly = new Set<string>();
  /** Whether it sends heartbeats, and since when a ping to it has no answer. */
  #beats = false;
  #pingedAt: number | null = null;
  #report: { readonly said: OverlayReport; readonly at: number } | null = null;

  /** `viewers` says how many there are: by that they are told how to come back. */
  constructor(socket: Socket, deps: ViewerDeps, viewers: () => number) {
    this.#socket = socket;
    this.#hello = socket.data as SocketHello;
    this.#visitor = this.#hello.visitor;
    this.#deps = deps;
    this.#retrySpread = () => retrySpreadMs(this.#hello.clientKind, viewers());
    this.#since = Math.round(deps.clock.now());
    if (this.#visitor.kind === 'link') deps.links.opened(this.#visitor.code);
    answerCall(socket, VIEWER_CALLS.join, deps, (join) => this.#join(join));
    answerCall(socket, VIEWER_CALLS.leave, deps, ({ sessionId }) => this.#leave(sessionId));
    answerCall(socket, VIEWER_CALLS.resync, deps, (at) => this.#resync(at));
    answerCall(socket, VIEWER_CALLS.beat, deps, ({ at, rttMs, hidden }) => {
      this.#beats = true;
      deps.taps?.beat.emit?.(socket.id, at, rttMs, hidden === true);
      return { now: Math.round(deps.clock.now()), retrySpreadMs: this.#retrySpread() };
    });
    answerCall(socket, VIEWER_CALLS.wrongNamespace, deps, () => {
      const message = 'relay:hello came to "/", where viewers are. Relays connect to the namespace "/relay".';
      const claims = this.#visitor.kind === 'token' ? this.#visitor.claims : undefined;
      const show = onlyShow(claims);
      const user = claims?.sub ?? null;
      deps.taps?.relayRefusal.emit?.({ why: 'origin', code: 'bad_request', capability: null, message, show, user });
      throw new CallRefused('bad_request', message);
    });
    answerCall(socket, VIEWER_CALLS.report, deps, (said) => {
      this.#report = { said, at: Math.round(deps.clock.now()) };
      return {};
    });
  }

  leaveAll(): void {
    for (const sessionId of [...this.#joined.keys()]) this.#leave(sessionId);
  }

  /** Pings it where it follows a feed and says nothing itself; one ping at a time. */
  pingWhereSilent(): void {
    const { clock, taps } = this.#deps;
    const now = clock.now();
    const isNew = now - this.#since < FIRST_BEAT_MS;
    // What a ping finds is for operations: where they do not listen, none is sent.
    if (this.#beats || isNew || this.#joined.size === 0 || this.#pingedAt !== null || !taps?.pong.emit) return;
    const isSent = sendPing(this.#socket, () => {
      this.#pingedAt = null;
      taps.pong.emit?.(this.#socket.id, clock.now() - now);
    });
    if (isSent) this.#pingedAt = now;
  }

  /** Does what an event of a show asks for: moves a viewer that follows it, or takes away what it may no longer see. */
  onShow(show: string, told: ShowEvent): void {
    switch (told.event) {
      // Its client joins the new session for the state.
      case 'followed':
        this.#follow((joined) => joined.show === show && joined.extra === null, told.sessionId);
        break;
      case 'moved':
        this.#follow((joined) => joined.show === show && joined.extra === told.extra, told.sessionId);
        break;
      case 'look':
        this.#tellLook({ show, look: told.look });
        break;
      case 'changed':
        this.#withdraw(show);
        break;
      default:
    }
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
      (each) => each.extra === null && (sessionId === undefined || each.sessionId === sessionId),
    );
    const [joined] = live;
    if (joined === undefined)
      return refuse('conflict', 'This connection is in no live room: there is nothing to move.');
    if (live.length > 1) {
      const ids = live.map((each) => each.sessionId).join(', ');
      return refuse('conflict', `This connection sees several sessions live (${ids}): name one as "sessionId".`);
    }
    const { show, room: from } = joined;
    const { directory, channel, hub } = this.#deps;
    const place = { sessionId: joined.sessionId, show };
    const extra = pictureFor(this.#visitor, place) === 'graphics' ? 0 : 'public';
    const record = directory.show(show);
    const now = directory.now(show);
    if (!maySeeBroadcast(this.#visitor, place, airingOf(record, place.sessionId, extra, now)))
      return refuse('forbidden', 'The token or link of this connection does not allow it to see the broadcast.');
    if (!isAiring(record, joined.sessionId))
      return refuse('conflict', `Session ${joined.sessionId} has ended and aired: nothing more comes in either room.`);
    const to = broadcastRoom(joined.sessionId, extra);
    const view = channel.view(to);
    const moved: Moved = {
      isMoved: true,
      ...place,
      from,
      to,
      delayMs: behindMsOf(record, extra),
      hasAired: view !== undefined,
    };
    if (isAsked) return moved;
    this.#leave(joined.sessionId);
    this.#publicOnly.add(show);
    this.#joined.set(joined.sessionId, { ...joined, room: to, extra, carRooms: [] });
    hub.join(to, joined.format, this.#socket);
    this.#socket.emit('broadcast:delay:state', publicDelayState(record, joined.sessionId, pictureOf(extra), now));
    if (view === undefined) return moved;
    const { position } = view.snapshots;
    const named = joined.format === 'json' ? namedTiming(view.state, position.at) : {};
    this.#socket.emit('feed', { ...named, ...position, sessionId: joined.sessionId });
    return moved;
  }

  /**
   * Leaves a show's broadcast where it may no longer be seen: unpublished, or of a session that the show has left. A
   * viewer that follows the show goes on with it, also where this is noticed before its owner has told of the move.
   */
  #withdraw(show: string): void {
    const { directory } = this.#deps;
    const record = directory.show(show);
    const now = directory.now(show);
    for (const joined of [...this.#joined.values()]) {
      if (joined.show !== show || joined.extra === null) continue;
      const { extra } = joined;
      const maySee = (sessionId: string) =>
        maySeeBroadcast(this.#visitor, { show, sessionId }, airingOf(record, sessionId, extra, now));
      if (maySee(joined.sessionId)) continue;
      const next = airedSession(record, extra, now);
      if (joined.follows && next !== null && next !== joined.sessionId && maySee(next)) {
        this.#follow((each) => each === joined, next);
        continue;
      }
      this.#leave(joined.sessionId);
      const withdrawn: SessionWithdrawn = { sessionId: joined.sessionId };
      this.#socket.emit('session:withdrawn', withdrawn);
    }
  }

  /** Once, in however many rooms of the show it is; those who see it live only have no use for it. */
  #tellLook(changed: LookChanged): void {
    const sees = [...this.#joined.values()].some(({ show, extra }) => show === changed.show && extra !== null);
    if (sees) this.#socket.emit('show:look', changed);
  }

  /** The code of the link that it came by; `null` where it came by none. */
  get link(): string | null {
    return this.#visitor.kind === 'link' ? this.#visitor.code : null;
  }

  /** Shows whose broadcast it watches. */
  broadcasts(): Set<string> {
    return new Set([...this.#joined.values()].filter(({ extra }) => extra !== null).map(({ show }) => show));
  }

  /** What the desk lists of it; `null` where it does not watch the show's broadcast. */
  watching(show: string): Watcher | null {
    const extra = [...this.#joined.values()].find((each) => each.show === show && each.extra !== null)?.extra ?? null;
    if (extra === null) return null;
    const { clientKind, surface } = this.#hello;
    const said = this.#report?.said;
    return {
      socketId: this.#socket.id,
      kind: clientKind ?? 'unknown',
      name: said?.name ?? surface ?? clientKind ?? 'unknown',
      version: said?.version ?? null,
      link: this.#visitor.kind === 'link' ? (this.#visitor.label ?? this.#visitor.opens) : null,
      picture: pictureOf(extra),
      extraDelayMs: extra === 'public' ? 0 : extra,
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

  #join(join: SessionJoin): Promise<SharedAnswer> {
    return join.audience === 'broadcast' ? this.#joinBroadcast(join) : this.#joinLive(join);
  }

  /** A join of the live audience of a show that operations have moved it away from; the answer says where it is instead. */
  #joinMoved({ cars: _, ...join }: SessionJoin): Promise<SharedAnswer> {
    return this.#joinBroadcast({ ...join, audience: 'broadcast' });
  }

  async #joinLive(join: SessionJoin): Promise<SharedAnswer> {
    const place = findLive(this.#deps, this.#visitor, join);
    const { channel, hub } = this.#deps;
    const isOver = !this.#publicOnly.has(place.show) && channel.view(liveRoom(place.sessionId)) === undefined;
    const ended = isOver ? await this.#lastState(place) : null;
    if (this.#publicOnly.has(place.show)) return this.#joinMoved(join);
    // A show that has gone on while the owner was asked has told its followers already, and this one is not among them.
    const { sessionId, show } = findLive(this.#deps, this.#visitor, join);
    if (sessionId !== place.sessionId) return this.#joinLive(join);
    // Nothing is awaited from here to the acknowledgement: no change can fall between room and snapshot.
    const room = liveRoom(sessionId);
    const view = channel.view(room);
    const source = view ?? ended;
    if (source === null) throw notFound(join);
    const cars = join.cars ?? [];
    const carRooms = cars.map((carNumber) => carRoom(sessionId, carNumber));
    const format = this.#enter(join, { sessionId, show, room, extra: null, carRooms });
    for (const each of carRooms) hub.join(each, 'json', this.#socket);
    const [own] = (view?.newestOwnCars ?? [])
      .filter(({ carNumber }) => cars.includes(carNumber))
      .sort((a, b) => b.at - a.at);
    const answer = {
      sessionId,
      audience: join.audience,
      now: Math.round(this.#deps.directory.now(show)),
      retrySpreadMs: this.#retrySpread(),
      ...(own && { own }),
    };
    return new SharedAnswer(answer, source.snapshots.of(format));
  }

  async #joinBroadcast(join: SessionJoin): Promise<SharedAnswer> {
    if (join.cars !== undefined) {
      throw new CallRefused('bad_request', 'Own-car data are never public: join live for "cars".', 'session:live');
    }
    const { directory, channel } = this.#deps;
    const place = findBroadcast(this.#deps, this.#visitor, join);
    const found = await broadcastOf(this.#deps, this.#visitor, join, place);
    // What it rests on may have changed while the owner was asked: all is looked up again, and nothing awaited after.
    const { sessionId, show, extra } = findBroadcast(this.#deps, this.#visitor, join);
    if (sessionId !== place.sessionId || extra !== place.extra) return this.#joinBroadcast(join);
    const room = broadcastRoom(sessionId, extra);
    const record = directory.show(show);
    const source = channel.view(room) ?? (isAiring(record, sessionId) ? undefined : found);
    // The output was closed meanwhile, to make room for another one.
    if (source === undefined) return this.#joinBroadcast(join);
    const format = this.#enter(join, { sessionId, show, room, extra, carRooms: [] });
    const now = directory.now(show);
    const picture = pictureOf(extra);
    const answer = {
      sessionId,
      audience: join.audience,
      picture,
      delay: publicDelayState(record, sessionId, picture, now),
      now: Math.round(now),
      look: record.look,
      retrySpreadMs: this.#retrySpread(),
    };
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
    this.#deps.hub.join(place.room, format, this.#socket);
    return format;
  }

  #leave(sessionId: string): SessionLeft {
    const joined = this.#joined.get(sessionId);
    if (joined === undefined) return { sessionId };
    for (const room of joined.carRooms) this.#deps.hub.leave(room, this.#socket);
    this.#joined.delete(sessionId);
    this.#deps.hub.leave(joined.room, this.#socket);
    return { sessionId };
  }

  async #resync(at: { sessionId?: string | undefined; epoch: string; seq: number }): Promise<SharedAnswer> {
    const joined = at.sessionId === undefined ? [...this.#joined.values()].at(-1) : this.#joined.get(at.sessionId);
    if (joined === undefined) {
      throw new CallRefused(
        'not_joined',
        'feed:resync needs a session that this connection has joined. Send session:join.',
      );
    }
    const { sessionId, show, extra, format } = joined;
    const join: SessionJoin = { sessionId, audience: extra === null ? 'live' : 'broadcast' };
    const source =
      extra === null
        ? (this.#deps.channel.view(joined.room) ?? (await this.#lastState(joined)))
        : await broadcastOf(this.#deps, this.#visitor, join, { sessionId, show, extra });
    // It may have left meanwhile, or been moved to the public picture.
    if (source === null || this.#joined.get(sessionId) !== joined)
      throw new CallRefused('not_found', `Session ${sessionId} is gone.`);
    const missed = format === 'json' ? null : source.since(at.epoch, at.seq);
    return new SharedAnswer({ sessionId, audience: join.audience }, missed ?? source.snapshots.of(format));
  }

  /** The last state of a session that has ended; `null` where it runs, or its timeline cannot be read. */
  async #lastState({ show, sessionId }: Place): Promise<Shown | null> {
    const owner = await this.#deps.directory.ownerOf(show);
    return owner.lastState(sessionId, 'whole');
  }
}
