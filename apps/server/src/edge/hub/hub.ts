import { orderOf } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import type { ChannelSink } from '../../channel/channel.js';
import { FEED_FORMATS, type FeedFormat } from '../../channel/feed-format.js';
import type { Logger } from '../../log.js';
import { closeSocket } from '../../sockets/close-socket.js';
import {
  encodeEvent,
  encodeNothing,
  leftBytes,
  type Outgoing,
  sendFinished,
  waitingBytes,
} from '../../sockets/finished-bytes.js';
import { Taps } from '../../taps.js';
import { LineWatch } from './line-watch.js';
import { type Job, SendTurns } from './send-turns.js';

interface Member {
  readonly socket: Socket;
  /** One for all rooms of the socket: it has one line. */
  readonly line: LineWatch;
  /** A burst that is still being sent may hold those that have left. */
  hasLeft: boolean;
}

/** Who watches a room, by socket id, in either format. */
type Watchers = Readonly<Record<FeedFormat, Map<string, Member>>>;

/**
 * Moves finished bytes to the sockets of a room. It knows nothing of what is in them: a message is encoded
 * once for all that watch a room in a format, and written to each socket in turn, in the order published.
 */
export class Hub implements ChannelSink {
  readonly #rooms = new Map<string, Watchers>();
  readonly #lines = new WeakMap<Socket, LineWatch>();
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #taps: Taps;
  readonly #turns: SendTurns<Member>;
  /** Messages that were not written to a socket: it was slow, or this process was. */
  skippedTotal = 0;

  constructor(log: Logger, now: () => number, taps = new Taps()) {
    this.#log = log;
    this.#now = now;
    this.#taps = taps;
    this.#turns = new SendTurns({
      deliver: (member, outgoing) => this.#deliverSafely(member, outgoing),
      onLeftOut: (left) => this.#leftOut(left),
    });
  }

  join(room: string, format: FeedFormat, socket: Socket): void {
    this.leave(room, socket);
    let watchers = this.#rooms.get(room);
    if (watchers === undefined) {
      watchers = { rows: new Map(), json: new Map() };
      this.#rooms.set(room, watchers);
    }
    let line = this.#lines.get(socket);
    if (line === undefined) {
      line = new LineWatch();
      this.#lines.set(socket, line);
    }
    watchers[format].set(socket.id, { socket, line, hasLeft: false });
    void socket.join(room);
  }

  leave(room: string, socket: Socket): void {
    const watchers = this.#rooms.get(room);
    for (const format of FEED_FORMATS) {
      const member = watchers?.[format].get(socket.id);
      if (member !== undefined) member.hasLeft = true;
      watchers?.[format].delete(socket.id);
    }
    if (watchers?.rows.size === 0 && watchers.json.size === 0) this.#rooms.delete(room);
    void socket.leave(room);
  }

  /** How many sockets watch a room in a format. */
  watchers(room: string, format: FeedFormat): number {
    return this.#rooms.get(room)?.[format].size ?? 0;
  }

  /** Every room there is, with who watches it in one format or the other. */
  *rooms(): Generator<{ readonly room: string; readonly members: Iterable<{ readonly socket: Socket }> }> {
    for (const [room, watchers] of this.#rooms) {
      for (const format of FEED_FORMATS) yield { room, members: watchers[format].values() };
    }
  }

  /** Whether what is published in a room reaches a socket. */
  isMember(room: string, socket: Socket): boolean {
    const watchers = this.#rooms.get(room);
    return (watchers?.rows.get(socket.id) ?? watchers?.json.get(socket.id))?.socket === socket;
  }

  /** How a socket's line does: whether it is skipped, and since when the oldest of what waits for it has waited at least. */
  lineOf(socket: Socket): { readonly isSkipping: boolean; readonly waitsSince: number | null } {
    const { isSkipping = false, waitsSince = null } = this.#lines.get(socket) ?? {};
    return { isSkipping, waitsSince };
  }

  /** All sockets of a room. */
  socketsOf(room: string): Socket[] {
    return FEED_FORMATS.flatMap((format) =>
      [...(this.#rooms.get(room)?.[format].values() ?? [])].map((member) => member.socket),
    );
  }

  /** Sends an event, whose message is `json`, to everyone who watches the room in this format. */
  publish(room: string, format: FeedFormat, event: string, json: string): void {
    const members = this.#rooms.get(room)?.[format];
    if (members !== undefined && members.size > 0)
      this.#enqueue(room, format, event, encodeEvent(event, json), members);
  }

  /** Sends everyone in the room a packet that no client notices, in order with all else, so that its way can be measured. */
  publishNothing(room: string): void {
    for (const format of FEED_FORMATS) {
      const members = this.#rooms.get(room)?.[format];
      if (members !== undefined && members.size > 0) this.#enqueue(room, format, 'noop', encodeNothing(), members);
    }
  }

  #enqueue(
    room: string,
    format: FeedFormat,
    event: string,
    outgoing: Outgoing,
    members: ReadonlyMap<string, Member>,
  ): void {
    this.#taps.room.emit?.(room, event, outgoing, members.size);
    const kind = `${room} ${format} ${event}`;
    this.#turns.push({ lane: orderOf(room), kind, outgoing, members: [...members.values()] });
  }

  /** This process sends more slowly than it is told to. Viewers see the hole and ask for what they missed. */
  #leftOut(left: readonly Job<Member>[]): void {
    for (const { members } of left) this.skippedTotal += members.length;
    const because = `${left.length} messages of ${left[0]?.kind} were left out: more are published than can be sent`;
    this.#log.error({ viewers: left[0]?.members.length }, because);
    this.#taps.failure.emit?.('gateway', 'fan-out', new Error(because));
  }

  #deliverSafely(member: Member, outgoing: Outgoing): void {
    // One line that fails is one viewer's matter.
    try {
      this.#deliver(member, outgoing);
    } catch (error) {
      this.#log.error({ err: error, socketId: member.socket.id }, 'a viewer could not be sent a message');
      this.#taps.failure.emit?.('gateway', 'fan-out', error);
    }
  }

  #deliver({ socket, line, hasLeft }: Member, outgoing: Outgoing): void {
    if (hasLeft || !socket.connected) return;
    const waiting = waitingBytes(socket);
    const judged = line.judge({ waiting, left: waiting === 0 ? null : leftBytes(socket) }, this.#now());
    if (judged === 'write') {
      sendFinished(socket, outgoing);
      this.#taps.write.emit?.(socket.id, outgoing, outgoing.frame.length);
      return;
    }
    this.skippedTotal += 1;
    this.#taps.skip.emit?.(socket.id, outgoing, waiting, judged === 'close');
    if (judged === 'skip') return;
    this.#log.warn({ socketId: socket.id, waiting }, 'a viewer reads too slowly and is closed');
    closeSocket(socket, 'slow_consumer');
  }
}
