import type { Logger } from '../../log.js';
import type { Lsn } from '../timeline/segment-format.js';
import { type FoldedSession, foldSession } from './fold-session.js';
import type { Foldable } from './session-state.js';

/** Longest time that folding what has come meanwhile holds the event loop, in ms. */
const SLICE_MS = 5;

/**
 * Folds a session again, in the order of the race, while it runs: from disk up to where its timeline was when this began,
 * then what came since. The session tells it of all that it takes meanwhile.
 */
export class Refolding {
  readonly #since: Foldable[] = [];

  /** Something else was taken. */
  add(folded: Foldable): void {
    this.#since.push(folded);
  }

  /**
   * `to` is the last record of the timeline when this began. The state is that of all that was added by the moment that `take`
   * is called with it.
   */
  async run(dir: string, to: Lsn, log: Logger, take: (folded: FoldedSession) => void): Promise<void> {
    const folded = await foldSession(dir, { repair: false, to, log });
    if (folded === null) throw new Error('the timeline does not say what session it is');
    let sliceEnd = performance.now() + SLICE_MS;
    for (let next = 0; next < this.#since.length; next++) {
      folded.state.apply(this.#since[next] as Foldable);
      if (performance.now() < sliceEnd) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnd = performance.now() + SLICE_MS;
    }
    // In the same turn as the last look at what came: nothing falls between.
    take(folded);
  }
}
