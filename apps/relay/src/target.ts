import {
  type Ack,
  type ByeReason,
  type ClockPing,
  type ClockPong,
  type FramesReceipt,
  joinBatch,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  pauseRequest,
  type RateRequest,
  RELAY_NAMESPACE,
  type RelayHello,
  type RelayLost,
  type RelayStatus,
  type RelayWelcome,
  type SeqRanges,
} from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import { backOffMs } from './back-off.js';
import { Latency, type Percentiles } from './latency.js';
import type { Spool } from './spool/spool.js';
import type { SpoolStream } from './spool/spool-stream.js';
import type { StreamEnd } from './spool/stream-folder.js';
import type { TargetCounters, TargetState } from './target-state.js';

/** Batches that may be on their way without an acknowledgement. */
const WINDOW = 4;
/** Bytes of one batch that is sent: small enough that one batch does not hold a slow link for long. */
const BATCH_BYTES = MAX_BATCH_BYTES / 8;
/** Without any acknowledgement for this long while something is on its way, the connection is half open. */
const SILENT_MS = 10_000;
/** After a refusal that a new token or version must mend, once this relay has fed before. */
const REFUSED_WAIT_MS = 30_000;
/** A goodbye of one that is to be off at once waits no longer for its answer. */
const BYE_MS = 500;

/** What of a target may change while it runs. */
export interface TargetSettings {
  readonly token: string | undefined;
  readonly connectTimeoutMs: number;
  readonly sendTimeoutMs: number;
  /** Share of batches whose round trip is measured. */
  readonly paritySampleRate: number;
}

/** What the relay gives every target. */
export interface TargetWorld {
  readonly spool: Spool;
  /** Milliseconds that never step back. */
  readonly now: () => number;
  /** The clock that frames are stamped with, milliseconds since the epoch. */
  readonly captureNow: () => number;
  readonly random: () => number;
  readonly onState: (target: Target, state: TargetState) => void;
  readonly onRate: (target: Target, request: RateRequest) => void;
  readonly say: (text: string) => void;
}

/** A server that will not have this relay, whatever it tries. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Refusals that only a person can mend. */
const FINAL_CODES: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden', 'version_mismatch', 'bad_request']);

/** A stream that a server is being fed. */
interface Feeding {
  readonly stream: SpoolStream;
  /** Number of the next record to send, and of the last that the server has. */
  cursor: number;
  acknowledged: number;
}

/**
 * One server that a relay feeds. Sends what the spool holds, in order, a few batches at a time; goes back to behind
 * what the server has whenever that is less than was sent; connects again for ever, waiting longer each time.
 */
export class Target {
  readonly url: string;
  readonly counters: TargetCounters = { sent: 0, acknowledged: 0, failed: 0, late: 0, dropped: 0 };
  readonly #world: TargetWorld;
  readonly #latency = new Latency();
  settings: TargetSettings;
  #state: TargetState = { state: 'off', because: 'not started' };
  #socket: Socket | null = null;
  #feeding: Feeding | null = null;
  #inFlight = 0;
  /** Counts connections and greetings, so that late answers are known. */
  #turn = 0;
  #failures = 0;
  #hasFed = false;
  #isDraining = false;
  /** Why the server's operations want no frames for now; `null` where they do. */
  #pauseBecause: string | null = null;
  #stopping: Promise<void> | null = null;
  #pumping = false;
  #pumpAgain = false;
  #timer: NodeJS.Timeout | null = null;
  #silence: NodeJS.Timeout | null = null;
  /** Streams of runs before that this server refuses. */
  readonly #refusedStreams = new Set<SpoolStream>();
  /** What the server says of this relay's clock. */
  clock: { readonly offsetMs: number; readonly boundMs: number } | null = null;
  #refuse: (error: RefusedError) => void = () => undefined;
  /** Rejects where the server refuses this relay before it ever fed; never resolves. */
  readonly refused: Promise<never>;

  constructor(url: string, settings: TargetSettings, world: TargetWorld) {
    this.url = url;
    this.settings = settings;
    this.#world = world;
    this.refused = new Promise((_, reject) => {
      this.#refuse = reject;
    });
    this.refused.catch(() => undefined);
  }

  get state(): TargetState {
    return this.#state;
  }

  get latency(): Percentiles {
    return this.#latency.percentiles();
  }

  /** Records that this target has still to get. */
  get queueDepth(): number {
    return this.#world.spool.waitingFor(this.url);
  }

  /** Whether it has all that has been captured, or refuses it. */
  get isDone(): boolean {
    return this.#world.spool.nextFor(this.url, this.#refusedStreams) === undefined;
  }

  start(): void {
    if (this.#state.state === 'off') this.#connect();
  }

  /** There is something new in the spool. */
  wake(): void {
    if (this.#state.state === 'streaming') this.#pump();
    else if (this.#state.state === 'ready' && this.#socket) this.#nextStream(this.#socket);
  }

  /** Tells the server how the relay is. */
  report(status: RelayStatus): void {
    if (!this.#socket?.connected) return;
    const own = { waiting: this.queueDepth, paused: this.#pauseBecause !== null };
    this.#socket.emit('relay:status', { ...status, ...own }, () => undefined);
  }

  /** Sends nothing more, and resolves when all that is on its way has been answered, or after `ms`. */
  async drain(ms: number): Promise<void> {
    this.#isDraining = true;
    const until = this.#world.now() + ms;
    while (this.#inFlight > 0 && this.#world.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Says goodbye where the connection stands, and lets go of it. `start` goes on. */
  stop(reason: ByeReason, because: string, message?: string): Promise<void> {
    this.#stopping ??= this.#stop(reason, because, message).finally(() => {
      this.#stopping = null;
    });
    return this.#stopping;
  }

  async #stop(reason: ByeReason, because: string, message?: string): Promise<void> {
    if (this.#state.state === 'off') return;
    this.#isDraining = true;
    if (this.#socket?.connected && this.#feeding !== null) {
      await this.#bye(this.#socket, { reason, ...(message !== undefined && { message }) }, BYE_MS);
    }
    this.#dropConnection();
    this.#failures = 0;
    this.#enter({ state: 'off', because });
  }

  #connect(): void {
    this.#dropConnection();
    this.#isDraining = false;
    this.#enter({ state: 'connecting', attempt: this.#failures + 1 });
    const { token, connectTimeoutMs } = this.settings;
    const socket = io(`${this.url}${RELAY_NAMESPACE}`, {
      auth: { ...(token !== undefined && { token }) },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: connectTimeoutMs,
    });
    this.#socket = socket;
    socket.on('connect', () => this.#nextStream(socket));
    socket.on('connect_error', (error) => {
      if (this.#socket === socket) this.#failed(becauseOf(error), (error as { data?: { code?: string } }).data?.code);
    });
    socket.on('disconnect', (because) => {
      if (this.#socket === socket) this.#failed(`connection lost (${because})`);
    });
    socket.on('clock:ping', (ping: ClockPing, answer: (pong: ClockPong) => void) => this.#tellClock(ping, answer));
    socket.on('relay:rate', (request: RateRequest) => this.#world.onRate(this, request));
    socket.on('relay:pause', (request: unknown) => this.#takePause(request));
  }

  #takePause(request: unknown): void {
    const asked = pauseRequest.safeParse(request);
    if (!asked.success) return;
    this.#pauseBecause = asked.data.paused ? asked.data.because : null;
    if (this.#state.state === 'streaming' || this.#state.state === 'paused') this.#stream(this.#state.sessionId);
  }

  /** Feeds a session, unless operations want nothing for now. */
  #stream(sessionId: string): void {
    const because = this.#pauseBecause;
    this.#enter(because === null ? { state: 'streaming', sessionId } : { state: 'paused', sessionId, because });
    this.#pump();
  }

  #tellClock(ping: ClockPing, answer: unknown): void {
    const receivedAt = this.#world.captureNow();
    if (typeof ping?.offsetMs === 'number' && typeof ping.boundMs === 'number') {
      this.clock = { offsetMs: ping.offsetMs, boundMs: ping.boundMs };
    }
    if (typeof answer === 'function') answer({ receivedAt, sentAt: this.#world.captureNow(), wallAt: Date.now() });
  }

  /** Greets with the next stream that has something for this server. */
  #nextStream(socket: Socket): void {
    this.#feeding = null;
    const stream = this.#world.spool.nextFor(this.url, this.#refusedStreams);
    if (stream === undefined || stream.last === 0) {
      this.#enter({ state: 'ready' });
      return;
    }
    void this.#greet(socket, stream);
  }

  async #greet(socket: Socket, stream: SpoolStream): Promise<void> {
    this.#enter({ state: 'greeting' });
    const turn = ++this.#turn;
    const hello: RelayHello = {
      ...stream.greeting,
      ...(stream.sessionTime !== null && { sessionTime: stream.sessionTime }),
    };
    let welcome: Ack<RelayWelcome>;
    try {
      welcome = await socket.timeout(SILENT_MS).emitWithAck('relay:hello', hello);
    } catch {
      if (this.#turn === turn) this.#failed('no answer to the greeting');
      return;
    }
    if (this.#turn !== turn || this.#socket !== socket) return;
    if (!welcome.ok) {
      this.#greetingRefused(socket, stream, welcome.error);
      return;
    }
    this.#failures = 0;
    this.#hasFed = true;
    this.#inFlight = 0;
    const have = lastOf(welcome.have);
    this.#feeding = { stream, cursor: have === 0 ? startOf(stream) : have + 1, acknowledged: have };
    if (have > 0) this.#world.spool.acknowledge(stream, this.url, have);
    this.#stream(welcome.sessionId);
  }

  #greetingRefused(socket: Socket, stream: SpoolStream, error: { code: string; message: string }): void {
    if (!stream.isLeftover || !FINAL_CODES.has(error.code)) {
      this.#failed(error.message, error.code);
      return;
    }
    // What a run before left may be of a show that this token does not cover: it must not hold up what is new.
    this.#refusedStreams.add(stream);
    this.#world.say(`${this.url} does not take what a run before left (${error.message}); it is kept.`);
    this.#world.spool.stir();
    this.#nextStream(socket);
  }

  #pump(): void {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    void this.#pumpAll().finally(() => {
      this.#pumping = false;
    });
  }

  async #pumpAll(): Promise<void> {
    while (this.#pumpAgain) {
      this.#pumpAgain = false;
      while (this.#state.state === 'streaming' && this.#socket && this.#feeding && !this.#isDraining) {
        if (!(await this.#step(this.#socket, this.#feeding))) break;
      }
    }
  }

  /** Sends one batch, or what stands in its place; false where there is nothing to be done for now. */
  async #step(socket: Socket, feeding: Feeding): Promise<boolean> {
    const { stream } = feeding;
    // A server takes whatever comes first for the beginning: until it has that, nothing else may overtake it.
    if (this.#inFlight >= (feeding.acknowledged === 0 ? 1 : WINDOW)) return false;
    const next = stream.nextFrom(feeding.cursor);
    if (feeding.cursor < next && feeding.cursor <= stream.last) return this.#passGap(socket, feeding, next);
    if (feeding.cursor > stream.last) {
      if (stream.ended === null || this.#inFlight > 0 || feeding.acknowledged < stream.last) return false;
      return this.#endStream(socket, stream, stream.ended);
    }
    const turn = this.#turn;
    const batch = await stream.read(feeding.cursor, BATCH_BYTES, MAX_BATCH_RECORDS);
    if (this.#turn !== turn || this.#socket !== socket) return true;
    const [first] = batch;
    // It may have gone while it was read, for want of room or because it could not be.
    if (first === undefined) return feeding.cursor < stream.nextFrom(feeding.cursor);
    feeding.cursor = first.seq + batch.length;
    this.#deliver(
      socket,
      feeding,
      batch.map((record) => record.bytes),
    );
    return true;
  }

  /** Goes on behind records that are not here any more; the session line, where it is among them, is sent. */
  #passGap(socket: Socket, feeding: Feeding, next: number): true {
    const { stream } = feeding;
    const { session } = stream;
    if (session !== null && session.seq === feeding.cursor) {
      feeding.cursor += 1;
      this.#deliver(socket, feeding, [session.bytes]);
      return true;
    }
    const to = session !== null && session.seq > feeding.cursor && session.seq < next ? session.seq - 1 : next - 1;
    const lost: RelayLost = {
      from: feeding.cursor,
      to,
      reason: reasonOf(stream, to),
    };
    this.counters.dropped += to - feeding.cursor + 1;
    feeding.cursor = to + 1;
    void this.#call<FramesReceipt>(socket, 'relay:lost', lost).then((receipt) =>
      this.#answered(socket, feeding, receipt),
    );
    return true;
  }

  async #endStream(socket: Socket, stream: SpoolStream, end: StreamEnd): Promise<boolean> {
    const turn = this.#turn;
    const heard = await this.#bye(socket, end, SILENT_MS);
    if (this.#turn !== turn || this.#socket !== socket) return true;
    if (!heard) {
      this.#failed('no answer to the goodbye');
      return true;
    }
    this.#feeding = null;
    this.#world.spool.finish(stream, this.url);
    this.#nextStream(socket);
    return true;
  }

  async #bye(socket: Socket, { reason, message }: StreamEnd, ms: number): Promise<boolean> {
    const bye = { reason, ...(message !== undefined && { message: message.slice(0, 500) }) };
    return socket
      .timeout(ms)
      .emitWithAck('relay:bye', bye)
      .then(
        () => true,
        () => false,
      );
  }

  #deliver(socket: Socket, feeding: Feeding, batch: readonly Uint8Array[]): void {
    this.counters.sent += batch.length;
    const sentAt = this.#world.now();
    const late = setTimeout(() => {
      this.counters.late += 1;
    }, this.settings.sendTimeoutMs);
    const isSample = this.#world.random() < this.settings.paritySampleRate;
    const stampedAt = this.#world.captureNow();
    void this.#call<FramesReceipt>(socket, 'relay:frames', joinBatch(batch), stampedAt).then((receipt) => {
      clearTimeout(late);
      if (isSample && receipt?.ok) this.#latency.add(this.#world.now() - sentAt);
      this.#answered(socket, feeding, receipt);
    });
  }

  /** Calls the server; `null` where the connection is another by then. Never answered where it is lost. */
  async #call<T>(socket: Socket, event: string, ...payload: readonly unknown[]): Promise<Ack<T> | null> {
    this.#inFlight += 1;
    this.#watchSilence();
    const turn = this.#turn;
    const answer: Ack<T> = await new Promise((resolve) => {
      socket.emit(event, ...payload, resolve);
    });
    return this.#turn === turn && this.#socket === socket ? answer : null;
  }

  #answered(socket: Socket, feeding: Feeding, receipt: Ack<FramesReceipt> | null): void {
    if (receipt === null || this.#socket !== socket || this.#feeding !== feeding) return;
    // Here, since answers may come together: each counts by what it says.
    this.#inFlight -= 1;
    if (!receipt.ok) {
      this.#failed(receipt.error.message);
      return;
    }
    const have = lastOf(receipt.have);
    if (have > feeding.acknowledged) {
      this.counters.acknowledged += have - Math.max(feeding.acknowledged, startOf(feeding.stream) - 1);
      feeding.acknowledged = have;
      this.#world.spool.acknowledge(feeding.stream, this.url, have);
    }
    // Nothing is on its way any more: whatever the server has not, it asks for again.
    if (this.#inFlight === 0 && feeding.acknowledged > 0) feeding.cursor = feeding.acknowledged + 1;
    else if (this.#inFlight === 0) feeding.cursor = startOf(feeding.stream);
    this.#watchSilence();
    this.#pump();
  }

  #watchSilence(): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = null;
    if (this.#inFlight === 0) return;
    this.#silence = setTimeout(() => this.#failed(`no acknowledgement for ${SILENT_MS / 1000} s`), SILENT_MS);
  }

  #failed(because: string, code?: string): void {
    this.#dropConnection();
    this.counters.failed += 1;
    const final = code !== undefined && FINAL_CODES.has(code);
    if (final && !this.#hasFed) this.#refuse(new RefusedError(because));
    this.#failures += 1;
    const wait = final ? REFUSED_WAIT_MS : backOffMs(this.#failures, this.#world.random);
    this.#enter({ state: 'waiting', until: this.#world.now() + wait, attempt: this.#failures, because });
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #dropConnection(): void {
    this.#turn += 1;
    this.#inFlight = 0;
    this.#feeding = null;
    this.#pauseBecause = null;
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = null;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.removeAllListeners();
    socket?.disconnect();
  }

  #enter(state: TargetState): void {
    this.#state = state;
    this.#world.onState(this, state);
  }
}

/** Why records up to a number are not here any more. */
function reasonOf(stream: SpoolStream, to: number): RelayLost['reason'] {
  if (to >= stream.first) return 'spool_damaged';
  return to <= stream.lostUpTo || stream.isLeftover ? 'spool_full' : 'sent_elsewhere';
}

/** Why a connection failed: what the system said, where the library's own words say nothing. */
function becauseOf(error: Error & { readonly description?: unknown }): string {
  const described = (error.description as { message?: unknown } | undefined)?.message;
  if (error.message === 'timeout') return 'it does not answer in time';
  return typeof described === 'string' && described !== '' ? described : error.message;
}

/** Number of the last record that a server has of the beginning; 0 where it has none. */
function lastOf(have: SeqRanges): number {
  return have[0]?.[1] ?? 0;
}

/** Where a server begins that has nothing of a stream: with the session line, even where what was before it is gone. */
function startOf(stream: SpoolStream): number {
  return stream.session === null ? stream.first : Math.min(stream.session.seq, stream.first);
}
