import * as z from 'zod/mini';
import { option } from '../define-overlay.js';
import type { Stage } from '../draw-overlay.js';

/** The option of graphics that show one page after the other. */
export const seconds = option(
  z.coerce.number().check(z.minimum(3), z.maximum(60)),
  8,
  'How long each page stays, from 3 to 60 seconds',
);

/** Turns the pages of a graphic, each after the same time; `onTurn` draws the one that is its turn, while that is seen. */
export class Pages {
  readonly #stage: Stage;
  readonly #everyMs: number;
  readonly #onTurn: () => void;
  #turns = 0;
  #started = 0;

  constructor(stage: Stage, everyMs: number, onTurn: () => void) {
    this.#stage = stage;
    this.#everyMs = everyMs;
    this.#onTurn = onTurn;
  }

  /** Begins with the first page. */
  start(): void {
    this.#turns = 0;
    this.#started += 1;
    this.#wait(this.#started);
  }

  /** Whose turn it is, of a number of pages. */
  page(count: number): number {
    return count === 0 ? 0 : this.#turns % count;
  }

  /** How often all of them have been shown. */
  rounds(count: number): number {
    return count === 0 ? 0 : Math.floor(this.#turns / count);
  }

  #wait(started: number): void {
    this.#stage.later(this.#everyMs, () => {
      if (started !== this.#started) return;
      this.#turns += 1;
      if (this.#stage.isSeen()) this.#onTurn();
      this.#wait(started);
    });
  }
}
