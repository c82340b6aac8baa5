import type { DirectorAct, UndoableAct } from '@okboxbox/protocol';
import type { Clock } from '../../clock.js';
import type { Undone } from '../../directory/show-desk.js';
import type { Stored } from '../../unsaved-settings.js';
import { UndoStack, type WayBack } from './undo-stack.js';

/** Acts of a show's directors that the desk lists. */
const MAX_ACTS = 50;

export interface DeskActsDeps {
  readonly clock: Clock;
  readonly audit: (who: string, action: string, detail: object) => void;
}

/** What directors have done: each act listed on the desk, in the audit trail, and undone where it can be. */
export class DeskActs {
  readonly #deps: DeskActsDeps;
  readonly #acts = new Map<string, DirectorAct[]>();
  readonly #undo = new UndoStack();

  constructor(deps: DeskActsDeps) {
    this.#deps = deps;
  }

  /** The acts of a show, newest first. */
  list(show: string): readonly DirectorAct[] {
    return this.#acts.get(show) ?? [];
  }

  /** What the next undo would undo; `null` where there is nothing. */
  undoable(show: string): UndoableAct | null {
    return this.#undo.newest(show);
  }

  /** Notes an act with what it changed; `more` is for the audit trail alone. */
  note(show: string, who: string, act: string, from: unknown, to: unknown, more: object = {}): void {
    const at = Math.round(this.#deps.clock.now());
    this.#acts.set(show, [{ at, who, act, from, to }, ...this.list(show)].slice(0, MAX_ACTS));
    this.#deps.audit(who, act, { show, from, to, ...more });
  }

  /** Keeps how an act is undone; `null` where there is nothing to undo. */
  keep(show: string, who: string, back: WayBack | null): void {
    if (back !== null) this.#undo.add(show, { at: Math.round(this.#deps.clock.now()), who }, back);
  }

  /**
   * Undoes the newest act that can be undone. `id` is the one that its director means; without it, it must be their own.
   * @throws UndoError where it is another one
   */
  async undo(show: string, who: string, id: string | undefined): Promise<Stored & Undone> {
    const act = this.#undo.take(show, who, id);
    let stored: Stored;
    try {
      stored = await act.undo();
    } catch (error) {
      this.#undo.putBack(show, act);
      throw error;
    }
    const undone = { id: act.id, at: act.at, who: act.who, says: act.says };
    this.note(show, who, 'show:undo', undone, null);
    return { undone, ...stored };
  }
}
