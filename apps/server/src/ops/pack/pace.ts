import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long a pack may work at a stretch before others get their turn, in ms: far below what anybody notices. */
const STRETCH_MS = 4;

/** Gives the event loop back now and then. Work that is made of many small steps calls it after each. */
export class Pace {
  #since = performance.now();

  /** Whether it is time to let others go on. */
  get isDue(): boolean {
    return performance.now() - this.#since > STRETCH_MS;
  }

  /** Lets others go on, and begins a new stretch. */
  async rest(): Promise<void> {
    await nextTurn();
    this.#since = performance.now();
  }
}
