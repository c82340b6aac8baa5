import { join } from 'node:path';
import {
  decodeRecord,
  type OnAir,
  type RelayLost,
  type SeqRanges,
  WireError,
  type WireRecord,
} from '@okboxbox/protocol';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { Taps } from '../taps.js';
import type { Note } from '../timeline/segment-format.js';
import { Timeline, type TimelineHealth } from '../timeline/timeline.js';
import { Checkpoints, type Logged } from './checkpoints.js';
import { type FoldedSession, NOTHING_LOGGED } from './fold-session.js';
import type { ClockProof } from './latest-capture.js';
import { type SessionFacts, SessionState, type Stream } from './session-state.js';

/** What became of a record that a relay sent. */
export type Receipt =
  | { readonly receipt: 'taken' }
  | { readonly receipt: 'duplicate' }
  /** Something before it is missing; the relay is told what is there and sends again from behind that. */
  | { readonly receipt: 'gap' }
  /** It can never be taken: its place in the sequence is used up, the record itself is dropped. */
  | { readonly receipt: 'invalid'; readonly because: string }
  /** The disk has been failing, and no more is held in memory; the relay keeps it. */
  | { readonly receipt: 'no_room' };

export interface SessionWorld {
  readonly clock: Clock;
  readonly log: Logger;
  /** What the server's clock was set forward between its last run and this one, in ms; `null` where nobody knows. */
  readonly clockShiftMs?: number | null;
  readonly taps?: Taps;
}

/** A record that looks younger than this need not be proven to be older, in ms. */
const YOUNG_MS = 250;
/** A primary that is connected and sends nothing for this long gives way to another relay, in ms. */
const SILENT_MS = 700;

/**
 * A running session: everything that it takes goes to the timeline first and then into its state. Listeners
 * hear of each change once, after it is in the state.
 */
export class Session {
  readonly state: SessionState;
  /** Whether it began before this server did. */
  readonly isResumed: boolean;
  readonly #timeline: Timeline;
  readonly #world: SessionWorld;
  readonly #taps: Taps;
  readonly #checkpoints: Checkpoints;
  readonly #listeners = new Set<() => void>();
  readonly #connected = new Map<number, number>();
  /** When each stream's newest record came. */
  readonly #heardAt = new Map<number, number>();

  private constructor(dir: string, state: SessionState, logged: Logged, timeline: Timeline, world: SessionWorld) {
    this.state = state;
    this.isResumed = state.streams.length > 0;
    this.#timeline = timeline;
    this.#world = world;
    this.#taps = world.taps ?? new Taps();
    timeline.onSynced = (records, bytes) => this.#taps.timeline.hear?.(this.id, records, bytes);
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
    const shiftMs = clockShiftMs ?? Math.max(0, at - state.at);
    if (shiftMs !== 0) session.#note({ note: 'resumed', shiftMs, at });
    return session;
  }

  get id(): string {
    return this.state.facts.sessionId;
  }

  get health(): TimelineHealth {
    return this.#timeline.health;
  }

  /** Whether a relay is connected now. */
  get hasRelay(): boolean {
    return this.#connected.size > 0;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The stream of a relay's run, opened where it is new. */
  stream(relayId: string, run: string, playback: boolean): Stream {
    const known = this.state.streams.find((stream) => stream.relayId === relayId && stream.run === run);
    if (known) return known;
    const stream = this.state.streams.length;
    this.#note({ note: 'opened-stream', stream, relayId, run, playback, at: this.#world.clock.now() });
    return this.state.streams[stream] as Stream;
  }

  relayConnected(stream: Stream): void {
    this.#connected.set(stream.stream, (this.#connected.get(stream.stream) ?? 0) + 1);
    this.#taps.relay.hear?.('connected', this.id, stream.relayId, null);
  }

  relayDisconnected(stream: Stream): void {
    const left = (this.#connected.get(stream.stream) ?? 1) - 1;
    if (left > 0) this.#connected.set(stream.stream, left);
    else this.#connected.delete(stream.stream);
  }

  /** Takes a record, once and in order. `proof` is what is known of the clock that it is stamped with. */
  receive(stream: Stream, wire: WireRecord, proof: ClockProof | null = null): Receipt {
    if (stream.last !== 0 && wire.seq <= stream.last) return { receipt: 'duplicate' };
    // A stream whose beginning this server never had starts where the relay starts.
    if (stream.last !== 0 && wire.seq !== stream.last + 1) return { receipt: 'gap' };
    if (!this.#timeline.hasRoom) return { receipt: 'no_room' };
    // Up: what is received is never taken for older than it is.
    const receivedAt = Math.ceil(this.#world.clock.now());
    try {
      const record = decodeRecord(wire);
      if (proof !== null) this.#noteProof(stream, proof, record.capturedAt, receivedAt);
      const reason = record.kind === 'frame' ? this.#takeover(stream, record.sessionTime, receivedAt) : null;
      if (reason !== null) this.#promote(stream, reason, receivedAt);
      this.#timeline.append({ type: 'captured', stream: stream.stream, receivedAt, bytes: wire.bytes });
      this.state.applyCaptured(stream.stream, wire.seq, receivedAt, record);
      const { capturedAt, kind } = record;
      this.#taps.ingest.hear?.(this.id, stream.relayId, kind === 'frame', capturedAt, receivedAt, wire.bytes.length);
      this.#taps.timing.hear?.(this.id, this.state.timing.phase);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#note({ note: 'dropped', stream: stream.stream, seq: wire.seq, reason: error.message, at: receivedAt });
      return { receipt: 'invalid', because: error.message };
    }
    this.#heardAt.set(stream.stream, receivedAt);
    this.#changed();
    this.#checkpoints.afterFrame(receivedAt);
    return { receipt: 'taken' };
  }

  /**
   * Goes on behind records that a relay will never send; false where something before them is missing, too. What is here
   * already stays.
   */
  lost(stream: Stream, { from, to, reason }: RelayLost): boolean {
    if (to < from || to <= stream.last) return true;
    if (stream.last !== 0 && from > stream.last + 1) return false;
    const first = stream.last === 0 ? from : stream.last + 1;
    const at = Math.round(this.#world.clock.now());
    this.#note({ note: 'lost', stream: stream.stream, from: first, to, reason, at });
    this.#world.log.warn({ sessionId: this.id, relayId: stream.relayId, from: first, to, reason }, 'records are lost');
    return true;
  }

  /** Why a frame's relay is to be the primary from now on; `null` where the one that is stays so. */
  #takeover(stream: Stream, sessionTime: number, now: number): string | null {
    const { primary } = this.state.merge;
    if (primary === null || primary === stream.stream) return null;
    // Behind the timing it has nothing to go on with.
    if (sessionTime <= (this.state.timing.sessionTime ?? -1)) return null;
    if (!this.#connected.has(primary)) return 'the primary has left';
    return now - (this.#heardAt.get(primary) ?? 0) > SILENT_MS ? 'the primary is silent' : null;
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
    const taken = stream.last;
    await this.#timeline.synced();
    stream.synced = Math.max(stream.synced, taken);
    return haveOf(stream);
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

  end(reason: string): void {
    if (this.state.status.status === 'ended') return;
    this.#note({ note: 'ended', reason, at: Math.ceil(this.#world.clock.now()) });
    this.#world.log.info({ sessionId: this.id, reason, frames: this.state.framesTotal }, 'session ended');
    this.#changed();
  }

  /** Closes the timeline, with a checkpoint of where it ends. */
  async close(): Promise<void> {
    // One that is under way is of an earlier moment.
    await this.#checkpoints.idle();
    const checkpoint = this.#checkpoints.take(this.#world.clock.now());
    await this.#timeline.close();
    await checkpoint;
  }

  #note(note: Note): void {
    this.#timeline.append({ type: 'note', note });
    this.state.applyNote(note);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What of a stream is on disk, as relays are told. */
export function haveOf(stream: Stream): SeqRanges {
  return stream.synced === 0 ? [] : [[stream.first, stream.synced]];
}
