import { type Stage, setText } from '../draw-overlay.js';
import { type MeasuredText, TextWidths, WIDTHS, whenTypeLoads } from './text-widths.js';

/**
 * Texts that narrow together, each in a column whose width does not depend on it: all of them as much as the longest needs, and
 * that is cut only at the narrowest.
 */
export class FittedTexts {
  readonly #texts = new Set<HTMLElement>();
  readonly #widths: TextWidths;
  #width: number = WIDTHS[0];
  #isChanged = false;

  constructor(stage: Stage) {
    this.#widths = new TextWidths(stage);
    whenTypeLoads(stage, () => {
      this.#widths.forget();
      this.#isChanged = true;
      this.fit();
    });
  }

  /** Sets the text of one of them, an element of the class `fitted`. */
  set(element: HTMLElement, text: string): void {
    const isNew = !this.#texts.has(element);
    if (isNew) element.style.fontStretch = `${this.#width}%`;
    this.#texts.add(element);
    if (setText(element, text) || isNew) this.#isChanged = true;
  }

  /** Has texts measured that will be set: those of a whole field, of which a part is shown. Elements are to be of one class. */
  expect(texts: readonly string[]): void {
    this.#widths.expect(texts, () => this.#texts.values().next().value);
  }

  /** Takes one out that is not shown any more. */
  drop(element: HTMLElement): void {
    if (this.#texts.delete(element)) this.#isChanged = true;
  }

  /** Narrows them, where one has changed: to be called once all are set. */
  fit(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const measured = this.#widths.measure([...this.#texts]);
    const width = WIDTHS.find((_, step) => measured.every((each) => fits(each, step))) ?? WIDTHS.at(-1);
    if (width === undefined || width === this.#width) return;
    this.#width = width;
    for (const text of this.#texts) text.style.fontStretch = `${width}%`;
  }
}

/** Whether a text has room in letters of a step of `WIDTHS`; one that is not laid out needs none. */
function fits({ room, needs }: MeasuredText, step: number): boolean {
  return room <= 0 || (needs[step] ?? 0) <= room;
}
