import type { RelayStatus } from '@okboxbox/protocol';
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
}

/** All relays that feed now. */
export class ConnectedRelays {
  readonly #relays = new Set<() => ConnectedRelay>();

  /** Adds a relay by the way to look at it; returns the way to take it off. */
  add(look: () => ConnectedRelay): () => void {
    this.#relays.add(look);
    return () => this.#relays.delete(look);
  }

  /** All of them, or those of a session. */
  list(sessionId?: string): ConnectedRelay[] {
    const all = [...this.#relays].map((look) => look());
    return sessionId === undefined ? all : all.filter((relay) => relay.sessionId === sessionId);
  }
}
