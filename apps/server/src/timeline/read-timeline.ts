import { open, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { FRAMING, MAGIC, MAX_PAYLOAD, recordAt, type TimelinePosition, type TimelineRecord } from './segment-format.js';

const CHUNK = 1024 * 1024;

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
 * Reads a timeline's records in order, a chunk at a time. A damaged record with a good one behind it is left out and
 * reported; where nothing good follows, so is the rest of the segment. Returns where the last good record ends: for a
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
    while (next < size) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - next));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, next);
      if (bytesRead === 0) break;
      next += bytesRead;
      held = Buffer.concat([held, chunk.subarray(0, bytesRead)]);
      let offset = 0;
      if (heldAt === 0) {
        if (held.length < MAGIC.length) continue;
        if (!held.subarray(0, MAGIC.length).equals(MAGIC)) return report(0, size, 'no segment of this version');
        offset = MAGIC.length;
      }
      for (;;) {
        const found = recordAt(held, offset);
        if (found.found === 'beginning') break;
        if (found.found === 'record') {
          yield { record: found.record, end: { segment, offset: heldAt + found.end } };
          offset = found.end;
          continue;
        }
        const behind = found.end === null ? null : recordAt(held, found.end);
        // Its neighbour may be in the next chunk: look again with more of the file.
        if (behind?.found === 'beginning' && next < size) break;
        if (behind?.found !== 'record') return report(heldAt + offset, size, found.because);
        report(heldAt + offset, heldAt + (found.end as number), found.because);
        offset = found.end as number;
      }
      held = held.subarray(offset);
      heldAt += offset;
      if (held.length > 2 * (FRAMING + MAX_PAYLOAD)) return report(heldAt, size, 'a record without an end');
    }
    return held.length > 0 || heldAt === 0
      ? report(heldAt, size, 'a record that was cut off')
      : { cut: null, good: heldAt };
  } finally {
    await file.close();
  }
}
