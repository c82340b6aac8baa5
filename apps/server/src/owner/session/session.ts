import { join } from 'node:path';
import type { OnAir, RelayAhead, RelayLost, SeqRanges, WireRecord } from '@okboxbox/protocol';
import type { KnownRelay } from '../../access/visitor.js';
import type { Taps } from '../../taps.js';
import type { TimelineHealth } from '../timeline/timeline.js';
import { Feeders } from './feeders.js';
import { type FoldedSession, NOTHING_LOGGED } from './fold-session.js';
import { FoldedTimeline, type SessionDeps } from './folded-timeline.js';
import type { ClockProof } from './latest-capture.js';
import type { Receipt } from './receipt.js';
import { RecordIntake } from './record-intake.js';
import { type SessionFacts, SessionState } from './session-state.js';
import { type Stream, takenOf } from './stream.js';

/**
 * A running session: everything that it takes goes to the timeline first and then into its state. Listeners
 * hear of each change once, after it is in the state.
 */
export class Session {
  /** Whether it began before this server did. */
  readonly isResumed: boolean;
  readonly #timeline: FoldedTimeline;
  readonly #deps: SessionDeps;
  readonly #taps: Taps;
  readonly #probeListeners = new Set<(probeId: string, at: number) => void>();
  readonly #feeders = new Feeders();
  readonly #intake: RecordIntake;
  /** Relays that are greeting. */
  #held = 0;

  private constructor(timeline: FoldedTimeline, deps: SessionDeps) {
    this.#timeline = timeline;
    this.#deps = deps;
    this.#taps = timeline.taps;
    this.#intake = new RecordIntake(timeline, this.#feeders, deps);
    this.isResumed = timeline.state.streams.length > 0;
  }

  /** Begins a session with a timeline of its own below `sessionsDir`. */
  static async begin(sessionsDir: string, facts: SessionFacts, deps: SessionDeps): Promise<Session> {
    const dir = join(sessionsDir, facts.sessionId);
    const nothing = { state: new SessionState(facts), logged: NOTHING_LOGGED, end: 0 };
    const session = new Session(await FoldedTimeline.open(dir, nothing, deps), deps);
    const { startedAt, ...rest } = facts;
    session.#timeline.note({ note: 'began', ...rest, at: startedAt });
    return session;
  }

  /** Goes on with a session after a restart: reads its timeline, repairs the end, and appends behind it. */
  static async resume(dir: string, folded: FoldedSession, deps: SessionDeps): Promise<Session> {
    const session = new Session(await FoldedTimeline.open(dir, folded, deps), deps);
    const at = Math.ceil(deps.clock.now());
    // Where nobody knows how the clock was set, nothing from before counts as older than this moment.
    const { clockShiftMs = 0 } = deps;
    const shiftMs = clockShiftMs ?? at - folded.state.at;
    if (shiftMs !== 0) session.#timeline.note({ note: 'resumed', shiftMs, at });
    // Behind what is damaged: another start need not read past it.
    if (folded.loss !== undefined) session.#timeline.checkpointNow();
    return session;
  }

  /**
   * Opens a session that has ended for what its relays had not sent: it stays ended. `shiftMs` is what the clock was set
   * since it ended.
   */
  static async reopen(dir: string, folded: FoldedSession, deps: SessionDeps, shiftMs: number) {
    const session = new Session(await FoldedTimeline.open(dir, folded, deps), deps);
    // A server that was killed had not noted the end yet.
    session.end('finished');
    session.#intake.reopen(shiftMs);
    return session;
  }

  /** All that was taken, folded. Another object after each `onRefold`. */
  get state(): SessionState {
    return this.#timeline.state;
  }

  /** The id that everyone knows the session by. */
  get id(): string {
    return this.state.facts.sessionId;
  }

  /** Whether the disk takes what is appended. */
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
    return this.#intake.isExtended;
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

  /** Hears the instant of each record and note that changes the state, before it does. */
  beforeChange(listener: (at: number) => void): () => void {
    return this.#timeline.beforeChange(listener);
  }

  /** Hears of each change of the state; returns the way to stop. */
  onChange(listener: () => void): () => void {
    return this.#timeline.onChange(listener);
  }

  /**
   * Hears when what a relay had left out is all here, and the state is that of all frames in order: what was shown since
   * may have changed.
   */
  onRefold(listener: () => void): () => void {
    return this.#timeline.onRefold(listener);
  }

  /**
   * The stream of a relay's run, opened where it is new. `cars` are the car numbers that the relay's token names; `null`
   * where it names none.
   */
  openStream(relayId: string, run: string, playback: boolean, cars: readonly string[] | null = null): Stream {
    const at = this.#deps.clock.now();
    const known = this.state.streams.find((stream) => stream.relayId === relayId && stream.run === run);
    if (known) {
      const before = this.state.own.tokenOf(known.stream);
      if (JSON.stringify(before) !== JSON.stringify(cars)) {
        this.#timeline.note({ note: 'stream-token', stream: known.stream, cars, at });
      }
      return known;
    }
    const stream = this.state.streams.length;
    this.#timeline.note({ note: 'opened-stream', stream, relayId, run, playback, ...(cars && { cars }), at });
    return this.state.streams[stream] as Stream;
  }

  /** A relay's connection feeds a stream from now on; a stream may have several. */
  relayConnected(stream: Stream): void {
    this.#feeders.connected(stream);
    this.#taps.relay.emit?.('connected', this.id, stream.relayId, null, stream.run);
  }

  /** One of a stream's connections feeds it no more. */
  relayDisconnected(stream: Stream): void {
    this.#feeders.disconnected(stream);
  }

  /**
   * Takes a record, once and in order: at the end of its stream, or of what fills a gap in it. `proof` is what is known of
   * the clock that it is stamped with, `mayShowCamera` whether it may say which car the camera shows.
   */
  receive(stream: Stream, wire: WireRecord, proof: ClockProof | null = null, mayShowCamera = true): Receipt {
    return this.#intake.receive(stream, wire, proof, mayShowCamera);
  }

  /**
   * Goes on behind records that a relay will never send; false where something before them is missing, too. What is here
   * already stays.
   */
  lost(stream: Stream, lost: RelayLost): boolean {
    return this.#intake.lost(stream, lost);
  }

  /**
   * A relay goes on behind records that it sends later; false where something before them is missing, or it has left out
   * as many parts as may be missing at once.
   */
  goAhead(stream: Stream, ahead: RelayAhead): boolean {
    return this.#intake.goAhead(stream, ahead);
  }

  /**
   * Gives up what relays left out and never sent, and resolves when the state is that of all frames in order. A disk that
   * fails is not waited for: a restart folds the same.
   */
  async settle(): Promise<void> {
    if (this.state.provisionalFrom === null) return;
    this.#intake.giveUpMissing();
    await this.#timeline.foldedAgain();
  }

  /** Resolves when all that was taken is on disk, with what the relay need not keep any more. */
  async durableRanges(stream: Stream): Promise<SeqRanges> {
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
   * called when they are in the state and nobody has heard of it. A session that has ended takes it while it is reopened.
   */
  cue(set: Partial<OnAir>, airsAt: number | null, before: () => void = () => undefined): void {
    if (this.state.status.status === 'ended' && !this.#intake.isReopened) return;
    const at = Math.ceil(this.#deps.clock.now());
    this.#intake.noteLate(at);
    this.#timeline.note({ note: 'cue', set, airsAt, at });
    before();
    this.#timeline.changed();
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
    const at = Math.ceil(this.#deps.clock.now());
    this.#taps.probe.emit?.(probeId, this.id, 'ingest', null);
    this.#timeline.note({ note: 'probe', probeId, at });
    this.#taps.probe.emit?.(probeId, this.id, 'timing', null);
    void this.#timeline.synced().then(() => this.#taps.probe.emit?.(probeId, this.id, 'timeline', null));
    for (const listener of this.#probeListeners) listener(probeId, at);
    return true;
  }

  /** Ends the session, once: nothing is timed behind that. */
  end(reason: string): void {
    if (this.state.status.status === 'ended') return;
    this.#timeline.note({ note: 'ended', reason, at: Math.ceil(this.#deps.clock.now()) });
    this.#deps.log.info({ sessionId: this.id, reason, frames: this.state.framesTotal }, 'session ended');
    this.#timeline.changed();
  }

  /** Closes the timeline, with a checkpoint of where it ends. */
  async close(): Promise<void> {
    // The last checkpoint of a session that has ended stays from before what was added to it.
    await this.#timeline.close({ withCheckpoint: !this.#intake.isReopened });
  }
}

function countOf(ranges: SeqRanges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
