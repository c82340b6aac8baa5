import type {
  Ack,
  CloseReason,
  DelayState,
  ErrorCode,
  FeedMessage,
  FeedPosition,
  FeedState,
  MeasuredDelay,
  SessionMoved,
  SessionWithdrawn,
} from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import type { FeedStore } from './feed-store.js';

type Joined = Ack<
  FeedPosition & {
    readonly sessionId: string;
    readonly state: FeedState;
    /** Another than was asked for where operations have moved this connection to the public picture. */
    readonly audience?: 'live' | 'broadcast';
    /** Where the delay stands and the server's clock; the broadcast audience's answer has both. */
    readonly delay?: DelayState | MeasuredDelay;
    readonly now?: number;
  }
>;
type Resynced = Ack<
  FeedPosition & {
    readonly sessionId: string;
    readonly audience?: 'live' | 'broadcast';
    readonly state?: FeedState;
    readonly changes?: readonly FeedMessage[];
  }
>;

/** What a page shows: one session, or whichever a show is on. */
export type Subject = { readonly sessionId: string } | { readonly show: string };

/** A page's address names a session (ids begin with `sess_`) or a show. */
export function subjectOf(id: string): Subject {
  return id.startsWith('sess_') ? { sessionId: id } : { show: id };
}

/** What to follow, as whom. */
export interface Following {
  readonly subject: Subject;
  readonly audience: 'live' | 'broadcast';
  /** For the broadcast audience: so much more than the session's own delay. */
  readonly extraDelayMs?: number;
  readonly token: string | null;
  /** The code of a share link, where there is no token. */
  readonly link?: string | null;
  /** What this is, as operators see it. */
  readonly clientKind: 'dashboard' | 'overlay' | 'director' | 'public';
  readonly surface: string;
  /** Tries again whatever the server says: an overlay on air has nobody who would reload it. */
  readonly keepsTrying?: boolean;
}

/** A feed that is followed. */
export interface FollowedFeed {
  stop(): void;
  /** Sends an event beside the feed; lost while the connection is. */
  send(event: string, body: unknown): void;
}

/** What has no session yet, or is not published, is asked for again so often, in ms. */
const ASK_AGAIN_MS = 3_000;
/** The longest wait before the next try to connect, in ms. */
const MAX_WAIT_MS = 15_000;
const OVERLAY_MAX_WAIT_MS = 30_000;
/** After the server has closed the connection, as it does before a restart. */
const COMES_BACK_MS = 500;
/** After a refusal because too many called: the server says how long, and not all who wait come back at the same instant. */
function afterLimit(retryAfterMs: number | undefined): number {
  return (retryAfterMs ?? 1_000) * (1 + Math.random());
}
/** Answers to a handshake that stay the same. */
const WILL_NOT_DO: readonly ErrorCode[] = ['unauthenticated', 'forbidden', 'bad_request'];
/** After these the same connection would be refused again. */
const FINAL_REASONS: readonly CloseReason[] = ['token_revoked', 'token_expired', 'link_revoked', 'link_expired'];
/** After these a page waits until somebody wants it back, and an overlay comes back when a while has passed. */
const CLOSING_REASONS: readonly CloseReason[] = [...FINAL_REASONS, 'by_operations'];

/**
 * Follows a subject over Socket.IO into a store: joins, applies changes, asks for what is missing, joins again after
 * a break or when the show has moved on. `server` is the page's own unless given.
 */
export function followFeed(following: Following, store: FeedStore, server = '/'): FollowedFeed {
  const { token, link, clientKind, surface } = following;
  const socket = io(server, {
    auth: { ...(token !== null && { token }), ...(link && { link }), clientKind, surface },
    transports: ['websocket', 'polling'],
    reconnectionDelay: 500,
    reconnectionDelayMax: following.keepsTrying ? OVERLAY_MAX_WAIT_MS : MAX_WAIT_MS,
    randomizationFactor: 0.5,
  });
  return new Follower(socket, following, store);
}

class Follower implements FollowedFeed {
  readonly #socket: Socket;
  readonly #following: Following;
  readonly #store: FeedStore;
  #joining = false;
  #resyncing = false;
  #isOver = false;
  /** How long it waits after the server has closed the connection, in ms. */
  #comesBackAfterMs = COMES_BACK_MS;
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(socket: Socket, following: Following, store: FeedStore) {
    this.#socket = socket;
    this.#following = following;
    this.#store = store;
    socket.on('connect', () => void this.#join());
    socket.on('connect_error', (error: Error & { data?: { code?: ErrorCode; retryAfterMs?: number } }) => {
      const code = error.data?.code;
      // The server answered: this token or link will not do, however often it is tried.
      if (code !== undefined && WILL_NOT_DO.includes(code)) {
        store.refuse({ code, message: error.message });
        if (following.keepsTrying) this.#connectLater(OVERLAY_MAX_WAIT_MS);
        else socket.disconnect();
        return;
      }
      const isLimited = code === 'rate_limited';
      this.#lost(isLimited ? 'Too many connections at once. Trying again.' : 'The server does not answer.');
      // Socket.IO does not try again by itself after the server's own refusal.
      if (!socket.active) this.#connectLater(isLimited ? afterLimit(error.data?.retryAfterMs) : ASK_AGAIN_MS);
    });
    socket.on('disconnect', (because) => {
      if (this.#isOver) return;
      this.#lost('The connection is gone.');
      // Socket.IO does not come back by itself where the server closed on purpose, as it does before a restart.
      if (because === 'io server disconnect') this.#connectLater(this.#comesBackAfterMs);
      this.#comesBackAfterMs = COMES_BACK_MS;
    });
    socket.on('feed', (message: FeedMessage) => {
      if (this.#joining) return;
      if (store.apply(message, Date.now()) === 'gap') void this.#resync(message.sessionId);
    });
    socket.on('broadcast:delay:state', (delay: DelayState) => store.setDelay(delay, Date.now()));
    socket.on('session:moved', (_moved: SessionMoved) => void this.#join());
    socket.on('session:withdrawn', (_withdrawn: SessionWithdrawn) => {
      store.refuse({ code: 'not_found', message: 'The show is not published any more.' });
      this.#later(() => void this.#join(), ASK_AGAIN_MS);
    });
    socket.on('session:closed', ({ reason }: { reason: CloseReason }) => {
      if (!CLOSING_REASONS.includes(reason)) return;
      // What was allowed is not any more, or somebody wants it gone: it goes at once, from the air, too.
      store.close(reason);
      if (reason === 'by_operations') this.#comesBackAfterMs = OVERLAY_MAX_WAIT_MS;
      if (following.keepsTrying) return;
      this.#isOver = true;
      socket.disconnect();
    });
  }

  stop(): void {
    if (this.#again) clearTimeout(this.#again);
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }

  send(event: string, body: unknown): void {
    if (this.#socket.connected) this.#socket.emit(event, body);
  }

  async #join(): Promise<void> {
    this.#joining = true;
    const { subject, audience, extraDelayMs } = this.#following;
    const join = { ...subject, audience, ...(extraDelayMs ? { extraDelayMs } : {}) };
    try {
      const joined: Joined = await this.#socket.emitWithAck('session:join', join);
      this.#store.connect({ state: 'live' });
      if (joined.ok) {
        const now = Date.now();
        if (joined.audience !== undefined) this.#store.setAudience(joined.audience);
        if (joined.now !== undefined) this.#store.setServerClock(joined.now, now);
        if (joined.delay !== undefined) this.#store.setDelay(joined.delay, now);
        this.#store.begin(joined.epoch, joined.seq, joined.at, joined.state, now);
      } else if (joined.error.code === 'rate_limited') {
        // What is shown stays: it is only not renewed yet.
        this.#later(() => void this.#join(), afterLimit(joined.error.retryAfterMs));
      } else {
        this.#store.refuse(joined.error);
        if (this.#asksAgain(joined.error.code)) this.#later(() => void this.#join(), ASK_AGAIN_MS);
      }
    } catch {
      this.#lost('The connection is gone.');
    } finally {
      this.#joining = false;
    }
  }

  /** What is not there yet may come; what is not public may be published. */
  #asksAgain(code: string): boolean {
    const { audience, keepsTrying } = this.#following;
    return code === 'not_found' || code === 'not_available' || audience === 'broadcast' || keepsTrying === true;
  }

  async #resync(sessionId: string): Promise<void> {
    if (this.#resyncing) return;
    this.#resyncing = true;
    try {
      const answer: Resynced = await this.#socket.emitWithAck('feed:resync', { sessionId, ...this.#store.position });
      // Operations have moved it: the answer to a join says where the delay stands, too.
      const isMoved = answer.ok && answer.audience !== undefined && answer.audience !== this.#store.audience;
      if (!answer.ok && answer.error.code === 'rate_limited') {
        this.#later(() => void this.#resync(sessionId), afterLimit(answer.error.retryAfterMs));
      } else if (!answer.ok || isMoved) await this.#join();
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

  #connectLater(ms: number): void {
    this.#later(() => this.#socket.connect(), ms);
  }

  #later(run: () => void, ms: number): void {
    if (this.#again) clearTimeout(this.#again);
    this.#again = setTimeout(run, ms);
  }
}
