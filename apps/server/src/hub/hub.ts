import type { CloseReason } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import type { Logger } from '../log.js';
import { Taps } from '../taps.js';
import { encodeEvent, type Outgoing, sendFinished, waitingBytes } from './finished-bytes.js';

/** How a viewer wants its feed: rows of integers, or plain named fields. */
export type FeedFormat = 'rows' | 'json';

/** Sockets served in one turn of the event loop: a burst to a thousand would hold it 15 ms and more. */
const SLICE = 200;
/** A socket with more than this waiting is skipped: it gets what it missed when it asks. */
const SKIP_ABOVE_BYTES = 512 * 1024;
/** A socket that has been skipped for this long is closed. */
const CLOSE_AFTER_MS = 20_000;

interface Member {
  readonly socket: Socket;
  skippedSince: number | null;
}

interface Job {
  readonly outgoing: Outgoing;
  readonly members: readonly Member[];
}

/**
 * Moves finished bytes to the sockets of a room. It knows nothing of what is in them: a message is encoded
 * once for all that watch a room in a format, and written to each socket in turn, in the order published.
 */
export class Hub {
  readonly #rooms = new Map<string, Map<string, Member>>();
  readonly #jobs: Job[] = [];
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #taps: Taps;
  #running = false;
  /** Messages that were not written to a slow socket. */
  skippedTotal = 0;

  constructor(log: Logger, now: () => number, taps = new Taps()) {
    this.#log = log;
    this.#now = now;
    this.#taps = taps;
  }

  join(room: string, format: FeedFormat, socket: Socket): void {
    this.leave(room, socket);
    const key = keyOf(room, format);
    let members = this.#rooms.get(key);
    if (members === undefined) {
      members = new Map();
      this.#rooms.set(key, members);
    }
    members.set(socket.id, { socket, skippedSince: null });
    void socket.join(room);
  }

  leave(room: string, socket: Socket): void {
    for (const format of ['rows', 'json'] as const) {
      const key = keyOf(room, format);
      const members = this.#rooms.get(key);
      members?.delete(socket.id);
      if (members?.size === 0) this.#rooms.delete(key);
    }
    void socket.leave(room);
  }

  /** How many sockets watch a room in a format. */
  watchers(room: string, format: FeedFormat): number {
    return this.#rooms.get(keyOf(room, format))?.size ?? 0;
  }

  /** All sockets of a room. */
  socketsOf(room: string): Socket[] {
    return (['rows', 'json'] as const).flatMap((format) =>
      [...(this.#rooms.get(keyOf(room, format))?.values() ?? [])].map((member) => member.socket),
    );
  }

  /** Sends an event, whose message is `json`, to everyone who watches the room in this format. */
  publish(room: string, format: FeedFormat, event: string, json: string): void {
    const members = this.#rooms.get(keyOf(room, format));
    if (members === undefined) return;
    const outgoing = encodeEvent(event, json);
    this.#taps.room.hear?.(room, event, outgoing, members.size);
    this.#jobs.push({ outgoing, members: [...members.values()] });
    if (!this.#running) this.#run(0);
  }

  #run(from: number): void {
    const job = this.#jobs[0];
    this.#running = job !== undefined;
    if (job === undefined) return;
    const slice = job.members.slice(from, from + SLICE);
    for (const member of slice) this.#deliver(member, job.outgoing);
    const next = from + SLICE;
    if (next < job.members.length) {
      setImmediate(() => this.#run(next));
      return;
    }
    this.#jobs.shift();
    if (this.#jobs.length > 0 && job.members.length >= SLICE) setImmediate(() => this.#run(0));
    else this.#run(0);
  }

  #deliver(member: Member, outgoing: Outgoing): void {
    const { socket } = member;
    if (!socket.connected) return;
    const waiting = waitingBytes(socket);
    if (waiting <= SKIP_ABOVE_BYTES) {
      member.skippedSince = null;
      sendFinished(socket, outgoing);
      this.#taps.write.hear?.(socket.id, outgoing, outgoing.frame.length);
      return;
    }
    this.skippedTotal += 1;
    member.skippedSince ??= this.#now();
    const isLost = this.#now() - member.skippedSince >= CLOSE_AFTER_MS;
    this.#taps.skip.hear?.(socket.id, outgoing, waiting, isLost);
    if (!isLost) return;
    this.#log.warn({ socketId: socket.id, waiting }, 'a viewer reads too slowly and is closed');
    closeSocket(socket, 'slow_consumer');
  }
}

/** Closes a viewer's connection with a coded reason; the client decides by it whether to come back. */
export function closeSocket(socket: Socket, reason: CloseReason): void {
  // Whoever asks later why it is gone finds it here: Socket.IO's own reason is the same for all of these.
  (socket.data as { closedBecause?: CloseReason }).closedBecause = reason;
  socket.emit('session:closed', { reason });
  socket.disconnect(true);
}

function keyOf(room: string, format: FeedFormat): string {
  return `${format} ${room}`;
}
