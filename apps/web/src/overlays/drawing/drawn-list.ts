/** Something drawn for one item of a list. */
export interface Drawn {
  readonly element: HTMLElement;
}

/** The elements of a list, kept by key: an item that stays keeps its element, in the order in which the items are. */
export class DrawnList<Key, Item extends Drawn> {
  readonly #parent: HTMLElement;
  readonly #make: (key: Key) => Item;
  readonly #onGone: (item: Item) => void;
  readonly #items = new Map<Key, Item>();

  constructor(parent: HTMLElement, make: (key: Key) => Item, onGone: (item: Item) => void = () => undefined) {
    this.#parent = parent;
    this.#make = make;
    this.#onGone = onGone;
  }

  /** The items of these keys: made where they are new, taken out where they are not among them. */
  show(keys: readonly Key[]): readonly Item[] {
    const wanted = new Set(keys);
    for (const [key, item] of this.#items) {
      if (wanted.has(key)) continue;
      item.element.remove();
      this.#items.delete(key);
      this.#onGone(item);
    }
    return keys.map((key, place) => {
      const item = this.#items.get(key) ?? this.#make(key);
      this.#items.set(key, item);
      const there = this.#parent.children[place];
      if (there !== item.element) this.#parent.insertBefore(item.element, there ?? null);
      return item;
    });
  }
}
