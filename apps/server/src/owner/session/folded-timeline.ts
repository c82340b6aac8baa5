import type { SourceRecord, WireRecord } from '@okboxbox/protocol';
import type { Clock } from '../../clock.js';
import type { Logger } from '../../log.js';
import { Taps } from '../../taps.js';
import type { Note } from '../timeline/segment-format.js';
import { Timeline, type TimelineHealth } from '../timeline/timeline.js';
import { Checkpoints } from './checkpoints.js';
import type { FoldedSession } from './fold-session.js';
import { Refolding } from './refolding.js';
import type { Foldable, SessionState } from './session-state.js';
import type { Stream } from './stream.js';

/** What a session is run with. */
export interface SessionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** What the server's clock was set forward between its last run and this one, in ms; `null` where nobody knows. */
  readonly clockShiftMs?: number | null;
  readonly taps?: Taps;
}

/**
 * A session's timeline and the state that is folded of it: each record and note goes to the timeline first and then into
 * the state. Where relays left something out, all is folded again once it is here. Listeners hear of each change once,
 * after it is in the state.
 */
export class FoldedTimeline {
  readonly taps: Taps;
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #timeline: Timeline;
  readonly #checkpoints: Checkpoints;
  readonly #beforeListeners = new Set<(at: number) => void>();
  readonly #listeners = new Set<() => void>();
  readonly #refoldListeners = new Set<() => void>();
  #state: SessionState;
  #refolding: Refolding | null = null;
  #refolded: Promise<void> = Promise.resolve();

  private constructor(dir: string, { state, logged }: FoldedSession, timeline: Timeline, deps: SessionDeps) {
    this.#dir = dir;
    this.#state = state;
    this.#timeline = timeline;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.taps = deps.taps ?? new Taps();
    const { sessionId } = state.facts;
    timeline.onSynced = (records, bytes, upTo) => this.taps.timeline.emit?.(sessionId, records, bytes, upTo);
    this.#checkpoints = new Checkpoints({ dir, logged, now: deps.clock.now() }, state, timeline, deps.log);
  }

  /** Opens the timeline in a folder for appending behind what the state was folded of. */
  static async open(dir: string, folded: FoldedSession, deps: SessionDeps): Promise<FoldedTimeline> {
    return new FoldedTimeline(dir, folded, await Timeline.open(dir, () => deps.clock.now(), folded.end), deps);
  }

  /** All that was taken, folded. Another object after each `onRefold`. */
  get state(): SessionState {
    return this.#state;
  }

  /** Whether the disk takes what is appended, and since when it does not. */
  get health(): TimelineHealth {
    return this.#timeline.health;
  }

  /** Whether there is room to append; false only after the disk has failed for long. */
  get hasRoom(): boolean {
    return this.#timeline.hasRoom;
  }

  /** Resolves when all that was taken is on disk. */
  synced(): Promise<void> {
    return this.#timeline.synced();
  }

  /** Hears the instant of each record and note that changes the state, before it does; returns the way to stop. */
  beforeChange(listener: (at: number) => void): () => void {
    this.#beforeListeners.add(listener);
    return () => this.#beforeListeners.delete(listener);
  }

  /** Hears of each change of the state; returns the way to stop. */
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

  /** Tells listeners that the state has changed. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Writes a note of what is not a record, and folds it. */
  note(note: Note): void {
    this.#timeline.append({ type: 'note', note });
    this.#fold({ type: 'note', note });
  }

  /** Adds a record at the end of its stream; returns its number in the timeline. */
  addRecord({ stream }: Stream, { bytes, seq }: WireRecord, record: SourceRecord, receivedAt: number): number {
    this.#timeline.append({ type: 'captured', stream, receivedAt, bytes });
    const place = this.#timeline.appended;
    this.#fold({ type: 'captured', stream, seq, receivedAt, record });
    return place;
  }

  /** Keeps a record that its relay had left out; it is folded when all of them are here. */
  addLateRecord({ stream }: Stream, { bytes, seq }: WireRecord, receivedAt: number): void {
    this.#timeline.append({ type: 'captured', stream, receivedAt, bytes });
    this.#state.applyLate(stream, seq);
  }

  #fold(folded: Foldable): void {
    const isProbe = folded.type === 'note' && folded.note.note === 'probe';
    const at = folded.type === 'note' ? folded.note.at : folded.receivedAt;
    if (!isProbe) for (const listener of this.#beforeListeners) listener(at);
    this.#state.apply(folded);
    this.#refolding?.add(folded);
  }

  /** Takes a checkpoint where one is due. To be called after each frame of a session that runs. */
  checkpointAfterFrame(receivedAt: number): void {
    this.#checkpoints.afterFrame(receivedAt);
  }

  /** Takes a checkpoint at once, behind what is done meanwhile. */
  checkpointNow(): void {
    void this.#checkpoints.take(this.#clock.now());
  }

  /** Folds again where something was left out and all of it is here. */
  refoldWhereWhole(): void {
    if (this.#refolding !== null || this.#state.provisionalFrom === null) return;
    if (this.#state.streams.some(({ gaps }) => gaps.length > 0)) return;
    const refolding = new Refolding();
    this.#refolding = refolding;
    const place = this.#timeline.mark();
    const run = async () => {
      const to = await place;
      // A checkpoint that is under way is from before what was left out.
      await this.#checkpoints.idle();
      await refolding.run(this.#dir, to, this.#log, (folded) => this.#goOnWith(folded));
    };
    this.#refolded = run().catch((error) => {
      this.#refolding = null;
      this.#log.error(
        { err: error, sessionId: this.#state.facts.sessionId },
        'a session could not be folded again; a restart does',
      );
    });
  }

  #goOnWith({ state, logged }: FoldedSession): void {
    // Of what was taken of each stream, those that relays hold know best.
    state.streams.splice(0, Number.POSITIVE_INFINITY, ...this.#state.streams);
    this.#state = state;
    this.#refolding = null;
    this.#checkpoints.goOnWith(state, logged);
    this.#log.info(
      { sessionId: state.facts.sessionId, frames: state.framesTotal },
      'folded again: nothing is left out',
    );
    for (const listener of this.#refoldListeners) listener();
    this.changed();
    // Something else may have been left out and filled meanwhile.
    this.refoldWhereWhole();
  }

  /** Resolves when nothing is being folded again. */
  async foldedAgain(): Promise<void> {
    while (this.#refolding !== null && this.#timeline.health.state === 'ok') await this.#refolded;
  }

  /** Closes the timeline, with a checkpoint of where it ends or without. */
  async close({ withCheckpoint }: { readonly withCheckpoint: boolean }): Promise<void> {
    await this.foldedAgain();
    // One that is under way is of an earlier moment.
    await this.#checkpoints.idle();
    const checkpoint = withCheckpoint ? this.#checkpoints.take(this.#clock.now()) : undefined;
    await this.#timeline.close();
    await checkpoint;
  }
}
