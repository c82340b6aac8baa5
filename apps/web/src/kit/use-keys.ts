import { useEffect, useRef } from 'react';
import { isArrow, KeyPresses, type PressTarget } from './key-presses.js';

const TEXTLESS = ['checkbox', 'radio', 'color', 'range', 'file', 'button'];

function targetOf(target: EventTarget | null): PressTarget {
  if (target instanceof HTMLButtonElement) return 'button';
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return 'text';
  return target instanceof HTMLInputElement && !TEXTLESS.includes(target.type) ? 'text' : 'page';
}

/**
 * Hands keys to `take`, wherever the focus is, by the names of `namesOf`: `Ctrl+Enter`, `Shift+1`, letters in lower case,
 * other keys as the browser names them. In a field only `Ctrl+Enter`, and Escape leaves it and does nothing else; none
 * while a dialog is open. `repeats` says which keys go on while they are held; usually the arrows alone.
 */
export function useKeys(take: (name: string) => boolean, repeats: (name: string) => boolean = isArrow): void {
  const presses = useRef<KeyPresses>(null);
  presses.current ??= new KeyPresses();
  const newest = useRef({ take, repeats });
  useEffect(() => {
    newest.current = { take, repeats };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // Another part of the page has taken it.
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
      const now = newest.current;
      const handling = presses.current?.press(event, targetOf(event.target), now.take, now.repeats);
      if (handling === 'leaves the field' && event.target instanceof HTMLElement) event.target.blur();
      if (handling !== 'passed') event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
