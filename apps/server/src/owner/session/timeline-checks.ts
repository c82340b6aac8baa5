import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { diskReason } from '../../data-files.js';
import type { Logger } from '../../log.js';
import { readTimeline } from '../timeline/read-timeline.js';
import type { DamagedSessions } from './damaged-sessions.js';
import { LossCount } from './timeline-loss.js';

/** How fast timelines are read: a running race has the disk for itself, nearly. */
const BYTES_PER_S = 20 * 1024 * 1024;
/** Longest time that checking holds the event loop, in ms. */
const SLICE_MS = 2;

/**
 * Checks all that lies on the disk of sessions, in the background, one session after another: a start reads no further
 * back than the newest checkpoint. Only checksums are compared; nothing is folded, and nothing is changed.
 */
export class TimelineChecks {
  readonly #dir: string;
  readonly #damaged: DamagedSessions;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #checking: Promise<void> = Promise.resolve();

  /** `dir` holds a folder for each session. */
  constructor(dir: string, damaged: DamagedSessions, log: Logger) {
    this.#dir = dir;
    this.#damaged = damaged;
    this.#log = log;
  }

  /** Checks a session when those before it are checked. */
  add(sessionId: string): void {
    this.#checking = this.#checking
      .then(() => this.#check(sessionId))
      .catch((error) => {
        if (this.#stopping.signal.aborted) return;
        this.#log.warn({ sessionId, because: diskReason(error) }, 'the timeline of a session could not be checked');
      });
  }

  /** Resolves when all that was added is checked. */
  idle(): Promise<void> {
    return this.#checking;
  }

  /** Ends what is being checked. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#checking;
  }

  async #check(sessionId: string): Promise<void> {
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    const count = new LossCount(false);
    const records = readTimeline(join(this.#dir, sessionId), {
      repair: false,
      onDamage: (damage) => count.damaged(damage),
      onUnreadable: (segment, error) => count.unreadable(segment, error),
      pace: async (bytes) => void (await wait((bytes / BYTES_PER_S) * 1_000, undefined, { signal })),
    });
    let sliceEnd = performance.now() + SLICE_MS;
    for await (const { record } of records) {
      count.follows(record.type === 'note' ? record.note.at : record.receivedAt);
      if (performance.now() < sliceEnd) continue;
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      sliceEnd = performance.now() + SLICE_MS;
    }
    signal.throwIfAborted();
    if (count.loss !== null) await this.#damaged.lost(sessionId, count.loss);
  }
}
