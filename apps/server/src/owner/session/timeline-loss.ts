import type { SessionLoss } from '@okboxbox/protocol';
import { diskReason } from '../../data-files.js';
import type { Damage } from '../timeline/read-timeline.js';
import type { Stream } from './stream.js';

/** Places that are told apart; those behind that number in a segment count as one. */
const MOST_PLACES = 1_000;

/** A damaged place: from one byte of a segment to before another. `bytes` is 0 where nobody knows how many there were. */
export interface DamagedPlace {
  readonly segment: string;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** What is lost in the places that one reading of a timeline found damaged. */
export interface Loss extends Omit<SessionLoss, 'since' | 'isAccepted'> {
  readonly damaged: readonly DamagedPlace[];
  /** That the last of them was cut off: what comes to lie there is not damaged. */
  readonly isCutOff: boolean;
}

/** What is lost of a loss beside what is known already; `null` where nothing is. */
export function newIn(loss: Loss, known: readonly DamagedPlace[]): Loss | null {
  const damaged = loss.damaged.flatMap((place) => {
    const length = outside(place, known);
    return length === 0 ? [] : [{ ...place, bytes: Math.min(place.bytes, length) }];
  });
  if (damaged.length === 0) return null;
  const bytes = damaged.reduce((sum, place) => sum + place.bytes, 0);
  return { ...loss, damaged, bytes, places: damaged.length };
}

/** How much of a place is in none of the others, which lie apart. */
function outside({ segment, from, to }: DamagedPlace, others: readonly DamagedPlace[]): number {
  const within = others
    .filter((other) => other.segment === segment)
    .reduce((sum, other) => sum + Math.max(0, Math.min(to, other.to) - Math.max(from, other.from)), 0);
  return to - from - within;
}

/** Places in order, those that touch joined. */
export function joined(places: readonly DamagedPlace[]): DamagedPlace[] {
  const inOrder = [...places].sort((a, b) =>
    a.segment === b.segment ? a.from - b.from : a.segment < b.segment ? -1 : 1,
  );
  const apart: DamagedPlace[] = [];
  for (const place of inOrder) {
    const last = apart.at(-1);
    const touches = last !== undefined && last.segment === place.segment && place.from <= last.to;
    const isOneTooMany = apart.length >= MOST_PLACES && last?.segment === place.segment;
    if (last === undefined || !(touches || isOneTooMany)) apart.push(place);
    else apart[apart.length - 1] = { ...last, to: Math.max(last.to, place.to), bytes: last.bytes + place.bytes };
  }
  return apart;
}

/** Counts what is missing while a timeline is folded: each damaged place, and the numbers that the records after it skip. */
export class LossCount {
  readonly #repairs: boolean;
  #bytes = 0;
  #places = 0;
  readonly #damaged: DamagedPlace[] = [];
  #records: number | null = null;
  #from: number | null = null;
  #to: number | null = null;
  #first: { readonly file: string; readonly because: string } | null = null;
  #newestAt: number | null = null;
  /** Whether a place is damaged behind the newest record. */
  #isOpen = false;

  /** `repairs` is whether a damaged end is cut off. */
  constructor(repairs: boolean) {
    this.#repairs = repairs;
  }

  /** A place is damaged. What a crash leaves at the end was never acknowledged: relays send it again. */
  damaged({ segment, at, lostBytes, because, isInterrupted }: Damage): void {
    if (isInterrupted) return;
    this.#bytes += lostBytes;
    this.#places += 1;
    // Of a segment that is lost as a whole, whatever was in it is.
    const to = lostBytes === 0 ? Number.MAX_SAFE_INTEGER : at + lostBytes;
    this.#damaged.push({ segment, from: at, to, bytes: lostBytes });
    this.#first ??= { file: segment, because: lostBytes === 0 ? because : `${because} at byte ${at}` };
    if (this.#places === 1) this.#from = this.#newestAt;
    this.#isOpen = true;
    this.#to = null;
  }

  /** A record of a stream is about to be folded; what a relay has announced to leave out is taken by then. */
  skips(stream: Stream | undefined, seq: number): void {
    if (this.#places === 0 || stream === undefined || stream.last === 0) return;
    const missing = seq - stream.last - 1;
    if (missing > 0) this.#records = (this.#records ?? 0) + missing;
  }

  /** A record or note of an instant follows in the timeline. */
  follows(at: number): void {
    if (this.#isOpen) this.#to = at;
    this.#isOpen = false;
    this.#newestAt = at;
  }

  /** A segment, or all of it, cannot be read. */
  unreadable(segment: string, error: unknown): void {
    this.damaged({ segment, at: 0, lostBytes: 0, because: diskReason(error), isInterrupted: false });
  }

  /** What was lost; `null` where nothing was. */
  get loss(): Loss | null {
    if (this.#first === null) return null;
    return {
      bytes: this.#bytes,
      places: this.#places,
      records: this.#records,
      from: this.#from,
      to: this.#to,
      ...this.#first,
      damaged: this.#damaged,
      isCutOff: this.#repairs && this.#isOpen,
    };
  }
}
