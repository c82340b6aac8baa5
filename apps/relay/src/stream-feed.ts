import {
  type Ack,
  type FramesReceipt,
  joinBatch,
  MAX_BATCH_RECORDS,
  type RelayAhead,
  type RelayFarewell,
  type RelayLost,
  type RelayWelcome,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import type { Latency } from './latency.js';
import { type Due, SendOrder } from './send-order.js';
import { SendWindow } from './send-window.js';
import type { Spool } from './spool/spool.js';
import type { SpoolStream } from './spool/spool-stream.js';
import type { StreamEnd } from './spool/stream-folder.js';
import type { TargetCounters } from './target-state.js';

/** Without any progress for this long while something is unanswered, the connection is half open. */
export const SILENT_MS = 10_000;
/** Bytes that may have arrived without an acknowledgement: a server whose disk is full goes on timing from them. */
const UNSYNCED_BYTES = 4 * 1024 * 1024;
/** Where a backlog takes the line longer than this, live frames go first, in s. */
const BACKLOG_S = 10;

/** What a feed needs of the target that it sends for. */
export interface FeedWorld {
  readonly url: string;
  readonly spool: Spool;
  readonly socket: Socket;
  readonly counters: TargetCounters;
  readonly latency: Latency;
  readonly settings: () => { readonly sendTimeoutMs: number; readonly paritySampleRate: number };
  /** Whether records are captured at a pace: else none of them is more urgent than another. */
  readonly isPaced: boolean;
  readonly now: () => number;
  /** The clock that frames are stamped with, milliseconds since the epoch. */
  readonly captureNow: () => number;
  readonly random: () => number;
  readonly say: (text: string) => void;
  /** The connection is of no use any more. */
  readonly onFailed: (because: string) => void;
  /** The server has all of the stream and was told so. */
  readonly onEnded: () => void;
}

/**
 * Feeds one stream of the spool to a server that was greeted: as much at a time as the line bears, in order, or what is
 * live first where that would take too long; goes back to what the server lacks whenever that is not on its way.
 */
export class StreamFeed {
  readonly stream: SpoolStream;
  readonly #world: FeedWorld;
  readonly #window = new SendWindow();
  readonly #order: SendOrder;
  readonly #mayGoAhead: boolean;
  /** Calls and bytes without an acknowledgement. */
  #unanswered = 0;
  #unsyncedBytes = 0;
  /** The server did not take something: once all is answered, that goes again. */
  #mustRewind = false;
  /** The session has ended and this connection has added nothing to it: a goodbye would tell the server nothing. */
  #needsNoGoodbye: boolean;
  #isClosed = false;
  #isDraining = false;
  #isPaused = false;
  #pumping = false;
  #pumpAgain = false;
  #silence: NodeJS.Timeout | null = null;

  constructor(stream: SpoolStream, { have, takesAhead, ended }: RelayWelcome, world: FeedWorld) {
    this.stream = stream;
    this.#world = world;
    this.#needsNoGoodbye = ended === true;
    this.#order = new SendOrder(have, () => startOf(stream));
    this.#mayGoAhead = world.isPaced && takesAhead === true;
    if (this.#order.acknowledged > 0) world.spool.acknowledge(stream, world.url, this.#order.acknowledged);
  }

  /** Records that the server has still to get. */
  get left(): number {
    return this.#order.left(this.stream.last);
  }

  /** Calls that are not answered yet. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Sends what there is to send. To be called whenever something is new in the spool. */
  pump(): void {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    void this.#pumpAll();
  }

  /** Sends nothing new from now on; what is on its way may still be answered. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Sends nothing new until it is to go on. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Sends what there is, and what has waited. */
  goOn(): void {
    this.#isPaused = false;
    this.pump();
  }

  /** Lets go of the stream. */
  close(): void {
    this.#isClosed = true;
    if (this.#silence) clearTimeout(this.#silence);
  }

  async #pumpAll(): Promise<void> {
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        while (!this.#isClosed && !this.#isDraining && !this.#isPaused) if (!(await this.#step())) break;
      }
    } finally {
      // In the same turn as the last look at what is wanted, so that no call falls between.
      this.#pumping = false;
    }
  }

  /** Sends one batch, or what stands in its place; false where there is nothing to be done for now. */
  async #step(): Promise<boolean> {
    const { stream } = this;
    // A server takes whatever comes first for the beginning: until it has that, nothing else may overtake it.
    if (this.#order.acknowledged === 0 && this.#unanswered > 0) return false;
    if (this.#mustRewind) return false;
    const due = this.#order.next(stream.last);
    if (due === null) {
      this.#window.ranDry();
      if (stream.ended === null || this.#unanswered > 0 || !this.#order.hasAll(stream.last)) return false;
      return this.#sayGoodbye(stream.ended);
    }
    if (this.#unsyncedBytes >= UNSYNCED_BYTES) {
      this.#window.ranDry();
      return false;
    }
    const room = this.#window.room(this.#world.now());
    if (room === 0) return false;
    const next = stream.nextFrom(due.from);
    if (due.from < next) {
      this.#passLost(due, next);
      return true;
    }
    if (due.isLive && this.#isLate(due) && this.#goAhead(due)) return true;
    const batch = await stream.read(due.from, room, Math.min(MAX_BATCH_RECORDS, due.to - due.from + 1));
    if (this.#isClosed) return false;
    // Meanwhile the server may have asked for something else.
    if (this.#order.next(stream.last)?.from !== due.from) return true;
    const [first] = batch;
    // It may have gone while it was read, for want of room or because it could not be.
    if (first === undefined) return due.from < stream.nextFrom(due.from);
    const to = first.seq + batch.length - 1;
    this.#order.sent(due, to);
    this.#deliver(
      batch.map((record) => record.bytes),
      to,
    );
    return true;
  }

  /** Whether what waits would hold up what is live for long. Of a stream that has ended nothing is. */
  #isLate({ from, to }: Due): boolean {
    const { bytesPerS } = this.#window;
    if (!this.#mayGoAhead || this.stream.ended !== null) return false;
    if (bytesPerS === null || this.#order.acknowledged === 0) return false;
    const { first, last, bytes } = this.stream;
    const waiting = (bytes * (to - from + 1)) / Math.max(1, last - first + 1);
    return waiting > BACKLOG_S * bytesPerS;
  }

  /** Goes on with the newest record. A newer session line goes with it, since it says what the frames are about. */
  #goAhead({ from }: Due): boolean {
    const { session, last } = this.stream;
    if (last <= from || session?.seq === from) return false;
    const to = session !== null && session.seq > from && session.seq < last ? session.seq - 1 : last - 1;
    const ahead: RelayAhead = { from, to };
    this.#order.goAhead(to);
    this.#world.say(`The line is slow for what waits: live frames go first, ${to - from + 1} records follow behind.`);
    void this.#call('relay:ahead', ahead).then((receipt) => this.#answered(receipt, null));
    return true;
  }

  /** Goes on behind records that are not here any more; the session line, where it is among them, is sent. */
  #passLost(due: Due, next: number): void {
    const { session } = this.stream;
    const { from } = due;
    if (session !== null && session.seq === from) {
      this.#order.sent(due, from);
      this.#deliver([session.bytes], from);
      return;
    }
    const end = Math.min(next - 1, due.to);
    const to = session !== null && session.seq > from && session.seq <= end ? session.seq - 1 : end;
    const lost: RelayLost = { from, to, reason: reasonOf(this.stream, to) };
    this.#world.counters.dropped += to - from + 1;
    this.#order.sent(due, to);
    void this.#call('relay:lost', lost).then((receipt) => this.#answered(receipt, to));
  }

  async #sayGoodbye(end: StreamEnd): Promise<boolean> {
    // Where every answer to a goodbye is lost, the greeting's is what a relay goes by: it would be held up for ever.
    const heard = this.#needsNoGoodbye || (await sayBye(this.#world.socket, end, SILENT_MS));
    if (this.#isClosed) return false;
    if (heard) this.#world.onEnded();
    else this.#world.onFailed('the goodbye was not taken');
    return false;
  }

  #deliver(batch: readonly Uint8Array[], to: number): void {
    const { counters, latency, settings, now, random } = this.#world;
    const { sendTimeoutMs, paritySampleRate } = settings();
    const bytes = joinBatch(batch);
    const sent = this.#window.sent(bytes.length, now());
    let isOnTheWay = true;
    const arrived = () => {
      if (!isOnTheWay) return;
      isOnTheWay = false;
      this.#window.arrived(sent, now());
    };
    counters.sent += batch.length;
    const late = setTimeout(() => {
      counters.late += 1;
    }, sendTimeoutMs);
    const isSample = random() < paritySampleRate;
    this.#unsyncedBytes += bytes.length;
    // When it was sent, by the clock that stamps frames: how long they waited here is told from how long they travel.
    void this.#call('relay:frames', bytes, this.#world.captureNow()).then((receipt) => {
      clearTimeout(late);
      arrived();
      if (isSample && receipt.ok) latency.add(now() - sent.at);
      this.#answered(receipt, to, bytes.length);
    });
    this.#echo(arrived);
  }

  /**
   * Hears when all that was sent before has arrived, whatever the server's disk does: an acknowledgement says that it is
   * synced, which may take long on the fastest line. A server that does not know the call does not answer it.
   */
  #echo(arrived: () => void): void {
    this.#world.socket.emit('relay:echo', {}, () => {
      if (this.#isClosed) return;
      arrived();
      this.#watchSilence();
      this.pump();
    });
  }

  /** Calls the server. Never answered where the connection is lost, or the feed closed. */
  #call(event: string, ...payload: readonly unknown[]): Promise<Ack<FramesReceipt>> {
    if (this.#unanswered === 0) this.#watchSilence(1);
    this.#unanswered += 1;
    this.#needsNoGoodbye = false;
    return new Promise((resolve) => {
      this.#world.socket.emit(event, ...payload, (receipt: Ack<FramesReceipt>) => {
        if (!this.#isClosed) resolve(receipt);
      });
    });
  }

  /** `to` is the last of the records that this was about, which the server is to have by then. */
  #answered(receipt: Ack<FramesReceipt>, to: number | null, bytes = 0): void {
    if (this.#isClosed) return;
    // Here, since answers may come together: each counts by what it says.
    this.#unanswered -= 1;
    this.#unsyncedBytes -= bytes;
    if (!receipt.ok) {
      this.#world.onFailed(receipt.error.message);
      return;
    }
    const { counters, spool, url } = this.#world;
    const before = this.#order.count;
    this.#order.acknowledge(receipt.have);
    counters.acknowledged += Math.max(0, this.#order.count - before);
    if (this.#order.acknowledged > 0) spool.acknowledge(this.stream, url, this.#order.acknowledged);
    if (to !== null && !receipt.have.some(([first, last]) => first <= to && to <= last)) this.#mustRewind = true;
    // Nothing is on its way any more: whatever the server has not, it asks for again.
    if (this.#unanswered === 0) {
      this.#mustRewind = false;
      this.#order.rewind();
    }
    this.#watchSilence();
    this.pump();
  }

  /** Called at each progress: begins to wait for the next. Half-way it asks whether the server is there at all. */
  #watchSilence(unanswered = this.#unanswered): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = null;
    if (unanswered === 0) return;
    this.#silence = setTimeout(() => {
      this.#echo(() => undefined);
      this.#silence = setTimeout(
        () => this.#world.onFailed(`no acknowledgement for ${SILENT_MS / 1000} s`),
        SILENT_MS / 2,
      );
    }, SILENT_MS / 2);
  }
}

/** Says goodbye; whether it was answered, and not refused, within some time. It may be said again. */
export function sayBye(socket: Socket, { reason, message }: StreamEnd, ms: number): Promise<boolean> {
  const bye = { reason, ...(message !== undefined && { message: message.slice(0, 500) }) };
  return socket
    .timeout(ms)
    .emitWithAck('relay:bye', bye)
    .then(
      (farewell: Ack<RelayFarewell> | undefined) => farewell?.ok !== false,
      () => false,
    );
}

/** Why records up to a number are not here any more. */
function reasonOf(stream: SpoolStream, to: number): RelayLost['reason'] {
  if (to >= stream.first) return 'spool_damaged';
  return to <= stream.lostUpTo || stream.isLeftover ? 'spool_full' : 'sent_elsewhere';
}

/** Where a server begins that has nothing of a stream: with the session line, even where what was before it is gone. */
function startOf(stream: SpoolStream): number {
  return stream.session === null ? stream.first : Math.min(stream.session.seq, stream.first);
}
