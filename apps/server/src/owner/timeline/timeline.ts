import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf } from './place-of.js';
import { segmentsOf } from './read-timeline.js';
import { type FilePlace, frameRecord, type Lsn, MAGIC, segmentName, type TimelineRecord } from './segment-format.js';
import { forgetPlaces, notePlaces } from './segment-index.js';

/** A segment that has reached this size is closed and another begun. */
const SEGMENT_BYTES = 64 * 1024 * 1024;
/** Waiting bytes above which nothing more is taken: the disk has been failing for a while. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Bytes between two places that are noted: as much is read to find a record. */
const NOTED_EVERY_BYTES = 1024 * 1024;
/** How long to wait before the disk is tried again after it failed. */
const RETRY_MS = 1_000;

/** How the timeline stands with its disk. */
export type TimelineHealth =
  | { readonly state: 'ok' }
  | {
      readonly state: 'failing';
      readonly since: number;
      /** The file system's code, such as `ENOSPC`. */
      readonly code: string | null;
      readonly because: string;
      readonly waitingRecords: number;
      readonly waitingBytes: number;
    };

interface Waiter {
  readonly upTo: number;
  readonly resolve: () => void;
}

interface Mark {
  readonly lsn: Lsn;
  /** Bytes appended before it, since the timeline was opened. */
  readonly bytes: number;
  readonly resolve: (lsn: Lsn) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A session's frames in order, on disk first. Records are appended to memory at once and reach the disk in
 * groups: one write and one sync for all that came while the sync before was under way, so `synced` is never
 * more than one sync behind. A failing disk is tried again; what waits is kept, up to a bound.
 */
export class Timeline {
  readonly #dir: string;
  readonly #now: () => number;
  /** Hears of every group of records that has reached the disk, and of the number of the last one. */
  onSynced: (records: number, bytes: number, upTo: Lsn) => void = () => undefined;
  #file: FileHandle | null = null;
  #segment: number;
  #size: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Numbers of the last record appended and of the last one on disk. */
  #appended: Lsn;
  #synced: Lsn;
  #waiters: Waiter[] = [];
  /** Bytes since it was opened, to know where in the file a record came to lie. */
  #appendedBytes = 0;
  #syncedBytes = 0;
  /** Of them, how many there were at the place that was noted last. */
  #notedBytes = 0;
  #marks: Mark[] = [];
  #flushing: Promise<void> | null = null;
  #closed = false;
  #failure: { since: number; code: string | null; because: string } | null = null;
  #wakeRetry: (() => void) | null = null;

  private constructor(dir: string, now: () => number, { segment, offset, lsn }: FilePlace) {
    this.#dir = dir;
    this.#now = now;
    this.#segment = segment;
    this.#size = offset;
    this.#appended = lsn;
    this.#synced = lsn;
  }

  /**
   * Opens a timeline for appending behind what is there; damage must have been repaired by `readTimeline`. `end` is the number
   * of its last record, as reading it has told, and is looked for where absent.
   */
  static async open(dir: string, now: () => number, end?: Lsn): Promise<Timeline> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const last = (await segmentsOf(dir)).at(-1);
    const lsn = end ?? (await placeOf(dir, Number.MAX_SAFE_INTEGER)).lsn;
    if (last === undefined) return new Timeline(dir, now, { segment: 1, offset: 0, lsn });
    const { size } = await stat(join(dir, last));
    const segment = Number(last.slice(0, 6));
    const isFull = size >= SEGMENT_BYTES;
    return new Timeline(dir, now, { segment: isFull ? segment + 1 : segment, offset: isFull ? 0 : size, lsn });
  }

  get health(): TimelineHealth {
    if (this.#failure === null) return { state: 'ok' };
    const waitingRecords = this.#appended - this.#synced;
    return { state: 'failing', ...this.#failure, waitingRecords, waitingBytes: this.#waitingBytes };
  }

  /** Whether there is room to append; false only after the disk has failed for long. */
  get hasRoom(): boolean {
    return this.#waitingBytes < MAX_WAITING_BYTES;
  }

  /** The number of the last record that was appended. */
  get appended(): Lsn {
    return this.#appended;
  }

  /** Appends a record; it is on disk once `synced()` of after this call resolves. */
  append(record: TimelineRecord): void {
    if (this.#closed) throw new Error('the timeline is closed');
    const framed = frameRecord(record, this.#appended + 1);
    this.#waiting.push(framed);
    this.#waitingBytes += framed.length;
    this.#appended += 1;
    this.#appendedBytes += framed.length;
    this.#flushing ??= this.#flush();
  }

  /** Resolves when everything appended so far is on disk. */
  synced(): Promise<void> {
    if (this.#synced >= this.#appended) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ upTo: this.#appended, resolve }));
  }

  /**
   * The place behind everything appended so far, once that is on disk and the place can be found at once.
   * @throws Error where the timeline was closed before the disk took it.
   */
  async mark(): Promise<Lsn> {
    const lsn = this.#appended;
    if (this.#syncedBytes === this.#appendedBytes) {
      await this.#note([{ segment: this.#segment, offset: this.#size, lsn }]);
      return lsn;
    }
    return new Promise((resolve, reject) => this.#marks.push({ lsn, bytes: this.#appendedBytes, resolve, reject }));
  }

  /** Writes what waits and closes the file. Gives up on what a failing disk does not take. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeRetry?.();
    await this.#flushing;
    await this.#file?.close();
    this.#file = null;
    for (const mark of this.#marks.splice(0)) mark.reject(new Error('the disk did not take it before the end'));
  }

  async #flush(): Promise<void> {
    // One turn of the event loop gathers what arrived together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      const bytes = this.#waitingBytes;
      this.#waiting = [];
      try {
        await this.#write(Buffer.concat(group), this.#synced + group.length);
        this.#waitingBytes -= bytes;
        this.#synced += group.length;
        this.#failure = null;
        this.#settle();
        this.onSynced(group.length, bytes, this.#synced);
      } catch (error) {
        this.#waiting = [...group, ...this.#waiting];
        const { code = null, message } = error as NodeJS.ErrnoException;
        this.#failure = { since: this.#failure?.since ?? this.#now(), code, because: message };
        if (this.#closed) break;
        await this.#retryLater();
      }
    }
    this.#flushing = null;
  }

  async #write(bytes: Buffer, upTo: Lsn): Promise<void> {
    this.#file ??= await this.#openSegment();
    try {
      let written = 0;
      while (written < bytes.length) {
        const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, this.#size + written);
        written += bytesWritten;
      }
      await this.#file.datasync();
    } catch (error) {
      // A half-written group must not stay before the next try.
      await this.#file.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    const before = this.#size;
    this.#size += bytes.length;
    await this.#settleMarks(before, bytes.length, upTo);
    if (this.#size >= SEGMENT_BYTES) {
      await this.#file.close();
      this.#file = null;
      this.#segment += 1;
      this.#size = 0;
    }
  }

  async #openSegment(): Promise<FileHandle> {
    const file = await open(join(this.#dir, segmentName(this.#segment)), this.#size === 0 ? 'w+' : 'r+', 0o600);
    if (this.#size > 0) return file;
    try {
      await forgetPlaces(this.#dir, this.#segment);
      await file.write(MAGIC, 0, MAGIC.length, 0);
      await syncDirectory(this.#dir);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#size = MAGIC.length;
    return file;
  }

  /** Notes the places that were marked, or one for each megabyte, in what was written at an offset, up to a record. */
  async #settleMarks(offset: number, length: number, upTo: Lsn): Promise<void> {
    const begin = this.#syncedBytes;
    this.#syncedBytes += length;
    const due = this.#marks.filter((mark) => mark.bytes <= this.#syncedBytes);
    this.#marks = this.#marks.filter((mark) => mark.bytes > this.#syncedBytes);
    const places = due.map(({ lsn, bytes }) => ({ segment: this.#segment, offset: offset + bytes - begin, lsn }));
    if (this.#syncedBytes - this.#notedBytes >= NOTED_EVERY_BYTES) {
      places.push({ segment: this.#segment, offset: this.#size, lsn: upTo });
    }
    if (places.length > 0) await this.#note(places);
    for (const mark of due) mark.resolve(mark.lsn);
  }

  async #note(places: readonly FilePlace[]): Promise<void> {
    this.#notedBytes = this.#syncedBytes;
    // Without them there is only more to read.
    await notePlaces(this.#dir, this.#segment, places).catch(() => undefined);
  }

  #settle(): void {
    const due = this.#waiters.filter((waiter) => waiter.upTo <= this.#synced);
    this.#waiters = this.#waiters.filter((waiter) => waiter.upTo > this.#synced);
    for (const waiter of due) waiter.resolve();
  }

  #retryLater(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      this.#wakeRetry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Makes a new file's name last through a power cut; some systems cannot open a directory, and need not. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => null);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
