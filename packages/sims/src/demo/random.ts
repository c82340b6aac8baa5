/** Numbers that look random and are the same for the same seed on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  /** `seed` is any text. */
  constructor(seed: string) {
    // FNV-1a over the text, three times with different beginnings.
    [this.#a, this.#b, this.#c] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b].map((basis) => {
      let hash = basis;
      for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
      return hash >>> 0;
    }) as [number, number, number];
    for (let i = 0; i < 20; i++) this.next();
  }

  /** From 0 up to, not including, 1. Chris Doty-Humphrey's sfc32, from PractRand. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  between(min: number, max: number): number {
    return min + (max - min) * this.next();
  }

  /** A whole number from 0 up to, not including, `count`. */
  index(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** About normal, around 0, most within 1: the sum of four even ones. */
  spread(): number {
    return this.next() + this.next() + this.next() + this.next() - 2;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.index(from.length)] as T;
  }
}
