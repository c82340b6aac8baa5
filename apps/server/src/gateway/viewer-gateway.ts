import {
  carRoom,
  type FeedMessage,
  feedResync,
  liveRoom,
  type SessionJoin,
  type SessionMoved,
  type SessionSummary,
  sessionJoin,
  sessionLeave,
} from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import type { Tokens } from '../access/tokens.js';
import { deny, denyOwnCar, type Visitor } from '../access/visitor.js';
import type { Audiences } from '../audience/audiences.js';
import type { FeedFormat, Hub } from '../hub/hub.js';
import type { Logger } from '../log.js';
import type { SessionRegistry } from '../session/registry.js';
import { answerCall, CallRefused } from './calls.js';
import { visitorOf } from './handshake.js';

export interface ViewerWorld {
  readonly tokens: Tokens;
  readonly registry: SessionRegistry;
  readonly audiences: Audiences;
  readonly hub: Hub;
  readonly log: Logger;
}

/** What a socket has joined: by session id, and the show where it follows one. */
interface Joined {
  readonly sessionId: string;
  readonly show: string | null;
  readonly format: FeedFormat;
  /** Numbers of the cars whose own data it gets. */
  readonly cars: readonly string[];
}

/** Most sessions that one socket may watch at once. */
const MAX_JOINED = 16;

/** The socket calls of viewers: translates them, asks for rights, and leaves the rest to audiences and hub. */
export function serveViewers(io: Server, world: ViewerWorld): void {
  const viewers = new Set<Viewer>();
  io.use((socket, next) => {
    visitorOf(socket, world.tokens).then((visitor) => {
      socket.data = { visitor };
      next();
    }, next);
  });
  io.on('connection', (socket) => {
    const viewer = new Viewer(socket, (socket.data as { visitor: Visitor }).visitor, world);
    viewers.add(viewer);
    socket.on('disconnect', () => {
      viewer.leaveAll();
      viewers.delete(viewer);
    });
  });
  world.registry.listen({
    began: (session) => {
      for (const viewer of viewers) viewer.followTo(session.state.summary());
    },
    ended: () => undefined,
  });
}

class Viewer {
  readonly #socket: Socket;
  readonly #visitor: Visitor;
  readonly #world: ViewerWorld;
  readonly #joined = new Map<string, Joined>();

  constructor(socket: Socket, visitor: Visitor, world: ViewerWorld) {
    this.#socket = socket;
    this.#visitor = visitor;
    this.#world = world;
    const { log } = world;
    answerCall(socket, 'session:join', sessionJoin, log, (join) => this.#join(join));
    answerCall(socket, 'session:leave', sessionLeave, log, ({ sessionId }) => this.#leave(sessionId));
    answerCall(socket, 'feed:resync', feedResync, log, (at) => this.#resync(at));
  }

  leaveAll(): void {
    for (const sessionId of [...this.#joined.keys()]) this.#leave(sessionId);
  }

  /** Moves a viewer that joined by show to the show's new session; its client joins again for the state. */
  followTo(next: SessionSummary): void {
    for (const { sessionId, show } of [...this.#joined.values()]) {
      if (show !== next.show || sessionId === next.sessionId) continue;
      this.#leave(sessionId);
      const moved: SessionMoved = { show, from: sessionId, sessionId: next.sessionId };
      this.#socket.emit('session:moved', moved);
    }
  }

  async #join(join: SessionJoin): Promise<object> {
    if (join.audience === 'broadcast') {
      throw new CallRefused(
        'not_available',
        'The broadcast audience is not part of this version; join with audience "live".',
      );
    }
    const place = this.#find(join);
    const denial = deny(this.#visitor, 'session:live', place);
    if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
    if (place === undefined) throw notFound(join);
    const { sessionId } = place;
    const cars = join.cars ?? [];
    for (const carNumber of cars) {
      const refused = denyOwnCar(this.#visitor, place, carNumber);
      if (refused) throw new CallRefused(refused.code, refused.message, refused.capability);
    }
    const format = join.format ?? 'rows';
    const ended = await this.#world.audiences.ended(sessionId);
    // Nothing is awaited from here to the acknowledgement: no change can fall between room and snapshot.
    const audience = this.#world.audiences.live(sessionId);
    if (audience === undefined && ended === null) throw notFound(join);
    if (!this.#joined.has(sessionId) && this.#joined.size >= MAX_JOINED) {
      throw new CallRefused('bad_request', `One connection may join ${MAX_JOINED} sessions. Leave one first.`);
    }
    this.#leave(sessionId);
    this.#joined.set(sessionId, { sessionId, show: join.show ?? null, format, cars });
    this.#world.hub.join(liveRoom(sessionId), format, this.#socket);
    for (const carNumber of cars) this.#world.hub.join(carRoom(sessionId, carNumber), 'json', this.#socket);
    const source = audience ?? ended;
    const [own] = (audience?.ownCars() ?? [])
      .filter(({ carNumber }) => cars.includes(carNumber))
      .sort((a, b) => b.at - a.at);
    return { sessionId, ...(format === 'json' ? source?.namedSnapshot() : source?.snapshot()), ...(own && { own }) };
  }

  #leave(sessionId: string): object {
    for (const carNumber of this.#joined.get(sessionId)?.cars ?? []) {
      this.#world.hub.leave(carRoom(sessionId, carNumber), this.#socket);
    }
    this.#joined.delete(sessionId);
    this.#world.hub.leave(liveRoom(sessionId), this.#socket);
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
    const { sessionId, format } = joined;
    const ended = await this.#world.audiences.ended(sessionId);
    const source = this.#world.audiences.live(sessionId) ?? ended;
    if (!source) throw new CallRefused('not_found', `Session ${sessionId} is gone.`);
    if (format === 'json') return { sessionId, ...source.namedSnapshot() };
    const missed: readonly FeedMessage[] | null = source.since(at.epoch, at.seq);
    const { state, ...position } = source.snapshot();
    return missed ? { sessionId, ...position, changes: missed } : { sessionId, ...position, state };
  }

  #find(join: SessionJoin): SessionSummary | undefined {
    const { registry } = this.#world;
    return join.sessionId === undefined ? registry.currentOf(join.show ?? '') : registry.summary(join.sessionId);
  }
}

function notFound(join: SessionJoin): CallRefused {
  const what = join.sessionId === undefined ? `show "${join.show}"` : `session "${join.sessionId}"`;
  return new CallRefused('not_found', `There is no ${what}, or it has no session yet.`);
}
