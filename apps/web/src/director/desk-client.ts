import type { Ack, CloseReason, DeskState, ErrorCode } from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import { RIGHT_ENDED } from '../access/right-ended.js';
import type { DeskStore } from './desk-store.js';

/** A call without an answer for this long has failed, in ms. */
const ANSWER_WITHIN_MS = 8_000;
const ASK_AGAIN_MS = 3_000;

/** Why the server has closed the desk for good; after anything else it comes back. */
const CLOSED_WORDS: Partial<Record<CloseReason, string>> = {
  ...RIGHT_ENDED,
  by_operations: 'An operator has closed this desk’s connection. Reload the page to connect again.',
};

/** The director's own connection: joins a show's desk, keeps its store, and makes the calls. */
export class DeskClient {
  readonly #socket: Socket;
  readonly #store: DeskStore;
  readonly #show: string;
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(show: string, token: string | null, store: DeskStore, server = '/') {
    this.#show = show;
    this.#store = store;
    this.#socket = io(server, {
      auth: { ...(token !== null && { token }), clientKind: 'director', surface: 'desk' },
      transports: ['websocket', 'polling'],
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
    });
    this.#socket.on('connect', () => void this.#join());
    this.#socket.on('connect_error', (error: Error & { data?: { code?: ErrorCode } }) => {
      const code = error.data?.code;
      if (code === 'unauthenticated' || code === 'bad_request') {
        store.refuse({ code, message: error.message });
        this.#socket.disconnect();
        return;
      }
      this.#lost('The server does not answer.');
      if (!this.#socket.active) this.#later(() => this.#socket.connect(), ASK_AGAIN_MS);
    });
    this.#socket.on('disconnect', (because) => {
      this.#lost('The connection is gone.');
      if (because === 'io server disconnect') this.#later(() => this.#socket.connect(), 500);
    });
    this.#socket.on('session:closed', ({ reason }: { reason: CloseReason }) => {
      const message = CLOSED_WORDS[reason];
      if (message === undefined) return;
      store.refuse({ code: reason === 'by_operations' ? 'not_available' : 'unauthenticated', message });
      this.#socket.disconnect();
    });
    this.#socket.on('desk', (desk: DeskState) => store.hold(desk, Date.now()));
  }

  stop(): void {
    if (this.#again) clearTimeout(this.#again);
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }

  /**
   * Makes a call on this show and gives its answer; `null` where it was refused or lost, or is in force and not stored,
   * which the store then says.
   * Nothing is kept for later: an act that comes after the moment it was meant for is worse than none.
   */
  async call<T>(event: string, body: object): Promise<T | null> {
    const complain = (text: string) => this.#store.say('bad', text, Date.now());
    if (!this.#socket.connected) {
      complain('There is no connection to the server: nothing was changed.');
      return null;
    }
    try {
      const answer: Ack<T & { readonly storeError?: string }> = await this.#socket
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
      complain('The server did not answer. Look at the desk before you try again: it may have heard.');
    }
    return null;
  }

  async #join(): Promise<void> {
    try {
      const joined: Ack<{ readonly desk: DeskState }> = await this.#socket
        .timeout(ANSWER_WITHIN_MS)
        .emitWithAck('director:join', { show: this.#show });
      this.#store.connect({ state: 'live' });
      if (joined.ok) this.#store.hold(joined.desk, Date.now());
      else this.#store.refuse(joined.error);
    } catch {
      this.#lost('The server does not answer.');
      this.#later(() => void this.#join(), ASK_AGAIN_MS);
    }
  }

  #lost(because: string): void {
    if (this.#store.connection.state === 'lost') return;
    this.#store.connect({ state: 'lost', since: Date.now(), because });
  }

  #later(run: () => void, ms: number): void {
    if (this.#again) clearTimeout(this.#again);
    this.#again = setTimeout(run, ms);
  }
}
