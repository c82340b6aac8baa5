import { type Stage, setText } from '../draw-overlay.js';

/** Texts narrow in these steps before they are cut or made smaller, in per cent. */
export const WIDTHS = [100, 87, 75] as const;

/** Texts that narrow together: all of them as much as the longest needs, and that is cut only at the narrowest. */
export class FittedTexts {
  readonly #texts = new Set<HTMLElement>();
  #isChanged = false;

  constructor({ fonts }: Stage) {
    // Widths were measured in another type before this one was there.
    void fonts.ready.then(() => {
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
    this.#isChanged ||= this.#texts.delete(element);
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
