import { type FocusEvent, useRef, useState } from 'react';
import { HeldList, type HeldRow } from './held-list.js';

/** A list that stands still while the pointer is over it or the keyboard is in it, and what its element needs for that. */
export function useHeldList<Item extends { readonly id: string }>(
  items: readonly Item[],
): { readonly rows: readonly HeldRow<Item>[]; readonly reading: object } {
  const list = useRef<HeldList<Item>>(null);
  list.current ??= new HeldList();
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  return {
    rows: list.current.rows(items, isPointed || isFocused),
    reading: {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      // A row that was pressed with the pointer keeps the focus: that alone is no reading.
      onFocus: ({ target }: FocusEvent) => setFocused(target.matches(':focus-visible')),
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
        if (!currentTarget.contains(relatedTarget)) setFocused(false);
      },
    },
  };
}
