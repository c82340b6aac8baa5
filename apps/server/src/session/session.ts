import { join } from 'node:path';
import {
  decodeRecord,
  type OnAir,
  type RelayAhead,
  type RelayLost,
  type SeqRanges,
  type SourceRecord,
  shownRecord,
  WireError,
  type WireRecord,
} from '@okboxbox/protocol';
import type { KnownRelay } from '../access/visitor.js';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { Taps } from '../taps.js';
import type { Note } from '../timeline/segment-format.js';
import { Timeline, type TimelineHealth } from '../timeline/timeline.js';
import { Checkpoints, type Logged } from './checkpoints.js';
import { ClockJumps } from './clock-jump.js';
import { Feeders } from './feeders.js';
import { type FoldedSession, NOTHING_LOGGED } from './fold-session.js';
import type { ClockProof } from './latest-capture.js';
import { ownRefusalText } from './own-cars.js';
import type { Receipt } from './receipt.js';
import { Refolding } from './refolding.js';
import { type Foldable, type SessionFacts, SessionState } from './session-state.js';
import { MAX_GAPS, missingOf, placeOf, type Stream, takenOf } from './stream.js';

export interface SessionWorld {
  readonly clock: Clock;
  readonly log: Logger;
  /** What the server's clock was set forward between its last run and this one, in ms; `null` where nobody knows. */
  readonly clockShiftMs?: number | null;
  readonly taps?: Taps;
}

/** A record that looks younger than this need not be proven to be older, in ms. */
const YOUNG_MS = 250;
/** Why records are given up that a relay left out, when their session ends before they came. */
const NEVER_SENT = 'never_sent';

/**
 * A running session: everything that it takes goes to the timeline first and then into its state. Listeners
 * hear of each change once, after it is in the state.
 */
export class Session {
  /** Whether it began before this server did. */
  readonly isResumed: boolean;
  readonly #dir: string;
  #state: SessionState;
  readonly #timeline: Timeline;
  readonly #world: SessionWorld;
  readonly #taps: Taps;
  readonly #checkpoints: Checkpoints;
  readonly #listeners = new Set<() => void>();
  readonly #refoldListeners = new Set<() => void>();
  readonly #probeListeners = new Set<(probeId: string, at: number) => void>();
  #refolding: Refolding | null = null;
  #refolded: Promise<void> = Promise.resolve();
  readonly #feeders = new Feeders();
  /** Why each stream's own-car data is refused, as it was told last; `null` where it is given. */
  readonly #ownRefused = new Map<number, string | null>();
  readonly #jumps = new ClockJumps();
  /** Relays that are greeting. */
  #held = 0;
  /** What of a session that has ended is to be known before anything is added to it; `null` while it runs. */
  #reopening: { readonly shiftMs: number } | null = null;
  #isExtended = false;

  private constructor(dir: string, state: SessionState, logged: Logged, timeline: Timeline, world: SessionWorld) {
    this.#dir = dir;
    this.#state = state;
    this.isResumed = state.streams.length > 0;
    this.#timeline = timeline;
    this.#world = world;
    this.#taps = world.taps ?? new Taps();
    timeline.onSynced = (records, bytes, upTo) => this.#taps.timeline.hear?.(this.id, records, bytes, upTo);
    this.#checkpoints = new Checkpoints({ dir, logged, now: world.clock.now() }, state, timeline, world.log);
  }

  /** Begins a session with a timeline of its own below `sessionsDir`. */
  static async begin(sessionsDir: string, facts: SessionFacts, world: SessionWorld): Promise<Session> {
    const dir = join(sessionsDir, facts.sessionId);
    const timeline = await Timeline.open(dir, () => world.clock.now());
    const session = new Session(dir, new SessionState(facts), NOTHING_LOGGED, timeline, world);
    const { startedAt, ...rest } = facts;
    session.#note({ note: 'began', ...rest, at: startedAt });
    return session;
  }

  /** Goes on with a session after a restart: reads its timeline, mends the end, and appends behind it. */
  static async resume(dir: string, { state, logged }: FoldedSession, world: SessionWorld): Promise<Session> {
    const session = new Session(dir, state, logged, await Timeline.open(dir, () => world.clock.now()), world);
    const at = Math.ceil(world.clock.now());
    // Where nobody knows how the clock was set, nothing from before counts as older than this moment.
    const { clockShiftMs = 0 } = world;
    const shiftMs = clockShiftMs ?? at - state.at;
    if (shiftMs !== 0) session.#note({ note: 'resumed', shiftMs, at });
    return session;
  }

  /**
   * Opens a session that has ended for what its relays had not sent: it stays ended. `shiftMs` is what the clock was set
   * since it ended.
   */
  static async reopen(dir: string, { state, logged }: FoldedSession, world: SessionWorld, shiftMs: number) {
    const session = new Session(dir, state, logged, await Timeline.open(dir, () => world.clock.now()), world);
    // A server that was killed had not noted the end yet.
    session.end('finished');
    session.#reopening = { shiftMs };
    return session;
  }

  /** All that was taken, folded. Another object after each `onRefold`. */
  get state(): SessionState {
    return this.#state;
  }

  get id(): string {
    return this.state.facts.sessionId;
  }

  get health(): TimelineHealth {
    return this.#timeline.health;
  }

  /** Whether a relay is connected now. */
  get hasRelay(): boolean {
    return this.#feeders.hasAny;
  }

  /** Whether a relay is greeting, which will be connected. */
  get isHeld(): boolean {
    return this.#held > 0;
  }

  /** Whether something was added to it since it was reopened. */
  get isExtended(): boolean {
    return this.#isExtended;
  }

  /** Counts a relay that is greeting. The function returned ends that, once, and calls `then`. */
  hold(then: () => void): () => void {
    this.#held += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held -= 1;
      then();
    };
  }

  /** The relays that feed it or have fed it, by name, in the order in which they came. */
  relays(): { readonly relayId: string; readonly isConnected: boolean }[] {
    return this.#feeders.relaysOf(this.state.streams);
  }

  /** The relay of each stream, as it is known again. */
  relaysKnown(): KnownRelay[] {
    return this.state.streams.map(({ relayId, stream }) => ({ relayId, cars: this.state.own.tokenOf(stream) }));
  }

  /** Whether a relay's run has a stream here. */
  hasStream(relayId: string, run: string): boolean {
    return this.state.streams.some((stream) => stream.relayId === relayId && stream.run === run);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Hears when what a relay had left out is all here, and the state is that of all frames in order: what was shown since
   * may have changed.
   */
  onRefold(listener: () => void): () => void {
    this.#refoldListeners.add(listener);
    return () => this.#refoldListeners.delete(listener);
  }

  /**
   * The stream of a relay's run, opened where it is new. `cars` are the car numbers that the relay's token names; `null`
   * where it names none.
   */
  stream(relayId: string, run: string, playback: boolean, cars: readonly string[] | null = null): Stream {
    const at = this.#world.clock.now();
    const known = this.state.streams.find((stream) => stream.relayId === relayId && stream.run === run);
    if (known) {
      const before = this.state.own.tokenOf(known.stream);
      if (JSON.stringify(before) !== JSON.stringify(cars)) {
        this.#note({ note: 'stream-token', stream: known.stream, cars, at });
      }
      return known;
    }
    const stream = this.state.streams.length;
    this.#note({ note: 'opened-stream', stream, relayId, run, playback, ...(cars && { cars }), at });
    return this.state.streams[stream] as Stream;
  }

  relayConnected(stream: Stream): void {
    this.#feeders.connected(stream);
    this.#taps.relay.hear?.('connected', this.id, stream.relayId, null, stream.run);
  }

  relayDisconnected(stream: Stream): void {
    this.#feeders.disconnected(stream);
  }

  /**
   * Takes a record, once and in order: at the end of its stream, or of what fills a gap in it. `proof` is what is known of
   * the clock that it is stamped with.
   */
  receive(stream: Stream, wire: WireRecord, proof: ClockProof | null = null): Receipt {
    const place = placeOf(stream, wire.seq);
    if (place === 'taken') return { receipt: 'duplicate' };
    if (place === 'later') return { receipt: 'gap' };
    if (!this.#timeline.hasRoom || !this.#takes) return { receipt: 'no_room' };
    // Up: what is received is never taken for older than it is.
    const receivedAt = Math.ceil(this.#world.clock.now());
    this.#noteLate(receivedAt);
    let cut: readonly string[] = [];
    try {
      const record = decodeRecord(wire);
      cut = shownRecord(record).cut;
      const { capturedAt, kind } = record;
      const { bytes, seq } = wire;
      if (record.kind === 'frame' && !stream.playback) {
        const times = { sessionTime: record.sessionTime, capturedAt, receivedAt };
        const because = this.#jumps.judge(stream.stream, stream.witness.newest ?? null, times);
        if (because !== null) {
          this.#drop(stream, wire, because, receivedAt);
          return { receipt: 'clock_jump', because };
        }
      }
      this.#taps.ingest.hear?.(this.id, stream.relayId, kind === 'frame', capturedAt, receivedAt, bytes.length, seq);
      if (proof !== null) this.#noteProof(stream, proof, capturedAt, receivedAt);
      if (place === 'filling') this.#fill(stream, wire, receivedAt);
      else this.#take(stream, wire, record, receivedAt);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#drop(stream, wire, error.message, receivedAt);
      return { receipt: 'invalid', because: error.message };
    }
    return cut.length === 0 ? { receipt: 'taken' } : { receipt: 'taken', cut };
  }

  /** Goes on behind a record that can never be taken. */
  #drop({ stream }: Stream, { seq, kind }: WireRecord, reason: string, at: number): void {
    this.#note({ note: 'dropped', stream, seq, kind, reason, at });
    this.#refoldWhereWhole();
  }

  /** Whether records are taken: of a session that has ended only once it is reopened. */
  get #takes(): boolean {
    return this.state.status.status === 'live' || this.#reopening !== null;
  }

  /** Notes that what follows was added to a session that had ended. */
  #noteLate(at: number): void {
    if (this.#reopening === null || this.#isExtended) return;
    this.#isExtended = true;
    const { shiftMs } = this.#reopening;
    if (shiftMs !== 0) this.#note({ note: 'resumed', shiftMs, at });
    this.#note({ note: 'late', at });
  }

  #take(stream: Stream, wire: WireRecord, record: SourceRecord, receivedAt: number): void {
    const reason =
      record.kind === 'frame' ? this.#feeders.takeover(stream, record.sessionTime, receivedAt, this.state) : null;
    if (reason !== null) this.#promote(stream, reason, receivedAt);
    this.#timeline.append({ type: 'captured', stream: stream.stream, receivedAt, bytes: wire.bytes });
    const place = this.#timeline.appended;
    this.#fold({ type: 'captured', stream: stream.stream, seq: wire.seq, receivedAt, record });
    const { timing, at } = this.state;
    this.#taps.timing.hear?.(this.id, timing.phase, stream.relayId, wire.seq, at, place);
    this.#feeders.heard(stream, receivedAt);
    if (record.kind === 'frame' && record.own !== undefined) this.#tellOwn(stream);
    this.#changed();
    // The last one of a session that has ended stays from before what is added to it.
    if (this.#reopening === null) this.#checkpoints.afterFrame(receivedAt);
  }

  /** Tells of own-car data that is refused, once for each reason until it is given again. */
  #tellOwn({ stream, relayId }: Stream): void {
    const judged = this.state.ownJudgement;
    if (judged.kind === 'unused') return;
    const { carNumber } = judged;
    const told = judged.kind === 'given' ? null : `${judged.reason} ${carNumber}`;
    if ((this.#ownRefused.get(stream) ?? null) === told) return;
    this.#ownRefused.set(stream, told);
    if (judged.kind === 'given') return;
    const message = ownRefusalText(judged.reason, carNumber);
    this.#taps.ownRefusal.hear?.(this.id, relayId, judged.reason, carNumber, message);
    this.#world.log.warn({ sessionId: this.id, relayId, reason: judged.reason, carNumber }, message);
  }

  /** Keeps a record that its relay had left out; it is folded when all of them are here. */
  #fill(stream: Stream, wire: WireRecord, receivedAt: number): void {
    this.#timeline.append({ type: 'captured', stream: stream.stream, receivedAt, bytes: wire.bytes });
    this.#state.applyLate(stream.stream, wire.seq);
    this.#refoldWhereWhole();
  }

  /**
   * Goes on behind records that a relay will never send; false where something before them is missing, too. What is here
   * already stays.
   */
  lost(stream: Stream, { from, to, reason }: RelayLost): boolean {
    if (!this.#takes) return false;
    const at = Math.round(this.#world.clock.now());
    for (const missing of missingOf(stream, from, to)) {
      // What is missing before it is asked for first.
      if (placeOf(stream, missing.from) === 'later') return false;
      this.#noteLate(at);
      this.#note({ note: 'lost', stream: stream.stream, ...missing, reason, at });
      this.#world.log.warn({ sessionId: this.id, relayId: stream.relayId, ...missing, reason }, 'records are lost');
    }
    this.#refoldWhereWhole();
    return true;
  }

  /**
   * A relay goes on behind records that it sends later; false where something before them is missing, or it has left out
   * `MAX_GAPS` parts that it has still to send.
   */
  goAhead(stream: Stream, { from, to }: RelayAhead): boolean {
    if (stream.last === 0 || from > stream.last + 1 || this.state.status.status === 'ended') return false;
    if (to <= stream.last) return true;
    if (stream.gaps.length >= MAX_GAPS) return false;
    const at = Math.round(this.#world.clock.now());
    this.#note({ note: 'went-ahead', stream: stream.stream, from: stream.last + 1, to, at });
    this.#world.log.info({ sessionId: this.id, relayId: stream.relayId, from, to }, 'live frames go first');
    return true;
  }

  /** Folds again where something was left out and all of it is here. */
  #refoldWhereWhole(): void {
    if (this.#refolding !== null || this.#state.provisionalFrom === null) return;
    if (this.#state.streams.some(({ gaps }) => gaps.length > 0)) return;
    const refolding = new Refolding();
    this.#refolding = refolding;
    const { log } = this.#world;
    const place = this.#timeline.mark();
    const run = async () => {
      const to = await place;
      // A checkpoint that is under way is from before what was left out.
      await this.#checkpoints.idle();
      await refolding.run(this.#dir, to, log, (folded) => this.#goOnWith(folded));
    };
    this.#refolded = run().catch((error) => {
      this.#refolding = null;
      log.error({ err: error, sessionId: this.id }, 'a session could not be folded again; a restart does');
    });
  }

  #goOnWith({ state, logged }: FoldedSession): void {
    // Of what was taken of each stream, those that relays hold know best.
    state.streams.splice(0, Number.POSITIVE_INFINITY, ...this.#state.streams);
    this.#state = state;
    this.#refolding = null;
    this.#checkpoints.goOnWith(state, logged);
    this.#world.log.info({ sessionId: this.id, frames: state.framesTotal }, 'folded again: nothing is left out');
    for (const listener of this.#refoldListeners) listener();
    this.#changed();
    // Something else may have been left out and filled meanwhile.
    this.#refoldWhereWhole();
  }

  /**
   * Gives up what relays left out and never sent, and resolves when the state is that of all frames in order. A disk that
   * fails is not waited for: a restart folds the same.
   */
  async settle(): Promise<void> {
    if (this.#state.provisionalFrom === null) return;
    for (const stream of this.#state.streams) {
      for (const { next: from, to } of [...stream.gaps]) {
        this.#note({
          note: 'lost',
          stream: stream.stream,
          from,
          to,
          reason: NEVER_SENT,
          at: Math.round(this.#world.clock.now()),
        });
      }
    }
    this.#refoldWhereWhole();
    await this.#foldedAgain();
  }

  /** Resolves when nothing is being folded again. */
  async #foldedAgain(): Promise<void> {
    while (this.#refolding !== null && this.#timeline.health.state === 'ok') await this.#refolded;
  }

  /** Notes what is known of a stream's clock where a record needs it: one that has waited on the relay's side. */
  #noteProof(stream: Stream, proof: ClockProof, capturedAt: number, receivedAt: number): void {
    const known = stream.witness.proof;
    const isOld = receivedAt - (capturedAt - proof.leastAheadMs) > YOUNG_MS;
    if (!isOld || capturedAt < proof.from || capturedAt > proof.to) return;
    if (known !== null && known.to >= capturedAt && known.leastAheadMs === proof.leastAheadMs) return;
    this.#note({ note: 'clock', stream: stream.stream, ...proof, at: receivedAt });
  }

  #promote(stream: Stream, reason: string, at: number): void {
    this.#note({ note: 'primary', stream: stream.stream, reason, at });
    this.#taps.relay.hear?.('primary', this.id, stream.relayId, reason);
    this.#world.log.info({ sessionId: this.id, relayId: stream.relayId, reason }, 'another relay is the primary');
  }

  /** Resolves when all that was taken is on disk, with what the relay need not keep any more. */
  async have(stream: Stream): Promise<SeqRanges> {
    const taken = takenOf(stream);
    await this.#timeline.synced();
    if (countOf(taken) > countOf(stream.synced)) stream.synced = taken;
    return stream.synced;
  }

  /** Resolves when all that was taken is on disk. */
  synced(): Promise<void> {
    return this.#timeline.synced();
  }

  /**
   * Puts slots on air, for the picture of this instant or, with `airsAt`, at once for the one that is on air; `before` is
   * called when they are in the state and nobody has heard of it.
   */
  cue(set: Partial<OnAir>, airsAt: number | null, before: () => void = () => undefined): void {
    if (this.state.status.status === 'ended') return;
    this.#note({ note: 'cue', set, airsAt, at: Math.ceil(this.#world.clock.now()) });
    before();
    this.#changed();
  }

  /** Hears of each probe, with the instant that it counts from, when it is past the timing. */
  onProbe(listener: (probeId: string, at: number) => void): () => void {
    this.#probeListeners.add(listener);
    return () => this.#probeListeners.delete(listener);
  }

  /**
   * Sends a probe the way of a frame: onto the timeline, past the timing and to every audience, each of which tells when
   * it would have been shown. It changes nothing. False where the session has ended or the disk takes nothing.
   */
  probe(probeId: string): boolean {
    if (this.state.status.status === 'ended' || !this.#timeline.hasRoom) return false;
    const at = Math.ceil(this.#world.clock.now());
    this.#taps.probe.hear?.(probeId, this.id, 'ingest', null);
    this.#note({ note: 'probe', probeId, at });
    this.#taps.probe.hear?.(probeId, this.id, 'timing', null);
    void this.#timeline.synced().then(() => this.#taps.probe.hear?.(probeId, this.id, 'timeline', null));
    for (const listener of this.#probeListeners) listener(probeId, at);
    return true;
  }

  end(reason: string): void {
    if (this.state.status.status === 'ended') return;
    this.#note({ note: 'ended', reason, at: Math.ceil(this.#world.clock.now()) });
    this.#world.log.info({ sessionId: this.id, reason, frames: this.state.framesTotal }, 'session ended');
    this.#changed();
  }

  /** Closes the timeline, with a checkpoint of where it ends. */
  async close(): Promise<void> {
    await this.#foldedAgain();
    // One that is under way is of an earlier moment.
    await this.#checkpoints.idle();
    const checkpoint = this.#reopening === null ? this.#checkpoints.take(this.#world.clock.now()) : undefined;
    await this.#timeline.close();
    await checkpoint;
  }

  #note(note: Note): void {
    this.#timeline.append({ type: 'note', note });
    this.#fold({ type: 'note', note });
  }

  #fold(folded: Foldable): void {
    this.#state.apply(folded);
    this.#refolding?.add(folded);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function countOf(ranges: SeqRanges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
