import type { Watermarks } from '@okboxbox/protocol';
import type { Spooled } from './segment-format.js';
import type { StreamDisk } from './stream-disk.js';
import type { StreamFiles } from './stream-files.js';
import type { StreamMemory } from './stream-memory.js';

/** While the disk takes nothing this much is kept in memory, in bytes. */
const MEMORY_BYTES = 64 * 1024 * 1024;
/** A disk that takes nothing is tried again after this, in ms. */
const RETRY_MS = 1_000;
/** Power may fail: what is written is on the disk itself this much later, in ms. */
const SYNC_MS = 1_000;

/** The stream that is written, asked at each step. */
export interface WrittenStream {
  readonly memory: StreamMemory;
  readonly files: StreamFiles;
  readonly disk: () => StreamDisk;
  /** Number of the first record that some target has still to get, and of the newest. */
  readonly first: () => number;
  readonly last: () => Watermarks['captured'];
  readonly session: () => Spooled | null;
  /** Gives up the oldest records for want of room; returns how many. */
  readonly dropOldest: () => number;
  /** The disk does not take what is captured, or takes it again (`null`). */
  readonly onDiskTrouble: (because: string | null) => void;
}

/** Writes a stream's records from memory to the disk, behind the capture. A disk that takes nothing is tried again. */
export class StreamWriter {
  readonly #stream: WrittenStream;
  #spooled: Watermarks['spooled'] = 0;
  #writing: Promise<void> | null = null;
  #failing = false;
  #closed = false;
  #retry: NodeJS.Timeout | null = null;
  #sync: NodeJS.Timeout | null = null;

  constructor(stream: WrittenStream) {
    this.#stream = stream;
  }

  /** How far the stream is written. */
  get spooled(): Watermarks['spooled'] {
    return this.#spooled;
  }

  /** Whether something is being written. */
  get isWriting(): boolean {
    return this.#writing !== null;
  }

  /** Whether nothing more is written. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Goes on behind what another run of the relay has written. */
  goOnBehind(spooled: Watermarks['spooled']): void {
    this.#spooled = spooled;
  }

  /** Writes what is new, unless that is under way or the disk is to be tried again later. */
  write(): void {
    if (this.#writing !== null || this.#retry !== null) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  /** A file could not be written: says so, once until the disk takes something again. */
  trouble(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#stream.onDiskTrouble((error as Error).message);
  }

  /** Ends what is under way on the disk, and tries once more where it took nothing. */
  async close(): Promise<void> {
    for (const timer of [this.#retry, this.#sync]) if (timer) clearTimeout(timer);
    this.#retry = null;
    this.#closed = true;
    await this.#writing;
    this.write();
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    const { memory, files, first, last } = this.#stream;
    // Those that come in the same turn are written together.
    await Promise.resolve();
    while (this.#spooled < last()) {
      // What every target has already need not be written.
      const from = Math.max(this.#spooled + 1, first());
      if (from > last()) break;
      const disk = this.#stream.disk();
      const batch = memory.read(from, disk.roomAt(from), Number.POSITIVE_INFINITY);
      try {
        await files.open(this.#stream.session());
        await disk.append(batch);
      } catch (error) {
        this.trouble(error);
        if (!this.#closed) this.#retryLater();
        return;
      }
      this.#spooled = from + batch.length - 1;
      if (this.#failing) {
        this.#failing = false;
        files.keepStream();
        this.#stream.onDiskTrouble(null);
      }
      memory.trim(first(), this.#spooled);
      this.#syncLater();
    }
    this.#spooled = Math.max(this.#spooled, Math.min(first() - 1, last()));
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => {
      this.#retry = null;
      while (this.#stream.memory.tailBytes > MEMORY_BYTES) if (this.#stream.dropOldest() === 0) break;
      this.write();
    }, RETRY_MS);
    this.#retry.unref();
  }

  /** A little later the disk itself has what is written, and the note how far that goes. */
  #syncLater(): void {
    if (this.#closed) return;
    this.#sync ??= setTimeout(() => {
      this.#sync = null;
      this.#stream
        .disk()
        .sync()
        .catch(() => undefined);
    }, SYNC_MS).unref();
    this.#stream.files.noteSoon();
  }
}
