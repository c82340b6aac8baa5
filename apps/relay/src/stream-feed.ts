import {
  type Ack,
  type FramesReceipt,
  joinBatch,
  MAX_BATCH_RECORDS,
  type RelayLost,
  type SeqRanges,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import type { Latency } from './latency.js';
import { SendWindow } from './send-window.js';
import type { Spool } from './spool/spool.js';
import type { SpoolStream } from './spool/spool-stream.js';
import type { StreamEnd } from './spool/stream-folder.js';
import type { TargetCounters } from './target-state.js';

/** Without any progress for this long while something is unanswered, the connection is half open. */
export const SILENT_MS = 10_000;
/** Bytes that may have arrived without an acknowledgement: a server whose disk is full goes on timing from them. */
const UNSYNCED_BYTES = 4 * 1024 * 1024;

/** What a feed needs of the target that it sends for. */
export interface FeedWorld {
  readonly url: string;
  readonly spool: Spool;
  readonly socket: Socket;
  readonly counters: TargetCounters;
  readonly latency: Latency;
  readonly settings: () => { readonly sendTimeoutMs: number; readonly paritySampleRate: number };
  readonly now: () => number;
  readonly random: () => number;
  /** The connection is of no use any more. */
  readonly onFailed: (because: string) => void;
  /** The server has all of the stream and was told so. */
  readonly onEnded: () => void;
}

/**
 * Feeds one stream of the spool to a server that was greeted: in order, as much at a time as the line bears; goes back
 * to behind what the server has whenever that is less than was sent.
 */
export class StreamFeed {
  readonly stream: SpoolStream;
  readonly #world: FeedWorld;
  readonly #window = new SendWindow();
  /** Number of the next record to send, and of the last that the server has. */
  #cursor: number;
  #acknowledged: number;
  /** Calls and bytes without an acknowledgement. */
  #unanswered = 0;
  #unsyncedBytes = 0;
  #isClosed = false;
  #isDraining = false;
  #pumping = false;
  #pumpAgain = false;
  #silence: NodeJS.Timeout | null = null;

  /** `have` is what the server had when it was greeted. */
  constructor(stream: SpoolStream, have: SeqRanges, world: FeedWorld) {
    this.stream = stream;
    this.#world = world;
    this.#acknowledged = lastOf(have);
    this.#cursor = this.#acknowledged === 0 ? startOf(stream) : this.#acknowledged + 1;
    if (this.#acknowledged > 0) world.spool.acknowledge(stream, world.url, this.#acknowledged);
  }

  /** Records that the server has still to get. */
  get left(): number {
    return Math.max(0, this.stream.last - Math.max(this.#acknowledged + 1, this.stream.first) + 1);
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

  /** Lets go of the stream. */
  close(): void {
    this.#isClosed = true;
    if (this.#silence) clearTimeout(this.#silence);
  }

  async #pumpAll(): Promise<void> {
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        while (!this.#isClosed && !this.#isDraining) if (!(await this.#step())) break;
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
    if (this.#acknowledged === 0 && this.#unanswered > 0) return false;
    if (this.#cursor > stream.last) {
      this.#window.ranDry();
      if (stream.ended === null || this.#unanswered > 0 || this.#acknowledged < stream.last) return false;
      return this.#sayGoodbye(stream.ended);
    }
    if (this.#unsyncedBytes >= UNSYNCED_BYTES) return false;
    const room = this.#window.room(this.#world.now());
    if (room === 0) return false;
    const next = stream.nextFrom(this.#cursor);
    if (this.#cursor < next) {
      this.#passGap(next);
      return true;
    }
    const batch = await stream.read(this.#cursor, room, MAX_BATCH_RECORDS);
    if (this.#isClosed) return false;
    const [first] = batch;
    // It may have gone while it was read, for want of room or because it could not be.
    if (first === undefined) return this.#cursor < stream.nextFrom(this.#cursor);
    this.#cursor = first.seq + batch.length;
    this.#deliver(batch.map((record) => record.bytes));
    return true;
  }

  /** Goes on behind records that are not here any more; the session line, where it is among them, is sent. */
  #passGap(next: number): void {
    const { session } = this.stream;
    const from = this.#cursor;
    if (session !== null && session.seq === from) {
      this.#cursor += 1;
      this.#deliver([session.bytes]);
      return;
    }
    const to = session !== null && session.seq > from && session.seq < next ? session.seq - 1 : next - 1;
    const lost: RelayLost = { from, to, reason: reasonOf(this.stream, to) };
    this.#world.counters.dropped += to - from + 1;
    this.#cursor = to + 1;
    void this.#call('relay:lost', lost).then((receipt) => this.#answered(receipt, 0));
  }

  async #sayGoodbye(end: StreamEnd): Promise<boolean> {
    const heard = await sayBye(this.#world.socket, end, SILENT_MS);
    if (this.#isClosed) return false;
    if (heard) this.#world.onEnded();
    else this.#world.onFailed('no answer to the goodbye');
    return false;
  }

  #deliver(batch: readonly Uint8Array[]): void {
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
    void this.#call('relay:frames', bytes).then((receipt) => {
      clearTimeout(late);
      arrived();
      if (isSample && receipt.ok) latency.add(now() - sent.at);
      this.#answered(receipt, bytes.length);
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
  #call(event: string, payload: unknown): Promise<Ack<FramesReceipt>> {
    if (this.#unanswered === 0) this.#watchSilence(1);
    this.#unanswered += 1;
    return new Promise((resolve) => {
      this.#world.socket.emit(event, payload, (receipt: Ack<FramesReceipt>) => {
        if (!this.#isClosed) resolve(receipt);
      });
    });
  }

  #answered(receipt: Ack<FramesReceipt>, bytes: number): void {
    if (this.#isClosed) return;
    // Here, since answers may come together: each counts by what it says.
    this.#unanswered -= 1;
    this.#unsyncedBytes -= bytes;
    if (!receipt.ok) {
      this.#world.onFailed(receipt.error.message);
      return;
    }
    const { counters, spool, url } = this.#world;
    const have = lastOf(receipt.have);
    if (have > this.#acknowledged) {
      counters.acknowledged += have - Math.max(this.#acknowledged, startOf(this.stream) - 1);
      this.#acknowledged = have;
      spool.acknowledge(this.stream, url, have);
    }
    // Nothing is on its way any more: whatever the server has not, it asks for again.
    if (this.#unanswered === 0) this.#cursor = this.#acknowledged > 0 ? this.#acknowledged + 1 : startOf(this.stream);
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

/** Says goodbye; whether it was heard within some time. */
export function sayBye(socket: Socket, { reason, message }: StreamEnd, ms: number): Promise<boolean> {
  const bye = { reason, ...(message !== undefined && { message: message.slice(0, 500) }) };
  return socket
    .timeout(ms)
    .emitWithAck('relay:bye', bye)
    .then(
      () => true,
      () => false,
    );
}

/** Why records up to a number are not here any more. */
function reasonOf(stream: SpoolStream, to: number): RelayLost['reason'] {
  if (to >= stream.first) return 'spool_damaged';
  return to <= stream.lostUpTo || stream.isLeftover ? 'spool_full' : 'sent_elsewhere';
}

/** Number of the last record that a server has of the beginning; 0 where it has none. */
function lastOf(have: SeqRanges): number {
  return have[0]?.[1] ?? 0;
}

/** Where a server begins that has nothing of a stream: with the session line, even where what was before it is gone. */
function startOf(stream: SpoolStream): number {
  return stream.session === null ? stream.first : Math.min(stream.session.seq, stream.first);
}
