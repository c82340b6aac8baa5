import { JUMP_S } from './clock-jump.js';
import type { SessionState } from './session-state.js';
import type { Stream } from './stream.js';

/** A primary that is connected and sends nothing for this long is replaced by another relay, in ms. */
const SILENT_MS = 700;
/** A relay whose sim's clock is ahead of the timing by more than time has passed takes over only after this long, in ms. */
const AHEAD_WAITS_MS = 60_000;

/** Which relays feed a running session now, and which of them is to be the primary. */
export class Feeders {
  /** Connections by stream. */
  readonly #connected = new Map<number, number>();
  /** When each stream's newest record came. */
  readonly #heardAt = new Map<number, number>();

  /** Whether a relay is connected now. */
  get hasAny(): boolean {
    return this.#connected.size > 0;
  }

  /** The relays of these streams, by name, in the order in which they came. */
  relaysOf(streams: readonly Stream[]): { readonly relayId: string; readonly isConnected: boolean }[] {
    const connected = new Map<string, boolean>();
    for (const { relayId, stream } of streams) {
      connected.set(relayId, connected.get(relayId) === true || this.#connected.has(stream));
    }
    return [...connected].map(([relayId, isConnected]) => ({ relayId, isConnected }));
  }

  connected({ stream }: Stream): void {
    this.#connected.set(stream, (this.#connected.get(stream) ?? 0) + 1);
  }

  disconnected({ stream }: Stream): void {
    const left = (this.#connected.get(stream) ?? 1) - 1;
    if (left > 0) this.#connected.set(stream, left);
    else this.#connected.delete(stream);
  }

  /** A record of a stream came; `at` in milliseconds on the server's clock. */
  heard({ stream }: Stream, at: number): void {
    this.#heardAt.set(stream, at);
  }

  /** Why a frame's relay is to be the primary from now on; `null` where the one that is stays so. */
  takeover({ stream }: Stream, sessionTime: number, now: number, { merge, timing }: SessionState): string | null {
    const { primary } = merge;
    if (primary === null || primary === stream) return null;
    // Behind the timing it has nothing to go on with.
    if (sessionTime <= (timing.sessionTime ?? -1)) return null;
    const silentMs = now - (this.#heardAt.get(primary) ?? 0);
    // One whose clock is far ahead would leave the primary behind when that is back.
    const isAhead = sessionTime - (timing.sessionTime ?? sessionTime) > silentMs / 1000 + JUMP_S;
    if (isAhead && silentMs < AHEAD_WAITS_MS) return null;
    if (!this.#connected.has(primary)) return 'the primary has left';
    return silentMs > SILENT_MS ? 'the primary is silent' : null;
  }
}
