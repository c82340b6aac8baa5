import {
  type Ack,
  type ByeReason,
  type CameraAnswer,
  type ClockPing,
  type ClockPong,
  isFinalRefusal,
  pauseRequest,
  type RateRequest,
  RELAY_NAMESPACE,
  type RelayHello,
  type RelayStatus,
  type RelayWelcome,
} from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import { backOffMs } from './back-off.js';
import { ConnectSteps, StepPatience } from './connect-steps.js';
import { Latency, type Percentiles } from './latency.js';
import { sayBye, silentMs } from './server-calls.js';
import { shownUrl } from './shown-url.js';
import type { Spool } from './spool/spool.js';
import type { SpoolStream } from './spool/spool-stream.js';
import { StreamFeed } from './stream-feed.js';
import type { TargetCounters, TargetState } from './target-state.js';

/** Wait after a refusal that only a new token or version can settle, once this relay has fed before, in ms. */
const REFUSED_WAIT_MS = 30_000;
/** However long a server asks to wait, it is asked again after this, in ms. */
const MOST_WAIT_MS = 10 * 60_000;
/** A goodbye of one that is to be off at once waits no longer for its answer. */
const BYE_MS = 500;

/** What of a target may change while it runs. */
export interface TargetSettings {
  readonly token: string | undefined;
  /** What a step of the first attempt to connect may take. */
  readonly connectTimeoutMs: number;
  readonly sendTimeoutMs: number;
  /** Share of batches whose round trip is measured. */
  readonly paritySampleRate: number;
}

/** What the relay gives every target. */
export interface TargetDeps {
  readonly spool: Spool;
  /** Whether records are captured at a pace, and not as fast as they are taken. */
  readonly isPaced: boolean;
  /** Milliseconds that never step back. */
  readonly now: () => number;
  /** The clock that frames are stamped with, milliseconds since the epoch. */
  readonly captureNow: () => number;
  readonly random: () => number;
  readonly onState: (target: Target, state: TargetState) => void;
  readonly onRate: (target: Target, request: RateRequest) => void;
  /** The session of a stream has ended at a server: what is still captured is of another one. */
  readonly onSessionEnded: (stream: SpoolStream) => void;
  /** The server asks the sim's camera for something. */
  readonly onCamera: (target: Target, request: unknown) => CameraAnswer;
  readonly say: (text: string) => void;
}

/** A server that will not have this relay, whatever it tries. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Why a greeting is refused, and how long to wait, in ms, where the server says so. */
type RefusedGreeting = Extract<Ack<RelayWelcome>, { ok: false }>['error'];

/**
 * One server that a relay feeds: the connection. Greets with one stream of the spool after another and has each fed;
 * connects again for ever, waiting longer each time.
 */
export class Target {
  readonly url: string;
  readonly counters: TargetCounters = { sent: 0, acknowledged: 0, failed: 0, late: 0, dropped: 0 };
  readonly #deps: TargetDeps;
  readonly #latency = new Latency();
  settings: TargetSettings;
  #state: TargetState = { state: 'off', because: 'not started' };
  #socket: Socket | null = null;
  #feed: StreamFeed | null = null;
  /** Counts connections and greetings, so that late answers are known. */
  #turn = 0;
  #failures = 0;
  readonly #patience = new StepPatience();
  #steps: ConnectSteps | null = null;
  #hasFed = false;
  #isDraining = false;
  /** Why the server's operations want no frames for now; `null` where they do. */
  #pauseBecause: string | null = null;
  #stopping: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Streams of runs before that this server refuses, with the token that it was shown. */
  readonly #refusedStreams = new Set<SpoolStream>();
  /** What the server says of this relay's clock. */
  clock: { readonly offsetMs: number; readonly boundMs: number } | null = null;
  #refuse: (error: RefusedError) => void = () => undefined;
  /** Rejects where the server refuses this relay before it ever fed; never resolves. */
  readonly refused: Promise<never>;

  constructor(url: string, settings: TargetSettings, deps: TargetDeps) {
    this.url = url;
    this.settings = settings;
    this.#deps = deps;
    this.refused = new Promise((_, reject) => {
      this.#refuse = reject;
    });
    this.refused.catch(() => undefined);
  }

  get state(): TargetState {
    return this.#state;
  }

  get latency(): Percentiles {
    return this.#latency.percentiles();
  }

  /** Records that this target has still to get. */
  get queueDepth(): number {
    const feed = this.#feed;
    return this.#deps.spool.waitingFor(this.url, feed?.stream) + (feed?.left ?? 0);
  }

  /** Whether it has all that has been captured, or refuses it. */
  get isDone(): boolean {
    return this.#deps.spool.nextFor(this.url, this.#refusedStreams) === undefined;
  }

  start(): void {
    if (this.#state.state !== 'off') return;
    this.#refusedStreams.clear();
    this.#connect();
  }

  /** There is something new in the spool. */
  wake(): void {
    if (this.#state.state === 'streaming') this.#feed?.pump();
    else if (this.#state.state === 'ready' && this.#socket) this.#nextStream(this.#socket);
  }

  /** Tells the server how the relay is. */
  report(status: RelayStatus): void {
    if (!this.#socket?.connected) return;
    const own = { ...this.#waiting(), paused: this.#pauseBecause !== null };
    this.#socket.emit('relay:status', { ...status, ...own }, () => undefined);
  }

  /** What waits of the stream that is fed: what is kept of others, or for other servers, says nothing of its session. */
  #waiting(): Pick<RelayStatus, 'waiting' | 'oldestWaitingMs' | 'unsent' | 'oldestUnsentMs'> {
    const feed = this.#feed;
    if (feed === null) return {};
    const ageOf = (at: number | null) => (at === null ? 0 : Math.max(0, Math.round(this.#deps.captureNow() - at)));
    const { count, oldestAt } = feed.unsent;
    return {
      waiting: feed.left,
      oldestWaitingMs: ageOf(feed.oldestLeftAt),
      unsent: count,
      oldestUnsentMs: ageOf(oldestAt),
    };
  }

  /** Sends nothing more, and resolves when all that is on its way has been answered, or after `ms`. */
  async drain(ms: number): Promise<void> {
    this.#drain();
    const until = this.#deps.now() + ms;
    while ((this.#feed?.unanswered ?? 0) > 0 && this.#deps.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #drain(): void {
    this.#isDraining = true;
    this.#feed?.drain();
  }

  /** Says goodbye where the connection stands, and lets go of it. `start` goes on. */
  stop(reason: ByeReason, because: string, message?: string): Promise<void> {
    this.#stopping ??= this.#stop(reason, because, message).finally(() => {
      this.#stopping = null;
    });
    return this.#stopping;
  }

  async #stop(reason: ByeReason, because: string, message?: string): Promise<void> {
    if (this.#state.state === 'off') return;
    this.#drain();
    // One that has nothing to feed yet says why it goes, too, where somebody may wonder.
    const isTold = this.#feed !== null || reason === 'kill-switch' || reason === 'disabled';
    if (this.#socket?.connected && isTold) {
      await sayBye(this.#socket, { reason, ...(message !== undefined && { message }) }, BYE_MS);
    }
    this.#dropConnection();
    this.#failures = 0;
    this.#enter({ state: 'off', because });
  }

  #connect(): void {
    this.#dropConnection();
    this.#isDraining = false;
    this.#enter({ state: 'connecting', attempt: this.#failures + 1 });
    const { token, connectTimeoutMs } = this.settings;
    const limitMs = this.#patience.limitMs(connectTimeoutMs, this.#failures);
    const steps = new ConnectSteps(limitMs, this.#deps.now, () =>
      this.#failed(`it does not answer in time (${(limitMs / 1000).toFixed(1)} s a step)`),
    );
    this.#steps = steps;
    const socket = io(`${this.url}${RELAY_NAMESPACE}`, {
      auth: { ...(token !== undefined && { token }) },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      // Each step has its own time: this would count all of them together.
      timeout: 10 * limitMs,
      // It is typed as what browsers take.
      agent: steps.agentFor(this.url) as unknown as boolean,
    });
    this.#socket = socket;
    socket.io.on('open', steps.step);
    socket.on('connect', () => {
      steps.step();
      steps.close();
      this.#patience.learn(steps.slowestMs);
      this.#nextStream(socket);
    });
    socket.on('connect_error', (error) => {
      if (this.#socket === socket) this.#failed(becauseOf(error), (error as { data?: { code?: string } }).data?.code);
    });
    socket.on('disconnect', (because) => {
      if (this.#socket === socket) this.#failed(`connection lost (${because})`);
    });
    socket.on('clock:ping', (ping: ClockPing, answer: (pong: ClockPong) => void) => this.#tellClock(ping, answer));
    socket.on('relay:rate', (request: RateRequest) => this.#deps.onRate(this, request));
    socket.on('relay:pause', (request: unknown) => this.#takePause(request));
    socket.on('relay:camera', (request: unknown, answer: unknown) => {
      if (typeof answer === 'function') answer(this.#deps.onCamera(this, request));
    });
  }

  #takePause(request: unknown): void {
    const asked = pauseRequest.safeParse(request);
    if (!asked.success) return;
    this.#pauseBecause = asked.data.paused ? asked.data.because : null;
    if (this.#state.state === 'streaming' || this.#state.state === 'paused') this.#stream(this.#state.sessionId);
  }

  /** Feeds a session, unless operations want nothing for now. */
  #stream(sessionId: string): void {
    const because = this.#pauseBecause;
    this.#enter(because === null ? { state: 'streaming', sessionId } : { state: 'paused', sessionId, because });
    if (because === null) this.#feed?.goOn();
    else this.#feed?.pause();
  }

  #tellClock(ping: ClockPing, answer: unknown): void {
    const receivedAt = this.#deps.captureNow();
    if (typeof ping?.offsetMs === 'number' && typeof ping.boundMs === 'number') {
      this.clock = { offsetMs: ping.offsetMs, boundMs: ping.boundMs };
    }
    if (typeof answer === 'function') answer({ receivedAt, sentAt: this.#deps.captureNow(), wallAt: Date.now() });
  }

  /** Greets with the next stream that has something for this server. */
  #nextStream(socket: Socket): void {
    const stream = this.#deps.spool.nextFor(this.url, this.#refusedStreams);
    if (stream === undefined || stream.last === 0) {
      this.#enter({ state: 'ready' });
      return;
    }
    void this.#greet(socket, stream);
  }

  async #greet(socket: Socket, stream: SpoolStream): Promise<void> {
    this.#enter({ state: 'greeting' });
    const turn = ++this.#turn;
    const hello: RelayHello = {
      ...stream.greeting,
      ...(stream.sessionTime !== null && { sessionTime: stream.sessionTime }),
    };
    let welcome: Ack<RelayWelcome>;
    const greetedAt = this.#deps.now();
    try {
      welcome = await socket.timeout(silentMs(this.#steps?.slowestMs ?? 0)).emitWithAck('relay:hello', hello);
    } catch {
      if (this.#turn === turn) this.#failed('no answer to the greeting');
      return;
    }
    if (this.#turn !== turn || this.#socket !== socket) return;
    if (!welcome.ok) {
      this.#greetingRefused(socket, stream, welcome.error);
      return;
    }
    this.#failures = 0;
    this.#hasFed = true;
    if (welcome.ended === true) this.#deps.onSessionEnded(stream);
    const greetedInMs = this.#deps.now() - greetedAt;
    this.#feed = new StreamFeed(stream, welcome, {
      greetedInMs,
      url: this.url,
      socket,
      counters: this.counters,
      latency: this.#latency,
      settings: () => this.settings,
      spool: this.#deps.spool,
      isPaced: this.#deps.isPaced,
      say: this.#deps.say,
      now: this.#deps.now,
      captureNow: this.#deps.captureNow,
      random: this.#deps.random,
      onFailed: (because) => this.#failed(because),
      onEnded: () => this.#streamEnded(socket, stream),
    });
    if (this.#isDraining) this.#feed.drain();
    this.#stream(welcome.sessionId);
  }

  #streamEnded(socket: Socket, stream: SpoolStream): void {
    this.#leaveStream();
    this.#deps.spool.finish(stream, this.url);
    this.#nextStream(socket);
  }

  #leaveStream(): void {
    this.#feed?.close();
    this.#feed = null;
  }

  #greetingRefused(socket: Socket, stream: SpoolStream, error: RefusedGreeting): void {
    if (!stream.isLeftover || !isFinalRefusal(error.code)) {
      this.#failed(error.message, error.code, error.retryAfterMs);
      return;
    }
    // What a run before left may be of a show that this token does not cover: it must not hold up what is new.
    this.#refusedStreams.add(stream);
    this.#deps.say(`${shownUrl(this.url)} does not take what a run before left (${error.message}); it is kept.`);
    this.#deps.spool.stir();
    this.#nextStream(socket);
  }

  #failed(because: string, code?: string, retryAfterMs = 0): void {
    this.#dropConnection();
    this.counters.failed += 1;
    const final = isFinalRefusal(code);
    if (final && !this.#hasFed) this.#refuse(new RefusedError(because));
    this.#failures += 1;
    const backOff = final ? REFUSED_WAIT_MS : backOffMs(this.#failures, this.#deps.random);
    // A server that says when to come again is not asked before.
    const wait = Math.max(backOff, Math.min(retryAfterMs, MOST_WAIT_MS));
    this.#enter({ state: 'waiting', until: this.#deps.now() + wait, attempt: this.#failures, because });
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #dropConnection(): void {
    this.#turn += 1;
    this.#pauseBecause = null;
    this.#leaveStream();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#steps?.close();
    const socket = this.#socket;
    this.#socket = null;
    socket?.removeAllListeners();
    socket?.disconnect();
  }

  #enter(state: TargetState): void {
    this.#state = state;
    this.#deps.onState(this, state);
  }
}

/** Why a connection failed: what the system said, where the library's own words say nothing. */
function becauseOf(error: Error & { readonly description?: unknown }): string {
  const described = (error.description as { message?: unknown } | undefined)?.message;
  return typeof described === 'string' && described !== '' ? described : error.message;
}
