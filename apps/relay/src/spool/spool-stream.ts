import { mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fifo } from './fifo.js';
import { frameSpooled, Segment, type Spooled } from './segment.js';
import {
  disownFolder,
  type Greeting,
  isOwned,
  ownFolder,
  readSession,
  readStream,
  type StreamEnd,
  storeSession,
  storeStream,
} from './stream-folder.js';

const SEGMENT = /^(\d{10})\.seg$/;
/** Records that are kept in memory besides, since most are sent as soon as they are captured. */
const TAIL_BYTES = 1024 * 1024;
/** Written at once. */
const WRITE_BYTES = 1024 * 1024;
/** While the disk takes nothing this much is kept in memory. */
const MEMORY_BYTES = 64 * 1024 * 1024;
const RETRY_MS = 1_000;
/** Power may fail: what is written is on the disk itself this much later. */
const SYNC_MS = 1_000;
export interface StreamWorld {
  /** Bytes of a segment; the spool's bound is kept to within one. */
  readonly segmentBytes: number;
  /** The disk does not take what is captured, or takes it again (`null`). */
  readonly onDiskTrouble: (because: string | null) => void;
  /** A file of the spool cannot be read; what it held is lost. */
  readonly onSpoiled: (file: string) => void;
}

/**
 * Records of one running of practice, qualifying or race, in order, until every target has them: on disk, and the
 * newest in memory besides.
 */
export class SpoolStream {
  readonly greeting: Greeting;
  readonly dir: string;
  readonly #world: StreamWorld;
  readonly #backends: readonly string[];
  #ended: StreamEnd | null = null;
  /** Newest session time captured, in seconds. */
  sessionTime: number | null = null;
  /** The newest session line, kept for a server that begins in the middle. */
  session: Spooled | null = null;
  /** Number of the first record that is still here and of the newest ever. */
  #first = 1;
  #last = 0;
  #segments: Segment[] = [];
  /** The newest records, up to `#last`; sizes of all from `#first` on. */
  readonly #tail = new Fifo<Spooled>();
  #tailBytes = 0;
  readonly #sizes = new Fifo<number>();
  #bytes = 0;
  #written = 0;
  #writing: Promise<void> | null = null;
  #failing = false;
  #closed = false;
  #keeping: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | null = null;
  #sync: NodeJS.Timeout | null = null;
  /** Records that left for want of room before every target had them, and the number of the newest of them. */
  lost = 0;
  lostUpTo = 0;
  /** Whether a run before this one left it behind. */
  readonly isLeftover: boolean;

  private constructor(
    dir: string,
    stored: Greeting,
    backends: readonly string[],
    isLeftover: boolean,
    world: StreamWorld,
  ) {
    this.dir = dir;
    this.#backends = backends;
    this.greeting = stored;
    this.isLeftover = isLeftover;
    this.#world = world;
  }

  /** Begins a stream in a folder of its own. It works without the disk, too, as long as memory holds what it has. */
  static create(spoolDir: string, stored: Greeting, backends: readonly string[], world: StreamWorld): SpoolStream {
    const stream = new SpoolStream(join(spoolDir, stored.run), stored, backends, false, world);
    try {
      mkdirSync(stream.dir, { recursive: true });
      stream.#store();
      stream.own();
    } catch (error) {
      stream.#trouble(error);
    }
    return stream;
  }

  /**
   * What a relay that is gone left in a folder for one of some servers; `null` where another owns it, it was for other
   * servers, or there is nothing to be read.
   */
  static async adopt(dir: string, backends: readonly string[], world: StreamWorld): Promise<SpoolStream | null> {
    if (isOwned(dir)) return null;
    const found = readStream(dir);
    if (found === null || !found.backends.some((backend) => backends.includes(backend))) return null;
    const stream = new SpoolStream(dir, found.greeting, found.backends, true, world);
    stream.own();
    stream.sessionTime = found.sessionTime;
    stream.#ended = found.ended ?? { reason: 'stopped' };
    stream.session = readSession(dir);
    const names = (await readdir(dir)).flatMap((name) => {
      const [, first] = SEGMENT.exec(name) ?? [];
      return first === undefined ? [] : [{ name, first: Number(first) }];
    });
    for (const { name, first } of names.sort((a, b) => a.first - b.first)) {
      const segment = await Segment.load(join(dir, name), first);
      // Where damage left a hole, servers are told of what is lost.
      if (segment.count > 0) stream.#segments.push(segment);
    }
    const [oldest] = stream.#segments;
    stream.#first = oldest?.first ?? 1;
    stream.#last = stream.#segments.at(-1)?.last ?? 0;
    stream.#written = stream.#last;
    for (let seq = stream.#first; seq <= stream.#last; seq++) {
      const size = stream.#sizeOnDisk(seq);
      stream.#sizes.push(size);
      stream.#bytes += size;
    }
    return stream;
  }

  get run(): string {
    return this.greeting.run;
  }

  /** How it ended; `null` while more may come. */
  get ended(): StreamEnd | null {
    return this.#ended;
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  /** Bytes of the records that are still here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that it takes on disk or, where that fails, in memory. */
  get heldBytes(): number {
    // What every target has is on its way out.
    const needed = this.#segments.filter((segment) => segment.last >= this.#first);
    const written = needed.reduce((sum, segment) => sum + segment.bytes, 0);
    return Math.max(written, this.#bytes);
  }

  /** When the oldest record was captured, or a little before; `null` where there is none. */
  get oldestAt(): number | null {
    if (this.#first > this.#last) return null;
    const tail = this.#tail.first;
    if (tail !== undefined && tail.seq <= this.#first) return tail.at;
    return this.#segments.find((segment) => segment.last >= this.#first)?.firstAt ?? tail?.at ?? null;
  }

  /** Says that this process has the stream; to be said again every few seconds. */
  own(): void {
    ownFolder(this.dir);
  }

  /** Adds a record; `bytes` carries the number `last + 1`. */
  put(bytes: Uint8Array, at: number, kind: 'session' | 'frame' | 'other'): void {
    this.#last += 1;
    const record = { seq: this.#last, bytes, at };
    this.#tail.push(record);
    this.#tailBytes += bytes.length;
    this.#sizes.push(bytes.length);
    this.#bytes += bytes.length;
    if (kind === 'session') {
      this.session = record;
      this.#keepSession(record);
    }
    this.#write();
  }

  /** Nothing more comes. */
  end(end: StreamEnd): void {
    if (this.#ended !== null) return;
    this.#ended = end;
    try {
      this.#store();
    } catch (error) {
      this.#trouble(error);
    }
  }

  /** Records from a number on, in order; fewer than there are, and none behind the last. */
  async read(from: number, maxBytes: number, maxRecords: number): Promise<readonly Spooled[]> {
    const first = this.#tail.first?.seq ?? Number.POSITIVE_INFINITY;
    if (from >= first) return this.#fromTail(from, maxBytes, maxRecords);
    const segment = this.#segments.find((each) => from >= each.first && from <= each.last);
    if (segment === undefined) return [];
    const records = await segment.read(from, maxBytes, maxRecords).catch(() => []);
    // It was there, and is not any more: what is behind it must not wait for it.
    if (records.length === 0 && from >= this.#first) this.#spoil(segment);
    return records;
  }

  /** The first number from `from` on that is still here; one beyond the last where none is. */
  nextFrom(from: number): number {
    const at = Math.max(from, this.#first);
    const tail = this.#tail.first?.seq ?? this.#last + 1;
    if (at >= tail) return at;
    const segment = this.#segments.find((each) => each.last >= at);
    return Math.min(tail, Math.max(at, segment?.first ?? tail));
  }

  /** Lets go of all up to a number. */
  release(upTo: number): void {
    const floor = Math.min(upTo, this.#last);
    while (this.#first <= floor) {
      this.#bytes -= this.#sizes.shift() as number;
      this.#first += 1;
    }
    this.#trimTail();
    while (this.#segments.length > 0) {
      const [oldest] = this.#segments as [Segment];
      if (oldest.last >= this.#first) break;
      // The last is written to, until it is full.
      const isFull = oldest.bytes >= this.#world.segmentBytes || this.#ended !== null;
      if (this.#segments.length === 1 && (this.#writing !== null || !isFull)) break;
      this.#segments.shift();
      discard(oldest);
    }
  }

  /** Gives up the oldest records for want of room; returns how many. */
  dropOldest(): number {
    const oldest = this.#segments[0];
    const upTo = oldest !== undefined && oldest.last >= this.#first ? oldest.last : this.#first;
    const dropped = Math.max(0, Math.min(upTo, this.#last) - this.#first + 1);
    this.lost += dropped;
    this.lostUpTo = upTo;
    this.release(upTo);
    return dropped;
  }

  /** Writes what is left to the disk, and closes it; the folder stays for the next run. */
  async close(): Promise<void> {
    await this.#rest();
    try {
      this.#store();
      await this.#segments.at(-1)?.sync();
      for (const segment of this.#segments) await segment.close();
      disownFolder(this.dir);
    } catch {
      // Nobody is left to be told; what was written stays.
    }
  }

  /** Deletes the stream: every target has it. */
  async remove(): Promise<void> {
    await this.#rest();
    for (const segment of this.#segments) await segment.close().catch(() => undefined);
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Ends what is under way on the disk. */
  async #rest(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#keeping;
    if (this.#retry) clearTimeout(this.#retry);
    if (this.#sync) clearTimeout(this.#sync);
  }

  /** Gives up a segment that cannot be read. */
  #spoil(segment: Segment): void {
    const at = this.#segments.indexOf(segment);
    if (at < 0 || (at === this.#segments.length - 1 && this.#writing !== null)) return;
    this.#segments.splice(at, 1);
    this.lost += segment.last - Math.max(segment.first, this.#first) + 1;
    this.#world.onSpoiled(segment.path);
    discard(segment);
  }

  #fromTail(from: number, maxBytes: number, maxRecords: number): readonly Spooled[] {
    const start = from - (this.#tail.first as Spooled).seq;
    let end = start;
    let bytes = 0;
    while (end < this.#tail.length && end - start < maxRecords) {
      bytes += (this.#tail.at(end) as Spooled).bytes.length;
      if (end > start && bytes > maxBytes) break;
      end += 1;
    }
    return this.#tail.slice(start, end);
  }

  #trimTail(): void {
    for (;;) {
      const oldest = this.#tail.first;
      if (oldest === undefined) break;
      const isNeeded = oldest.seq >= this.#first && (oldest.seq > this.#written || this.#tailBytes <= TAIL_BYTES);
      if (isNeeded) break;
      this.#tailBytes -= oldest.bytes.length;
      this.#tail.shift();
    }
  }

  #write(): void {
    if (this.#writing !== null || this.#retry !== null) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  async #writeAll(): Promise<void> {
    // Those that come in the same turn are written together.
    await Promise.resolve();
    while (this.#written < this.#last) {
      // What every target has already need not be written.
      const from = Math.max(this.#written + 1, this.#first);
      if (from > this.#last) break;
      const batch = this.#fromTail(from, this.#roomAt(from), Number.POSITIVE_INFINITY);
      try {
        await this.#segmentFor(from, batch).append(batch.map(frameSpooled));
      } catch (error) {
        this.#trouble(error);
        if (!this.#closed) this.#retryLater();
        return;
      }
      this.#written = from + batch.length - 1;
      if (this.#failing) {
        this.#failing = false;
        this.#store();
        this.own();
        this.#world.onDiskTrouble(null);
      }
      this.#trimTail();
      this.#syncLater();
    }
    this.#written = Math.max(this.#written, Math.min(this.#first - 1, this.#last));
  }

  /** Bytes that may be written at once: no more than fill a segment, since segments are what is given up for want of room. */
  #roomAt(seq: number): number {
    const current = this.#segments.at(-1);
    const isOpen = current !== undefined && current.last + 1 === seq && current.bytes < this.#world.segmentBytes;
    return Math.min(WRITE_BYTES, this.#world.segmentBytes - (isOpen ? current.bytes : 0));
  }

  #segmentFor(seq: number, [first]: readonly Spooled[]): Segment {
    const current = this.#segments.at(-1);
    if (current !== undefined && current.last + 1 === seq && current.bytes < this.#world.segmentBytes) return current;
    // A closed file is opened again for a read.
    void current?.close().catch(() => undefined);
    const path = join(this.dir, `${String(seq).padStart(10, '0')}.seg`);
    const segment = Segment.create(path, seq, first?.at ?? 0);
    this.#segments.push(segment);
    return segment;
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => {
      this.#retry = null;
      while (this.#tailBytes > MEMORY_BYTES) if (this.dropOldest() === 0) break;
      this.#write();
    }, RETRY_MS);
    this.#retry.unref();
  }

  #syncLater(): void {
    this.#sync ??= setTimeout(() => {
      this.#sync = null;
      this.#segments
        .at(-1)
        ?.sync()
        .catch(() => undefined);
    }, SYNC_MS).unref();
  }

  #trouble(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#world.onDiskTrouble((error as Error).message);
  }

  #keepSession(record: Spooled): void {
    this.#keeping = this.#keeping.then(() => storeSession(this.dir, record)).catch((error) => this.#trouble(error));
  }

  #store(): void {
    storeStream(this.dir, {
      greeting: this.greeting,
      backends: this.#backends,
      ended: this.#ended,
      sessionTime: this.sessionTime,
    });
  }

  #sizeOnDisk(seq: number): number {
    const segment = this.#segments.find((each) => seq >= each.first && seq <= each.last);
    return segment?.sizeOf(seq) ?? 0;
  }
}

function discard(segment: Segment): void {
  segment
    .close()
    .then(() => rm(segment.path, { force: true }))
    .catch(() => undefined);
}
