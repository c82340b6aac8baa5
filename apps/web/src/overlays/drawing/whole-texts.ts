import { type Stage, setText } from '../draw-overlay.js';
import { WIDTHS } from './fitted-texts.js';

/** Texts that are never cut, such as car numbers: each narrows as far as it needs, and is smaller where that is not enough. */
export class WholeTexts {
  readonly #texts = new Set<HTMLElement>();
  readonly #unfitted = new Set<HTMLElement>();

  constructor({ fonts }: Stage) {
    // Widths were measured in another type before this one was there.
    void fonts.ready.then(() => {
      for (const text of this.#texts) this.#unfitted.add(text);
      this.fit();
    });
  }

  /** Sets the text of one of them, an element as wide as its column. */
  set(element: HTMLElement, text: string): void {
    const isNew = !this.#texts.has(element);
    this.#texts.add(element);
    if (setText(element, text) || isNew) this.#unfitted.add(element);
  }

  /** Takes one out that is not shown any more. */
  drop(element: HTMLElement): void {
    this.#texts.delete(element);
    this.#unfitted.delete(element);
  }

  /** Fits those that have changed: to be called once all are set. */
  fit(): void {
    for (const text of this.#unfitted) {
      // What is not laid out now has no width: it is fitted at the next call.
      if (text.clientWidth === 0) continue;
      fitWhole(text);
      this.#unfitted.delete(text);
    }
  }
}

function fitWhole(text: HTMLElement): void {
  text.style.fontSize = '';
  text.style.fontStretch = '';
  const fits = () => text.scrollWidth <= text.clientWidth;
  for (const width of WIDTHS) {
    if (fits()) return;
    text.style.fontStretch = `${width}%`;
  }
  if (fits()) return;
  const usual = Number.parseFloat(text.ownerDocument.defaultView?.getComputedStyle(text).fontSize ?? '');
  // To a tenth of a pixel, and never above what fits.
  const fitting = Math.floor((usual * 10 * text.clientWidth) / text.scrollWidth) / 10;
  text.style.fontSize = `${fitting}px`;
}
