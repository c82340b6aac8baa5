/** The speed of a line is measured over this much of the last time in which it was kept busy, in ms. */
const MEASURED_MS = 3_000;
/** However many batches arrive, no more of them are remembered. */
const MOST_ARRIVALS = 512;

interface Arrival {
  readonly at: number;
  /** Bytes that had arrived by then. */
  readonly total: number;
}

/** How fast batches arrive over a line. */
export class LineSpeed {
  /** All of late, oldest first. */
  #arrivals: Arrival[] = [];
  /** Those since when the line is kept busy, oldest first. */
  #busy: Arrival[] = [];
  #total = 0;
  /** Bytes that had arrived when the newest came that had waited. */
  #waitedAt = Number.NEGATIVE_INFINITY;

  /** Bytes a second that the line carries; `null` where it was not kept busy for long enough to tell. */
  get bytesPerS(): number | null {
    const first = this.#busy[0];
    const last = this.#busy.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < MEASURED_MS) return null;
    return ((last.total - first.total) * 1000) / (last.at - first.at);
  }

  /** A batch has arrived. */
  arrived(bytes: number, now: number): void {
    this.#total += bytes;
    this.#arrivals.push({ at: now, total: this.#total });
    if (this.#arrivals.length > MOST_ARRIVALS) this.#arrivals.splice(0, MOST_ARRIVALS / 2);
  }

  /**
   * Says of the batch that has just arrived whether it waited on the line, behind others: only a line on which something
   * waits at least once in two windows is busy, and shows its speed.
   */
  waited(hasWaited: boolean, windowBytes: number, now: number): void {
    if (hasWaited) this.#waitedAt = this.#total;
    if (this.#total - this.#waitedAt > 2 * windowBytes) {
      this.isIdle();
      return;
    }
    this.#busy.push({ at: now, total: this.#total });
    // The newest that lies that far back stays: from there on is measured.
    while ((this.#busy[1]?.at ?? now) <= now - MEASURED_MS) this.#busy.shift();
  }

  /** The line has nothing to carry. */
  isIdle(): void {
    this.#busy = [];
  }

  /**
   * How long the line takes for some bytes, by how fast batches have come of those that were on their way at `since`;
   * `null` where only one has.
   */
  msFor(bytes: number, since: number): number | null {
    const first = this.#arrivals.find(({ at }) => at > since);
    const last = this.#arrivals.at(-1);
    if (first === undefined || last === undefined || first.total === last.total) return null;
    return (bytes * (last.at - first.at)) / (last.total - first.total);
  }
}
