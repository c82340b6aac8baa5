import { useEffect } from 'react';

/** Whether typing into an element belongs to it, not to the page. */
function takesText(target: EventTarget | null): target is HTMLElement {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio')
  );
}

/**
 * Hands keys to `take`, wherever the focus is: `Ctrl+Enter` by that name, other keys as they are. In a field only
 * Escape, which also leaves it, and `Ctrl+Enter`; none while a dialog is open.
 */
export function useKeys(take: (key: string, event: KeyboardEvent) => boolean): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isHeld = event.ctrlKey || event.metaKey;
      if (event.altKey || (isHeld && event.key !== 'Enter') || document.querySelector('dialog[open]') !== null) return;
      if (takesText(event.target) && !isHeld) {
        if (event.key !== 'Escape') return;
        event.target.blur();
      }
      // Space and Enter press the button that has the focus.
      if (event.target instanceof HTMLButtonElement && event.key === ' ') return;
      if (take(isHeld ? 'Ctrl+Enter' : event.key, event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}
