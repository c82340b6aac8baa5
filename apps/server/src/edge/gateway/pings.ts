import { BEAT_EVERY_MS } from '@okboxbox/protocol';
import type { Viewer } from './viewer.js';

/** Viewers looked at in one turn of the event loop. */
const BATCH = 200;

/**
 * Pings those who follow a feed and send no heartbeat: scripts. A dead connection of theirs is noticed as soon as a page's, by
 * what every WebSocket answers (docs/decisions/0021-heartbeats-of-viewers.md).
 */
export class Pings {
  readonly #viewers: ReadonlyMap<string, Viewer>;
  #timer: NodeJS.Timeout | null = null;

  constructor(viewers: ReadonlyMap<string, Viewer>) {
    this.#viewers = viewers;
  }

  /** Goes round from now on, for as long as anybody is connected. */
  start(): void {
    this.#timer ??= setTimeout(() => void this.#round(), BEAT_EVERY_MS).unref();
  }

  async #round(): Promise<void> {
    let looked = 0;
    for (const viewer of this.#viewers.values()) {
      viewer.pingWhereSilent();
      looked += 1;
      if (looked % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#timer = null;
    if (this.#viewers.size > 0) this.start();
  }
}
