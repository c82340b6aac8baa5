import { useEffect, useRef, useState } from 'react';

/** Rows keep their places while a pointer moved over them this recently, in ms. */
const HOLD_MS = 2_000;

/** Rows as they are drawn, and how many newer ones wait until nobody points at them any more. */
export interface HeldRows<T> {
  readonly rows: readonly T[];
  readonly waiting: number;
}

/**
 * New rows in the places of those that are drawn: each shows its newest figures, one that is gone stays as it was, and
 * what belongs above or between waits. What comes behind the last is added: it moves nothing.
 */
export function holdRows<T>(drawn: readonly T[], fresh: readonly T[], idOf: (row: T) => string | number): HeldRows<T> {
  const newest = new Map(fresh.map((row) => [idOf(row), row]));
  const isDrawn = new Set(drawn.map(idOf));
  const places = fresh.map((row) => isDrawn.has(idOf(row)));
  const behind = fresh.slice(places.lastIndexOf(true) + 1);
  const added = drawn.length === 0 || places.includes(true) ? behind : [];
  const rows = [...drawn.map((row) => newest.get(idOf(row)) ?? row), ...added];
  return { rows, waiting: places.filter((is) => !is).length - added.length };
}

/** Holds rows in their places while somebody points at them, or for as long as `isHeld` says. */
export function useHeldRows<T>(
  fresh: readonly T[],
  idOf: (row: T) => string | number,
  isHeld = false,
): HeldRows<T> & {
  readonly onPointerMove: () => void;
  readonly onPointerLeave: () => void;
  readonly release: () => void;
} {
  const drawn = useRef<readonly T[]>([]);
  const pointedAt = useRef(Number.NEGATIVE_INFINITY);
  const [, redraw] = useState(0);
  const isPointedAt = performance.now() - pointedAt.current < HOLD_MS;
  const held: HeldRows<T> = isHeld || isPointedAt ? holdRows(drawn.current, fresh, idOf) : { rows: fresh, waiting: 0 };
  drawn.current = held.rows;
  const { waiting } = held;
  useEffect(() => {
    if (waiting === 0) return;
    const timer = setInterval(() => redraw((count) => count + 1), HOLD_MS / 4);
    return () => clearInterval(timer);
  }, [waiting]);
  return {
    ...held,
    onPointerMove: () => {
      pointedAt.current = performance.now();
    },
    onPointerLeave: () => {
      pointedAt.current = Number.NEGATIVE_INFINITY;
    },
    release: () => {
      pointedAt.current = Number.NEGATIVE_INFINITY;
      drawn.current = fresh;
      redraw((count) => count + 1);
    },
  };
}
