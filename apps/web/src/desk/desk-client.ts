import { type Ack, type CloseReason, type DeskState, isFinalRefusal, RIGHT_ENDED } from '@okboxbox/protocol';
import { KeptConnection } from '../feed/kept-connection.js';
import type { DeskStore } from './desk-store.js';

/** A call without an answer for this long has failed, in ms. */
const ANSWER_WITHIN_MS = 8_000;
const ASK_AGAIN_MS = 3_000;

/** Why the server has closed the desk for good; after anything else it comes back. */
const CLOSED_LABELS: Partial<Record<CloseReason, string>> = {
  ...RIGHT_ENDED,
  by_operations: 'An operator closed the desk’s connection. Reload the page to reconnect.',
};

/** The director's own connection: joins a show's desk, keeps its store, and makes the calls. */
export class DeskClient {
  readonly #connection: KeptConnection;
  readonly #store: DeskStore;
  readonly #show: string;
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(show: string, token: string | null, store: DeskStore, server = '/') {
    this.#show = show;
    this.#store = store;
    this.#connection = new KeptConnection({
      server,
      auth: { ...(token !== null && { token }), clientKind: 'director', surface: 'desk' },
      isOverlay: false,
      // The two pictures beside it have connections of their own.
      shown: () => null,
      onConnect: () => void this.#join(),
      onLost: (because) => this.#lost(because),
      onRefused: (error) => {
        store.refuse(error);
        return null;
      },
      onClock: (serverNow, now, uncertainMs) => store.setServerClock(serverNow, now, uncertainMs),
    });
    const { socket } = this.#connection;
    socket.on('session:closed', ({ reason }: { reason: CloseReason }) => {
      const message = CLOSED_LABELS[reason];
      if (message === undefined) return;
      store.refuse({ code: reason === 'by_operations' ? 'not_available' : 'unauthenticated', message });
      this.stop();
    });
    socket.on('desk', (desk: DeskState) => store.hold(desk, Date.now()));
  }

  stop(): void {
    if (this.#again) clearTimeout(this.#again);
    this.#connection.close();
  }

  /**
   * Makes a call on this show and gives its answer; `null` where it was refused or lost, or is in force and not stored,
   * which the store then says.
   * Nothing is kept for later: an action that comes after the moment it was meant for is worse than none.
   */
  async call<T>(event: string, body: object): Promise<T | null> {
    const complain = (text: string) => this.#store.say('bad', text, Date.now());
    const { socket } = this.#connection;
    if (!socket.connected) {
      complain('Not connected to the server: nothing was changed.');
      return null;
    }
    try {
      const answer: Ack<T & { readonly storeError?: string }> = await socket
        .timeout(ANSWER_WITHIN_MS)
        .emitWithAck(event, { show: this.#show, ...body });
      if (answer.ok) {
        if (answer.storeError === undefined) return answer;
        complain(answer.storeError);
        return null;
      }
      const { message, capability } = answer.error;
      complain(capability === undefined ? message : `${message} Missing capability: ${capability}.`);
    } catch {
      complain(
        'The server did not answer in time. Check the desk before you try again: the action may have been done.',
      );
    }
    return null;
  }

  async #join(): Promise<void> {
    if (this.#again) clearTimeout(this.#again);
    if (!this.#connection.socket.connected) return;
    try {
      const joined = await this.#connection.askWhole<Ack<{ readonly desk: DeskState }>>('director:join', {
        show: this.#show,
      });
      if (!joined.ok && this.#store.holding.holding === 'desk' && !isFinalRefusal(joined.error.code)) {
        // It cannot say now: what is shown stays, marked as old.
        this.#again = setTimeout(() => void this.#join(), ASK_AGAIN_MS);
        return;
      }
      this.#store.connect({ state: 'live' });
      if (joined.ok) this.#store.hold(joined.desk, Date.now());
      else this.#store.refuse(joined.error);
    } catch {
      this.#lost('The connection is lost.');
    }
  }

  #lost(because: string): void {
    if (this.#store.connection.state === 'lost') return;
    this.#store.connect({ state: 'lost', since: Date.now(), because });
  }
}
