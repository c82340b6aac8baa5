import { HOLD_MS, OrderHold } from '@okboxbox/race-view';
import { useEffect, useRef, useState } from 'react';

/** The order that rows are drawn in, and what to tell of the pointer. */
export function useShownOrder(order: readonly number[]): {
  readonly shown: readonly number[];
  readonly onPointerMove: () => void;
  readonly onPointerLeave: () => void;
} {
  const hold = useRef<OrderHold>(null);
  hold.current ??= new OrderHold(order);
  const [, redraw] = useState(0);
  const shown = hold.current.shown(order, performance.now());
  useEffect(() => {
    if (shown === order) return;
    const timer = setTimeout(() => redraw((n) => n + 1), HOLD_MS / 4);
    return () => clearTimeout(timer);
  });
  return {
    shown,
    onPointerMove: () => hold.current?.point(performance.now()),
    onPointerLeave: () => {
      hold.current?.leave();
      redraw((n) => n + 1);
    },
  };
}
