import type { PauseRequest, RelayStatus, RelayWaiting, Watermarks } from '@okboxbox/protocol';
import type { Stored } from '../../unsaved-settings.js';
import { PausedRelays } from './paused-relays.js';
import type { RelayCamera } from './relay-camera.js';
import type { ClockEstimate } from './relay-clock.js';

/** A relay that feeds now, how far its records have come, and what else is known of it. */
export interface ConnectedRelay extends Pick<Watermarks, 'taken' | 'acknowledged'> {
  readonly relayId: string;
  readonly show: string;
  /** Whose token it has. */
  readonly user?: string;
  readonly run: string;
  readonly sessionId: string;
  readonly version: string;
  readonly source: string;
  readonly connectedAt: number;
  /** When anything came from it last, whatever it was. */
  readonly heardAt: number;
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
  readonly show: string;
  readonly look: () => Omit<ConnectedRelay, 'relayId' | 'show' | 'pausedBecause'>;
  /** Asks it to pause, or to go on. */
  readonly tell: (request: PauseRequest) => void;
  /** The camera on its PC; absent or `null` where its token does not have the right. */
  readonly camera?: RelayCamera | null;
  /** Closes its connection: it comes back and greets again. */
  readonly disconnect: () => void;
}

/** All relays that feed now, which of them operations have paused, and those that are connected and feed nothing yet. */
export class ConnectedRelays {
  readonly #relays = new Set<RelayEntry>();
  readonly #waiting = new Set<() => RelayWaiting | null>();
  readonly #paused: PausedRelays;

  constructor(paused = new PausedRelays()) {
    this.#paused = paused;
  }

  /** Adds a relay, which hears of a pause before anything else; returns the way to take it off. */
  add(relay: RelayEntry): () => void {
    this.#relays.add(relay);
    const because = this.#paused.because(relay);
    if (because !== null) relay.tell({ paused: true, because });
    return () => this.#relays.delete(relay);
  }

  /** Adds a connection; `look` gives `null` while it feeds. Returns the way to take it off. */
  connected(look: () => RelayWaiting | null): () => void {
    this.#waiting.add(look);
    return () => this.#waiting.delete(look);
  }

  /** Relays that are connected and feed nothing. */
  waiting(): RelayWaiting[] {
    return [...this.#waiting].flatMap((look) => look() ?? []);
  }

  /** All of them, or those of a session. */
  list(sessionId?: string): ConnectedRelay[] {
    const all = [...this.#relays].map(({ relayId, show, look }) => ({
      relayId,
      show,
      ...look(),
      pausedBecause: this.#paused.because({ relayId, show }),
    }));
    return sessionId === undefined ? all : all.filter((relay) => relay.sessionId === sessionId);
  }

  /** Cameras of the relays that feed a session and have the right. */
  cameras(sessionId: string): (RelayCamera & { readonly relayId: string })[] {
    return [...this.#relays].flatMap(({ relayId, camera, look }) =>
      camera == null || look().sessionId !== sessionId ? [] : [{ relayId, ...camera }],
    );
  }

  /** Lets go of the relays that feed a session which has ended: they come back, and what they bring is another one's. */
  disconnect(sessionId: string): void {
    for (const relay of [...this.#relays]) if (relay.look().sessionId === sessionId) relay.disconnect();
  }

  /** Shows in which operations have paused relays of this name, whether they are connected or not. */
  pausedIn(relayId: string): string[] {
    return this.#paused.showsOf(relayId);
  }

  /**
   * Asks a show's relay for no frames; it keeps its connection, and what it captures. One that comes back hears it at its
   * greeting, also of a server that was started again. In force at once; resolves when it is stored, or with why it is not.
   */
  pause(show: string, relayId: string, because: string): Promise<Stored> {
    const stored = this.#paused.pause({ show, relayId }, because);
    this.#tell(show, relayId, { paused: true, because });
    return stored;
  }

  /**
   * Asks a show's relay for frames again, once that is stored.
   * @throws PauseStoreError where it could not be stored: the relay is still paused
   */
  async resume(show: string, relayId: string, because: string): Promise<void> {
    await this.#paused.resume({ show, relayId });
    this.#tell(show, relayId, { paused: false, because });
  }

  #tell(show: string, relayId: string, request: PauseRequest): void {
    for (const relay of this.#relays) if (relay.show === show && relay.relayId === relayId) relay.tell(request);
  }
}
