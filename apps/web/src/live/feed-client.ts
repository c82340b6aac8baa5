import type { Ack, FeedMessage, FeedPosition, FeedState, SessionMoved } from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import type { LiveStore } from './live-store.js';

type Joined = Ack<FeedPosition & { readonly sessionId: string; readonly state: FeedState }>;
type Resynced = Ack<
  FeedPosition & { readonly sessionId: string; readonly state?: FeedState; readonly changes?: readonly FeedMessage[] }
>;

/** What a page shows: one session, or whichever a show is on. */
export type Subject = { readonly sessionId: string } | { readonly show: string };

/** A page's address names a session (ids begin with `sess_`) or a show. */
export function subjectOf(id: string): Subject {
  return id.startsWith('sess_') ? { sessionId: id } : { show: id };
}

/** A show that has no session yet is asked for again so often, in ms. */
const ASK_AGAIN_MS = 3_000;

/**
 * Follows a subject over Socket.IO into a store: joins, applies changes, asks for what is missing, joins again after
 * a break or when the show has moved on. `server` is the page's own unless given. Returns the way to stop.
 */
export function followFeed(subject: Subject, token: string | null, store: LiveStore, server = '/'): () => void {
  const socket = io(server, {
    auth: { ...(token !== null && { token }), clientKind: 'dashboard', surface: 'web' },
    transports: ['websocket', 'polling'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 15_000,
    randomizationFactor: 0.5,
  });
  const follower = new Follower(socket, subject, store);
  return () => follower.stop();
}

class Follower {
  readonly #socket: Socket;
  readonly #subject: Subject;
  readonly #store: LiveStore;
  #joining = false;
  #resyncing = false;
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(socket: Socket, subject: Subject, store: LiveStore) {
    this.#socket = socket;
    this.#subject = subject;
    this.#store = store;
    socket.on('connect', () => void this.#join());
    socket.on('connect_error', (error: Error & { data?: { code?: string; message?: string } }) => {
      // The server answered: this token will not do, however often it is tried.
      if (error.data?.code === 'unauthenticated') {
        store.refuse({ code: 'unauthenticated', message: error.message });
        socket.disconnect();
      } else {
        this.#lost('The server does not answer.');
      }
    });
    socket.on('disconnect', (because) => {
      this.#lost('The connection is gone.');
      // Socket.IO does not come back by itself where the server closed on purpose, as it does before a restart.
      if (because === 'io server disconnect') this.#later(() => socket.connect(), 500);
    });
    socket.on('feed', (message: FeedMessage) => {
      if (this.#joining) return;
      if (store.apply(message, Date.now()) === 'gap') void this.#resync(message.sessionId);
    });
    socket.on('session:moved', (_moved: SessionMoved) => void this.#join());
  }

  stop(): void {
    if (this.#again) clearTimeout(this.#again);
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }

  async #join(): Promise<void> {
    this.#joining = true;
    try {
      const joined: Joined = await this.#socket.emitWithAck('session:join', { ...this.#subject, audience: 'live' });
      this.#store.connect({ state: 'live' });
      if (joined.ok) {
        this.#store.begin(joined.epoch, joined.seq, joined.at, joined.state, Date.now());
      } else {
        this.#store.refuse(joined.error);
        if (joined.error.code === 'not_found') this.#later(() => void this.#join(), ASK_AGAIN_MS);
      }
    } catch {
      this.#lost('The connection is gone.');
    } finally {
      this.#joining = false;
    }
  }

  async #resync(sessionId: string): Promise<void> {
    if (this.#resyncing) return;
    this.#resyncing = true;
    try {
      const answer: Resynced = await this.#socket.emitWithAck('feed:resync', { sessionId, ...this.#store.position });
      if (!answer.ok) await this.#join();
      else if (answer.state) this.#store.begin(answer.epoch, answer.seq, answer.at, answer.state, Date.now());
      else for (const change of answer.changes ?? []) this.#store.apply(change, Date.now());
    } catch {
      this.#lost('The connection is gone.');
    } finally {
      this.#resyncing = false;
    }
  }

  #lost(because: string): void {
    const { connection } = this.#store;
    if (connection.state !== 'lost') this.#store.connect({ state: 'lost', since: Date.now(), because });
  }

  #later(run: () => void, ms: number): void {
    if (this.#again) clearTimeout(this.#again);
    this.#again = setTimeout(run, ms);
  }
}
