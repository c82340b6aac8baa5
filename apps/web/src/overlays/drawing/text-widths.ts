import type { Stage } from '../draw-overlay.js';

/** Texts are set in letters of these widths before they are cut or made smaller, in per cent of the usual. */
export const WIDTHS = [100, 87, 75] as const;

/** More texts than any field has; what has been measured is forgotten then, so that a long race keeps no more than that. */
const MOST_KNOWN = 600;

/** How many are measured in one idle moment of the page. */
const EACH_IDLE = 10;
const TRIAL = 'position:absolute;visibility:hidden;width:max-content;white-space:nowrap;font-style:inherit;';

/** What was measured of a text in its element, all in px. */
export interface MeasuredText {
  /** What the element has room for; 0 where it is not laid out. */
  readonly room: number;
  /** How wide the text is in the letters of each of `WIDTHS`, if it is on one line. */
  readonly needs: readonly number[];
}

/**
 * How wide texts are. Each is measured once in the type of its element; all that has to be read of the layout is read in one batch,
 * so that the browser lays the document out once.
 */
export class TextWidths {
  readonly #stage: Stage;
  readonly #known = new Map<string, readonly number[]>();
  /** Texts that are to come, and those of them that are still to be measured. */
  readonly #expected = new Set<string>();
  readonly #waiting = new Set<string>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Forgets all that was measured: another type has been loaded. */
  forget(): void {
    this.#known.clear();
    this.#expected.clear();
  }

  /** Measures texts that are to come as soon as the page has nothing else to do: no frame has to wait for it then. */
  expect(texts: readonly string[], within: () => HTMLElement | undefined): void {
    const isAsked = this.#waiting.size > 0;
    for (const text of texts) {
      if (this.#expected.has(text)) continue;
      this.#expected.add(text);
      this.#waiting.add(text);
    }
    if (!isAsked && this.#waiting.size > 0) this.#measureIdly(within);
  }

  /** Measures the text of each element, in their order. */
  measure(elements: readonly HTMLElement[]): readonly MeasuredText[] {
    if (this.#known.size > MOST_KNOWN) this.forget();
    const letters = new Map<string, string>();
    const asked = new Map<string, readonly HTMLElement[]>();
    const keys = elements.map((element) => {
      // Elements of one class are set in the same type.
      const type = letters.get(element.className) ?? typeOf(element);
      letters.set(element.className, type);
      const text = element.textContent ?? '';
      const key = `${type}\n${text}`;
      if (text !== '' && !this.#known.has(key) && !asked.has(key)) asked.set(key, trials(element, text));
      return key;
    });
    const rooms = elements.map(roomOf);
    this.#read(asked);
    return keys.map((key, i) => ({ room: rooms[i] ?? 0, needs: this.#known.get(key) ?? [] }));
  }

  #measureIdly(within: () => HTMLElement | undefined): void {
    this.#stage.whenIdle(() => {
      const element = within();
      const texts = [...this.#waiting].slice(0, EACH_IDLE);
      for (const text of texts) this.#waiting.delete(text);
      if (this.#stage.closed.aborted || element === undefined || texts.length === 0) return;
      const type = typeOf(element);
      const unknown = texts.map((text) => [`${type}\n${text}`, text] as const).filter(([key]) => !this.#known.has(key));
      this.#read(new Map(unknown.map(([key, text]) => [key, trials(element, text)])));
      if (this.#waiting.size > 0) this.#measureIdly(within);
    });
  }

  #read(asked: ReadonlyMap<string, readonly HTMLElement[]>): void {
    for (const [key, each] of asked) this.#known.set(key, each.map(widthOf));
    for (const each of asked.values()) for (const one of each) one.remove();
  }
}

/**
 * Calls back when type has been loaded: what was measured before was measured in another one. Letters of other scripts are loaded
 * when a text first has them.
 */
export function whenTypeLoads({ fonts, closed }: Stage, then: () => void): void {
  fonts.addEventListener('loadingdone', then, { signal: closed });
}

/** All that the width of a text depends on, beside the width of its letters. */
function typeOf(element: HTMLElement): string {
  const style = styleOf(element);
  return [style.fontFamily, style.fontSize, style.fontWeight, style.letterSpacing, style.textTransform].join();
}

/** The text once more in its own element for each of `WIDTHS`: it inherits all of its type, and nothing around it changes. */
function trials(element: HTMLElement, text: string): readonly HTMLElement[] {
  const made = WIDTHS.map((width) => {
    const each = element.ownerDocument.createElement('i');
    each.style.cssText = `${TRIAL}font-stretch:${width}%`;
    each.textContent = text;
    return each;
  });
  element.append(...made);
  return made;
}

function widthOf(element: HTMLElement): number {
  // Not of its box in the viewport: graphics may be drawn larger or smaller.
  return Number.parseFloat(styleOf(element).width) || 0;
}

function roomOf(element: HTMLElement): number {
  const { width, boxSizing, paddingLeft, paddingRight } = styleOf(element);
  const padding = boxSizing === 'border-box' ? Number.parseFloat(paddingLeft) + Number.parseFloat(paddingRight) : 0;
  return (Number.parseFloat(width) || 0) - padding;
}

function styleOf(element: HTMLElement): CSSStyleDeclaration {
  const page = element.ownerDocument.defaultView;
  if (page === null) throw new Error('A text can be measured only in a document that is shown.');
  return page.getComputedStyle(element);
}
