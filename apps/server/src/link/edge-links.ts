import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { broadcastRoom, type TopicName } from '@okboxbox/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RevokedTokens } from '../access/revoked-tokens.js';
import type { LinkStore, ShareLinks } from '../access/share-links.js';
import type { EdgeChannel } from '../channel/channel.js';
import type { SharedChannel } from '../channel/shared-channel.js';
import type { Clock } from '../clock.js';
import type { SocketOwner } from '../directory/owner.js';
import { OwnerRefusal } from '../directory/owner-refusal.js';
import type { SharedDirectory } from '../directory/shared-directory.js';
import type { Logger } from '../log.js';
import { CallRefused } from '../sockets/calls.js';
import {
  type AskRefused,
  CLOCK_EVERY_MS,
  type EdgePresence,
  type FromEdge,
  type FromOwner,
  LINK_KEY_HEADER,
  LINK_NAME_HEADER,
  LINK_PATH,
  type Questions,
  type ShowPresence,
  visitorFrom,
} from './link-messages.js';

import type { SocketOrder, SocketReport } from './socket-reports.js';

/** Largest message of an edge: what directors send, and who watches. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** An edge for which more than this waits is cut off, in bytes: it has stopped reading, and begins again when it is back. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** An output that an edge has asked for is kept for the viewer who is about to join it, for so long, in ms. */
const ASKED_MS = 1_000;

/** What directors do, as an edge passes it on: with the rights looked at here. */
export type ActsOfDirectors = {
  run(name: string, visitor: ReturnType<typeof visitorFrom>, input: unknown): Promise<object>;
  onActed(listener: (show: string) => void): () => void;
};

export interface EdgeLinksDeps {
  /** Only a process that has it is an edge. */
  readonly key: string;
  readonly channel: SharedChannel;
  /** The mirrors of this process: chunks are read from them. */
  readonly views: Pick<EdgeChannel, 'view'>;
  readonly directory: SharedDirectory;
  readonly owner: SocketOwner;
  readonly acts: ActsOfDirectors;
  readonly deskOf: (show: string) => Promise<Questions['desk']['answer']>;
  readonly shows: Pick<LinkStore, 'all' | 'onChange'>;
  readonly links: Pick<ShareLinks, 'opened'>;
  readonly revoked: Pick<RevokedTokens, 'onRevoked' | 'all'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** An edge that is connected. */
export interface ConnectedEdge {
  readonly name: string;
  /** Since when, in ms by the owner's clock. */
  readonly since: number;
  /** How many viewers it has. */
  readonly viewers: number;
  /** How long its newest answer took, in ms; `null` before the first. */
  readonly rttMs: number | null;
  /** When it was heard last, in ms by the owner's clock. */
  readonly heardAt: number;
  /** Bytes that wait for it. */
  readonly waitingBytes: number;
}

/**
 * The owner's side of its edges in other processes: each is sent the channel, the directory, share links and revoked
 * tokens, all in one order, and asks what it cannot know. They connect to a socket of this machine and show their key.
 */
export class EdgeLinks {
  readonly #deps: EdgeLinksDeps;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  readonly #edges = new Set<FarEdge>();
  readonly #listeners = new Set<(name: string, what: 'connected' | 'gone') => void>();
  readonly #socketListeners = new Set<(edge: string, reports: readonly SocketReport[]) => void>();
  readonly #stops: (() => void)[];
  readonly #clock: NodeJS.Timeout;
  #traced: readonly string[] = [];

  constructor(deps: EdgeLinksDeps) {
    this.#deps = deps;
    deps.shows.onChange(({ show, links }) => this.#tell({ kind: 'links', show, links }));
    deps.revoked.onRevoked((jti) => this.#tell({ kind: 'revoked', jtis: [jti] }));
    this.#stops = [deps.acts.onActed((show) => this.#tell({ kind: 'acted', show }))];
    this.#clock = setInterval(() => {
      this.#tell({ kind: 'clock', now: deps.clock.now() });
      for (const edge of this.#edges) edge.unanswered += 1;
    }, CLOCK_EVERY_MS);
    this.#clock.unref();
  }

  /** Takes edges that connect to a server of this machine. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url !== LINK_PATH) return;
      if (!isKey(request.headers[LINK_KEY_HEADER], this.#deps.key)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (line) => this.#add(line, request));
    });
  }

  /** Calls a listener when an edge has all that there is, and when it is gone. */
  onEdge(listener: (name: string, what: 'connected' | 'gone') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The edges that are connected. */
  list(): ConnectedEdge[] {
    return [...this.#edges].map((edge) => edge.look());
  }

  /** How many clock messages in a row an edge has not answered; 0 where none of that name is connected. */
  unanswered(name: string): number {
    return [...this.#edges].find((edge) => edge.name === name)?.unanswered ?? 0;
  }

  /** Who watches a show at all edges. */
  watchers(show: string): ShowPresence {
    const found = [...this.#edges].flatMap(({ shows }) => shows.get(show) ?? []);
    return {
      watchers: found.flatMap(({ watchers }) => watchers),
      publicViewers: found.reduce((sum, { publicViewers }) => sum + publicViewers, 0),
    };
  }

  /** How many connections came by a link, at all edges. */
  viewersOfLink(code: string): number {
    return [...this.#edges].reduce((sum, { links }) => sum + (links.get(code) ?? 0), 0);
  }

  /** Calls a listener with what an edge reports of its connections; returns the way to stop. */
  onSockets(listener: (edge: string, reports: readonly SocketReport[]) => void): () => void {
    this.#socketListeners.add(listener);
    return () => this.#socketListeners.delete(listener);
  }

  /** Has all edges tell what becomes of each message of these sessions, and of no others. */
  trace(sessionIds: readonly string[]): void {
    if (sessionIds.join() === this.#traced.join()) return;
    this.#traced = sessionIds;
    this.#tell({ kind: 'traced', sessionIds });
  }

  /** Has an edge do something to a connection; `null` where no edge of that name is connected, or it goes meanwhile. */
  async order(edge: string, order: SocketOrder): Promise<unknown> {
    return (await [...this.#edges].find(({ name }) => name === edge)?.order(order)) ?? null;
  }

  close(): void {
    clearInterval(this.#clock);
    for (const stop of this.#stops) stop();
    for (const edge of this.#edges) edge.close();
    this.#server.close();
  }

  #tell(message: FromOwner): void {
    if (this.#edges.size === 0) return;
    const text = JSON.stringify(message);
    for (const edge of this.#edges) edge.send(text);
  }

  #add(line: WebSocket, request: IncomingMessage): void {
    const name = String(request.headers[LINK_NAME_HEADER] ?? 'edge');
    const edge = new FarEdge(name, line, this.#deps, (reports) => {
      for (const listener of this.#socketListeners) listener(name, reports);
    });
    this.#edges.add(edge);
    line.on('close', () => {
      this.#edges.delete(edge);
      edge.close();
      for (const listener of this.#listeners) listener(name, 'gone');
    });
    edge.begin();
    if (this.#traced.length > 0)
      edge.send(JSON.stringify({ kind: 'traced', sessionIds: this.#traced } satisfies FromOwner));
    for (const listener of this.#listeners) listener(name, 'connected');
  }
}

/** One edge, and what it has said. */
class FarEdge {
  readonly name: string;
  unanswered = 0;
  readonly #line: WebSocket;
  readonly #deps: EdgeLinksDeps;
  readonly #since: number;
  #stops: readonly (() => void)[] = [];
  #heardAt: number;
  #rttMs: number | null = null;
  #viewers = 0;
  // Names that people choose are among the keys: none of these is a plain object.
  #rooms: ReadonlyMap<string, number> = new Map();
  shows: ReadonlyMap<string, ShowPresence> = new Map();
  links: ReadonlyMap<string, number> = new Map();
  /** When outputs that are not of every show were asked for last. */
  readonly #askedAt = new Map<string, number>();
  readonly #onSockets: (reports: readonly SocketReport[]) => void;
  readonly #orders = new Map<number, (result: unknown) => void>();
  #ordered = 0;

  constructor(
    name: string,
    line: WebSocket,
    deps: EdgeLinksDeps,
    onSockets: (reports: readonly SocketReport[]) => void,
  ) {
    this.name = name;
    this.#onSockets = onSockets;
    this.#line = line;
    this.#deps = deps;
    this.#since = deps.clock.now();
    this.#heardAt = this.#since;
    line.on('message', (data) => this.#take(String(data)));
    line.on('error', (error) => deps.log.warn({ err: error, edge: name }, 'the connection of an edge failed'));
  }

  look(): ConnectedEdge {
    return {
      name: this.name,
      since: this.#since,
      viewers: this.#viewers,
      rttMs: this.#rttMs,
      heardAt: this.#heardAt,
      waitingBytes: this.#line.bufferedAmount,
    };
  }

  /** Sends all that there is, and all that follows from then on. Nothing is awaited between the two. */
  begin(): void {
    const { directory, channel, shows, revoked, clock } = this.#deps;
    const send = (message: FromOwner) => this.send(JSON.stringify(message));
    send({ kind: 'clock', now: clock.now() });
    send({ kind: 'revoked', jtis: revoked.all() });
    for (const { show, links } of shows.all()) send({ kind: 'links', show, links });
    this.#stops = [
      directory.share(send),
      channel.share({ send: (packed) => this.send(packed), interest: (room) => this.#interest(room) }),
    ];
    send({ kind: 'ready' });
  }

  send(text: string): void {
    if (this.#line.readyState !== this.#line.OPEN) return;
    if (this.#line.bufferedAmount > MAX_WAITING_BYTES) {
      this.#deps.log.error(
        { edge: this.name, waitingBytes: this.#line.bufferedAmount },
        'an edge does not read; it is cut off',
      );
      this.close();
      return;
    }
    this.#line.send(text);
  }

  order(order: SocketOrder): Promise<unknown> {
    this.#ordered += 1;
    const id = this.#ordered;
    this.send(JSON.stringify({ kind: 'order', id, order } satisfies FromOwner));
    return new Promise((resolve) => this.#orders.set(id, resolve));
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    for (const resolve of this.#orders.values()) resolve(null);
    this.#orders.clear();
    this.#line.terminate();
  }

  #take(text: string): void {
    const message = JSON.parse(text) as FromEdge;
    this.#heardAt = this.#deps.clock.now();
    switch (message.kind) {
      case 'heard':
        this.unanswered = 0;
        this.#rttMs = Math.max(0, this.#heardAt - message.now);
        return;
      case 'interest':
        this.#rooms = new Map(Object.entries(message.rooms));
        return;
      case 'presence':
        this.#takePresence(message.presence);
        return;
      case 'opened':
        this.#deps.links.opened(message.code);
        return;
      case 'sockets':
        this.#onSockets(message.reports);
        return;
      case 'done':
        this.#orders.get(message.id)?.(message.result);
        this.#orders.delete(message.id);
        return;
      case 'ask':
        this.#answer(message).then(
          (answer) => this.send(JSON.stringify({ kind: 'answer', id: message.id, answer } satisfies FromOwner)),
          (error) =>
            this.send(
              JSON.stringify({ kind: 'refused', id: message.id, refusal: this.#refusalOf(error) } satisfies FromOwner),
            ),
        );
        return;
      default:
        message satisfies never;
    }
  }

  #keepFor(room: string): void {
    const now = this.#deps.clock.now();
    for (const [each, at] of this.#askedAt) if (now - at >= ASKED_MS) this.#askedAt.delete(each);
    this.#askedAt.set(room, now);
  }

  /** Viewers of a room, and those who are about to join one that was asked for: they are not counted yet. */
  #interest(room: string): number {
    const askedAt = this.#askedAt.get(room) ?? Number.NEGATIVE_INFINITY;
    return Math.max(this.#rooms.get(room) ?? 0, this.#deps.clock.now() - askedAt < ASKED_MS ? 1 : 0);
  }

  #takePresence({ viewers, shows, links }: EdgePresence): void {
    this.#viewers = viewers;
    this.shows = new Map(Object.entries(shows));
    this.links = new Map(Object.entries(links));
  }

  async #answer(asked: FromEdge & { kind: 'ask' }): Promise<unknown> {
    const { owner, views, acts, deskOf } = this.#deps;
    switch (asked.what) {
      case 'openOutput': {
        const { show, sessionId, extra } = asked.args;
        const state = await owner.openOutput(show, sessionId, extra);
        if (state === 'ready') this.#keepFor(broadcastRoom(sessionId, extra));
        return state;
      }
      case 'lastState':
        return (await owner.lastState(asked.args.sessionId, asked.args.part))?.snapshots.of('rows').text ?? null;
      case 'chunk': {
        const { room, topic, epoch, nr } = asked.args;
        const chunk = (await views.view(room)?.chunk(topic as TopicName, epoch, nr)) ?? null;
        return chunk && { json: chunk.json.text, isFull: chunk.isFull };
      }
      case 'desk':
        return deskOf(asked.args.show);
      case 'act': {
        const { name, visitor, input } = asked.args;
        return acts.run(name, visitorFrom(visitor), input);
      }
      default:
        return asked satisfies never;
    }
  }

  #refusalOf(error: unknown): AskRefused {
    if (error instanceof CallRefused) {
      const { code, message, capability, retryAfterMs } = error;
      return { by: 'call', code, message, capability, retryAfterMs };
    }
    if (error instanceof OwnerRefusal) return { by: 'owner', code: error.code, message: error.message };
    this.#deps.log.error({ err: error, edge: this.name }, 'what an edge asked failed');
    return { by: 'failure', message: error instanceof Error ? error.message : String(error) };
  }
}

function isKey(given: string | string[] | undefined, key: string): boolean {
  const [a, b] = [Buffer.from(String(given ?? '')), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}
