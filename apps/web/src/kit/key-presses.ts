/** What a press is judged by: a part of the browser's `KeyboardEvent`. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly repeat: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly isComposing: boolean;
}

/** Where a press goes: to text, to a button, or to the page. */
export type PressTarget = 'text' | 'button' | 'page';

/** What is done with a press; what is `swallowed` does nothing at all, not even what the browser does with it. */
export type Handling = 'passed' | 'leaves the field' | 'taken' | 'swallowed';

const ARROWS = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];

/** Keys that go on while they are held, unless a page says otherwise: those that go from one row to another. */
export function isArrow(name: string): boolean {
  return ARROWS.includes(name);
}

/** Keys of the bottom row that carry a letter on keyboards of other scripts. */
const PLACES: Readonly<Record<string, string>> = { Comma: ',', Period: '.', Slash: '/', Minus: '-', Equal: '+' };

/**
 * The names that a press goes by, the surest first. A digit of the top row goes by its place, as some keyboards print
 * other signs there; a letter by what is printed on the key, without regard to Caps Lock; a key of a keyboard without
 * Latin letters by the letter that is at its place elsewhere.
 */
export function namesOf({ key, code, shiftKey, ctrlKey, metaKey }: KeyPress): readonly string[] {
  if (ctrlKey || metaKey) return key === 'Enter' ? ['Ctrl+Enter'] : [];
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return [`${shiftKey ? 'Shift+' : ''}${digit}`, ...(key === digit ? [] : [key])];
  if (/^[A-Z]$/.test(key)) return [key.toLowerCase()];
  if (key.length !== 1 || key <= '~') return [key];
  const letter = /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? PLACES[code];
  return letter === undefined ? [key] : [letter];
}

/**
 * Decides what becomes of presses. A key that is held is one press, but for those that the page lets repeat; a press that
 * led into a field types nothing there while it is held.
 */
export class KeyPresses {
  #heldByPage: string | null = null;

  /** `take` does what a key is for and says whether it is for anything; `repeats` names keys that go on while held. */
  press(
    press: KeyPress,
    target: PressTarget,
    take: (name: string) => boolean,
    repeats: (name: string) => boolean,
  ): Handling {
    const names = press.altKey || press.isComposing ? [] : namesOf(press);
    if (press.repeat) {
      if (this.#heldByPage !== press.code) return 'passed';
      if (target !== 'text' && names.some((name) => repeats(name) && take(name))) return 'taken';
      return 'swallowed';
    }
    this.#heldByPage = null;
    if (target === 'text' && names[0] !== 'Ctrl+Enter') {
      if (names[0] !== 'Escape') return 'passed';
      this.#heldByPage = press.code;
      return 'leaves the field';
    }
    // Space and Enter press the button that has the focus.
    if (target === 'button' && (names[0] === ' ' || names[0] === 'Enter')) return 'passed';
    if (!names.some(take)) return 'passed';
    this.#heldByPage = press.code;
    return 'taken';
  }
}
