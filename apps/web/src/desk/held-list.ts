/** A row of a list that is held: `isOver` where the list itself does not have it any more. */
export interface HeldRow<Item> {
  readonly item: Item;
  readonly isOver: boolean;
}

/**
 * Keeps the rows of a list where they are while somebody reads it: what is new comes to its end, and what is over stays in
 * its place. Pure, so that it can be tested without a page.
 */
export class HeldList<Item extends { readonly id: string }> {
  #shown: readonly HeldRow<Item>[] = [];

  /** The rows to show; `isHeld` while somebody reads them. */
  rows(items: readonly Item[], isHeld: boolean): readonly HeldRow<Item>[] {
    const byId = new Map(items.map((item) => [item.id, item]));
    const kept = isHeld ? this.#shown : [];
    const before = kept.map(({ item }) => {
      const newest = byId.get(item.id);
      byId.delete(item.id);
      return { item: newest ?? item, isOver: newest === undefined };
    });
    this.#shown = [...before, ...[...byId.values()].map((item) => ({ item, isOver: false }))];
    return this.#shown;
  }
}
