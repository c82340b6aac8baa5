import {
  type Ack,
  type BYE_REASONS,
  type FramesReceipt,
  joinBatch,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  RELAY_NAMESPACE,
  type RelayHello,
  type RelayWelcome,
} from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import { backOffMs } from './back-off.js';
import type { Spool } from './spool.js';

/** Batches that may be on their way without an acknowledgement. */
const WINDOW = 4;
/** Bytes of one batch that is sent: small enough that one batch does not hold a slow link for long. */
const BATCH_BYTES = MAX_BATCH_BYTES / 8;
/** Without any acknowledgement for this long while something is on its way, the connection is half open. */
const SILENT_MS = 10_000;
/** After a refusal that a new token or version must mend, once this relay has fed before. */
const REFUSED_WAIT_MS = 30_000;

/** Where a target stands. */
export type TargetState =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'greeting' }
  | { readonly state: 'streaming'; readonly sessionId: string }
  | { readonly state: 'waiting'; readonly until: number; readonly attempt: number; readonly because: string }
  | { readonly state: 'closed'; readonly because: string };

/** What a target counts. */
export interface TargetCounters {
  /** Records handed to the connection, again ones included. */
  sent: number;
  /** Records that the server has synced. */
  acknowledged: number;
}

export interface TargetOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly spool: Spool;
  readonly connectTimeoutMs: number;
  /** Milliseconds that never step back. */
  readonly now: () => number;
  readonly random: () => number;
  readonly onState: (state: TargetState) => void;
}

/** A server that will not have this relay, whatever it tries. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Refusals that only a person can mend. */
const FINAL_CODES: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden', 'version_mismatch', 'bad_request']);

/**
 * One server that a relay feeds. Sends what the spool holds, in order, a few batches at a time; goes back to behind
 * what the server has whenever that is less than was sent; connects again for ever, waiting longer each time.
 */
export class Target {
  readonly counters: TargetCounters = { sent: 0, acknowledged: 0 };
  readonly #options: TargetOptions;
  #state: TargetState = { state: 'idle' };
  #socket: Socket | null = null;
  #hello: RelayHello | null = null;
  /** Number of the next record to send; batches on their way; counts connections, so that late answers are known. */
  #cursor = 1;
  #inFlight = 0;
  #connection = 0;
  #failures = 0;
  #hasFed = false;
  #timer: NodeJS.Timeout | null = null;
  #silence: NodeJS.Timeout | null = null;
  #refuse: (error: RefusedError) => void = () => undefined;
  /** Rejects where the server refuses this relay before it ever fed; never resolves. */
  readonly refused: Promise<never>;

  constructor(options: TargetOptions) {
    this.#options = options;
    this.refused = new Promise((_, reject) => {
      this.#refuse = reject;
    });
    this.refused.catch(() => undefined);
  }

  get state(): TargetState {
    return this.#state;
  }

  /** Greets with a new stream: its records are numbered from 1 and in the spool, or will be. */
  greet(hello: RelayHello): void {
    this.#hello = hello;
    this.#cursor = 1;
    this.counters.acknowledged = 0;
    if (this.#socket?.connected) void this.#greet(this.#socket);
    else if (this.#state.state === 'idle') this.#connect();
  }

  /** There is something new in the spool. */
  wake(): void {
    if (this.#state.state === 'streaming' && this.#socket) this.#send(this.#socket);
  }

  /** Says goodbye where the connection stands; resolves when the server has heard, or could not. */
  async bye(reason: (typeof BYE_REASONS)[number], message?: string): Promise<void> {
    if (!this.#socket?.connected) return;
    const bye = { reason, ...(message !== undefined && { message: message.slice(0, 500) }) };
    await this.#socket
      .timeout(this.#options.connectTimeoutMs)
      .emitWithAck('relay:bye', bye)
      .catch(() => undefined);
  }

  /** Lets go of the connection for good. */
  close(because: string): void {
    this.#dropConnection();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#enter({ state: 'closed', because });
  }

  #connect(): void {
    this.#dropConnection();
    this.#enter({ state: 'connecting', attempt: this.#failures + 1 });
    const { url, token, connectTimeoutMs } = this.#options;
    const socket = io(`${url}${RELAY_NAMESPACE}`, {
      auth: { ...(token !== undefined && { token }) },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: connectTimeoutMs,
    });
    this.#socket = socket;
    socket.on('connect', () => void this.#greet(socket));
    socket.on('connect_error', (error) => {
      if (this.#socket === socket) this.#failed(error.message, (error as { data?: { code?: string } }).data?.code);
    });
    socket.on('disconnect', (because) => {
      if (this.#socket === socket) this.#failed(`connection lost (${because})`);
    });
  }

  async #greet(socket: Socket): Promise<void> {
    const hello = this.#hello;
    if (hello === null) return;
    this.#enter({ state: 'greeting' });
    const connection = ++this.#connection;
    let welcome: Ack<RelayWelcome>;
    try {
      welcome = await socket.timeout(SILENT_MS).emitWithAck('relay:hello', hello);
    } catch {
      if (this.#connection === connection) this.#failed('no answer to the greeting');
      return;
    }
    if (this.#connection !== connection || this.#socket !== socket) return;
    if (!welcome.ok) {
      this.#failed(welcome.error.message, welcome.error.code);
      return;
    }
    this.#failures = 0;
    this.#hasFed = true;
    this.#inFlight = 0;
    this.#cursor = this.#acknowledge(welcome.have) + 1;
    this.#enter({ state: 'streaming', sessionId: welcome.sessionId });
    this.#send(socket);
  }

  #send(socket: Socket): void {
    while (this.#inFlight < WINDOW) {
      const batch = this.#nextBatch();
      if (batch.length === 0) return;
      this.#inFlight += 1;
      this.#watchSilence();
      void this.#deliver(socket, this.#connection, batch);
    }
  }

  async #deliver(socket: Socket, connection: number, batch: readonly Uint8Array[]): Promise<void> {
    const receipt: Ack<FramesReceipt> = await new Promise((resolve) => {
      socket.emit('relay:frames', joinBatch(batch), resolve);
    });
    if (this.#connection !== connection || this.#socket !== socket) return;
    this.#inFlight -= 1;
    if (!receipt.ok) {
      this.#failed(receipt.error.message);
      return;
    }
    const last = this.#acknowledge(receipt.have);
    // Nothing is on its way any more: whatever the server has not, it asks for again.
    if (this.#inFlight === 0) this.#cursor = last + 1;
    this.#watchSilence();
    this.#send(socket);
  }

  #nextBatch(): Uint8Array[] {
    const batch: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const record = this.#options.spool.from(this.#cursor);
      if (record === undefined || record.seq < this.#cursor) break;
      if (batch.length > 0 && (bytes + record.bytes.length > BATCH_BYTES || batch.length >= MAX_BATCH_RECORDS)) break;
      batch.push(record.bytes);
      bytes += record.bytes.length;
      this.#cursor = record.seq + 1;
    }
    this.counters.sent += batch.length;
    return batch;
  }

  #acknowledge(have: FramesReceipt['have']): number {
    const last = this.#options.spool.acknowledge(have);
    this.counters.acknowledged = Math.max(this.counters.acknowledged, last);
    return last;
  }

  #watchSilence(): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = null;
    if (this.#inFlight === 0) return;
    this.#silence = setTimeout(() => this.#failed(`no acknowledgement for ${SILENT_MS / 1000} s`), SILENT_MS);
  }

  #failed(because: string, code?: string): void {
    this.#dropConnection();
    const final = code !== undefined && FINAL_CODES.has(code);
    if (final && !this.#hasFed) {
      this.#refuse(new RefusedError(because));
      return;
    }
    this.#failures += 1;
    const wait = final ? REFUSED_WAIT_MS : backOffMs(this.#failures, this.#options.random);
    this.#enter({ state: 'waiting', until: this.#options.now() + wait, attempt: this.#failures, because });
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #dropConnection(): void {
    this.#connection += 1;
    this.#inFlight = 0;
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
    if (this.#state.state === 'closed') return;
    this.#state = state;
    this.#options.onState(state);
  }
}
