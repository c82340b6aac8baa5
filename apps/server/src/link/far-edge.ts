import { broadcastRoom, type TopicName } from '@okboxbox/protocol';
import type { WebSocket } from 'ws';
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
  type EdgePresence,
  type FromEdge,
  type FromOwner,
  type Questions,
  type ShowPresence,
  visitorFrom,
} from './link-messages.js';

import type { SocketOrder, SocketReport } from './socket-reports.js';

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

/** One edge, and what it has said. */
export class FarEdge {
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
    line.on('message', (data) => this.#read(String(data)));
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

  /** What cannot be read ends this edge, and nothing else. */
  #read(text: string): void {
    try {
      this.#take(JSON.parse(text) as FromEdge);
    } catch (error) {
      this.#deps.log.error({ err: error, edge: this.name }, 'what an edge said cannot be used; it is cut off');
      this.close();
    }
  }

  #take(message: FromEdge): void {
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
