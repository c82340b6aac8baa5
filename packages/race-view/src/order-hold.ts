/** Rows do not move under a pointer that moved this recently, in ms. */
export const HOLD_MS = 2_000;

/** Holds an order back while somebody points at it. Pure, so that time can be given. */
export class OrderHold {
  #shown: readonly number[];
  #pointedAt = Number.NEGATIVE_INFINITY;

  constructor(order: readonly number[]) {
    this.#shown = order;
  }

  /** The pointer moved over the rows. */
  point(now: number): void {
    this.#pointedAt = now;
  }

  /** The pointer left. */
  leave(): void {
    this.#pointedAt = Number.NEGATIVE_INFINITY;
  }

  /** The order to show. Cars that came or went are never held back. */
  shown(order: readonly number[], now: number): readonly number[] {
    const sameCars = order.length === this.#shown.length && order.every((car) => this.#shown.includes(car));
    if (!sameCars || now - this.#pointedAt >= HOLD_MS) this.#shown = order;
    return this.#shown;
  }
}
