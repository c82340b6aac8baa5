import { readTimeline, segmentsOf } from './read-timeline.js';
import { BEGINNING, type FilePlace, type Lsn } from './segment-format.js';
import { knownPlace } from './segment-index.js';

/**
 * The place behind a record, without reading more than a megabyte or so before it; where the record is not there, behind the
 * last one before it. Of timelines of old versions all before it is read.
 */
export async function placeOf(dir: string, lsn: Lsn): Promise<FilePlace> {
  let place = await knownBefore(dir, lsn);
  if (place.lsn === lsn) return place;
  for await (const placed of readTimeline(dir, { repair: false, onDamage: () => undefined, from: place })) {
    if (placed.end.lsn > lsn) break;
    place = placed.end;
    if (place.lsn === lsn) break;
  }
  return place;
}

async function knownBefore(dir: string, lsn: Lsn): Promise<FilePlace> {
  for (const name of (await segmentsOf(dir)).reverse()) {
    const found = await knownPlace(dir, Number(name.slice(0, 6)), lsn);
    if (found !== null) return found;
  }
  return BEGINNING;
}
