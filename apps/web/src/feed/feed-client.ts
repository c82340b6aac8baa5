import {
  type Ack,
  type CloseReason,
  type DelayState,
  type FeedMessage,
  type FeedPosition,
  type FeedState,
  type LookChanged,
  type MeasuredDelay,
  RIGHT_ENDED,
  type SessionMoved,
  type SessionWithdrawn,
  type ShowLook,
} from '@okboxbox/protocol';
import type { FeedStore } from './feed-store.js';
import { KeptConnection } from './kept-connection.js';
import { chunkLoader } from './load-chunk.js';
import { browserSignals } from './page-signals.js';
import { afterLimit } from './retry-waits.js';
import { hasJustStarted } from './server-health.js';

type Joined = Ack<
  FeedPosition & {
    readonly sessionId: string;
    readonly state: FeedState;
    /** Another than was asked for where operations have moved this connection to the public picture. */
    readonly audience?: 'live' | 'broadcast';
    /** Where the delay stands and the server's clock; the broadcast audience's answer has both. */
    readonly delay?: DelayState | MeasuredDelay;
    readonly now?: number;
    /** The show's own look, which the broadcast audience's answer has. */
    readonly look?: ShowLook | null;
    readonly retrySpreadMs?: number;
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
  /** For the broadcast audience: the later picture, also where the right to the graphics is there. */
  readonly picture?: 'public';
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
/** The same while what is shown stays, in ms. */
const SOON_AGAIN_MS = 1_000;
/** An overlay that operations have closed, or that shows a link which opens nothing, comes back after this, in ms. */
const COMES_BACK_LATE_MS = 30_000;
/** After these the same connection would be refused again. */
const FINAL_REASONS = Object.keys(RIGHT_ENDED) as readonly CloseReason[];
/** After these a page waits until somebody wants it back, and an overlay comes back when a while has passed. */
const CLOSING_REASONS: readonly CloseReason[] = [...FINAL_REASONS, 'by_operations'];

/**
 * Follows a subject over Socket.IO into a store: joins, applies changes, asks for what is missing, joins again after
 * a break or when the show has moved on. `server` is the page's own unless given.
 */
export function followFeed(
  following: Following,
  store: FeedStore,
  server = '/',
  page = browserSignals(),
): FollowedFeed {
  const { token, link } = following;
  // Operations may have moved the connection to another audience.
  store.loadChunksBy(chunkLoader(() => ({ audience: store.audience, token, ...(link && { link }) }), server));
  return new Follower(following, store, server, page);
}

class Follower implements FollowedFeed {
  readonly #connection: KeptConnection;
  readonly #following: Following;
  readonly #store: FeedStore;
  readonly #server: string;
  #joining = false;
  #resyncing = false;
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(following: Following, store: FeedStore, server: string, page: ReturnType<typeof browserSignals>) {
    const { token, link, clientKind, surface, keepsTrying = false } = following;
    this.#following = following;
    this.#store = store;
    this.#server = server;
    this.#connection = new KeptConnection(
      {
        server,
        auth: { ...(token !== null && { token }), ...(link && { link }), clientKind, surface },
        isOverlay: clientKind === 'overlay',
        shown: () => (store.holding.holding === 'race' ? store.at : null),
        onConnect: () => void this.#join(true),
        onLost: (because) => this.#lost(because),
        onRefused: (error) => {
          store.refuse(error);
          return keepsTrying ? COMES_BACK_LATE_MS : null;
        },
        onClock: (serverNow, now, uncertainMs) => store.setServerClock(serverNow, now, uncertainMs),
      },
      page,
    );
    const { socket } = this.#connection;
    socket.on('feed', (message: FeedMessage) => {
      if (this.#joining) return;
      if (store.apply(message, Date.now()) === 'gap') void this.#resync(message.sessionId);
    });
    socket.on('broadcast:delay:state', (delay: DelayState) => store.setDelay(delay, Date.now()));
    socket.on('show:look', (changed: LookChanged) => store.setLook(changed));
    socket.on('session:moved', (_moved: SessionMoved) => void this.#join());
    socket.on('session:withdrawn', (_withdrawn: SessionWithdrawn) => {
      store.refuse({ code: 'not_found', message: 'The show is not published any more.' });
      this.#later(() => void this.#join(), ASK_AGAIN_MS);
    });
    socket.on('session:closed', ({ reason }: { reason: CloseReason }) => {
      if (!CLOSING_REASONS.includes(reason)) return;
      // What was allowed is not any more, or somebody wants it gone: it goes at once, from the air, too.
      store.close(reason);
      if (!keepsTrying) this.stop();
      else if (reason === 'by_operations') this.#connection.comeBackAfter(COMES_BACK_LATE_MS);
    });
  }

  stop(): void {
    if (this.#again) clearTimeout(this.#again);
    this.#connection.close();
  }

  send(event: string, body: unknown): void {
    const { socket } = this.#connection;
    if (socket.connected) socket.emit(event, body);
  }

  /** `isBack`: on a new connection, on which nothing was said yet of what is shown. */
  async #join(isBack = false): Promise<void> {
    if (this.#again) clearTimeout(this.#again);
    if (!this.#connection.socket.connected) return;
    this.#joining = true;
    const { subject, audience, extraDelayMs, picture } = this.#following;
    const join = { ...subject, audience, ...(picture && { picture }), ...(extraDelayMs ? { extraDelayMs } : {}) };
    try {
      const joined = await this.#connection.askWhole<Joined>('session:join', join);
      if (joined.ok) this.#begin(joined);
      else if (joined.error.code === 'rate_limited') {
        // What is shown stays: it is only not renewed yet.
        this.#store.connect({ state: 'live' });
        this.#later(() => void this.#join(isBack), afterLimit(joined.error.retryAfterMs));
      } else if (isBack && this.#holdsRace() && (await this.#isPassing(joined.error.code))) {
        // The server has not come as far as what is shown: that stays, marked as old.
        this.#later(() => void this.#join(true), SOON_AGAIN_MS);
      } else {
        this.#store.connect({ state: 'live' });
        this.#store.refuse(joined.error);
        if (this.#asksAgain(joined.error.code)) this.#later(() => void this.#join(), ASK_AGAIN_MS);
      }
    } catch {
      this.#lost('The connection is lost.');
    } finally {
      this.#joining = false;
    }
  }

  #begin(joined: Extract<Joined, { ok: true }>): void {
    const now = Date.now();
    this.#store.connect({ state: 'live' });
    if (joined.retrySpreadMs !== undefined) this.#connection.setSpread(joined.retrySpreadMs);
    if (joined.audience !== undefined) this.#store.setAudience(joined.audience);
    if (joined.now !== undefined) this.#store.setServerClock(joined.now, now);
    if (joined.delay !== undefined) this.#store.setDelay(joined.delay, now);
    this.#store.begin(joined.epoch, joined.seq, joined.at, joined.state, now);
    const { look, state } = joined;
    if (look !== undefined) this.#store.setLook({ show: state.session.show, look });
  }

  #holdsRace(): boolean {
    return this.#store.holding.holding === 'race';
  }

  /**
   * Whether a refusal on a new connection says nothing of what is shown: the server cannot tell now, or has started only
   * now. One that has run on finds nothing because the show is not published any more.
   */
  async #isPassing(code: string): Promise<boolean> {
    if (code === 'not_available' || code === 'internal') return true;
    return code === 'not_found' && (await hasJustStarted(this.#server, this.#following.link));
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
      const position = { sessionId, ...this.#store.position };
      const answer = await this.#connection.askWhole<Resynced>('feed:resync', position);
      // Operations have moved it: the answer to a join says where the delay stands, too.
      const isMoved = answer.ok && answer.audience !== undefined && answer.audience !== this.#store.audience;
      if (!answer.ok && answer.error.code === 'rate_limited') {
        this.#later(() => void this.#resync(sessionId), afterLimit(answer.error.retryAfterMs));
      } else if (!answer.ok || isMoved) await this.#join();
      else if (answer.state) this.#store.begin(answer.epoch, answer.seq, answer.at, answer.state, Date.now());
      else for (const change of answer.changes ?? []) this.#store.apply(change, Date.now());
    } catch {
      this.#lost('The connection is lost.');
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
