/**
 * The last so many points of several rows of figures, in memory that is taken once. All rows go on together: what is not
 * said of a row at a point is not known there.
 */
export class HistoryTable {
  readonly #values: Float64Array;
  readonly #points: number;
  /** Where the newest point of every row is. */
  #newest = 0;

  constructor(rows: number, points: number) {
    this.#points = points;
    this.#values = new Float64Array(rows * points).fill(Number.NaN);
  }

  /** What it takes, in bytes, whatever is in it. */
  get bytes(): number {
    return this.#values.byteLength;
  }

  /** Goes on by so many points, at which nothing is known yet. */
  advance(steps: number): void {
    for (let step = Math.min(steps, this.#points); step > 0; step--) {
      this.#newest = (this.#newest + 1) % this.#points;
      for (let at = this.#newest; at < this.#values.length; at += this.#points) this.#values[at] = Number.NaN;
    }
  }

  /** Sets the newest point of a row. */
  set(row: number, value: number | null): void {
    this.#values[row * this.#points + this.#newest] = value ?? Number.NaN;
  }

  /** Forgets a row's points. */
  clear(row: number): void {
    this.#values.fill(Number.NaN, row * this.#points, (row + 1) * this.#points);
  }

  /** A row's points, oldest first. */
  read(row: number): (number | null)[] {
    return Array.from({ length: this.#points }, (_, i) => {
      const value = this.#values[row * this.#points + ((this.#newest + 1 + i) % this.#points)] as number;
      return Number.isNaN(value) ? null : value;
    });
  }
}
