import { appendFile, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FilePlace, type Lsn, MAGIC, NUMBERED_WITHIN, numberIn, segmentName } from './segment-format.js';

/**
 * Where records lie in a segment, beside it: the places of checkpoints, and one for each megabyte. It saves reading and proves
 * nothing: what an entry says is compared with the record that is there, and without it a segment is read from its beginning.
 *
 *   000001.index   entries: u48 number of the record before a place · u48 bytes from the beginning of the segment
 */

const NUMBER_BYTES = 6;
const ENTRY_BYTES = 2 * NUMBER_BYTES;

function indexOf(dir: string, segment: number): string {
  return join(dir, segmentName(segment).replace('.seg', '.index'));
}

/** Notes places of a segment. */
export async function notePlaces(dir: string, segment: number, places: readonly FilePlace[]): Promise<void> {
  const entries = Buffer.alloc(places.length * ENTRY_BYTES);
  for (const [i, { lsn, offset }] of places.entries()) {
    entries.writeUIntLE(lsn, i * ENTRY_BYTES, NUMBER_BYTES);
    entries.writeUIntLE(offset, i * ENTRY_BYTES + NUMBER_BYTES, NUMBER_BYTES);
  }
  await appendFile(indexOf(dir, segment), entries, { mode: 0o600 });
}

/** Forgets the places of a segment that is begun, or was cut. */
export async function forgetPlaces(dir: string, segment: number): Promise<void> {
  await rm(indexOf(dir, segment), { force: true });
}

/**
 * The nearest place in a segment at or before the one behind a record of which is known where it is: the newest one that is as
 * it was noted, or the segment's beginning; `null` where all of the segment is behind that record, or nobody can say.
 */
export async function knownPlace(dir: string, segment: number, lsn: Lsn): Promise<FilePlace | null> {
  // The reader of a segment reports one that cannot be read.
  const file = await open(join(dir, segmentName(segment)), 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(NUMBERED_WITHIN);
    const numberAt = async (offset: number) => {
      const { bytesRead } = await file.read(head, 0, head.length, offset);
      return numberIn(head.subarray(0, bytesRead));
    };
    for (const place of await entriesOf(dir, segment, lsn)) {
      if (place.offset === size || (await numberAt(place.offset)) === place.lsn + 1) return place;
    }
    const first = await numberAt(MAGIC.length);
    return first === null || first > lsn + 1 ? null : { segment, offset: 0, lsn: first - 1 };
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

/** A segment's noted places up to a record, newest first. */
async function entriesOf(dir: string, segment: number, upTo: Lsn): Promise<FilePlace[]> {
  const bytes = await readFile(indexOf(dir, segment)).catch(() => Buffer.alloc(0));
  const places: FilePlace[] = [];
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const lsn = bytes.readUIntLE(at, NUMBER_BYTES);
    const offset = bytes.readUIntLE(at + NUMBER_BYTES, NUMBER_BYTES);
    if (lsn <= upTo && offset >= MAGIC.length) places.push({ segment, offset, lsn });
  }
  return places.sort((a, b) => b.lsn - a.lsn);
}
