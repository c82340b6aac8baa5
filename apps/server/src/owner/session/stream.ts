import type { SeqRanges, Watermarks } from '@okboxbox/protocol';
import type { CaptureWitness } from './latest-capture.js';

/** Records that a relay went ahead of and sends later: what of them is missing. */
export interface Gap {
  /** Number of the next to come, and of the last. */
  next: number;
  readonly to: number;
}

/** Most gaps of one stream at once: each record and each answer looks through them. A relay has a few on the worst line. */
export const MAX_GAPS = 100;

/** One relay's run within a session, and how far the server has it. Plain data. */
export interface Stream {
  readonly stream: number;
  readonly relayId: string;
  readonly run: string;
  readonly playback: boolean;
  /** First and last sequence number taken, 0 before the first; all between were taken, too, but for the gaps. */
  first: number;
  last: Watermarks['taken'];
  /** What its relay went ahead of and has not sent yet, in order. */
  readonly gaps: Gap[];
  /** What is on disk. */
  synced: SeqRanges;
  readonly witness: CaptureWitness;
}

/** What a sequence number is to a stream. */
export type Place =
  /** It comes next at the end. */
  | 'next'
  /** It comes next in a gap. */
  | 'filling'
  | 'taken'
  /** Something before it is missing. */
  | 'later';

export function placeOf({ last, gaps }: Stream, seq: number): Place {
  // A stream whose beginning this server never had starts where the relay starts.
  if (last === 0 || seq === last + 1) return 'next';
  if (seq > last) return 'later';
  const gap = gaps.find(({ next, to }) => seq >= next && seq <= to);
  if (gap === undefined) return 'taken';
  return seq === gap.next ? 'filling' : 'later';
}

/** Takes records that come next, at the end or in a gap. */
export function take(stream: Stream, from: number, to = from): void {
  if (stream.last === 0) stream.first = from;
  const at = stream.gaps.findIndex((gap) => from >= gap.next && from <= gap.to);
  const gap = stream.gaps[at];
  if (gap === undefined) {
    stream.last = Math.max(stream.last, to);
    return;
  }
  gap.next = to + 1;
  if (gap.next > gap.to) stream.gaps.splice(at, 1);
}

/** The relay goes on behind `to`; what it leaves out comes later. */
export function goAhead(stream: Stream, to: number): void {
  stream.gaps.push({ next: stream.last + 1, to });
  stream.last = to;
}

/** What was taken. */
export function takenOf({ first, last, gaps }: Stream): SeqRanges {
  if (last === 0) return [];
  const ranges: [number, number][] = [];
  let from = first;
  for (const { next, to } of gaps) {
    if (next > from) ranges.push([from, next - 1]);
    from = to + 1;
  }
  if (last >= from) ranges.push([from, last]);
  return ranges;
}

/** The parts of a range that were not taken. */
export function missingOf(stream: Stream, from: number, to: number): { readonly from: number; readonly to: number }[] {
  const ranges = stream.gaps.map((gap) => ({ from: gap.next, to: gap.to }));
  const end = stream.last === 0 ? from : stream.last + 1;
  return [...ranges, { from: end, to: Number.POSITIVE_INFINITY }]
    .map((range) => ({ from: Math.max(from, range.from), to: Math.min(to, range.to) }))
    .filter((range) => range.from <= range.to);
}

/** How far a stream is on disk without a gap: what is acknowledged of it. */
export function durableUpTo({ synced }: Stream): Watermarks['durable'] {
  return synced[0]?.[1] ?? 0;
}
