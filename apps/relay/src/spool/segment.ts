import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

/**
 * How spooled records lie on disk, so that a reader knows where a crash cut the file.
 *
 *   segment  8 bytes magic · records
 *   record   u32 length of the payload · u32 CRC-32 of the payload · payload
 *   payload  f64 captured at, milliseconds since the epoch · the record as it is sent
 */
const MAGIC = Buffer.from('OBBSP\0\0\x01', 'latin1');
const FRAMING = 8;
const CAPTURED_AT = 8;
/** Longest payload that a reader believes; a longer one is damage. */
const MAX_PAYLOAD = 2 * 1024 * 1024;

/** A packed record with its number. */
export interface Spooled {
  readonly seq: number;
  /** As it is sent. */
  readonly bytes: Uint8Array;
  /** When it was captured, milliseconds since the epoch. */
  readonly at: number;
}

/** A record framed for a segment. */
export function frameSpooled({ bytes, at }: Spooled): Buffer {
  const framed = Buffer.allocUnsafe(FRAMING + CAPTURED_AT + bytes.length);
  framed.writeUInt32LE(CAPTURED_AT + bytes.length, 0);
  framed.writeDoubleLE(at, FRAMING);
  framed.set(bytes, FRAMING + CAPTURED_AT);
  framed.writeUInt32LE(crc32(framed.subarray(FRAMING)), 4);
  return framed;
}

/** The framed record at an offset of a segment's bytes; `null` where there is none that is whole. */
export function spooledAt(bytes: Buffer, offset: number): { at: number; bytes: Uint8Array; end: number } | null {
  if (offset + FRAMING > bytes.length) return null;
  const length = bytes.readUInt32LE(offset);
  const start = offset + FRAMING;
  const end = start + length;
  if (length <= CAPTURED_AT || length > MAX_PAYLOAD || end > bytes.length) return null;
  const payload = bytes.subarray(start, end);
  if (crc32(payload) !== bytes.readUInt32LE(offset + 4)) return null;
  return { at: payload.readDoubleLE(0), bytes: payload.subarray(CAPTURED_AT), end };
}

/** One file of a spool: records in order, appended until it is full, and deleted as a whole. */
export class Segment {
  readonly path: string;
  /** Number of the first record. */
  readonly first: number;
  /** Where each record begins, and behind the last where the next will. */
  readonly #offsets: number[];
  #handle: FileHandle | null = null;
  /** When the first record was captured. */
  firstAt: number;

  private constructor(path: string, first: number, offsets: number[], firstAt: number) {
    this.path = path;
    this.first = first;
    this.#offsets = offsets;
    this.firstAt = firstAt;
  }

  /** An empty segment; its file is made with the first write. */
  static create(path: string, first: number, firstAt: number): Segment {
    return new Segment(path, first, [MAGIC.length], firstAt);
  }

  /** A segment that another run of the relay left: all whole records up to the first that is not. */
  static async load(path: string, first: number): Promise<Segment> {
    const bytes = await readFile(path);
    const offsets = [MAGIC.length];
    let firstAt = 0;
    if (bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      for (let found = spooledAt(bytes, MAGIC.length); found !== null; found = spooledAt(bytes, found.end)) {
        if (offsets.length === 1) firstAt = found.at;
        offsets.push(found.end);
      }
    }
    return new Segment(path, first, offsets, firstAt);
  }

  get count(): number {
    return this.#offsets.length - 1;
  }

  /** Number of the last record; one below `first` where there is none. */
  get last(): number {
    return this.first + this.count - 1;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#offsets[this.count] as number;
  }

  /** Bytes of a record, as it is sent. */
  sizeOf(seq: number): number {
    const index = seq - this.first;
    return (this.#offsets[index + 1] as number) - (this.#offsets[index] as number) - FRAMING - CAPTURED_AT;
  }

  /**
   * Writes framed records behind the last. Only when all are written do they count: a write that failed half-way is
   * written over by the next.
   */
  async append(framed: readonly Buffer[]): Promise<void> {
    this.#handle ??= await this.#create();
    const joined = Buffer.concat(framed);
    let written = 0;
    while (written < joined.length) {
      const { bytesWritten } = await this.#handle.write(joined, written, joined.length - written, this.bytes + written);
      written += bytesWritten;
    }
    for (const each of framed) this.#offsets.push(this.bytes + each.length);
  }

  async sync(): Promise<void> {
    await this.#handle?.datasync();
  }

  /** Records from a number on, as many as `maxBytes` hold, one at least. */
  async read(from: number, maxBytes: number, maxRecords: number): Promise<Spooled[]> {
    const begin = this.#offsets[from - this.first];
    if (begin === undefined || from > this.last) return [];
    let index = from - this.first + 1;
    const lastIndex = Math.min(this.count, from - this.first + maxRecords);
    while (index < lastIndex && (this.#offsets[index + 1] as number) - begin <= maxBytes) index += 1;
    const bytes = Buffer.allocUnsafe((this.#offsets[index] as number) - begin);
    const handle = this.#handle ?? (await open(this.path, 'r'));
    try {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, begin);
      const records: Spooled[] = [];
      let offset = 0;
      for (let seq = from; seq < this.first + index; seq++) {
        const found = spooledAt(bytes.subarray(0, bytesRead), offset);
        if (found === null) break;
        records.push({ seq, bytes: found.bytes, at: found.at });
        offset = found.end;
      }
      return records;
    } finally {
      if (handle !== this.#handle) await handle.close();
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  async #create(): Promise<FileHandle> {
    await mkdir(dirname(this.path), { recursive: true });
    const handle = await open(this.path, 'w+');
    try {
      await handle.write(MAGIC, 0, MAGIC.length, 0);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
}
