import { randomUUID } from 'node:crypto';
import type { UndoableAct } from '@okboxbox/protocol';
import { OwnerRefusal } from '../../directory/owner-refusal.js';
import type { Stored } from '../../unsaved-settings.js';

/** Acts of a show that can be undone, at most. */
const MOST_KEPT = 20;

/** How an act is undone. */
export interface WayBack {
  /** What was done, behind its director's name: `changed the delay from 10 s to 30 s`. */
  readonly says: string;
  /** Undoing it publishes the show, or leaves a picture without a delay: a call must name the act, and the desk asks first. */
  readonly asks?: boolean;
  /** Whether what the act did is still so. Where it is not, there is nothing to undo. */
  readonly stands: () => boolean;
  /** Undoes it, by the calls that directors make themselves, so that their rules hold. */
  readonly undo: () => Promise<Stored> | Stored;
}

/** An act that can be undone, with the way to do it. */
export interface KeptAct extends UndoableAct, WayBack {
  readonly asks: boolean;
  /** Its place among the acts of all shows. */
  readonly nr: number;
}

/** An act that is not undone; the message says why, and what would be. */
export class UndoError extends OwnerRefusal {
  override readonly name = 'UndoError';

  constructor(message: string) {
    super('conflict', message);
  }
}

/**
 * Acts of each show's directors that can be undone, newest first. They are kept in memory: after a restart none of before
 * is there.
 */
export class UndoStack {
  readonly #acts = new Map<string, KeptAct[]>();
  /** Who undid an act last, by show. */
  readonly #undone = new Map<string, { readonly id: string; readonly by: string }>();
  #nextNr = 1;

  /** Keeps how an act is undone. */
  add(show: string, act: { readonly at: number; readonly who: string }, back: WayBack): void {
    const kept = { asks: false, ...back, ...act, id: randomUUID(), nr: this.#nextNr };
    this.#nextNr += 1;
    this.#acts.set(show, [kept, ...this.#of(show)].slice(0, MOST_KEPT));
  }

  /** What the next undo would undo; `null` where there is nothing. */
  newest(show: string): UndoableAct | null {
    const found = this.#newest(show);
    if (found === undefined) return null;
    const { id, at, who, says, asks } = found;
    return { id, at, who, says, asks };
  }

  /**
   * Takes the newest act off the stack, to be undone by `by`. `id` is the act that they mean; without it they mean their own.
   * @throws UndoError where the newest is another one
   */
  take(show: string, by: string, id: string | undefined): KeptAct {
    const newest = this.#newest(show);
    const taken = this.#undone.get(show);
    const isTaken = id !== undefined && taken?.id === id;
    if (newest === undefined) {
      throw new UndoError(isTaken ? `${taken?.by} has undone that already.` : 'There is nothing to undo.');
    }
    const isIt = `${newest.who} ${newest.says}`;
    if (id !== undefined && id !== newest.id) {
      const because = isTaken
        ? `${taken?.by} has undone that already`
        : 'Something was done since, or it is no longer so';
      throw new UndoError(`${because}. The newest act is now: ${isIt}. To undo that, undo again.`);
    }
    if (id === undefined && newest.who !== by) {
      throw new UndoError(
        `The newest act is not yours: ${isIt}. To undo it, give its id: ${JSON.stringify(newest.id)}.`,
      );
    }
    if (id === undefined && newest.asks) {
      throw new UndoError(
        `Undoing this shows viewers more: ${isIt}. To undo it, give its id: ${JSON.stringify(newest.id)}.`,
      );
    }
    this.#acts.set(
      show,
      this.#of(show).filter((each) => each !== newest),
    );
    this.#undone.set(show, { id: newest.id, by });
    return newest;
  }

  /** An act could not be undone: it stays where it was. */
  putBack(show: string, act: KeptAct): void {
    this.#acts.set(
      show,
      [act, ...this.#of(show)].sort((a, b) => b.nr - a.nr),
    );
    if (this.#undone.get(show)?.id === act.id) this.#undone.delete(show);
  }

  #of(show: string): readonly KeptAct[] {
    return this.#acts.get(show) ?? [];
  }

  /** What does not stand is passed over: it may stand again when what came after it is undone. */
  #newest(show: string): KeptAct | undefined {
    return this.#of(show).find(({ stands }) => stands());
  }
}
