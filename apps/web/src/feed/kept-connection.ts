import { type Ack, type ErrorCode, type FeedBeatAnswer, isFinalRefusal, type Refusal } from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import { Heartbeat } from './heartbeat.js';
import { browserSignals, type PageSignals } from './page-signals.js';
import { afterLimit, hurriedWait, retryWait, tryWithin } from './retry-waits.js';
import { knock } from './server-health.js';

/** After the server has closed the connection, as it does before a restart, in ms. */
const COMES_BACK_MS = 500;
/** Until the server has said within how long it wants its clients back, in ms. */
const FIRST_SPREAD_MS = { overlay: 250, page: 1_000 } as const;
/** A connection that falls silent sooner than this is slow and not dead, in ms: the next one may be silent for longer. */
const SOON_MS = 30_000;
const MOST_PATIENCE = 8;
/** How often it is asked beside a try that takes long whether the server answers, in ms. */
const ASK_BESIDE_MS = 1_500;
const MOST_RESTARTS = 3;
/** A server that answers within this, in ms, would have answered the try as well, had that come to it. */
const SWIFT_MS = 1_000;
/** How long an answer is waited for before a try, in ms. */
const ASK_BEFORE_MS = 3_000;
/** Clocks that differ by less than this, in ms, are left as they are: an age that is shown does not jump. */
const CLOCK_STEP_MS = 50;

/** Who connects where, and who follows what comes of it. */
export interface Keeping {
  readonly server: string;
  readonly auth: Readonly<Record<string, string>>;
  /** Comes back before pages do. */
  readonly isOverlay: boolean;
  /** The newest instant shown, on the server's clock; `null` where nothing is. */
  readonly shown: () => number | null;
  /** It is there, and the server knows nothing of the one before. */
  readonly onConnect: () => void;
  readonly onLost: (because: string) => void;
  /** The server does not accept who connects: how long until it is tried again, in ms, or `null` for never. */
  readonly onRefused: (error: Refusal['error']) => number | null;
  /** What the server's clock shows, and by how much that may be wrong, in ms. */
  readonly onClock?: (serverNow: number, now: number, uncertainMs: number) => void;
}

/**
 * A connection that is kept: it notices within 3 s that it is dead, and connects again on a new one, soon after it was lost and
 * at once where the browser says that the network is back.
 */
export class KeptConnection {
  readonly socket: Socket;
  readonly #keeping: Keeping;
  readonly #page: PageSignals;
  readonly #unlisten: () => void;
  #heartbeat: Heartbeat | null = null;
  #spreadMs: number;
  #failed = 0;
  /** Tries so far: what comes of one that was given up is ignored. */
  #tries = 0;
  #wasSilent = false;
  /** Tries since the connection was lost that were given up although the server answered. */
  #restarts = 0;
  #patience = 1;
  #connectedAt = 0;
  #rttMs: number | null = null;
  #comesBackAfterMs = COMES_BACK_MS;
  /** The next try or the end of this one. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** `held`: the time of its next try is not to be changed. */
  #state: 'trying' | 'connected' | 'waiting' | 'held' = 'trying';
  #isClosed = false;

  constructor(keeping: Keeping, page: PageSignals = browserSignals()) {
    this.#keeping = keeping;
    this.#page = page;
    this.#spreadMs = FIRST_SPREAD_MS[keeping.isOverlay ? 'overlay' : 'page'];
    const { link } = keeping.auth;
    this.socket = io(keeping.server, {
      auth: keeping.auth,
      // A page of another origin may read the answer to a handshake only where its address names the link.
      ...(keeping.server !== '/' && link !== undefined && { query: { link } }),
      transports: ['websocket', 'polling'],
      // Each part of a page has its own, and when to try again is decided here.
      forceNew: true,
      reconnection: false,
      autoConnect: false,
    });
    this.socket.on('connect', () => this.#connected());
    this.socket.on('connect_error', (error) => this.#failedBy(error));
    this.socket.on('disconnect', (because) => this.#disconnected(because));
    this.socket.io.on('packet', () => this.#heartbeat?.heard());
    this.socket.io.on('ping', () => this.#heartbeat?.heard());
    this.#unlisten = page.listen(
      () => this.#hurry(true),
      () => (page.isHidden() ? this.#heartbeat?.beat() : this.#hurry(false)),
    );
    this.#try();
  }

  /** Asks the server for a whole state. @throws where the connection is lost before the answer */
  askWhole<T>(event: string, body: object): Promise<T> {
    const answer: Promise<T> = this.socket.emitWithAck(event, body);
    return this.#heartbeat?.expecting(answer) ?? answer;
  }

  /** Takes within how long the server wants its clients back. */
  setSpread(ms: number): void {
    this.#spreadMs = ms;
  }

  /** Waits for longer than usual where the server closes the connection the next time. */
  comeBackAfter(ms: number): void {
    this.#comesBackAfterMs = ms;
  }

  /** Ends for good. */
  close(): void {
    this.#isClosed = true;
    this.#unlisten();
    this.#wait(null);
    this.#heartbeat?.stop();
    this.socket.removeAllListeners();
    this.socket.disconnect();
  }

  /** Tries the next time: for its connection, or, while none can be made, only whether the server answers. */
  #try(): void {
    this.#state = 'trying';
    if (this.#failed === 0 || this.#wasSilent) this.#connect();
    else void this.#askBefore(this.#tries);
  }

  #connect(): void {
    this.#wasSilent = false;
    this.#wait(() => this.#giveUp(), tryWithin(this.#rttMs));
    this.socket.connect();
    void this.#askBeside(this.#tries);
  }

  async #askBefore(nr: number): Promise<void> {
    const found = await knock(this.#keeping.server, ASK_BEFORE_MS);
    if (!this.#isTrying(nr)) return;
    if (found === 'there') this.#connect();
    else {
      // What is silent over HTTP may be an old connection of the browser's: the next try makes a new one.
      this.#wasSilent = found === 'silent';
      this.#failed += 1;
      this.#noAnswer();
    }
  }

  /** A try that was begun on a network that was not there never ends, also when that is back. */
  async #askBeside(nr: number): Promise<void> {
    const hasNoAnswer = () => this.#isTrying(nr) && this.socket.io.engine.readyState === 'opening';
    for (;;) {
      // A server that answers and gives no connection, again and again, is given longer.
      await new Promise((resolve) => setTimeout(resolve, ASK_BESIDE_MS * 2 ** this.#restarts));
      if (!hasNoAnswer()) return;
      const found = await knock(this.#keeping.server, SWIFT_MS);
      if (!hasNoAnswer()) return;
      if (found !== 'there') continue;
      this.#restarts = Math.min(MOST_RESTARTS, this.#restarts + 1);
      this.#giveUp();
      return;
    }
  }

  /** Whether the try of a number is still under way. */
  #isTrying(nr: number): boolean {
    return nr === this.#tries && this.#state === 'trying' && !this.#isClosed;
  }

  #connected(): void {
    this.#state = 'connected';
    this.#wait(null);
    this.#failed = 0;
    this.#restarts = 0;
    this.#connectedAt = performance.now();
    this.#heartbeat = new Heartbeat(
      {
        send: (beat, answered: (answer: Ack<FeedBeatAnswer>) => void) => {
          if (this.socket.connected) this.socket.emit('feed:beat', beat, answered);
        },
        shown: this.#keeping.shown,
        isHidden: () => this.#page.isHidden(),
        onAnswer: ({ now, retrySpreadMs }, rttMs) => {
          this.#rttMs = rttMs;
          this.#spreadMs = retrySpreadMs;
          this.#keeping.onClock?.(now + rttMs / 2, Date.now(), rttMs / 2 + CLOCK_STEP_MS);
        },
        onDead: () => this.#dead(),
      },
      this.#patience,
    );
    this.#keeping.onConnect();
  }

  #dead(): void {
    const isSlow = performance.now() - this.#connectedAt < SOON_MS;
    this.#patience = isSlow ? Math.min(MOST_PATIENCE, this.#patience * 2) : 1;
    this.#keeping.onLost('Nothing came from the server any more.');
    this.socket.disconnect();
  }

  #disconnected(because: string): void {
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    if (this.#isClosed) return;
    this.#keeping.onLost('The connection is lost.');
    const spread = retryWait(this.#keeping.isOverlay, 0, this.#spreadMs);
    if (because === 'io server disconnect') this.#tryAfter(this.#comesBackAfterMs + spread, 'held');
    else this.#tryAfter(spread, 'waiting');
    this.#comesBackAfterMs = COMES_BACK_MS;
  }

  #failedBy(error: Error & { data?: Partial<Refusal['error']> }): void {
    const code: ErrorCode | undefined = error.data?.code;
    // The server answered: this token or link will not do, however often it is tried.
    if (code !== undefined && isFinalRefusal(code)) {
      const waitMs = this.#keeping.onRefused({ code, message: error.message });
      if (waitMs === null) this.close();
      else this.#tryAfter(waitMs, 'held');
      return;
    }
    this.#failed += 1;
    if (code === 'rate_limited') {
      this.#keeping.onLost('Too many connections at once. Trying again.');
      this.#tryAfter(afterLimit(error.data?.retryAfterMs), 'held');
      return;
    }
    this.#noAnswer();
  }

  #giveUp(): void {
    this.#failed += 1;
    this.socket.disconnect();
    this.#noAnswer();
  }

  #noAnswer(): void {
    this.#keeping.onLost('The server does not answer.');
    this.#tryAfter(retryWait(this.#keeping.isOverlay, this.#failed, this.#spreadMs), 'waiting');
  }

  /** There is a reason to look at once: the network is back, or the page is seen again. */
  #hurry(isNetworkNew: boolean): void {
    if (this.#state === 'connected') {
      this.#heartbeat?.probe();
      return;
    }
    // A try that is under way goes on, unless it was begun on a network that was not there.
    if (this.#state === 'held' || (this.#state === 'trying' && !isNetworkNew)) return;
    this.#failed = 0;
    this.socket.disconnect();
    this.#tryAfter(hurriedWait(this.#spreadMs), 'held');
  }

  #tryAfter(ms: number, state: 'waiting' | 'held'): void {
    this.#state = state;
    this.#tries += 1;
    this.#wait(() => this.#try(), ms);
  }

  #wait(then: (() => void) | null, ms = 0): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = then === null ? null : setTimeout(then, ms);
  }
}
