import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  BEGINNING,
  type FilePlace,
  FRAMING,
  type Lsn,
  MAGIC,
  MAX_PAYLOAD,
  recordAt,
  segmentName,
  type TimelineRecord,
  wholeRecordIn,
} from './segment-format.js';
import { forgetPlaces } from './segment-index.js';

const CHUNK = 1024 * 1024;
/** Bytes that are searched for a record in one turn of the event loop. */
const SEARCHED_AT_ONCE = 256 * 1024;
const NO_BYTES = Buffer.alloc(SEARCHED_AT_ONCE);

/** Where a timeline was found damaged, and what was done. */
export interface Damage {
  readonly segment: string;
  readonly at: number;
  /** 0 where all of the segment is lost, and nobody knows how much that was. */
  readonly lostBytes: number;
  readonly because: string;
  /** That it is what a crash leaves of the newest write: nobody was told that it is on the disk. */
  readonly isInterrupted: boolean;
}

/** File names of a timeline's segments, in order; none where there is no such folder. */
export async function segmentsOf(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^\d{6}\.seg$/.test(name)).sort();
}

export interface ReadTimelineOptions {
  /** Cuts off the damaged end of the last segment, so that appending goes on behind the last good record. */
  readonly repair: boolean;
  readonly onDamage: (damage: Damage) => void;
  /** Reads from here on; from the beginning where absent. */
  readonly from?: FilePlace;
  /** The last record that is known to have been written: an end before it is damage. */
  readonly writtenTo?: Lsn;
  /** Waits before that number of bytes is read, for a reader that is in no hurry. */
  readonly pace?: (bytes: number) => Promise<void>;
  /** Hears of a segment that cannot be read, and reading goes on behind it; where absent, reading fails. */
  readonly onUnreadable?: (segment: string, error: unknown) => void;
}

/** A record with the place where it ends, which says its number. */
export interface PlacedRecord {
  readonly record: TimelineRecord;
  readonly end: FilePlace;
}

/**
 * Reads a timeline's records in order, a chunk at a time. Damage is left out and reported, however long it is, up to the
 * next whole record; where none follows, to the end of the segment. Returns where the last good record ends: for a
 * timeline that is still written, where to read on.
 */
export async function* readTimeline(
  dir: string,
  options: ReadTimelineOptions,
): AsyncGenerator<PlacedRecord, FilePlace> {
  const { from = BEGINNING, writtenTo = 0 } = options;
  const names = await segmentsOf(dir);
  let end = from;
  let isInterrupted = false;
  const isMissing = (segment: number) =>
    options.onDamage({
      segment: segmentName(segment),
      at: 0,
      lostBytes: 0,
      because: 'it is missing',
      isInterrupted: false,
    });
  let expected = from.segment;
  for (const name of names) {
    const segment = Number(name.slice(0, 6));
    if (segment < from.segment) continue;
    for (; expected < segment; expected++) isMissing(expected);
    expected = segment + 1;
    const offset = segment === from.segment ? from.offset : 0;
    const isLast = name === names.at(-1);
    const read = yield* readSegment(
      dir,
      { name, isLast },
      { segment, offset, lsn: end.lsn },
      {
        ...options,
        onDamage: (damage) => {
          isInterrupted = damage.isInterrupted;
          options.onDamage(damage);
        },
      },
    );
    if (read === null) continue;
    const { cut, good } = read;
    end = good;
    // One that begins with damage is no timeline: it stays as it is.
    const isNone = segment === 1 && cut !== null && cut <= MAGIC.length && !isInterrupted;
    if (cut === null || !options.repair || !isLast || isNone) continue;
    if (!isInterrupted) await keepTail(join(dir, name), cut);
    await truncate(join(dir, name), cut);
    await forgetPlaces(dir, segment);
  }
  if (end.lsn < writtenTo) {
    const because = 'it ends before what was written to it';
    options.onDamage({
      segment: segmentName(end.segment),
      at: end.offset,
      lostBytes: 0,
      because,
      isInterrupted: false,
    });
  }
  return end;
}

/** Where a segment's damaged end begins, or `null` where it is whole, and where its last good record ends. */
interface ReadSegment {
  readonly cut: number | null;
  readonly good: FilePlace;
}

/** Reads a segment, as far as it can be read: `null` where it cannot, and somebody hears of that. */
async function* readSegment(
  dir: string,
  segment: { readonly name: string; readonly isLast: boolean },
  from: FilePlace,
  options: ReadTimelineOptions,
): AsyncGenerator<PlacedRecord, ReadSegment | null> {
  const path = join(dir, segment.name);
  try {
    return yield* recordsIn(path, segment, from, options);
  } catch (error) {
    // A read that fails does not say of which file.
    const named = Object.assign(error as NodeJS.ErrnoException, { path });
    if (options.onUnreadable === undefined) throw named;
    options.onUnreadable(segment.name, named);
    return null;
  }
}

/** Reads a segment; returns where its damaged end begins, or `null` where it is whole, and where the last good record ends. */
async function* recordsIn(
  path: string,
  { name, isLast }: { readonly name: string; readonly isLast: boolean },
  { segment, offset: from, lsn: before }: FilePlace,
  { onDamage, pace }: ReadTimelineOptions,
): AsyncGenerator<PlacedRecord, ReadSegment> {
  const file = await open(path, 'r');
  let lsn = before;
  const place = (offset: number): FilePlace => ({ segment, offset, lsn });
  try {
    const stats = await file.stat();
    // How large a folder is says nothing.
    if (stats.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    const { size } = stats;
    const report = (at: number, end: number, because: string, isInterrupted = false) => {
      onDamage({ segment: name, at, lostBytes: end - at, because, isInterrupted });
      return { cut: at, good: place(at) };
    };
    if (from > size) return report(size, from, 'a segment that is shorter than it was');
    let heldAt = from > 0 && size > 0 ? Math.max(from, MAGIC.length) : 0;
    let held = Buffer.alloc(0);
    let next = heldAt;
    const more = async (atMost: number): Promise<void> => {
      await pace?.(Math.min(atMost, size - next));
      const chunk = Buffer.allocUnsafe(Math.min(atMost, size - next));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, next);
      // Somebody has cut the file meanwhile: what is here is all there is.
      next = bytesRead === 0 ? size : next + bytesRead;
      held = Buffer.concat([held, chunk.subarray(0, bytesRead)]);
    };
    /** Lets go of what has been looked at. */
    const pass = (bytes: number) => {
      held = held.subarray(bytes);
      heldAt += bytes;
    };
    /** Goes on to the next whole record, if one follows; and whether all before it is zeros. */
    const search = async (): Promise<{ readonly isFound: boolean; readonly isEmpty: boolean }> => {
      for (let isEmpty = true; ; ) {
        // A record that begins in what is searched is held to its end.
        while (next < size && held.length < SEARCHED_AT_ONCE + FRAMING + MAX_PAYLOAD) await more(CHUNK);
        const found = wholeRecordIn(held, 0, SEARCHED_AT_ONCE);
        const passed = found ?? Math.min(SEARCHED_AT_ONCE, held.length);
        isEmpty &&= held.subarray(0, passed).equals(NO_BYTES.subarray(0, passed));
        pass(passed);
        if (found !== null || held.length === 0) return { isFound: found !== null, isEmpty };
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    while (next < size) {
      await more(CHUNK);
      let offset = 0;
      if (heldAt === 0) {
        if (held.length < MAGIC.length && next < size) continue;
        if (held.subarray(0, MAGIC.length).equals(MAGIC)) offset = MAGIC.length;
      }
      for (;;) {
        const hasMagic = heldAt + offset > 0;
        const found = hasMagic ? recordAt(held, offset) : NO_SEGMENT;
        if (found.found === 'record') {
          lsn = found.lsn ?? lsn + 1;
          yield { record: found.record, end: place(heldAt + found.end) };
          offset = found.end;
          continue;
        }
        if (heldAt + offset === size) break;
        // A damaged length may look like the beginning of a record that ends behind the file.
        if (found.found === 'beginning' && next < size) break;
        const because = found.found === 'beginning' ? 'a record that was cut off' : found.because;
        const end = found.found === 'beginning' ? null : found.end;
        const isOneAlone = end !== null && recordAt(held, end).found === 'record';
        const at = heldAt + offset;
        let isEmpty = held[offset] === 0;
        if (isOneAlone) pass(end);
        else {
          pass(offset + 1);
          const searched = await search();
          isEmpty &&= searched.isEmpty;
          if (!searched.isFound) {
            // A crash leaves a part of a record, or the length of a file and nothing of its content.
            const isPart = found.found === 'beginning' || size < MAGIC.length;
            return report(at, size, because, isLast && (isPart || isEmpty));
          }
        }
        report(at, heldAt, because);
        offset = 0;
      }
      pass(offset);
    }
    return heldAt === 0
      ? report(0, size, NO_SEGMENT.because, isLast && size < MAGIC.length)
      : { cut: null, good: place(heldAt) };
  } finally {
    await file.close();
  }
}

/** Keeps what is cut off beside the segment: nothing that was there is deleted. */
async function keepTail(path: string, from: number): Promise<void> {
  await pipeline(createReadStream(path, { start: from }), createWriteStream(`${path}.cut-${from}`, { mode: 0o600 }));
}

/** What is at the beginning of a file without the first bytes of a segment. */
const NO_SEGMENT = { found: 'damage', because: 'no segment of this version', end: null } as const;
