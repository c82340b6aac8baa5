/** Emptied places in front of which nothing is moved up: below that it costs more than it saves. */
const MOVE_UP_FROM = 1_024;

/** A queue that is filled at its end, emptied at its front, and read anywhere: thousands of items, each step in no time. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The oldest; `undefined` where there is none. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the oldest off; `undefined` where there is none. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#head += 1;
    if (this.#head > MOVE_UP_FROM && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** The item at a place, counted from the oldest. */
  at(place: number): T | undefined {
    return this.#items[this.#head + place];
  }

  /** Items from one place up to and without another, counted from the oldest. */
  slice(from: number, to: number): T[] {
    return this.#items.slice(this.#head + from, this.#head + to);
  }
}
