import { useEffect } from 'react';

/** Whether typing into an element belongs to it, not to the page. */
function takesText(target: EventTarget | null): target is HTMLElement {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio')
  );
}

/** Hands keys to `take`, wherever the focus is; in a field only Escape, which also leaves it; none while a dialog is open. */
export function useKeys(take: (key: string, event: KeyboardEvent) => boolean): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
      if (takesText(event.target)) {
        if (event.key !== 'Escape') return;
        event.target.blur();
      }
      if (take(event.key, event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}
