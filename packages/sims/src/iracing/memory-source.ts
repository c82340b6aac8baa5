import type { SourceRecord } from '@okboxbox/protocol';
import { FileTooLarge, fileBytes } from '../files/file-bytes.js';
import { type ReadOptions, type Source, SourceError } from '../source.js';
import { MemoryReader } from './memory-reader.js';
import { SimRecords } from './sim-records.js';
import { LayoutError } from './telemetry-header.js';

/** Larger than the sim's memory has ever been. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * An image of iRacing's live memory, plain or gzipped, as a source: the session, its results and the newest row.
 * @throws SourceError where the file is no such image.
 */
export async function openMemory(path: string, spec: string): Promise<Source> {
  const bytes = await imageBytes(path);
  // Looks at all of it before anything is told.
  recordsOf(path, bytes);
  return {
    info: { kind: 'memory', spec, sim: 'iracing', playback: true, rateHz: null },
    read: (options) => read(path, bytes, options ?? {}),
  };
}

async function* read(path: string, bytes: Uint8Array, { signal }: ReadOptions): AsyncGenerator<SourceRecord> {
  for (const record of recordsOf(path, bytes)) {
    if (signal?.aborted) return;
    yield record;
  }
}

function recordsOf(path: string, bytes: Uint8Array): SourceRecord[] {
  try {
    const reader = new MemoryReader(bytes);
    const row = reader.newestRow();
    // An image says nothing of when it was taken.
    const records = row === null ? [] : new SimRecords().take(row, reader.takeText(), 0);
    if (records.length === 0) throw new LayoutError('it contains no row');
    return records;
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    throw new SourceError(
      `${path} is not a readable image of iRacing's memory: ${error.message}. Take the image again.`,
    );
  }
}

async function imageBytes(path: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of fileBytes(path, MAX_BYTES)) {
      pieces.push(piece);
      size += piece.length;
    }
  } catch (error) {
    if (error instanceof FileTooLarge) {
      throw new SourceError(`${path} is not an image of iRacing's memory, it is too large: ${error.message}.`);
    }
    throw new SourceError(`${path} cannot be read or unpacked (${(error as Error).message}): copy it again.`);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
