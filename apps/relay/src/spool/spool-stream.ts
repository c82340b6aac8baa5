import { join } from 'node:path';
import type { Watermarks } from '@okboxbox/protocol';
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
import { StreamWriter } from './stream-writer.js';

/** What a stream tells the spool that it is in. */
export interface StreamDeps {
  /** Bytes of a segment; the spool's bound is kept to within one. */
  readonly segmentBytes: number;
  /** The disk does not take what is captured, or takes it again (`null`). */
  readonly onDiskTrouble: (because: string | null) => void;
  /** Records can not be read any more. */
  readonly onDamage: (damage: Damage, records: number) => void;
  /** Records left before every target had them, since neither disk nor memory had room for them. */
  readonly onLost: (records: number, ofMs?: number) => void;
}

/** Records that only memory has, and how long capturing them took, in ms. */
export interface Unwritten {
  readonly records: number;
  readonly ofMs: number;
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
  readonly #deps: StreamDeps;
  #ended: StreamEnd | null = null;
  /** Newest session time captured, in seconds. */
  sessionTime: number | null = null;
  /** The newest session line, kept for a server that begins in the middle. */
  session: Spooled | null = null;
  /** Number of the first record that some target has still to get, and of the newest ever. */
  #first = 1;
  #last: Watermarks['captured'] = 0;
  readonly #memory = new StreamMemory();
  #disk: StreamDisk;
  readonly #files: StreamFiles;
  readonly #writer: StreamWriter;
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
    deps: StreamDeps,
  ) {
    this.dir = dir;
    this.greeting = stored;
    this.isLeftover = isLeftover;
    this.#deps = deps;
    this.#disk = new StreamDisk(dir, deps.segmentBytes);
    this.#files = new StreamFiles(dir, {
      stream: () => ({ greeting: stored, backends, ended: this.#ended, sessionTime: this.sessionTime }),
      extent: () => this.#extent(),
      onTrouble: (error) => this.#writer.trouble(error),
    });
    this.#writer = new StreamWriter({
      memory: this.#memory,
      files: this.#files,
      disk: () => this.#disk,
      first: () => this.#first,
      last: () => this.#last,
      session: () => this.session,
      dropOldest: () => this.dropOldest(),
      onDiskTrouble: deps.onDiskTrouble,
    });
  }

  /** Begins a stream in a folder of its own. It works without the disk, too, as long as memory holds what it has. */
  static create(spoolDir: string, stored: Greeting, backends: readonly string[], deps: StreamDeps): SpoolStream {
    return new SpoolStream(join(spoolDir, stored.run), stored, backends, false, deps);
  }

  /**
   * What a relay that is gone left in a folder for one of some servers; why not, where another relay has it, it was for
   * other servers, or nobody can tell what it is.
   * @throws the system's error where the folder cannot be looked at.
   */
  static async adopt(
    dir: string,
    backends: readonly string[],
    deps: StreamDeps,
  ): Promise<SpoolStream | LeftAlone | ClaimRefused> {
    // A folder that another relay is to have is not even held for a moment.
    const stored = await readStream(dir);
    if (stored !== null && !isFor(stored, backends)) return notFor(dir, stored);
    const claim = await claimFolder(dir);
    if ('refused' in claim) return claim;
    const stream = await SpoolStream.#load(dir, backends, deps).catch(async (error: unknown) => {
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

  static async #load(dir: string, backends: readonly string[], deps: StreamDeps): Promise<SpoolStream | LeftAlone> {
    const found = await readStream(dir);
    if (found === null) {
      return { dir, because: 'what says which session it is of and where it was to go is damaged, in both its copies' };
    }
    if (!isFor(found, backends)) return notFor(dir, found);
    const stream = new SpoolStream(dir, found.greeting, found.backends, true, deps);
    stream.sessionTime = found.sessionTime;
    stream.#ended = found.ended ?? { reason: 'stopped' };
    const extent = await readExtent(dir);
    const { disk, session, rest, damages } = await StreamDisk.load(dir, deps.segmentBytes);
    stream.#disk = disk;
    stream.session = readSession(dir) ?? session;
    stream.#begin(extent, rest);
    for (const damage of damages) deps.onDamage(damage, 0);
    if (stream.damaged > 0) deps.onDamage({ file: dir, what: 'is damaged' }, stream.damaged);
    return stream;
  }

  get run(): string {
    return this.greeting.run;
  }

  /** How it ended; `null` while more may come. */
  get ended(): StreamEnd | null {
    return this.#ended;
  }

  /** Number of the first record that some target has still to get. */
  get first(): number {
    return this.#first;
  }

  /** Number of the newest record ever captured. */
  get last(): Watermarks['captured'] {
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

  /** When what is here from a number on was captured, or a little before; `null` where nothing is. */
  capturedAt(seq: number): number | null {
    const at = Math.max(seq, this.#first);
    return this.#memory.find(at)?.at ?? this.#disk.capturedFrom(at);
  }

  /** What is not on the disk and some target has still to get. */
  get unwritten(): Unwritten {
    const from = Math.max(this.#writer.spooled, this.#first - 1) + 1;
    const [oldest, newest] = [this.#memory.find(from), this.#memory.find(this.#last)];
    const ofMs = oldest === undefined || newest === undefined ? 0 : Math.max(0, newest.at - oldest.at);
    return { records: Math.max(0, this.#last - from + 1), ofMs };
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
    this.#writer.write();
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
      this.#deps.onDamage({ file, what: 'cannot be read any more' }, gone);
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
    this.#memory.trim(this.#first, this.#writer.spooled);
    const isWrittenTo = this.#writer.isWriting || !(this.#disk.isLastFull || this.#ended !== null);
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
    this.#deps.onLost(dropped);
    return dropped;
  }

  /** Writes what is left to the disk, and closes it; the folder stays for the next run. */
  async close(): Promise<void> {
    await this.#rest();
    await this.#files.close();
    await this.#disk.sync().catch(() => undefined);
    // What only memory has goes with this process.
    const { records, ofMs } = this.unwritten;
    if (records > 0) {
      this.lost += records;
      this.lostUpTo = this.#last;
      this.#deps.onLost(records, ofMs);
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
    this.#writer.goOnBehind(this.#last);
    this.lost = extent?.lost ?? 0;
    this.lostUpTo = extent?.lostUpTo ?? 0;
    let seq = this.#first;
    for (const size of this.#disk.sizes(this.#first, this.#last)) {
      this.#memory.putSize(size ?? 0);
      if (size === null && seq > this.lostUpTo) this.damaged += 1;
      seq += 1;
    }
  }

  /** Ends what is under way on the disk. */
  async #rest(): Promise<void> {
    await this.#writer.close();
    await this.#files.idle();
  }

  #extent(): Extent {
    const last = this.#writer.isClosed ? this.#last : this.#writer.spooled;
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
