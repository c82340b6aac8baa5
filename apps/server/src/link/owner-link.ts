import { connect } from 'node:net';
import type { TopicName } from '@okboxbox/protocol';
import { WebSocket } from 'ws';
import type { LinkStore, LinksOfShow } from '../access/share-links.js';
import { MirrorChannel } from '../channel/mirror-channel.js';
import { SharedJson } from '../channel/shared-json.js';
import { Snapshots } from '../channel/snapshots.js';
import type { Clock } from '../clock.js';
import { MemoryDirectory } from '../directory/memory-directory.js';
import type { SocketOwner } from '../directory/owner.js';
import { NoOwnerError, OwnerRefusal } from '../directory/owner-refusal.js';
import type { Logger } from '../log.js';
import { CallRefused } from '../sockets/calls.js';
import type { Taps } from '../taps.js';
import { FollowedClock } from './followed-clock.js';
import {
  type AskRefused,
  type EdgePresence,
  type FarState,
  type FromEdge,
  type FromOwner,
  LINK_KEY_HEADER,
  LINK_NAME_HEADER,
  LINK_PATH,
  type QuestionName,
  type Questions,
  REPORT_EVERY_MS,
} from './link-messages.js';

import type { SocketOrder, SocketReport } from './socket-reports.js';

/** A last state that was asked for is given to all who join within this, in ms. */
const SHARED_MS = 1_000;
/** The owner has sent all that there is by then, in ms. */
const READY_WITHIN_MS = 30_000;

export interface OwnerLinkOptions {
  /** The socket of the owner's server. */
  readonly path: string;
  readonly key: string;
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly taps: Taps;
}

type FarLastState = Awaited<ReturnType<SocketOwner['lastState']>>;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * An edge's side of its owner in another process: mirrors of what the owner sends, and the way to ask what it alone knows.
 * It serves one connection: once that is gone, nothing here is current any more and the edge must end.
 */
export class OwnerLink {
  readonly channel: MirrorChannel;
  readonly directory: MemoryDirectory<SocketOwner>;
  /** The owner's clock, never ahead of it. */
  readonly clock: FollowedClock;
  /** Share links, as the owner has them; they are changed there. */
  readonly links: LinkStore;
  /** The sessions of which the owner's operations want to know what becomes of each message. */
  traced: ReadonlySet<string> = new Set();
  readonly #line: WebSocket;
  readonly #log: Logger;
  readonly #shows = new Map<string, LinksOfShow>();
  readonly #linkListeners = new Set<(links: LinksOfShow, before: LinksOfShow) => void>();
  readonly #revoked = new Set<string>();
  readonly #revokedListeners = new Set<(jti: string) => void>();
  readonly #actedListeners = new Set<(show: string) => void>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #lastStates = new Map<string, Promise<FarLastState>>();
  #asked = 0;
  #interest = '{}';
  #presence = '';
  #presenceOf: () => EdgePresence = () => ({ viewers: 0, shows: {}, links: {} });
  readonly #reporting: NodeJS.Timeout;
  #soon: NodeJS.Immediate | null = null;
  readonly #reports: SocketReport[] = [];
  #telling: NodeJS.Immediate | null = null;
  #orders: (order: SocketOrder) => unknown = () => null;

  private constructor(line: WebSocket, { clock, log, taps }: OwnerLinkOptions) {
    this.#line = line;
    this.#log = log;
    this.clock = new FollowedClock(clock);
    this.channel = new MirrorChannel({
      randomId: () => '',
      taps,
      chunk: async (room, topic: TopicName, epoch, nr) => {
        const chunk = await this.ask('chunk', { room, topic, epoch, nr });
        return chunk && { json: new SharedJson(chunk.json), isFull: chunk.isFull };
      },
    });
    this.directory = new MemoryDirectory<SocketOwner>(() => this.clock.now());
    this.directory.offer({
      openOutput: (show, sessionId, extra) => this.ask('openOutput', { show, sessionId, extra }),
      lastState: (sessionId, part) => this.#lastState(sessionId, part),
    });
    this.links = {
      all: () => [...this.#shows.values()],
      get: (show) => this.#shows.get(show) ?? { show, links: [] },
      onChange: (listener) => void this.#linkListeners.add(listener),
      change: () => Promise.reject(new Error('An edge changes no links: ask the owner.')),
    };
    this.#reporting = setInterval(() => this.#report(), REPORT_EVERY_MS);
  }

  /**
   * Connects, and resolves when all that the owner has is here.
   * @throws Error where there is no owner at the path, or it does not take this edge
   */
  static async connect(options: OwnerLinkOptions): Promise<OwnerLink> {
    const line = new WebSocket(`ws://owner${LINK_PATH}`, {
      createConnection: () => connect(options.path),
      perMessageDeflate: false,
      headers: { [LINK_KEY_HEADER]: options.key, [LINK_NAME_HEADER]: options.name },
    });
    const link = new OwnerLink(line, options);
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('The owner sent nothing.')), READY_WITHIN_MS);
      line.on('message', (data) => {
        if (link.#take(String(data))) resolve();
      });
      line.on('error', reject);
      line.on('close', (code) => reject(new Error(`The owner closed the connection (${code}).`)));
      line.once('close', () => link.#end());
      void late.unref();
    });
    return link;
  }

  /** Revoked tokens, as the owner has them. */
  get revoked() {
    return {
      has: (jti: string | undefined) => jti !== undefined && this.#revoked.has(jti),
      onRevoked: (listener: (jti: string) => void) => void this.#revokedListeners.add(listener),
    };
  }

  /** Calls a listener once when the connection is gone. */
  onGone(listener: () => void): void {
    if (this.#line.readyState === WebSocket.CLOSED) listener();
    else this.#line.once('close', listener);
  }

  /** Calls a listener with a show after each act of a director on it, at whatever edge; returns the way to stop. */
  onActed(listener: (show: string) => void): () => void {
    this.#actedListeners.add(listener);
    return () => this.#actedListeners.delete(listener);
  }

  /** Says who watches here, as long as the connection is there. */
  reportPresence(presence: () => EdgePresence): void {
    this.#presenceOf = presence;
  }

  /** Says in a moment who watches: the owner gives the place of an output that nobody watches to another one. */
  reportSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = null;
      this.#report();
    });
  }

  /** Tells the owner's operations of connections here, together with what else happens in this turn of the event loop. */
  tellOfSockets(report: SocketReport): void {
    this.#reports.push(report);
    this.#telling ??= setImmediate(() => {
      this.#telling = null;
      this.#send({ kind: 'sockets', reports: this.#reports.splice(0) });
    });
  }

  /** Does what operations ask for; its result, or what that resolves with, goes back. */
  onOrder(run: (order: SocketOrder) => unknown): void {
    this.#orders = run;
  }

  /** Tells the owner that a link was opened here. */
  opened(code: string): void {
    this.#send({ kind: 'opened', code });
  }

  /**
   * Asks the owner.
   * @throws CallRefused or OwnerRefusal as the owner refuses it; NoOwnerError where the connection is gone
   */
  ask<Q extends QuestionName>(what: Q, args: Questions[Q]['args']): Promise<Questions[Q]['answer']> {
    if (this.#line.readyState !== WebSocket.OPEN) return Promise.reject(new NoOwnerError(showIn(args)));
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.#send({ kind: 'ask', id, what, args } as FromEdge);
    });
  }

  close(): void {
    this.#line.terminate();
  }

  #send(message: FromEdge): void {
    if (this.#line.readyState === WebSocket.OPEN) this.#line.send(JSON.stringify(message));
  }

  #lastState(sessionId: string, part: 'whole' | 'public'): Promise<FarLastState> {
    const key = `${part} ${sessionId}`;
    const known = this.#lastStates.get(key);
    if (known !== undefined) return known;
    const asked = this.ask('lastState', { sessionId, part }).then((json) => (json === null ? null : lastStateOf(json)));
    this.#lastStates.set(key, asked);
    setTimeout(() => this.#lastStates.delete(key), SHARED_MS).unref();
    return asked;
  }

  /** Takes the owner's next message; whether it was the last of all that there is. */
  #take(packed: string): boolean {
    const end = packed.indexOf('\n');
    const message = JSON.parse(end === -1 ? packed : packed.slice(0, end)) as FromOwner;
    switch (message.kind) {
      case 'ready':
        return true;
      case 'clock':
        this.clock.heard(message.now);
        this.#send({ kind: 'heard', now: message.now });
        return false;
      case 'show':
        this.directory.putShow(message.record);
        return false;
      case 'session':
        this.directory.putSession(message.record);
        return false;
      case 'links':
        this.#takeLinks(message);
        return false;
      case 'revoked':
        for (const jti of message.jtis) this.#revoked.add(jti);
        for (const jti of message.jtis) for (const listener of this.#revokedListeners) listener(jti);
        return false;
      case 'traced':
        this.traced = new Set(message.sessionIds);
        return false;
      case 'order':
        void this.#runOrder(message.id, message.order);
        return false;
      case 'acted':
        for (const listener of this.#actedListeners) listener(message.show);
        return false;
      case 'answer':
        this.#settle(message.id)?.resolve(message.answer);
        return false;
      case 'refused':
        this.#settle(message.id)?.reject(refusalOf(message.refusal));
        return false;
      default:
        this.#mirror(() => this.channel.take(message, packed));
        return false;
    }
  }

  /** A mirror that is not what the owner has shows nothing: the edge begins again. */
  #mirror(take: () => void): void {
    try {
      take();
    } catch (error) {
      this.#log.error({ err: error }, 'the mirror of the channel does not fit; the edge begins again');
      this.close();
    }
  }

  async #runOrder(id: number, order: SocketOrder): Promise<void> {
    try {
      this.#send({ kind: 'done', id, result: (await this.#orders(order)) ?? null });
    } catch (error) {
      this.#log.error({ err: error }, 'what operations asked of this edge failed');
      this.#send({ kind: 'done', id, result: null });
    }
  }

  #takeLinks({ show, links }: LinksOfShow): void {
    const before = this.links.get(show);
    const now = { show, links };
    this.#shows.set(show, now);
    for (const listener of this.#linkListeners) listener(now, before);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #report(): void {
    const rooms = Object.fromEntries(this.channel.interests());
    const interest = JSON.stringify(rooms);
    if (interest !== this.#interest) this.#send({ kind: 'interest', rooms });
    this.#interest = interest;
    const presence = this.#presenceOf();
    const text = JSON.stringify(presence);
    if (text !== this.#presence) this.#send({ kind: 'presence', presence });
    this.#presence = text;
  }

  #end(): void {
    clearInterval(this.#reporting);
    for (const { reject } of this.#waiting.values()) reject(new NoOwnerError(''));
    this.#waiting.clear();
  }
}

function refusalOf(refusal: AskRefused): Error {
  switch (refusal.by) {
    case 'call':
      return new CallRefused(refusal.code, refusal.message, refusal.capability, refusal.retryAfterMs);
    case 'owner':
      return new OwnerRefusal(refusal.code, refusal.message);
    default:
      return new Error(`The owner failed: ${refusal.message}`);
  }
}

function showIn(args: object): string {
  const { show } = args as { show?: unknown };
  return typeof show === 'string' ? show : '';
}

function lastStateOf(json: string): FarLastState {
  const { state, ...position } = JSON.parse(json) as FarState;
  const nothing = new SharedJson(JSON.stringify({ ...position, changes: [] }));
  return {
    snapshots: new Snapshots(position, state),
    since: (epoch, seq) => (epoch === position.epoch && seq === position.seq ? nothing : null),
  };
}
