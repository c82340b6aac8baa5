import {
  type Capability,
  type ErrorCode,
  type FramesReceipt,
  RELAY_PROTOCOL_VERSION,
  type RelayAhead,
  type RelayBye,
  type RelayFarewell,
  type RelayHello,
  type RelayLost,
  type RelayStatus,
  type RelayWaiting,
  type RelayWelcome,
  relayAhead,
  relayBye,
  relayHello,
  relayLost,
  relayStatus,
  type WireRecord,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import { z } from 'zod';
import type { Limits } from '../access/limits.js';
import type { Tokens } from '../access/tokens.js';
import { coversShow, namedCars, onlyShow, type Visitor } from '../access/visitor.js';
import type { Clock } from '../clock.js';
import { answerCall, CallRefused } from '../gateway/calls.js';
import type { Logger } from '../log.js';
import type { Attached, LateFeeding, SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import { MAX_GAPS, missingOf, type Stream, syncedUpTo } from '../session/stream.js';
import type { Taps } from '../taps.js';
import { BadBatch, recordsOf } from './batch.js';
import { ClockAsking } from './clock-asking.js';
import type { ConnectedRelays } from './connected-relays.js';
import type { DropCounters, DropReason } from './drop-counters.js';
import { ProvenClock } from './proven-clock.js';
import type { RateRequests, WatchedRelay } from './rate-requests.js';
import type { ServerLoad } from './server-load.js';
import type { SessionLimit } from './session-limit.js';

/** What relays are taken in with. */
export interface IngestWorld {
  readonly tokens: Tokens;
  readonly registry: SessionRegistry;
  readonly drops: DropCounters;
  readonly relays: ConnectedRelays;
  readonly clock: Clock;
  readonly log: Logger;
  readonly taps?: Taps;
  readonly limits?: Limits;
}

/** Show of a relay whose token names none. */
const DEFAULT_SHOW = 'local';
/** Longest time that taking records holds the event loop, in ms. */
const SLICE_MS = 8;

const batchBytes = z.instanceof(Uint8Array, { error: 'not binary' });

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

/** The connection that feeds each stream: one at a time. */
type Feeders = Map<Stream, RelayConnection>;

/** What connections share. */
export interface ConnectionWorld extends IngestWorld {
  readonly feeders: Feeders;
  /** What is proven of the clock that each stream is stamped with, over all its connections. */
  readonly proven: WeakMap<Stream, ProvenClock>;
  readonly load: Pick<ServerLoad, 'took'>;
  readonly rates: RateRequests;
  /** How many sessions, and runs in running sessions, may begin; absent: as many as come. */
  readonly limitOf?: Readonly<Record<'session' | 'run', SessionLimit>>;
}

/** One connection of a relay: what it is greeted with, what it feeds, and how it goes. */
export class RelayConnection {
  readonly #socket: Socket;
  readonly #visitor: Visitor;
  readonly #world: ConnectionWorld;
  #feeding: Feeding = { state: 'silent' };
  /** The session that it said goodbye to: a goodbye may be repeated. */
  #parted: string | null = null;
  /** Batches are taken one after another, although taking one may pause. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #clock: ClockAsking;
  /** When it greeted last: of two connections of a relay the later one is where it is. */
  #greetedAt = 0;
  #status: { readonly said: RelayStatus; readonly at: number } | null = null;

  constructor(socket: Socket, visitor: Visitor, world: ConnectionWorld) {
    this.#socket = socket;
    this.#visitor = visitor;
    this.#world = world;
    answerCall(socket, 'relay:hello', relayHello, world, (hello) => this.#inTurn(() => this.#greet(hello)));
    answerCall(socket, 'relay:frames', batchBytes, world, async (bytes, sentAt) => {
      const cameAt = performance.now();
      const fed = await this.#inTurn(() => this.#take(bytes, sentAt));
      world.load.took(performance.now() - cameAt);
      // Not in turn: the next batch is taken while this one reaches the disk.
      const receipt: FramesReceipt = { have: await fed.session.have(fed.stream) };
      return receipt;
    });
    answerCall(socket, 'relay:lost', relayLost, world, async (lost) => {
      const fed = await this.#inTurn(async () => this.#lose(lost));
      const receipt: FramesReceipt = { have: await fed.session.have(fed.stream) };
      return receipt;
    });
    answerCall(socket, 'relay:ahead', relayAhead, world, async (ahead) => {
      const fed = await this.#inTurn(async () => this.#goAhead(ahead));
      const receipt: FramesReceipt = { have: await fed.session.have(fed.stream) };
      return receipt;
    });
    // At once, whatever waits for the disk: the relay measures the line by it.
    answerCall(socket, 'relay:echo', z.looseObject({}), world, () => ({}));
    answerCall(socket, 'relay:status', relayStatus, world, async (said) => {
      this.#status = { said, at: Math.round(world.clock.now()) };
      if (this.#feeding.state === 'feeding') {
        const { session, relayId, rate } = this.#feeding;
        rate?.heard(said);
        world.taps?.relayStatus.hear?.(session.id, relayId, said.queue.records, said.queue.oldestMs);
      }
      return {};
    });
    this.#clock = new ClockAsking(socket, world.clock);
    const connectedAt = Math.round(world.clock.now());
    const disconnected = world.relays.connected(() => this.#lookWaiting(connectedAt));
    answerCall(socket, 'relay:bye', relayBye, world, (bye) => this.#inTurn(() => this.#part(bye)));
    socket.on('disconnect', () => {
      disconnected();
      this.#clock.stop();
      this.#inTurn(async () => this.#detach('connection lost')).catch((error) =>
        world.log.error({ err: error }, 'detaching failed'),
      );
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #greet(hello: RelayHello): Promise<RelayWelcome> {
    const show = hello.show ?? this.#showOfToken();
    if (hello.protocol !== RELAY_PROTOCOL_VERSION) {
      throw this.#unwelcome(
        show,
        'version',
        'version_mismatch',
        `The relay speaks protocol ${hello.protocol}, this server ${RELAY_PROTOCOL_VERSION}. ` +
          `Update ${hello.protocol < RELAY_PROTOCOL_VERSION ? 'the relay' : 'the server'}.`,
      );
    }
    if (!coversShow(this.#visitor, show)) {
      // Which one is in the log alone: what is refused becomes an event, and the name is the caller's own word.
      this.#world.log.warn({ relayId: hello.relayId, show }, 'a relay is refused: its token does not cover its show');
      throw this.#unwelcome(
        show,
        'token',
        'forbidden',
        "The token's relay:publish does not cover the show that this relay feeds.",
        'relay:publish',
      );
    }
    this.#detach('greeted again');
    this.#greetedAt = performance.now();
    const attached = await this.#world.registry.attach(hello, show, namedCars(this.#visitor), {
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
    const other = this.#world.feeders.get(stream);
    if (!this.#socket.connected || (other !== undefined && other.#greetedAt > this.#greetedAt)) {
      throw new CallRefused('not_available', 'The relay has left this connection while it greeted.');
    }
    // A relay that is back has given up its connection before, even if that still looks alive from here.
    other?.giveWay();
    this.#world.feeders.set(stream, this);
    session.relayConnected(stream);
    const connectedAt = Math.round(this.#world.clock.now());
    const { relayId } = hello;
    // What is asked of it is heard before the welcome: not a frame comes in between.
    const leave = this.#world.relays.add({
      ...{ relayId, show },
      look: () => this.#look(hello, session, stream, connectedAt),
      tell: (request) => {
        this.#socket.emit('relay:pause', request);
        this.#world.log.warn({ sessionId: session.id, relayId, ...request }, 'a relay is asked to pause or to go on');
      },
      letGo: () => this.#close('the session has ended', 'session_ended'),
    });
    const isLive = !hello.playback && !ended;
    const rate = !isLive
      ? null
      : this.#world.rates.watch(`${show}/${relayId}`, (request) => this.#socket.emit('relay:rate', request));
    this.#feeding = { state: 'feeding', session, stream, relayId, rate, leave, ...(late && { late }) };
    this.#world.log.info(
      { sessionId: session.id, relayId: hello.relayId, run: hello.run, have: syncedUpTo(stream), ended },
      'relay feeds',
    );
    return { sessionId: session.id, have: stream.synced, ...(ended ? { ended } : { takesAhead: true }) };
  }

  /** @throws CallRefused where sessions begin, or runs join them, one after another faster than any sim's */
  #mayOpen(what: 'session' | 'run', { relayId }: RelayHello, show: string): void {
    const { limitOf, log } = this.#world;
    const token = this.#visitor.kind === 'token' ? (this.#visitor.claims.jti ?? this.#visitor.claims.sub) : '';
    const waitMs = limitOf?.[what].take(token, show) ?? 0;
    if (waitMs === 0) return;
    this.#drop(`${what}_limit`, 1, `token of ${this.#name}, show ${show}`);
    log.warn({ relayId, show, user: this.#name, waitMs }, `a relay is refused: too many ${what}s begin`);
    const message = `Too many ${what}s began in show ${show}, or by this token. Try again in ${Math.ceil(waitMs / 1000)} s.`;
    throw new CallRefused('rate_limited', message, undefined, waitMs);
  }

  #unwelcome(
    show: string,
    why: 'version' | 'token',
    code: ErrorCode,
    message: string,
    capability?: Capability,
  ): CallRefused {
    const user = this.#visitor.kind === 'token' ? this.#visitor.claims.sub : null;
    this.#world.taps?.relayRefusal.hear?.(why, code, capability ?? null, message, show, user);
    return new CallRefused(code, message, capability);
  }

  async #take(bytes: Uint8Array, sentAt: unknown): Promise<{ session: Session; stream: Stream }> {
    const feeding = this.#feeding;
    if (feeding.state === 'silent') {
      this.#drop('no_hello');
      throw new CallRefused('bad_request', 'relay:frames came before relay:hello. Greet first.');
    }
    const { session, stream } = feeding;
    const { taps } = this.#world;
    taps?.batch.hear?.(session.id, stream.relayId, typeof sentAt === 'number' ? sentAt : null, bytes.length);
    let sliceEnd = performance.now() + SLICE_MS;
    for (const record of this.#split(bytes)) {
      const receipt = session.receive(stream, record, this.#clock.proven?.proof ?? null);
      if (receipt.receipt !== 'taken') this.#drop(receipt.receipt, 1, 'because' in receipt ? receipt.because : null);
      else if (receipt.cut !== undefined) this.#tellCut(session, receipt.cut);
      if (receipt.receipt === 'invalid') {
        this.#world.log.warn(
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

  #tellCut(session: Session, cut: readonly string[]): void {
    const fields = [...new Set(cut)].join(', ');
    this.#drop('out_of_bounds', cut.length, fields);
    this.#world.log.warn({ sessionId: session.id, fields, count: cut.length }, 'text is cut, or a colour left out');
  }

  #lose(lost: RelayLost): { session: Session; stream: Stream } {
    const feeding = this.#feeding;
    if (feeding.state === 'silent') {
      throw new CallRefused('bad_request', 'relay:lost came before relay:hello. Greet first.');
    }
    const { session, stream } = feeding;
    const missing = missingOf(stream, lost.from, lost.to).reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (session.lost(stream, lost)) this.#drop(lost.reason, missing);
    else this.#drop('gap');
    return { session, stream };
  }

  #goAhead(ahead: RelayAhead): { session: Session; stream: Stream } {
    const feeding = this.#feeding;
    if (feeding.state === 'silent') {
      throw new CallRefused('bad_request', 'relay:ahead came before relay:hello. Greet first.');
    }
    const { session, stream } = feeding;
    if (!session.goAhead(stream, ahead)) {
      const message = `relay:ahead leaves out what nobody has announced, or more than ${MAX_GAPS} parts. Send what is missing.`;
      throw new CallRefused('bad_request', message);
    }
    return { session, stream };
  }

  #look(hello: RelayHello, session: Session, stream: Stream, connectedAt: number) {
    const asked = this.#feeding.state === 'feeding' ? this.#feeding.rate?.asked : undefined;
    return {
      run: hello.run,
      sessionId: session.id,
      version: hello.version,
      source: hello.source,
      connectedAt,
      taken: stream.last,
      acknowledged: syncedUpTo(stream),
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

  async #part(bye: RelayBye): Promise<RelayFarewell> {
    const feeding = this.#feeding;
    // Its answer was lost: the same goodbye is no second one.
    if (feeding.state === 'silent' && this.#parted !== null) return this.#farewellOf(this.#parted);
    if (feeding.state === 'feeding') {
      this.#world.taps?.relay.hear?.('bye', feeding.session.id, feeding.relayId, bye.reason);
    }
    const relayId = feeding.state === 'feeding' ? feeding.relayId : this.#name;
    const sessionId = feeding.state === 'feeding' ? feeding.session.id : null;
    this.#world.taps?.goodbye.hear?.(sessionId, relayId, bye.reason, bye.message ?? null, this.#onlyShow);
    this.#detach(bye.reason);
    if (feeding.state === 'silent') return {};
    const { session, stream, late } = feeding;
    this.#parted = session.id;
    await this.#world.registry.farewell(session, stream, bye.reason);
    return late === undefined ? {} : this.#farewellOf(session.id);
  }

  #farewellOf(sessionId: string): RelayFarewell {
    const hasEnded = this.#world.registry.summary(sessionId)?.status === 'ended';
    return { sessionId, ...(hasEnded && { ended: true }) };
  }

  #drop(reason: DropReason, records = 1, because: string | null = null): void {
    this.#world.drops.count(reason, records);
    const fed = this.#feeding.state === 'feeding' ? this.#feeding : null;
    this.#world.taps?.drop.hear?.(fed?.session.id ?? null, fed?.relayId ?? null, reason, records, because);
  }

  /** Lets go of the stream: its relay has come back on another connection. */
  giveWay(): void {
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
    this.#world.taps?.relay.hear?.('disconnected', session.id, relayId, because);
    session.relayDisconnected(stream);
    late?.left();
    if (this.#world.feeders.get(stream) === this) this.#world.feeders.delete(stream);
    this.#feeding = { state: 'silent' };
    this.#world.log.info({ sessionId: session.id, relayId, because }, 'relay left');
  }

  #provenOf(stream: Stream): ProvenClock {
    const known = this.#world.proven.get(stream) ?? new ProvenClock();
    this.#world.proven.set(stream, known);
    return known;
  }

  /** What a relay is called before it has greeted. */
  get #name(): string {
    return this.#visitor.kind === 'token' ? this.#visitor.claims.sub : 'unknown';
  }

  /** Connected and feeding nothing; `null` where it feeds. */
  #lookWaiting(connectedAt: number): RelayWaiting | null {
    if (this.#feeding.state === 'feeding') return null;
    const said = this.#status?.said;
    return {
      ...{ socketId: this.#socket.id, user: this.#name, show: this.#onlyShow, connectedAt },
      source: said?.source ?? null,
      simState: said?.simState ?? null,
      capturedHz: said?.rateHz ?? null,
    };
  }

  /** The show that it will feed as far as that can be told before it has greeted. */
  get #onlyShow(): string | null {
    return this.#visitor.kind === 'token' ? onlyShow(this.#visitor.claims) : null;
  }

  #showOfToken(): string {
    const shows = this.#visitor.kind === 'token' ? this.#visitor.claims.shows : undefined;
    return shows?.[0] ?? DEFAULT_SHOW;
  }
}
