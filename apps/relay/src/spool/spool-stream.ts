import { join } from 'node:path';
import { shownUrl } from '../shown-url.js';
import { type ClaimRefused, claimFolder } from './claim.js';
import type { Spooled } from './segment-format.js';
import { type Damage, discard, StreamDisk } from './stream-disk.js';
import { StreamFiles } from './stream-files.js';
import {
  type Extent,
  type Greeting,
  readExtent,
  readSession,
  readStream,
  type StoredStream,
  type StreamEnd,
} from './stream-folder.js';
import { StreamMemory } from './stream-memory.js';

/** While the disk takes nothing this much is kept in memory. */
const MEMORY_BYTES = 64 * 1024 * 1024;
const RETRY_MS = 1_000;
/** Power may fail: what is written is on the disk itself this much later. */
const SYNC_MS = 1_000;

/** What a stream tells the spool that it is in. */
export interface StreamWorld {
  /** Bytes of a segment; the spool's bound is kept to within one. */
  readonly segmentBytes: number;
  /** The disk does not take what is captured, or takes it again (`null`). */
  readonly onDiskTrouble: (because: string | null) => void;
  /** Records can not be read any more. */
  readonly onDamage: (damage: Damage, records: number) => void;
  /** Records left before every target had them, since neither disk nor memory had room for them. */
  readonly onLost: (records: number) => void;
}

/** A folder that holds something that is not sent, and why. */
export interface LeftAlone {
  readonly dir: string;
  readonly because: string;
}

/**
 * Records of one running of practice, qualifying or race, in order, until every target has them: on disk, and the
 * newest in memory besides.
 */
export class SpoolStream {
  readonly greeting: Greeting;
  readonly dir: string;
  readonly #world: StreamWorld;
  #ended: StreamEnd | null = null;
  /** Newest session time captured, in seconds. */
  sessionTime: number | null = null;
  /** The newest session line, kept for a server that begins in the middle. */
  session: Spooled | null = null;
  /** Number of the first record that some target has still to get, and of the newest ever. */
  #first = 1;
  #last = 0;
  readonly #memory = new StreamMemory();
  #disk: StreamDisk;
  readonly #files: StreamFiles;
  #written = 0;
  #writing: Promise<void> | null = null;
  #failing = false;
  #closed = false;
  #retry: NodeJS.Timeout | null = null;
  #sync: NodeJS.Timeout | null = null;
  /** Records that left for want of room before every target had them, and the number of the newest of them. */
  lost = 0;
  lostUpTo = 0;
  /** Records that were here and cannot be read any more. */
  damaged = 0;
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
    this.greeting = stored;
    this.isLeftover = isLeftover;
    this.#world = world;
    this.#disk = new StreamDisk(dir, world.segmentBytes);
    this.#files = new StreamFiles(dir, {
      stream: () => ({ greeting: stored, backends, ended: this.#ended, sessionTime: this.sessionTime }),
      extent: () => this.#extent(),
      onTrouble: (error) => this.#trouble(error),
    });
  }

  /** Begins a stream in a folder of its own. It works without the disk, too, as long as memory holds what it has. */
  static create(spoolDir: string, stored: Greeting, backends: readonly string[], world: StreamWorld): SpoolStream {
    return new SpoolStream(join(spoolDir, stored.run), stored, backends, false, world);
  }

  /**
   * What a relay that is gone left in a folder for one of some servers; why not, where another relay has it, it was for
   * other servers, or nobody can tell what it is.
   * @throws the system's error where the folder cannot be looked at.
   */
  static async adopt(
    dir: string,
    backends: readonly string[],
    world: StreamWorld,
  ): Promise<SpoolStream | LeftAlone | ClaimRefused> {
    // A folder that another relay is to have is not even held for a moment.
    const stored = await readStream(dir);
    if (stored !== null && !isFor(stored, backends)) return notFor(dir, stored);
    const claim = await claimFolder(dir);
    if ('refused' in claim) return claim;
    const stream = await SpoolStream.#load(dir, backends, world).catch(async (error: unknown) => {
      await claim.release();
      throw error;
    });
    if (!(stream instanceof SpoolStream)) {
      await claim.release();
      return stream;
    }
    stream.#files.adopt(claim);
    return stream;
  }

  static async #load(dir: string, backends: readonly string[], world: StreamWorld): Promise<SpoolStream | LeftAlone> {
    const found = await readStream(dir);
    if (found === null) {
      return { dir, because: 'what says which session it is of and where it was to go is damaged, in both its copies' };
    }
    if (!isFor(found, backends)) return notFor(dir, found);
    const stream = new SpoolStream(dir, found.greeting, found.backends, true, world);
    stream.sessionTime = found.sessionTime;
    stream.#ended = found.ended ?? { reason: 'stopped' };
    const extent = await readExtent(dir);
    const { disk, session, rest, damages } = await StreamDisk.load(dir, world.segmentBytes);
    stream.#disk = disk;
    stream.session = readSession(dir) ?? session;
    stream.#begin(extent, rest);
    for (const damage of damages) world.onDamage(damage, 0);
    if (stream.damaged > 0) world.onDamage({ file: dir, what: 'is damaged' }, stream.damaged);
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
    return this.#memory.bytes;
  }

  /** Bytes that it takes on disk or, where that fails, in memory. */
  get heldBytes(): number {
    // What every target has is on its way out.
    return Math.max(this.#disk.bytesFrom(this.#first), this.bytes);
  }

  /** When the oldest record was captured, or a little before; `null` where there is none. */
  get oldestAt(): number | null {
    if (this.#first > this.#last) return null;
    const { oldest } = this.#memory;
    if (oldest !== undefined && oldest.seq <= this.#first) return oldest.at;
    return this.#disk.capturedFrom(this.#first) ?? oldest?.at ?? null;
  }

  /** Adds a record; `bytes` carries the number `last + 1`. */
  put(bytes: Uint8Array, at: number, kind: 'session' | 'frame' | 'other'): void {
    this.#last += 1;
    const record = { seq: this.#last, bytes, at };
    this.#memory.put(record);
    if (kind === 'session') {
      this.session = record;
      this.#files.keepSession(record);
    }
    this.#write();
  }

  /** Nothing more comes. */
  end(end: StreamEnd): void {
    if (this.#ended !== null) return;
    this.#ended = end;
    this.#files.keepStream();
  }

  /** Records from a number on, in order; fewer than there are, and none behind the last. */
  async read(from: number, maxBytes: number, maxRecords: number): Promise<readonly Spooled[]> {
    const inMemory = this.#memory.read(from, maxBytes, maxRecords);
    if (inMemory.length > 0) return inMemory;
    const { records, gone, file } = await this.#disk.read(from, maxBytes, maxRecords);
    // It was there, and is not any more: what is behind it must not wait for it.
    if (gone > 0 && from >= this.#first) {
      this.damaged += gone;
      this.#world.onDamage({ file, what: 'cannot be read any more' }, gone);
    }
    return records;
  }

  /** The first number from `from` on that is still here; one beyond the last where none is. */
  nextFrom(from: number): number {
    const at = Math.max(from, this.#first);
    const inMemory = this.#memory.oldest?.seq ?? this.#last + 1;
    if (at >= inMemory) return at;
    return Math.min(inMemory, this.#disk.nextFrom(at) ?? inMemory);
  }

  /** Lets go of all up to a number. */
  release(upTo: number): void {
    const floor = Math.min(upTo, this.#last);
    while (this.#first <= floor) {
      this.#memory.release();
      this.#first += 1;
    }
    this.#memory.trim(this.#first, this.#written);
    const isWrittenTo = this.#writing !== null || !(this.#disk.isLastFull || this.#ended !== null);
    const taken = this.#disk.takeOff(this.#first, isWrittenTo);
    if (taken.length === 0) return;
    this.#files.noteThen(async () => {
      for (const segment of taken) await discard(segment);
    });
  }

  /** Gives up the oldest records for want of room; returns how many. */
  dropOldest(): number {
    const upTo = Math.min(this.#disk.endOfOldest(this.#first) ?? this.#first, this.#last);
    const dropped = Math.max(0, upTo - this.#first + 1);
    if (dropped === 0) return 0;
    this.lost += dropped;
    this.lostUpTo = upTo;
    this.release(upTo);
    this.#world.onLost(dropped);
    return dropped;
  }

  /** Writes what is left to the disk, and closes it; the folder stays for the next run. */
  async close(): Promise<void> {
    await this.#rest();
    await this.#files.close();
    await this.#disk.sync().catch(() => undefined);
    // What only memory has goes with this process.
    const unwritten = this.#last - Math.max(this.#written, this.#first - 1);
    if (unwritten > 0) {
      this.lost += unwritten;
      this.lostUpTo = this.#last;
      this.#world.onLost(unwritten);
    }
    await this.#disk.close();
    await this.#files.release();
  }

  /** Deletes the stream: every target has it. */
  async remove(): Promise<void> {
    await this.#rest();
    await this.#disk.close();
    await this.#files.remove();
  }

  /** Takes up what was found in the folder: how far it goes, and what is missing of it. */
  #begin(extent: Extent | null, rest: number): void {
    const onDisk = this.#disk.first ?? extent?.floor ?? 1;
    this.#first = Math.max(1, Math.min(onDisk, extent?.floor ?? onDisk));
    const known = Math.max(this.#disk.last, this.#first - 1);
    this.#last = extent !== null && extent.last > known ? extent.last : known + rest;
    this.#written = this.#last;
    this.lost = extent?.lost ?? 0;
    this.lostUpTo = extent?.lostUpTo ?? 0;
    let seq = this.#first;
    for (const size of this.#disk.sizes(this.#first, this.#last)) {
      this.#memory.putSize(size ?? 0);
      if (size === null && seq > this.lostUpTo) this.damaged += 1;
      seq += 1;
    }
  }

  /** Ends what is under way on the disk, and tries once more where it took nothing. */
  async #rest(): Promise<void> {
    for (const timer of [this.#retry, this.#sync]) if (timer) clearTimeout(timer);
    this.#retry = null;
    this.#closed = true;
    await this.#writing;
    this.#write();
    await this.#writing;
    await this.#files.idle();
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
      const batch = this.#memory.read(from, this.#disk.roomAt(from), Number.POSITIVE_INFINITY);
      try {
        await this.#files.open(this.session);
        await this.#disk.append(batch);
      } catch (error) {
        this.#trouble(error);
        if (!this.#closed) this.#retryLater();
        return;
      }
      this.#written = from + batch.length - 1;
      if (this.#failing) {
        this.#failing = false;
        this.#files.keepStream();
        this.#world.onDiskTrouble(null);
      }
      this.#memory.trim(this.#first, this.#written);
      this.#later();
    }
    this.#written = Math.max(this.#written, Math.min(this.#first - 1, this.#last));
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => {
      this.#retry = null;
      while (this.#memory.tailBytes > MEMORY_BYTES) if (this.dropOldest() === 0) break;
      this.#write();
    }, RETRY_MS);
    this.#retry.unref();
  }

  /** A little later the disk itself has what is written, and the note how far that goes. */
  #later(): void {
    if (this.#closed) return;
    this.#sync ??= setTimeout(() => {
      this.#sync = null;
      this.#disk.sync().catch(() => undefined);
    }, SYNC_MS).unref();
    this.#files.noteSoon();
  }

  #trouble(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#world.onDiskTrouble((error as Error).message);
  }

  #extent(): Extent {
    const last = this.#closed ? this.#last : this.#written;
    return { floor: this.#first, last, lost: this.lost, lostUpTo: this.lostUpTo };
  }
}

function isFor({ backends }: StoredStream, configured: readonly string[]): boolean {
  return backends.some((backend) => configured.includes(backend));
}

function notFor(dir: string, { backends }: StoredStream): LeftAlone {
  return {
    dir,
    because: `it was captured for ${backends.map(shownUrl).join(', ')}, which RELAY_BACKENDS does not name`,
  };
}
