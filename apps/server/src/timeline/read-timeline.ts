import { open, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { MAGIC, recordAt, type TimelinePosition, type TimelineRecord, wholeRecordIn } from './segment-format.js';

const CHUNK = 1024 * 1024;
/** Bytes that are searched for a record in one turn of the event loop. */
const SEARCHED_AT_ONCE = 256 * 1024;

/** Where a timeline was found damaged, and what was done. */
export interface Damage {
  readonly segment: string;
  readonly at: number;
  readonly lostBytes: number;
  readonly because: string;
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
  readonly mend: boolean;
  readonly onDamage: (damage: Damage) => void;
  /** Reads from here on; from the beginning where absent. */
  readonly from?: TimelinePosition;
}

/** A record with the place where it ends. */
export interface PlacedRecord {
  readonly record: TimelineRecord;
  readonly end: TimelinePosition;
}

/**
 * Reads a timeline's records in order, a chunk at a time. Damage is left out and reported, however long it is, up to the
 * next whole record; where none follows, to the end of the segment. Returns where the last good record ends: for a
 * timeline that is still written, where to read on.
 */
export async function* readTimeline(
  dir: string,
  options: ReadTimelineOptions,
): AsyncGenerator<PlacedRecord, TimelinePosition> {
  const { from } = options;
  const names = await segmentsOf(dir);
  let end = from ?? { segment: 1, offset: 0 };
  for (const name of names) {
    const segment = Number(name.slice(0, 6));
    if (from !== undefined && segment < from.segment) continue;
    const offset = segment === from?.segment ? from.offset : 0;
    const { cut, good } = yield* readSegment(dir, name, offset, options.onDamage);
    end = { segment, offset: good };
    if (cut !== null && options.mend && name === names.at(-1)) await truncate(join(dir, name), cut);
  }
  return end;
}

/** Reads a segment; returns where its damaged end begins, or `null` where it is whole, and where the last good record ends. */
async function* readSegment(
  dir: string,
  name: string,
  from: number,
  onDamage: (damage: Damage) => void,
): AsyncGenerator<PlacedRecord, { readonly cut: number | null; readonly good: number }> {
  const file = await open(join(dir, name), 'r');
  const segment = Number(name.slice(0, 6));
  try {
    const { size } = await file.stat();
    const report = (at: number, end: number, because: string) => {
      onDamage({ segment: name, at, lostBytes: end - at, because });
      return { cut: at, good: at };
    };
    if (from > size) return report(size, from, 'a segment that is shorter than it was');
    let heldAt = from > 0 && size > 0 ? Math.max(from, MAGIC.length) : 0;
    let held = Buffer.alloc(0);
    let next = heldAt;
    const more = async (atMost: number): Promise<void> => {
      const chunk = Buffer.allocUnsafe(Math.min(atMost, size - next));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, next);
      // Somebody has cut the file meanwhile: what is here is all there is.
      next = bytesRead === 0 ? size : next + bytesRead;
      held = Buffer.concat([held, chunk.subarray(0, bytesRead)]);
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
          yield { record: found.record, end: { segment, offset: heldAt + found.end } };
          offset = found.end;
          continue;
        }
        if (heldAt + offset === size) break;
        // A damaged length may look like the beginning of a record that ends behind the file.
        if (found.found === 'beginning' && next < size) break;
        const because = found.found === 'beginning' ? 'a record that was cut off' : found.because;
        const end = found.found === 'beginning' ? null : found.end;
        const isOneAlone = end !== null && recordAt(held, end).found === 'record';
        while (!isOneAlone && next < size) await more(size - next);
        const good = isOneAlone ? end : await searchFrom(held, offset + 1);
        if (good === null) return report(heldAt + offset, size, because);
        report(heldAt + offset, heldAt + good, because);
        offset = good;
      }
      held = held.subarray(offset);
      heldAt += offset;
    }
    return heldAt === 0 ? report(0, size, NO_SEGMENT.because) : { cut: null, good: heldAt };
  } finally {
    await file.close();
  }
}

/** What is at the beginning of a file without the first bytes of a segment. */
const NO_SEGMENT = { found: 'damage', because: 'no segment of this version', end: null } as const;

/** Where the next whole record begins, from `from` on; `null` where none does. */
async function searchFrom(bytes: Buffer, from: number): Promise<number | null> {
  for (let at = from; at < bytes.length; at += SEARCHED_AT_ONCE) {
    const found = wholeRecordIn(bytes, at, at + SEARCHED_AT_ONCE);
    if (found !== null) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return null;
}
