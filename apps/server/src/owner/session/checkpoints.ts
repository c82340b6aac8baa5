import { serialize } from 'node:v8';
import type { Logger } from '../../log.js';
import type { Timeline } from '../timeline/timeline.js';
import { appendPart, forgetCheckpoints, keepCheckpoint, packPart, writeCheckpoint } from './checkpoint-file.js';
import type { SessionState } from './session-state.js';

/** A checkpoint is due after this long, or this many frames where a backlog comes in. */
const EVERY_MS = 30_000;
const EVERY_FRAMES = 10_000;

/** How much of a session's race log is on disk. */
export interface Logged {
  readonly bytes: number;
  readonly laps: number;
  readonly events: number;
  readonly gaps: number;
}

/** Writes a session's checkpoints beside its timeline: one at a time, none where nothing came since the last. */
export class Checkpoints {
  readonly #dir: string;
  #state: SessionState;
  readonly #timeline: Timeline;
  readonly #log: Logger;
  #logged: Logged;
  #frames: number;
  #at: number;
  #taking: Promise<void> | null = null;

  constructor(
    place: { readonly dir: string; readonly logged: Logged; readonly now: number },
    state: SessionState,
    timeline: Timeline,
    log: Logger,
  ) {
    this.#dir = place.dir;
    this.#logged = place.logged;
    this.#at = place.now;
    this.#state = state;
    this.#timeline = timeline;
    this.#log = log;
    this.#frames = state.framesTotal;
  }

  /** The session's state is another from now on, folded from the last checkpoint or from the beginning. */
  goOnWith(state: SessionState, logged: Logged): void {
    this.#state = state;
    this.#logged = logged;
  }

  /** Called after each frame. */
  afterFrame(now: number): void {
    if (now - this.#at >= EVERY_MS || this.#state.framesTotal - this.#frames >= EVERY_FRAMES) void this.take(now);
  }

  /**
   * Takes a checkpoint of this instant; resolves when it is on disk, or could not be written. None is taken while a relay
   * has left something out.
   */
  take(now: number): Promise<void> {
    // The last one must stay from before what is missing: from there all is folded again.
    if (this.#state.provisionalFrom !== null) return Promise.resolve();
    this.#taking ??= this.#write(now).finally(() => {
      this.#taking = null;
    });
    return this.#taking;
  }

  /** Resolves when none is being written. */
  async idle(): Promise<void> {
    await this.#taking;
  }

  async #write(now: number): Promise<void> {
    this.#at = now;
    this.#frames = this.#state.framesTotal;
    const { laps, events, sessionTime } = this.#state.timing;
    const gaps = this.#state.gaps.rows;
    const before = this.#logged;
    // Packed at once: what is folded while the disk works belongs to the next one.
    const image = serialize(this.#state.image());
    const part = packPart({
      laps: laps.slice(before.laps),
      events: events.slice(before.events),
      gaps: gaps.slice(before.gaps),
    });
    const counts = { laps: laps.length, events: events.length, gaps: gaps.length };
    try {
      const position = await this.#timeline.mark();
      if (before.bytes === 0) await forgetCheckpoints(this.#dir);
      const bytes = await appendPart(this.#dir, before.bytes, part);
      await writeCheckpoint(this.#dir, image, position, bytes);
      if (sessionTime !== null) await keepCheckpoint(this.#dir, sessionTime);
      this.#logged = { ...counts, bytes };
    } catch (error) {
      this.#log.warn({ err: error, sessionId: this.#state.facts.sessionId }, 'a checkpoint could not be written');
    }
  }
}
