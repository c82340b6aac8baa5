import { type Stage, setText } from '../draw-overlay.js';
import { whenTypeLoads } from '../drawing/text-widths.js';

/** What a text of two lines is set in until it fits: width of its letters in per cent, size in px. */
const STEPS = [
  [100, 32],
  [87, 32],
  [75, 32],
  [75, 28],
  [75, 24],
  [75, 20],
] as const;

/** The text of a message on at most two lines: it narrows, then becomes smaller, and is cut only after that. */
export class MessageText {
  readonly element: HTMLElement;

  constructor(stage: Stage) {
    this.element = stage.create('div', 'message-text');
    whenTypeLoads(stage, () => this.#fit());
  }

  /** Shows a text. */
  show(text: string): void {
    if (setText(this.element, text)) this.#fit();
  }

  #fit(): void {
    const { style } = this.element;
    // Letters may reach a little over their line; one line more is more than half of their size.
    for (const [width, size] of STEPS) {
      style.fontStretch = `${width}%`;
      style.fontSize = `${size}px`;
      if (this.element.scrollHeight <= this.element.clientHeight + size / 2) return;
    }
  }
}
