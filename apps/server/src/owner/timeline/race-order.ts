import { readRecord } from '@okboxbox/protocol';
import { placeOf } from './place-of.js';
import { type Damage, type PlacedRecord, readTimeline } from './read-timeline.js';
import { BEGINNING, type FilePlace, type Lsn, type Note, type TimelineRecord } from './segment-format.js';

/** What to do where a relay went ahead and has not sent all that it left out. */
export type OpenGaps =
  /** What has come of it is given where it lies, marked as `late`. */
  | 'late'
  /** What has come of it is given in its place. */
  | 'in-place'
  /** Reading ends before it. */
  | 'stop';

/** A record in the order of the race. */
export interface OrderedRecord {
  readonly record: TimelineRecord;
  /** It belongs into a gap that is not filled yet, and so comes behind records of later instants. */
  readonly late: boolean;
}

export interface RaceOrderOptions {
  readonly openGaps: OpenGaps;
  readonly repair: boolean;
  readonly onDamage: (damage: Damage) => void;
  /** Reads what comes behind this record, and up to with that one; from the beginning and to the end where absent. */
  readonly from?: Lsn;
  readonly to?: Lsn;
}

type WentAhead = Extract<Note, { note: 'went-ahead' }>;

/** A gap of a stream, and how far it is filled by the end of what is read. */
interface KnownGap {
  readonly stream: number;
  readonly from: number;
  readonly to: number;
  next: number;
  /** Where to begin to look for what fills it. */
  readonly after: FilePlace;
  /** Whether its records were given in their place. */
  isGiven: boolean;
}

/**
 * Reads a timeline in the order of the race: what a relay went ahead of and sent later is given where it went ahead, as
 * if it had sent all in order at that moment. Reading may go on where it ended.
 */
export class RaceOrder {
  readonly #dir: string;
  readonly #gaps: KnownGap[] = [];
  /** Where reading ended: most go on from there. */
  #end = BEGINNING;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The number behind which a timeline that was read to its end goes on, also where what was written last is lost. */
  get end(): Lsn {
    return this.#end.lsn;
  }

  /** Returns behind which record reading is to go on. */
  async *read(options: RaceOrderOptions): AsyncGenerator<OrderedRecord, Lsn> {
    const { from = 0, to = Number.POSITIVE_INFINITY, openGaps, repair, onDamage } = options;
    const start = this.#end.lsn === from ? this.#end : await placeOf(this.#dir, from);
    const records = readTimeline(this.#dir, { repair, onDamage, from: start, writtenTo: from });
    const endAt = (place: FilePlace) => {
      this.#end = place;
      return place.lsn;
    };
    let before = start;
    let isLookedThrough = false;
    try {
      for (;;) {
        const next = await records.next();
        if (next.done) return endAt(next.value.lsn < from ? { ...next.value, lsn: from } : next.value);
        const { record, end } = next.value;
        if (end.lsn > to) return endAt(before);
        if (record.type === 'note' && record.note.note === 'went-ahead') {
          if (!isLookedThrough) await this.#lookThrough(before, to);
          isLookedThrough = true;
          const gap = this.#gapOf(record.note.stream, record.note.from);
          const isFilled = gap !== undefined && gap.next > gap.to;
          if (!isFilled && openGaps === 'stop') return endAt(before);
          if (gap !== undefined && (isFilled || openGaps === 'in-place')) {
            gap.isGiven = true;
            for await (const filling of this.#recordsOf(gap, to)) yield { record: filling, late: false };
          } else yield { record, late: false };
        } else {
          const gap = this.#gapOfRecord(record);
          if (!gap?.isGiven) yield { record, late: gap !== undefined };
        }
        before = end;
        // What is behind it may just be written.
        if (end.lsn >= to) return endAt(end);
      }
    } finally {
      await records.return(before);
    }
  }

  /** Finds all gaps from a place on, and how far each is filled. */
  async #lookThrough(from: FilePlace, to: Lsn): Promise<void> {
    for await (const { record, end } of this.#upTo(from, to)) {
      if (record.type === 'note' && record.note.note === 'went-ahead') this.#know(record.note, end);
      else {
        const gap = this.#gapOfRecord(record);
        if (gap !== undefined) gap.next = Math.max(gap.next, lastOf(record) + 1);
      }
    }
  }

  #know({ stream, from, to }: WentAhead, after: FilePlace): void {
    if (this.#gapOf(stream, from) === undefined) {
      this.#gaps.push({ stream, from, to, next: from, after, isGiven: false });
    }
  }

  async *#recordsOf(gap: KnownGap, to: Lsn): AsyncGenerator<TimelineRecord> {
    let next = gap.from;
    for await (const { record } of this.#upTo(gap.after, to)) {
      if (this.#gapOfRecord(record) !== gap) continue;
      yield record;
      next = lastOf(record) + 1;
      if (next > gap.to) return;
    }
  }

  async *#upTo(from: FilePlace, to: Lsn): AsyncGenerator<PlacedRecord> {
    for await (const placed of readTimeline(this.#dir, { repair: false, onDamage: () => undefined, from })) {
      if (placed.end.lsn > to) return;
      yield placed;
    }
  }

  #gapOf(stream: number, seq: number): KnownGap | undefined {
    return this.#gaps.find((gap) => gap.stream === stream && seq >= gap.from && seq <= gap.to);
  }

  #gapOfRecord(record: TimelineRecord): KnownGap | undefined {
    if (this.#gaps.length === 0) return undefined;
    if (record.type === 'captured') return this.#gapOf(record.stream, readRecord(record.bytes).seq);
    if (record.note.note === 'dropped') return this.#gapOf(record.note.stream, record.note.seq);
    return record.note.note === 'lost' ? this.#gapOf(record.note.stream, record.note.from) : undefined;
  }
}

/** Number of the last record that one on a timeline stands for. */
function lastOf(record: TimelineRecord): number {
  if (record.type === 'captured') return readRecord(record.bytes).seq;
  if (record.note.note === 'lost') return record.note.to;
  return record.note.note === 'dropped' ? record.note.seq : 0;
}
