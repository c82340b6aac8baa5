import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';

/** A gzipped file ends before its compressed data do, or they make no sense. */
export class GzipDamage extends Error {
  override readonly name = 'GzipDamage';
}

/** Unpacked at once: what damage spoils of it is lost from its beginning on. */
const SLICE_BYTES = 4 * 1024;
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** A longer header, with its name and comment, is damage. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Bits of the header's fourth byte: which fields follow. */
const HAS_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/** A part of a gzipped file with a header of its own; there may be several, one behind the other. */
interface Member {
  readonly inflate: InflateRaw;
  /** Sum and length of what was unpacked of it, which its trailer holds, too. */
  sum: number;
  bytes: number;
  /** Bytes that went in. */
  fed: number;
  failure: Error | null;
}

/**
 * Unpacks a gzipped file piece by piece. A library's stream drops what it holds when the data turn out to be damaged, cut,
 * or followed by something else; here all that is good has come out by then.
 */
export class Gunzip {
  #rest: Uint8Array = new Uint8Array();
  #member: Member | null = null;
  #isBodyDone = false;
  #out: Uint8Array[] = [];

  /** Takes the next piece and gives what could be unpacked of it. @throws GzipDamage behind that. */
  async *take(piece: Uint8Array): AsyncGenerator<Uint8Array> {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (this.#rest.length > 0) {
      if (this.#member === null) {
        const length = headerLength(this.#rest);
        if (length === null) return;
        this.#rest = this.#rest.subarray(length);
        this.#member = this.#begin();
      } else if (this.#isBodyDone) {
        if (this.#rest.length < TRAILER_BYTES) return;
        this.#finish(this.#member);
      } else {
        yield* this.#unpack(this.#member);
      }
    }
  }

  /** To be called at the end of the file. @throws GzipDamage where that is too early. */
  end(): void {
    if (this.#member !== null || this.#rest.length > 0) throw new GzipDamage('unexpected end of file');
  }

  close(): void {
    this.#member?.inflate.destroy();
  }

  #begin(): Member {
    const member: Member = { inflate: createInflateRaw(), sum: 0, bytes: 0, fed: 0, failure: null };
    this.#isBodyDone = false;
    member.inflate.on('data', (piece: Uint8Array) => this.#out.push(piece));
    member.inflate.on('error', (error) => {
      member.failure = error;
    });
    return member;
  }

  async *#unpack(member: Member): AsyncGenerator<Uint8Array> {
    const slice = this.#rest.subarray(0, SLICE_BYTES);
    member.fed += slice.length;
    await written(member.inflate, slice);
    const out = this.#out;
    this.#out = [];
    for (const piece of out) {
      member.sum = crc32(piece, member.sum);
      member.bytes += piece.length;
      yield piece;
    }
    if (member.failure !== null) throw new GzipDamage(member.failure.message);
    // What it does not want comes behind its end.
    const unwanted = member.fed - member.inflate.bytesWritten;
    this.#isBodyDone = unwanted > 0;
    this.#rest = this.#rest.subarray(slice.length - unwanted);
  }

  #finish(member: Member): void {
    const view = new DataView(this.#rest.buffer, this.#rest.byteOffset, TRAILER_BYTES);
    const isWhole = view.getUint32(0, true) === member.sum && view.getUint32(4, true) === member.bytes % 2 ** 32;
    this.#rest = this.#rest.subarray(TRAILER_BYTES);
    this.#member = null;
    member.inflate.destroy();
    if (!isWhole) throw new GzipDamage('its checksum does not match');
  }
}

/** Bytes of the header that the bytes begin with; `null` where it is not all there yet. */
function headerLength(bytes: Uint8Array): number | null {
  if (bytes[0] !== 0x1f || (bytes.length > 1 && bytes[1] !== 0x8b)) {
    throw new GzipDamage('the data after its end is not gzip');
  }
  if (bytes.length < HEADER_BYTES) return null;
  const flags = bytes[3] as number;
  if (bytes[2] !== 8 || flags > 31) throw new GzipDamage('its header is unknown');
  let end = HEADER_BYTES;
  if (flags & HAS_EXTRA) end += 2 + (bytes[end] ?? 0) + 256 * (bytes[end + 1] ?? 0);
  for (const field of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & field) || end > bytes.length) continue;
    const zero = bytes.indexOf(0, end);
    end = zero < 0 ? Number.POSITIVE_INFINITY : zero + 1;
  }
  if (flags & HAS_CRC) end += 2;
  if (end <= bytes.length) return end;
  if (bytes.length > MAX_HEADER_BYTES) throw new GzipDamage('its header has no end');
  return null;
}

/** Resolves when a piece has gone through and what came out of it is there; a stream that fails never answers the write. */
async function written(inflate: InflateRaw, piece: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    const settle = () => {
      inflate.off('close', settle);
      resolve();
    };
    inflate.once('close', settle);
    inflate.write(piece, settle);
  });
  // What is unpacked is handed on in a later turn of the event loop than the write's answer.
  await new Promise((resolve) => setImmediate(resolve));
}
