import { open } from 'node:fs/promises';
import { Gunzip } from './gunzip.js';

/** Pieces small enough that what gzip makes of one stays small, too. */
const PIECE_BYTES = 32 * 1024;

/** A file holds more than any that is of its kind, unpacked where it is gzipped. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
}

/** A file has become shorter while it was read. */
export class FileCutShort extends Error {
  override readonly name = 'FileCutShort';
}

/**
 * The bytes of a file in pieces, read as they are asked for. A gzipped file is known by its first two bytes,
 * whatever its name, and comes unpacked. No more than `maxBytes` come of it, unpacked.
 * @throws GzipDamage behind the last piece that could be unpacked; FileTooLarge; FileCutShort; the system's error where
 * the disk fails.
 */
export async function* fileBytes(path: string, maxBytes: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  let unpack: Gunzip | null = null;
  let given = 0;
  const counted = (piece: Uint8Array): Uint8Array => {
    given += piece.length;
    if (given > maxBytes) throw new FileTooLarge(`it contains more than ${sizeInWords(maxBytes)}`);
    return piece;
  };
  try {
    const { size } = await file.stat();
    let read = 0;
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const { bytesRead } = await file.read(piece, 0, piece.length, read);
      if (bytesRead === 0) break;
      const bytes = piece.subarray(0, bytesRead);
      if (read === 0 && bytes[0] === 0x1f && bytes[1] === 0x8b) unpack = new Gunzip();
      read += bytesRead;
      if (unpack === null) yield counted(bytes);
      else for await (const unpacked of unpack.take(bytes)) yield counted(unpacked);
    }
    unpack?.end();
    if (read < size) throw new FileCutShort(`it had ${size} bytes when it was opened, and ends after ${read} now`);
  } finally {
    unpack?.close();
    await file.close();
  }
}

/** A whole number of megabytes or gigabytes, for a person. */
export function sizeInWords(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes < 1024 ? `${megabytes} MB` : `${megabytes / 1024} GB`;
}
