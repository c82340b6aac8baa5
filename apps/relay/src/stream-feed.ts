import {
  type Ack,
  type FramesReceipt,
  joinBatch,
  MAX_BATCH_RECORDS,
  type RelayAhead,
  type RelayLost,
  type RelayWelcome,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import type { Latency } from './latency.js';
import { type Due, SendOrder } from './send-order.js';
import { SendWindow } from './send-window.js';
import { ServerCalls, sayBye, silentMs } from './server-calls.js';
import type { Spool } from './spool/spool.js';
import type { SpoolStream } from './spool/spool-stream.js';
import type { StreamEnd } from './spool/stream-folder.js';
import type { TargetCounters } from './target-state.js';

/** Bytes that may have arrived without an acknowledgement: a server whose disk is full goes on timing from them. */
const UNSYNCED_BYTES = 4 * 1024 * 1024;
/** Where a backlog takes the line longer than this, live frames go first, in s. */
const BACKLOG_S = 10;

/** What a feed needs of the target that it sends for. */
export interface FeedDeps {
  readonly url: string;
  readonly spool: Spool;
  /** How long the greeting took to be answered, in ms: the line is not longer than that. */
  readonly greetedInMs: number;
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
  readonly #deps: FeedDeps;
  readonly #window = new SendWindow();
  readonly #order: SendOrder;
  readonly #mayGoAhead: boolean;
  readonly #calls: ServerCalls;
  /** Bytes without an acknowledgement. */
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
  #pacing: NodeJS.Timeout | null = null;

  constructor(stream: SpoolStream, { have, takesAhead, ended }: RelayWelcome, deps: FeedDeps) {
    this.stream = stream;
    this.#deps = deps;
    this.#calls = new ServerCalls({
      socket: deps.socket,
      onEcho: () => this.pump(),
      roundTripMs: () => this.#roundTripMs,
      onFailed: deps.onFailed,
    });
    this.#needsNoGoodbye = ended === true;
    this.#order = new SendOrder(have, () => startOf(stream));
    this.#mayGoAhead = deps.isPaced && takesAhead === true;
    if (this.#order.acknowledged > 0) deps.spool.acknowledge(stream, deps.url, this.#order.acknowledged);
  }

  /** Records that the server has still to get. */
  get left(): number {
    return this.#order.left(this.stream.last);
  }

  /** When the oldest of them was captured; `null` where there is none. */
  get oldestLeftAt(): number | null {
    return this.left === 0 ? null : this.stream.capturedAt(Math.max(this.#order.acknowledged + 1, this.stream.first));
  }

  /** Records that are not on their way to the server, and when the oldest of them was captured. */
  get unsent(): { readonly count: number; readonly oldestAt: number | null } {
    const { count, first } = this.#order.unsent(this.stream.last);
    return { count, oldestAt: count === 0 ? null : this.stream.capturedAt(first) };
  }

  /** Calls that are not answered yet. */
  get unanswered(): number {
    return this.#calls.unanswered;
  }

  get #roundTripMs(): number {
    return this.#window.leastMs ?? this.#deps.greetedInMs;
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
    if (this.#pacing) clearTimeout(this.#pacing);
    this.#calls.close();
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
    if (this.#order.acknowledged === 0 && this.#calls.unanswered > 0) return false;
    if (this.#mustRewind) return false;
    const due = this.#next();
    if (due === null) {
      this.#window.ranDry();
      if (stream.ended === null || this.#calls.unanswered > 0 || !this.#order.hasAll(stream.last)) return false;
      return this.#sayGoodbye(stream.ended);
    }
    if (this.#unsyncedBytes >= UNSYNCED_BYTES) {
      this.#window.ranDry();
      return false;
    }
    const room = this.#window.room(this.#deps.now());
    if (room === 0) return this.#pumpInTime();
    const next = stream.nextFrom(due.from);
    if (due.from < next) {
      this.#passLost(due, next);
      return true;
    }
    if (due.isLive && this.#isLate(due) && this.#goAhead(due)) return true;
    const batch = await stream.read(due.from, room, Math.min(MAX_BATCH_RECORDS, due.to - due.from + 1));
    if (this.#isClosed) return false;
    // Meanwhile the server may have asked for something else.
    if (this.#next()?.from !== due.from) return true;
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

  /** Goes on when the pace allows it, where that is what holds up the next batch. */
  #pumpInTime(): false {
    const paceMs = this.#window.paceMs(this.#deps.now());
    if (paceMs > 0)
      this.#pacing ??= setTimeout(() => {
        this.#pacing = null;
        this.pump();
      }, Math.ceil(paceMs));
    return false;
  }

  /** What is to be sent next: what is live, or where too much of that was left out in parts, one of these. */
  #next(): Due | null {
    const due = this.#order.next(this.stream.last);
    const mustFill = due?.isLive === true && this.#order.isCrowded && this.#isLate(due);
    return mustFill ? this.#order.smallestGap : due;
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
    this.#deps.say(`The line is slow for what waits: live frames go first, ${to - from + 1} records follow behind.`);
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
    this.#deps.counters.dropped += to - from + 1;
    this.#order.sent(due, to);
    void this.#call('relay:lost', lost).then((receipt) => this.#answered(receipt, to));
  }

  async #sayGoodbye(end: StreamEnd): Promise<boolean> {
    // Where every answer to a goodbye is lost, the greeting's is what a relay goes by: it would be held up for ever.
    const heard = this.#needsNoGoodbye || (await sayBye(this.#deps.socket, end, silentMs(this.#roundTripMs)));
    if (this.#isClosed) return false;
    if (heard) this.#deps.onEnded();
    else this.#deps.onFailed('the goodbye was not taken');
    return false;
  }

  #deliver(batch: readonly Uint8Array[], to: number): void {
    const { counters, latency, settings, now, random } = this.#deps;
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
    void this.#call('relay:frames', bytes, this.#deps.captureNow()).then((receipt) => {
      clearTimeout(late);
      arrived();
      if (isSample && receipt.ok) latency.add(now() - sent.at);
      this.#answered(receipt, to, bytes.length);
    });
    this.#calls.echo(arrived);
  }

  #call(event: string, ...payload: readonly unknown[]): Promise<Ack<FramesReceipt>> {
    this.#needsNoGoodbye = false;
    return this.#calls.call(event, ...payload);
  }

  /** `to` is the last of the records that this was about, which the server is to have by then. */
  #answered(receipt: Ack<FramesReceipt>, to: number | null, bytes = 0): void {
    if (this.#isClosed) return;
    this.#calls.answered();
    this.#unsyncedBytes -= bytes;
    if (!receipt.ok) {
      this.#deps.onFailed(receipt.error.message);
      return;
    }
    const { counters, spool, url } = this.#deps;
    const before = this.#order.count;
    this.#order.acknowledge(receipt.have);
    counters.acknowledged += Math.max(0, this.#order.count - before);
    if (this.#order.acknowledged > 0) spool.acknowledge(this.stream, url, this.#order.acknowledged);
    if (to !== null && !receipt.have.some(([first, last]) => first <= to && to <= last)) this.#mustRewind = true;
    // Nothing is on its way any more: whatever the server has not, it asks for again.
    if (this.#calls.unanswered === 0) {
      this.#mustRewind = false;
      this.#order.rewind();
    }
    this.#calls.progressed();
    this.pump();
  }
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
