import type { SeqRanges, Watermarks } from '@okboxbox/protocol';

/**
 * A server takes no more than a hundred parts that are left out: with this many, one is filled before another is left out.
 */
const MOST_GAPS = 64;

/** Records to be sent next. */
export interface Due {
  readonly from: number;
  readonly to: number;
  /** Whether they are at the end of the stream, or fill what was left out. */
  readonly isLive: boolean;
}

interface Range {
  next: number;
  readonly to: number;
}

/**
 * In which order a stream's records go to a server: what is live first, then what was left out of it, in order. Where
 * nothing was left out, that is the order in which they were captured.
 */
export class SendOrder {
  /** What the server has. */
  #have: SeqRanges;
  /** Where a server begins that has nothing. */
  readonly #start: () => number;
  /** What was left out, up to this number. */
  #aheadOf = 0;
  /** Number of the next record at the end of the stream; and what of the records before it is to be sent. */
  #live = 0;
  #gaps: Range[] = [];

  constructor(have: SeqRanges, start: () => number) {
    this.#have = have;
    this.#start = start;
    this.rewind();
  }

  get have(): SeqRanges {
    return this.#have;
  }

  /** How far the server has said that it has all. */
  get acknowledged(): Watermarks['acknowledged'] {
    return this.#have[0]?.[1] ?? 0;
  }

  /** How many records the server has. */
  get count(): number {
    return this.#have.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  }

  /** How many it has still to get, of a stream that ends with `last`. */
  left(last: number): number {
    const begin = this.#have[0]?.[0] ?? this.#start();
    return Math.max(0, last - begin + 1 - this.count);
  }

  /** How many of a stream that ends with `last` are not on their way, and the number of the first of them. */
  unsent(last: number): { readonly count: number; readonly first: number } {
    const left = this.#gaps.reduce((sum, { next, to }) => sum + to - next + 1, 0);
    const first = this.#gaps.reduce((least, { next }) => Math.min(least, next), this.#live);
    return { count: left + Math.max(0, last - this.#live + 1), first };
  }

  /** Whether all up to `last` has been acknowledged. */
  hasAll(last: number): boolean {
    return this.acknowledged >= last;
  }

  /** Says what the server has by now. */
  acknowledge(have: SeqRanges): void {
    this.#have = have;
  }

  /** Nothing is on its way: whatever the server has not, goes again. */
  rewind(): void {
    const first = this.#have[0];
    if (first === undefined) {
      this.#live = this.#start();
      this.#gaps = [];
      return;
    }
    this.#gaps = this.#have.slice(1).map(([from], i) => ({ next: (this.#have[i]?.[1] ?? 0) + 1, to: from - 1 }));
    this.#live = (this.#have.at(-1)?.[1] ?? 0) + 1;
    if (this.#live > this.#aheadOf) return;
    this.#gaps.push({ next: this.#live, to: this.#aheadOf });
    this.#live = this.#aheadOf + 1;
  }

  /** What is to be sent next of a stream that ends with `last`; `null` where all has been sent. */
  next(last: number): Due | null {
    if (this.#live <= last) return { from: this.#live, to: last, isLive: true };
    const gap = this.#gaps[0];
    return gap === undefined ? null : { from: gap.next, to: gap.to, isLive: false };
  }

  /** Whether so much is left out, in parts, that nothing more can be. */
  get isCrowded(): boolean {
    return this.#gaps.length >= MOST_GAPS;
  }

  /** The smallest part that was left out; `null` where there is none. */
  get smallestGap(): Due | null {
    const sizeOf = ({ next, to }: Range) => to - next;
    const [first, ...rest] = this.#gaps;
    if (first === undefined) return null;
    const { next, to } = rest.reduce((least, gap) => (sizeOf(gap) < sizeOf(least) ? gap : least), first);
    return { from: next, to, isLive: false };
  }

  /** All of what is due was sent up to a number. */
  sent({ from, isLive }: Due, to: number): void {
    if (isLive) {
      this.#live = to + 1;
      return;
    }
    const place = this.#gaps.findIndex(({ next }) => next === from);
    const gap = this.#gaps[place];
    if (gap === undefined) return;
    gap.next = to + 1;
    if (gap.next > gap.to) this.#gaps.splice(place, 1);
  }

  /** Goes on behind `to`; what is left out follows behind what is live. */
  goAhead(to: number): void {
    this.#gaps.push({ next: this.#live, to });
    this.#aheadOf = to;
    this.#live = to + 1;
  }
}
