import type { DeskState } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import { OwnerRefusal } from '../../directory/owner-refusal.js';
import type { Logger } from '../../log.js';

/** Changes of a desk that come together are sent together, in ms. */
const TOGETHER_MS = 100;
/** How often a desk is looked at for changes that nothing announces, such as measured figures, in ms. */
const LOOK_MS = 1_000;

export interface OpenDesksDeps {
  /** All that a desk of a show shows; fails with an OwnerRefusal where the show has no owner now. */
  readonly deskOf: (show: string) => Promise<DeskState>;
  readonly log: Logger;
}

/** Directors who have a show's desk open: each is sent every change of it. */
export class OpenDesks {
  readonly #deps: OpenDesksDeps;
  readonly #open = new Map<string, Set<Socket>>();
  readonly #sent = new Map<string, string>();
  readonly #changed = new Set<string>();
  /** States that are being read, by show: one after another, so that an older one is never sent behind a newer one. */
  readonly #reading = new Map<string, Promise<unknown>>();
  #timer: NodeJS.Timeout | null = null;
  readonly #looking: NodeJS.Timeout;

  constructor(deps: OpenDesksDeps) {
    this.#deps = deps;
    this.#looking = setInterval(() => this.#send([...this.#open.keys()]), LOOK_MS);
    this.#looking.unref();
  }

  /**
   * Opens a show's desk for a director and resolves with its state; changes are sent from then on.
   * @throws OwnerRefusal where the show has no owner now: the desk is not open then
   */
  async join(show: string, socket: Socket): Promise<DeskState> {
    this.leave(socket);
    this.#open.set(show, (this.#open.get(show) ?? new Set()).add(socket));
    void socket.join(`director:${show}`);
    try {
      return await this.#inTurn(show, (state) => state);
    } catch (error) {
      this.leave(socket);
      throw error;
    }
  }

  leave(socket: Socket): void {
    for (const [show, sockets] of this.#open) {
      if (!sockets.delete(socket)) continue;
      void socket.leave(`director:${show}`);
      if (sockets.size > 0) continue;
      this.#open.delete(show);
      this.#sent.delete(show);
    }
  }

  /** Something of a show is different; its desks are sent the state in a moment. */
  changed(show: string): void {
    if (!this.#open.has(show)) return;
    this.#changed.add(show);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const shows = [...this.#changed];
      this.#changed.clear();
      this.#send(shows);
    }, TOGETHER_MS);
  }

  close(): void {
    clearInterval(this.#looking);
    if (this.#timer) clearTimeout(this.#timer);
    this.#open.clear();
  }

  #send(shows: readonly string[]): void {
    for (const show of shows) {
      this.#inTurn(show, (state) => this.#sendState(show, state)).catch((error: unknown) => {
        // Asked again at the next look.
        if (error instanceof OwnerRefusal)
          this.#deps.log.debug({ show, because: error.message }, 'a desk has no owner');
        else this.#deps.log.error({ err: error, show }, 'the state of a desk could not be read');
      });
    }
  }

  #sendState(show: string, state: DeskState): void {
    const sockets = this.#open.get(show);
    const json = JSON.stringify(state);
    if (sockets === undefined || this.#sent.get(show) === json) return;
    this.#sent.set(show, json);
    for (const socket of sockets) socket.emit('desk', state);
  }

  #inTurn<T>(show: string, use: (state: DeskState) => T): Promise<T> {
    const before = this.#reading.get(show) ?? Promise.resolve();
    const done = before.then(async () => use(await this.#deps.deskOf(show)));
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (this.#reading.get(show) === settled) this.#reading.delete(show);
      });
    this.#reading.set(show, settled);
    return done;
  }
}
