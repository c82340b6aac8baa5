import type { Ack, FramesReceipt, RelayByeReceipt } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import type { StreamEnd } from './spool/stream-folder.js';

/** Without any progress for this long while something is unanswered, the connection is half open, in ms. */
export const SILENT_MS = 10_000;
/** Or for this number of round trips, where that is longer. */
const SILENT_TRIPS = 3;

/** How long a server may say nothing at all that is so far away, in ms. */
export function silentMs(roundTripMs: number): number {
  return Math.max(SILENT_MS, SILENT_TRIPS * roundTripMs);
}

interface CallsDeps {
  readonly socket: Socket;
  /** The server has answered an echo: all that was sent before has arrived. */
  readonly onEcho: () => void;
  /** How long a call takes where nothing waits before it. */
  readonly roundTripMs: () => number;
  /** The server has made no progress for `silentMs`. */
  readonly onFailed: (because: string) => void;
}

/** The calls that a feed makes to a server on one connection: which are unanswered, and whether it still answers. */
export class ServerCalls {
  readonly #deps: CallsDeps;
  #unanswered = 0;
  #isClosed = false;
  #silence: NodeJS.Timeout | null = null;

  constructor(deps: CallsDeps) {
    this.#deps = deps;
  }

  /** Calls that are not counted as answered yet. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Nothing is answered any more. */
  close(): void {
    this.#isClosed = true;
    if (this.#silence) clearTimeout(this.#silence);
  }

  /** Calls the server. Never answered where the connection is lost, or this is closed. */
  call(event: string, ...payload: readonly unknown[]): Promise<Ack<FramesReceipt>> {
    if (this.#unanswered === 0) this.#watchSilence(1);
    this.#unanswered += 1;
    return new Promise((resolve) => {
      this.#deps.socket.emit(event, ...payload, (receipt: Ack<FramesReceipt>) => {
        if (!this.#isClosed) resolve(receipt);
      });
    });
  }

  /** Counts a call as answered. Left to the caller, since answers may come together: each counts by what it says. */
  answered(): void {
    this.#unanswered -= 1;
  }

  /**
   * Hears when all that was sent before has arrived, whatever the server's disk does: an acknowledgement says that it is
   * synced, which may take long on the fastest line. A server that does not know the call does not answer it.
   */
  echo(arrived: () => void): void {
    this.#deps.socket.emit('relay:echo', {}, () => {
      if (this.#isClosed) return;
      arrived();
      this.progressed();
      this.#deps.onEcho();
    });
  }

  /** Called at each progress: begins to wait for the next. */
  progressed(): void {
    this.#watchSilence(this.#unanswered);
  }

  /** Half-way it asks whether the server is there at all. */
  #watchSilence(unanswered: number): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = null;
    if (unanswered === 0) return;
    const patience = silentMs(this.#deps.roundTripMs());
    this.#silence = setTimeout(() => {
      this.echo(() => undefined);
      this.#silence = setTimeout(
        () => this.#deps.onFailed(`no acknowledgement for ${Math.round(patience / 1000)} s`),
        patience / 2,
      );
    }, patience / 2);
  }
}

/** Says goodbye; whether it was answered, and not refused, within some time. It may be said again. */
export function sayBye(socket: Socket, { reason, message }: StreamEnd, ms: number): Promise<boolean> {
  const bye = { reason, ...(message !== undefined && { message: message.slice(0, 500) }) };
  return socket
    .timeout(ms)
    .emitWithAck('relay:bye', bye)
    .then(
      (receipt: Ack<RelayByeReceipt> | undefined) => receipt?.ok !== false,
      () => false,
    );
}
