import { type Stage, setText } from '../draw-overlay.js';
import { WIDTHS, whenTypeLoads } from './text-widths.js';

/**
 * Texts in one line that share its room, and narrow together until it is enough. What each has depends on all, so the layout
 * is read again at each step: for texts that seldom change.
 */
export class TextsInLine {
  readonly #texts = new Set<HTMLElement>();
  #isChanged = false;

  constructor(stage: Stage) {
    whenTypeLoads(stage, () => {
      this.#isChanged = true;
      this.fit();
    });
  }

  /** Sets the text of one of them, an element of the class `fitted`. */
  set(element: HTMLElement, text: string): void {
    const isNew = !this.#texts.has(element);
    this.#texts.add(element);
    if (setText(element, text) || isNew) this.#isChanged = true;
  }

  /** Takes one out that is not shown any more. */
  drop(element: HTMLElement): void {
    if (this.#texts.delete(element)) this.#isChanged = true;
  }

  /** Narrows them, where one has changed: to be called once all are set. */
  fit(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    for (const width of WIDTHS) {
      for (const text of this.#texts) text.style.fontStretch = `${width}%`;
      if ([...this.#texts].every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)) return;
    }
  }
}
