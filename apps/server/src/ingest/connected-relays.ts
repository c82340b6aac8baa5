import type { PauseRequest, RelayStatus } from '@okboxbox/protocol';
import type { ClockEstimate } from './relay-clock.js';

/** A relay that feeds now, and what is known of it. */
export interface ConnectedRelay {
  readonly relayId: string;
  readonly run: string;
  readonly sessionId: string;
  readonly version: string;
  readonly source: string;
  readonly connectedAt: number;
  /** Last record that was taken, and the last that is on disk: what was acknowledged. */
  readonly taken: number;
  readonly acknowledged: number;
  /** What the relay said of itself, and when. */
  readonly status: RelayStatus | null;
  readonly statusAt: number | null;
  readonly clock: ClockEstimate | null;
  /** Frames a second that it is asked for at most, and why; `null` where nothing is asked. */
  readonly askedHz: number | null;
  readonly askedBecause: string | null;
  /** Why operations have paused it; `null` where they have not. */
  readonly pausedBecause: string | null;
}

/** What a relay's connection gives to the list of those that feed. */
export interface RelayEntry {
  readonly relayId: string;
  readonly look: () => Omit<ConnectedRelay, 'pausedBecause'>;
  /** Asks it to pause, or to go on. */
  readonly tell: (request: PauseRequest) => void;
}

/** All relays that feed now, and which of them operations have paused. */
export class ConnectedRelays {
  readonly #relays = new Set<RelayEntry>();
  readonly #paused = new Map<string, string>();

  /** Adds a relay, which hears of a pause before anything else; returns the way to take it off. */
  add(relay: RelayEntry): () => void {
    this.#relays.add(relay);
    const because = this.#paused.get(relay.relayId);
    if (because !== undefined) relay.tell({ paused: true, because });
    return () => this.#relays.delete(relay);
  }

  /** All of them, or those of a session. */
  list(sessionId?: string): ConnectedRelay[] {
    const all = [...this.#relays].map(({ relayId, look }) => ({
      ...look(),
      pausedBecause: this.#paused.get(relayId) ?? null,
    }));
    return sessionId === undefined ? all : all.filter((relay) => relay.sessionId === sessionId);
  }

  /**
   * Asks a relay for no frames, or for frames again; it keeps its connection, and what it captures. One that comes back
   * hears it at its greeting; a server that is started again has forgotten it. Returns whether such a relay feeds now.
   */
  pause(relayId: string, paused: boolean, because: string): boolean {
    if (paused) this.#paused.set(relayId, because);
    else this.#paused.delete(relayId);
    const named = [...this.#relays].filter((relay) => relay.relayId === relayId);
    for (const relay of named) relay.tell({ paused, because });
    return named.length > 0;
  }
}
