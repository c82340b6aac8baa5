import type {
  FramesReceipt,
  RelayAhead,
  RelayBye,
  RelayByeReceipt,
  RelayHello,
  RelayLost,
  RelayStatus,
  RelayWaiting,
  RelayWelcome,
  WireRecord,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import { deny, namedCars, type Visitor } from '../../access/visitor.js';
import { answerCall, CallRefused } from '../../sockets/calls.js';
import { RELAY_CALLS } from '../../sockets/relay-calls.js';
import type { Attached } from '../session/registry.js';
import type { LateFeeding } from '../session/reopened-sessions.js';
import type { Session } from '../session/session.js';
import { durableUpTo, MAX_GAPS, missingOf, type Stream } from '../session/stream.js';
import { BadBatch, recordsOf } from './batch.js';
import { ClockAsking } from './clock-asking.js';
import type { DropReason } from './drop-counters.js';
import { Heard } from './heard.js';
import type { ConnectionDeps, FeedingConnection } from './ingest-deps.js';
import { ProvenClock } from './proven-clock.js';
import type { WatchedRelay } from './rate-requests.js';
import { relayCamera } from './relay-camera.js';
import { checkHello, expectedShow, nameOf, waitToOpen } from './relay-hello.js';

/** Longest time that taking records holds the event loop, in ms. */
const SLICE_MS = 8;

/** Where a relay's connection stands. */
type Feeding =
  | { readonly state: 'silent' }
  | {
      readonly state: 'feeding';
      readonly session: Session;
      readonly stream: Stream;
      readonly relayId: string;
      /**
       * `null` for a playback, since what comes of a file is to be all of it and the file can wait, and for a session that
       * has ended, of which nothing is live.
       */
      readonly rate: WatchedRelay | null;
      /** Takes it off the list of relays that feed. */
      readonly leave: () => void;
      /** There where the session has ended. */
      readonly late?: LateFeeding;
    };

/** One connection of a relay: what it is greeted with, what it feeds, and how it goes. */
export class RelayConnection implements FeedingConnection {
  readonly #socket: Socket;
  readonly #visitor: Visitor;
  readonly #deps: ConnectionDeps;
  #feeding: Feeding = { state: 'silent' };
  /** The session that it said goodbye to: a goodbye may be repeated. */
  #leftSession: string | null = null;
  /** Batches are taken one after another, although taking one may pause. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #clock: ClockAsking;
  /** When it greeted last, in ms since the process began: of two connections of a relay the later one is where it is. */
  greetedAt = 0;
  readonly #heard: Heard;
  #status: { readonly said: RelayStatus; readonly at: number } | null = null;

  constructor(socket: Socket, visitor: Visitor, deps: ConnectionDeps) {
    this.#socket = socket;
    this.#visitor = visitor;
    this.#deps = deps;
    answerCall(socket, RELAY_CALLS.hello, deps, (hello) => this.#inTurn(() => this.#greet(hello)));
    answerCall(socket, RELAY_CALLS.frames, deps, async (bytes, sentAt) => {
      const cameAt = performance.now();
      const fed = await this.#inTurn(() => this.#take(bytes, sentAt));
      deps.load.took(performance.now() - cameAt);
      // Not in turn: the next batch is taken while this one reaches the disk.
      const receipt: FramesReceipt = { have: await fed.session.durableRanges(fed.stream) };
      return receipt;
    });
    answerCall(socket, RELAY_CALLS.lost, deps, async (lost) => {
      const fed = await this.#inTurn(async () => this.#lose(lost));
      const receipt: FramesReceipt = { have: await fed.session.durableRanges(fed.stream) };
      return receipt;
    });
    answerCall(socket, RELAY_CALLS.ahead, deps, async (ahead) => {
      const fed = await this.#inTurn(async () => this.#goAhead(ahead));
      const receipt: FramesReceipt = { have: await fed.session.durableRanges(fed.stream) };
      return receipt;
    });
    // At once, whatever waits for the disk: the relay measures the line by it.
    answerCall(socket, RELAY_CALLS.echo, deps, () => ({}));
    answerCall(socket, RELAY_CALLS.status, deps, async (said) => {
      this.#status = { said, at: Math.round(deps.clock.now()) };
      if (this.#feeding.state === 'feeding') {
        const { session, relayId, rate } = this.#feeding;
        rate?.heard(said);
        deps.taps?.relayStatus.emit?.(session.id, relayId, said);
      }
      return {};
    });
    this.#heard = new Heard(socket, () => deps.clock.now());
    this.#clock = new ClockAsking(socket, deps.clock);
    const connectedAt = Math.round(deps.clock.now());
    const disconnected = deps.relays.connected(() => this.#waitingView(connectedAt));
    answerCall(socket, RELAY_CALLS.bye, deps, (bye) => this.#inTurn(() => this.#onBye(bye)));
    socket.on('disconnect', () => {
      disconnected();
      this.#clock.stop();
      this.#inTurn(async () => this.#detach('connection lost')).catch((error) =>
        deps.log.error({ err: error }, 'detaching failed'),
      );
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #greet(hello: RelayHello): Promise<RelayWelcome> {
    const show = checkHello(hello, this.#visitor, this.#deps);
    this.#detach('greeted again');
    this.greetedAt = performance.now();
    const attached = await this.#deps.registry.attach(hello, show, namedCars(this.#visitor), {
      begin: () => this.#mayOpen('session', hello, show),
      join: () => this.#mayOpen('run', hello, show),
    });
    try {
      return await this.#feed(hello, show, attached);
    } finally {
      attached.late?.greeted();
    }
  }

  async #feed(hello: RelayHello, show: string, { session, stream, late }: Attached): Promise<RelayWelcome> {
    const ended = late !== undefined;
    await this.#clock.prove(this.#provenOf(stream));
    if (!ended && session.state.status.status === 'ended') {
      throw new CallRefused('not_available', 'The session ended while this relay greeted. Greet again.');
    }
    const other = this.#deps.feeders.get(stream);
    if (!this.#socket.connected || (other !== undefined && other.greetedAt > this.greetedAt)) {
      throw new CallRefused('not_available', 'The relay closed this connection while it greeted.');
    }
    // A relay that is back has given up its connection before, even if that still looks alive from here.
    other?.supersede();
    this.#deps.feeders.set(stream, this);
    session.relayConnected(stream);
    const connectedAt = Math.round(this.#deps.clock.now());
    const { relayId } = hello;
    // What is asked of it is heard before the welcome: not a frame comes in between.
    const leave = this.#deps.relays.add({
      relayId,
      show,
      look: () => this.#view(hello, session, stream, connectedAt),
      tell: (request) => {
        this.#socket.emit('relay:pause', request);
        this.#deps.log.warn({ sessionId: session.id, relayId, ...request }, 'a relay is asked to pause or resume');
      },
      camera: relayCamera(this.#socket, this.#visitor, () => this.#status?.said ?? null),
      disconnect: () => this.#close('the session has ended', 'session_ended'),
    });
    const isLive = !hello.playback && !ended;
    const rate = !isLive
      ? null
      : this.#deps.rates.watch(`${show}/${relayId}`, (request) => this.#socket.emit('relay:rate', request));
    this.#feeding = { state: 'feeding', session, stream, relayId, rate, leave, ...(late && { late }) };
    this.#deps.log.info(
      { sessionId: session.id, relayId: hello.relayId, run: hello.run, have: durableUpTo(stream), ended },
      'relay attached',
    );
    return { sessionId: session.id, have: stream.synced, ...(ended ? { ended } : { takesAhead: true }) };
  }

  /** @throws CallRefused where sessions begin, or runs join them, one after another faster than any sim's */
  #mayOpen(what: 'session' | 'run', { relayId }: RelayHello, show: string): void {
    const waitMs = waitToOpen(what, this.#visitor, show, this.#deps);
    if (waitMs === 0) return;
    this.#drop(`${what}_limit`, 1, `token of ${this.#name}, show ${show}`);
    this.#deps.log.warn({ relayId, show, user: this.#name, waitMs }, `a relay is refused: too many ${what}s begin`);
    const message = `Too many ${what}s began in show ${show}, or by this token. Try again in ${Math.ceil(waitMs / 1000)} s.`;
    throw new CallRefused('rate_limited', message, undefined, waitMs);
  }

  async #take(bytes: Uint8Array, sentAt: unknown): Promise<{ session: Session; stream: Stream }> {
    if (this.#feeding.state === 'silent') this.#drop('no_hello');
    const { session, stream } = this.#mustFeed('relay:frames');
    const { taps } = this.#deps;
    taps?.batch.emit?.(session.id, stream.relayId, typeof sentAt === 'number' ? sentAt : null, bytes.length);
    const mayShowCamera = deny(this.#visitor, 'broadcast:camera') === null;
    let sliceEnd = performance.now() + SLICE_MS;
    for (const record of this.#split(bytes)) {
      const receipt = session.receive(stream, record, this.#clock.proven?.proof ?? null, mayShowCamera);
      if (receipt.receipt !== 'taken') this.#drop(receipt.receipt, 1, 'because' in receipt ? receipt.because : null);
      else if (receipt.cut !== undefined) this.#tellCut(session, receipt.cut);
      if (receipt.receipt === 'taken' && receipt.camera === 'refused') {
        this.#drop('camera_refused', 1, 'the token does not have broadcast:camera');
      }
      if (receipt.receipt === 'invalid') {
        this.#deps.log.warn(
          { sessionId: session.id, seq: record.seq, because: receipt.because },
          'a record was dropped',
        );
      }
      // What follows a gap, or finds no room, will be sent again: no need to look at each.
      if (receipt.receipt === 'gap' || receipt.receipt === 'no_room') break;
      if (performance.now() >= sliceEnd) {
        await new Promise((resolve) => setImmediate(resolve));
        sliceEnd = performance.now() + SLICE_MS;
      }
    }
    return { session, stream };
  }

  /** What it feeds. @throws CallRefused where a call came before the hello. */
  #mustFeed(call: string): Extract<Feeding, { state: 'feeding' }> {
    if (this.#feeding.state === 'feeding') return this.#feeding;
    throw new CallRefused('bad_request', `${call} came before relay:hello. Greet first.`);
  }

  #tellCut(session: Session, cut: readonly string[]): void {
    const fields = [...new Set(cut)].join(', ');
    this.#drop('out_of_bounds', cut.length, fields);
    this.#deps.log.warn(
      { sessionId: session.id, fields, count: cut.length },
      'text was shortened, or a colour left out',
    );
  }

  #lose(lost: RelayLost): { session: Session; stream: Stream } {
    const { session, stream } = this.#mustFeed('relay:lost');
    const missing = missingOf(stream, lost.from, lost.to).reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (session.lost(stream, lost)) this.#drop(lost.reason, missing);
    else this.#drop('gap');
    return { session, stream };
  }

  #goAhead(ahead: RelayAhead): { session: Session; stream: Stream } {
    const { session, stream } = this.#mustFeed('relay:ahead');
    if (!session.goAhead(stream, ahead)) {
      const message = `relay:ahead leaves out records that were not announced, or more than ${MAX_GAPS} parts. Send what is missing.`;
      throw new CallRefused('bad_request', message);
    }
    return { session, stream };
  }

  #view(hello: RelayHello, session: Session, stream: Stream, connectedAt: number) {
    const asked = this.#feeding.state === 'feeding' ? this.#feeding.rate?.asked : undefined;
    return {
      user: this.#name,
      run: hello.run,
      sessionId: session.id,
      version: hello.version,
      source: hello.source,
      connectedAt,
      heardAt: this.#heard.at,
      taken: stream.last,
      acknowledged: durableUpTo(stream),
      status: this.#status?.said ?? null,
      statusAt: this.#status?.at ?? null,
      clock: this.#clock.estimate,
      askedHz: asked?.maxHz ?? null,
      askedBecause: asked?.maxHz == null ? null : asked.because,
    };
  }

  #split(bytes: Uint8Array): WireRecord[] {
    try {
      return recordsOf(bytes);
    } catch (error) {
      if (error instanceof BadBatch) this.#drop('bad_batch', 1, error.because);
      throw error;
    }
  }

  async #onBye(bye: RelayBye): Promise<RelayByeReceipt> {
    const feeding = this.#feeding;
    // Its answer was lost: the same goodbye is no second one.
    if (feeding.state === 'silent' && this.#leftSession !== null) return this.#answerToBye(this.#leftSession);
    if (feeding.state === 'feeding') {
      this.#deps.taps?.relay.emit?.('bye', feeding.session.id, feeding.relayId, bye.reason);
    }
    const relayId = feeding.state === 'feeding' ? feeding.relayId : this.#name;
    const sessionId = feeding.state === 'feeding' ? feeding.session.id : null;
    const { reason, message = null } = bye;
    this.#deps.taps?.goodbye.emit?.({ sessionId, relayId, reason, message, show: expectedShow(this.#visitor) });
    this.#detach(bye.reason);
    if (feeding.state === 'silent') return {};
    const { session, stream, late } = feeding;
    this.#leftSession = session.id;
    await this.#deps.registry.onRelayBye(session, stream, bye.reason);
    return late === undefined ? {} : this.#answerToBye(session.id);
  }

  #answerToBye(sessionId: string): RelayByeReceipt {
    const hasEnded = this.#deps.registry.summary(sessionId)?.status === 'ended';
    return { sessionId, ...(hasEnded && { ended: true }) };
  }

  #drop(reason: DropReason, records = 1, because: string | null = null): void {
    this.#deps.drops.count(reason, records);
    const fed = this.#feeding.state === 'feeding' ? this.#feeding : null;
    this.#deps.taps?.drop.emit?.(fed?.session.id ?? null, fed?.relayId ?? null, reason, records, because);
  }

  /** Closes this connection: its relay has connected again. */
  supersede(): void {
    this.#close('the relay came back on another connection', 'gave_way');
  }

  #close(because: string, code: string): void {
    this.#detach(because);
    (this.#socket.data as { closedBecause?: string }).closedBecause = code;
    this.#socket.disconnect(true);
  }

  #detach(because: string): void {
    if (this.#feeding.state === 'silent') return;
    const { session, stream, relayId, rate, leave, late } = this.#feeding;
    leave();
    rate?.leave();
    this.#deps.taps?.relay.emit?.('disconnected', session.id, relayId, because);
    session.relayDisconnected(stream);
    late?.left();
    if (this.#deps.feeders.get(stream) === this) this.#deps.feeders.delete(stream);
    this.#feeding = { state: 'silent' };
    this.#deps.log.info({ sessionId: session.id, relayId, because }, 'relay detached');
  }

  #provenOf(stream: Stream): ProvenClock {
    const known = this.#deps.proven.get(stream) ?? new ProvenClock();
    this.#deps.proven.set(stream, known);
    return known;
  }

  get #name(): string {
    return nameOf(this.#visitor);
  }

  /** Connected and feeding nothing; `null` where it feeds. */
  #waitingView(connectedAt: number): RelayWaiting | null {
    if (this.#feeding.state === 'feeding') return null;
    const said = this.#status?.said;
    return {
      socketId: this.#socket.id,
      user: this.#name,
      show: expectedShow(this.#visitor),
      connectedAt,
      source: said?.source ?? null,
      simState: said?.simState ?? null,
      capturedHz: said?.rateHz ?? null,
    };
  }
}
