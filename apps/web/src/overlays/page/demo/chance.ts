/** A number from 0 up to 1 that depends on what it is given and on nothing else: the demo's only source of chance. */
export function chance(...of: readonly number[]): number {
  let mixed = 0x9e3779b9;
  for (const each of of) {
    mixed = Math.imul(mixed ^ Math.trunc(each), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return (mixed >>> 0) / 2 ** 32;
}

/** The same things in an order that depends on the seed alone. */
export function shuffled<T>(seed: number, things: readonly T[]): readonly T[] {
  return things
    .map((thing, i) => ({ thing, by: chance(seed, i, things.length) }))
    .sort((a, b) => a.by - b.by)
    .map(({ thing }) => thing);
}
