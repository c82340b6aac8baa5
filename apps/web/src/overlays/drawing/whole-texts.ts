import { type Stage, setText } from '../draw-overlay.js';
import { type MeasuredText, TextWidths, WIDTHS, whenTypeLoads } from './text-widths.js';

/** Texts that are never cut, such as car numbers: each narrows as far as it needs, and is smaller where that is not enough. */
export class WholeTexts {
  readonly #texts = new Set<HTMLElement>();
  readonly #unfitted = new Set<HTMLElement>();
  readonly #widths: TextWidths;

  constructor(stage: Stage) {
    this.#widths = new TextWidths(stage);
    whenTypeLoads(stage, () => {
      this.#widths.forget();
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

  /** Has texts measured that will be set: those of a whole field, of which a part is shown. Elements are to be of one class. */
  expect(texts: readonly string[]): void {
    this.#widths.expect(texts, () => this.#texts.values().next().value);
  }

  /** Takes one out that is not shown any more. */
  drop(element: HTMLElement): void {
    this.#texts.delete(element);
    this.#unfitted.delete(element);
  }

  /** Fits those that have changed: to be called once all are set. */
  fit(): void {
    if (this.#unfitted.size === 0) return;
    const texts = [...this.#unfitted];
    for (const { style } of texts) {
      style.fontSize = '';
      style.fontStretch = '';
    }
    const usual = texts.map(usualOf);
    const measured = this.#widths.measure(texts);
    for (const [i, text] of texts.entries()) {
      const [each, its] = [measured[i], usual[i]];
      // What is not laid out now has no width: it is fitted at the next call.
      if (each === undefined || its === undefined || each.room <= 0) continue;
      fitWhole(text, each, its);
      this.#unfitted.delete(text);
    }
  }
}

/** How a text is set by its style sheet: the width of its letters in per cent, and their size in px. */
interface UsualType {
  readonly width: number;
  readonly size: number;
}

function usualOf(text: HTMLElement): UsualType {
  const style = text.ownerDocument.defaultView?.getComputedStyle(text);
  return {
    width: Number.parseFloat(style?.fontStretch ?? ''),
    size: Number.parseFloat(style?.fontSize ?? ''),
  };
}

function fitWhole({ style }: HTMLElement, { room, needs }: MeasuredText, usual: UsualType): void {
  const fitting = WIDTHS.find((width, step) => width <= usual.width && (needs[step] ?? 0) <= room);
  const width = fitting ?? WIDTHS.at(-1) ?? usual.width;
  if (width !== usual.width) style.fontStretch = `${width}%`;
  if (fitting !== undefined) return;
  // To a tenth of a pixel, and never above what fits.
  style.fontSize = `${Math.floor((usual.size * 10 * room) / (needs.at(-1) ?? room)) / 10}px`;
}
