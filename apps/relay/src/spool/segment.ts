import { type FileHandle, open, readFile } from 'node:fs/promises';
import { frameSpooled, MAGIC, OVERHEAD, type Spooled, spooledAt, wholeRecords } from './segment-format.js';

/** Where a record lies that is gone. */
const GONE = -1;

/** What was found in a segment that another run of the relay left. */
export interface LoadedSegment {
  readonly segment: Segment;
  /** The newest session line in it; `null` where there is none. */
  readonly session: Spooled | null;
  /** Bytes behind the last whole record: at the end of the last segment a crash or damage cut what was there. */
  readonly restBytes: number;
  /** Why nothing of the file can be read; `null` where it can. */
  readonly unreadable: string | null;
}

/** One file of a spool: records in order, appended until it is full, and deleted as a whole. */
export class Segment {
  readonly path: string;
  /** Number of the first record. */
  readonly first: number;
  /** Where each record begins, `GONE` where it cannot be read, and how many bytes it has as it is sent. */
  readonly #starts: number[] = [];
  readonly #sizes: number[] = [];
  /** Where the next record will begin. */
  #end = MAGIC.length;
  #handle: FileHandle | null = null;
  /** When the first record was captured; `null` where that is not known. */
  firstAt: number | null;

  private constructor(path: string, first: number, firstAt: number | null) {
    this.path = path;
    this.first = first;
    this.firstAt = firstAt;
  }

  /** An empty segment; its file is made with the first write. */
  static create(path: string, first: number, firstAt: number): Segment {
    return new Segment(path, first, firstAt);
  }

  /** A segment that another run of the relay left: every whole record, up to the number `upTo`, that has been found. */
  static async load(path: string, first: number, upTo: number): Promise<LoadedSegment> {
    const segment = new Segment(path, first, null);
    let session: Spooled | null = null;
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { segment, session, restBytes: 0, unreadable: code ?? message };
    }
    for (const found of wholeRecords(bytes, first, upTo)) {
      while (segment.last + 1 < found.seq) segment.#push(GONE, 0);
      segment.#push(found.start, found.bytes.length);
      segment.firstAt ??= found.at;
      segment.#end = found.end;
      // A copy, so that the whole file does not stay in memory for it.
      if (found.kind === 'session') session = { seq: found.seq, at: found.at, bytes: Uint8Array.from(found.bytes) };
    }
    return { segment, session, restBytes: Math.max(0, bytes.length - segment.#end), unreadable: null };
  }

  /** Records up to the last, those that are gone among them. */
  get count(): number {
    return this.#starts.length;
  }

  /** Number of the last record; one below `first` where there is none. */
  get last(): number {
    return this.first + this.count - 1;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#end;
  }

  /** Whether any record before the last is gone. */
  get hasHoles(): boolean {
    return this.#starts.includes(GONE);
  }

  /** Whether a record is here and can be read, as far as is known. */
  has(seq: number): boolean {
    return (this.#starts[seq - this.first] ?? GONE) !== GONE;
  }

  /** Bytes of a record, as it is sent; 0 where it is gone. */
  sizeOf(seq: number): number {
    return this.#sizes[seq - this.first] ?? 0;
  }

  /**
   * Writes framed records behind the last. Only when all are written do they count: a write that failed half-way is
   * written over by the next.
   */
  async append(records: readonly Spooled[]): Promise<void> {
    this.#handle ??= await this.#create();
    const joined = Buffer.concat(records.map(frameSpooled));
    let written = 0;
    while (written < joined.length) {
      const { bytesWritten } = await this.#handle.write(joined, written, joined.length - written, this.#end + written);
      written += bytesWritten;
    }
    for (const { bytes } of records) {
      this.#push(this.#end, bytes.length);
      this.#end += OVERHEAD + bytes.length;
    }
  }

  async sync(): Promise<void> {
    await this.#handle?.datasync();
  }

  /**
   * Records from a number on, as many as `maxBytes` hold, one at least; none where that one is gone. Those that turn out
   * to be gone are marked, from the first on that was asked for, and counted in `gone`.
   */
  async read(from: number, maxBytes: number, maxRecords: number): Promise<{ records: Spooled[]; gone: number }> {
    if (!this.has(from)) return { records: [], gone: 0 };
    const begin = this.#starts[from - this.first] as number;
    let end = begin + OVERHEAD + this.sizeOf(from);
    let to = from;
    while (to < this.last && to - from + 1 < maxRecords && this.has(to + 1)) {
      const endOfNext = (this.#starts[to + 1 - this.first] as number) + OVERHEAD + this.sizeOf(to + 1);
      if (endOfNext - begin > maxBytes) break;
      end = endOfNext;
      to += 1;
    }
    const bytes = await this.#bytes(begin, end - begin);
    const records: Spooled[] = [];
    let gone = 0;
    if (bytes === null) to = this.last;
    for (let seq = from; seq <= to; seq++) {
      if (!this.has(seq)) continue;
      const found = bytes && spooledAt(bytes, (this.#starts[seq - this.first] as number) - begin);
      if (found?.seq === seq) {
        // What is behind one that is gone is read by the next call.
        if (gone > 0) break;
        records.push({ seq, bytes: found.bytes, at: found.at });
      } else if (records.length > 0) {
        break;
      } else {
        this.#starts[seq - this.first] = GONE;
        gone += 1;
      }
    }
    return { records, gone };
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  /** `null` where the file cannot be read any more. */
  async #bytes(at: number, length: number): Promise<Buffer | null> {
    let opened: FileHandle | null = null;
    try {
      if (this.#handle === null) opened = await open(this.path, 'r');
      const handle = (this.#handle ?? opened) as FileHandle;
      const bytes = Buffer.allocUnsafe(length);
      const { bytesRead } = await handle.read(bytes, 0, length, at);
      return bytes.subarray(0, bytesRead);
    } catch {
      return null;
    } finally {
      await opened?.close().catch(() => undefined);
    }
  }

  #push(start: number, size: number): void {
    this.#starts.push(start);
    this.#sizes.push(size);
  }

  async #create(): Promise<FileHandle> {
    const handle = await open(this.path, 'w+', 0o600);
    try {
      await handle.write(MAGIC, 0, MAGIC.length, 0);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
}
