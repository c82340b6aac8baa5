import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';

/** Pieces small enough that what gzip makes of one stays small, too. */
const PIECE_BYTES = 32 * 1024;

/** A gzipped file ends before its compressed data do, or they make no sense. */
export class GzipDamage extends Error {
  override readonly name = 'GzipDamage';
}

/**
 * The bytes of a file in pieces, read as they are asked for. A gzipped file is known by its first two bytes,
 * whatever its name, and comes unpacked.
 * @throws GzipDamage behind the last piece that could be unpacked; the system's error where the disk fails.
 */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  const pieces = createReadStream(path, { highWaterMark: PIECE_BYTES });
  let unpack: Unpacker | null = null;
  let atStart = true;
  try {
    for await (const piece of pieces as AsyncIterable<Uint8Array>) {
      if (atStart && piece[0] === 0x1f && piece[1] === 0x8b) unpack = new Unpacker();
      atStart = false;
      if (unpack === null) yield piece;
      else yield* unpack.take(piece);
    }
    if (unpack !== null) yield* unpack.end();
  } finally {
    pieces.destroy();
    unpack?.close();
  }
}

/**
 * Unpacks piece by piece. A stream's own iterator drops what it holds when the data turn out to be cut;
 * here each piece has come out before the next goes in.
 */
class Unpacker {
  readonly #gunzip: Gunzip = createGunzip();
  #out: Uint8Array[] = [];
  #failure: Error | null = null;

  constructor() {
    this.#gunzip.on('data', (piece: Uint8Array) => this.#out.push(piece));
    this.#gunzip.on('error', (error) => {
      this.#failure = error;
    });
  }

  async *take(piece: Uint8Array): AsyncGenerator<Uint8Array> {
    await new Promise<void>((resolve) => this.#gunzip.write(piece, () => resolve()));
    // What is unpacked is handed on in a later turn of the event loop than the write's answer.
    await new Promise((resolve) => setImmediate(resolve));
    yield* this.#flush();
  }

  async *end(): AsyncGenerator<Uint8Array> {
    const ended = once(this.#gunzip, 'end').catch(() => undefined);
    this.#gunzip.end();
    await ended;
    yield* this.#flush();
  }

  close(): void {
    this.#gunzip.destroy();
  }

  *#flush(): Generator<Uint8Array> {
    const out = this.#out;
    this.#out = [];
    yield* out;
    if (this.#failure) throw new GzipDamage(this.#failure.message);
  }
}
