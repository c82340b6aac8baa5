import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type LeftAlone, SpoolStream, type StreamDeps, type Unwritten } from './spool-stream.js';
import { deleteFolder, type Greeting, isBeingDeleted, isStreamFolder, type StreamEnd } from './stream-folder.js';

export interface SpoolOptions {
  readonly dir: string;
  /** Servers that it is for: what was captured for others is left alone. */
  readonly backends: () => readonly string[];
  /** The oldest records go when there is more than this, in bytes. */
  readonly maxBytes: () => number;
  readonly say: (text: string) => void;
}

/** How full a spool is. */
export interface SpoolFill {
  readonly records: number;
  readonly bytes: number;
  /** Age of the oldest record in ms; 0 where there is none. */
  readonly oldestMs: number;
  /** Records that left before every target had them: for want of room, or because their files were damaged. */
  readonly lost: number;
  /** How many of them were lost to damage. */
  readonly damaged: number;
}

const MOST_SEGMENT_BYTES = 4 * 1024 * 1024;
const SEGMENTS_AT_LEAST = 8;
/** How often it says at most that records are lost for want of room, in ms. */
const SAY_LOST_MS = 10_000;

/**
 * Keeps what a relay captures until every target that is to have it has acknowledged it: on disk, so that neither a crash
 * nor a long outage loses anything below its bound. Streams are in the order in which they began, what runs before this
 * one left behind first.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #streams: SpoolStream[] = [];
  /** Streams that every target has and whose folders are being deleted. */
  readonly #removing = new Set<Promise<void>>();
  readonly #progress = new Map<SpoolStream, Map<string, number>>();
  #targets: readonly string[] = [];
  #waiting: (() => void)[] = [];
  /** Why the disk does not take what is captured; `null` where it does. */
  diskTrouble: string | null = null;
  /** Folders that hold something that is not sent, and why. */
  readonly leftAlone: LeftAlone[] = [];
  #lostBefore = 0;
  #damagedBefore = 0;
  /** Records that were lost for want of room since that was last said. */
  #lostUnsaid = 0;
  #lostUnsaidMs = 0;
  #sayingLost: NodeJS.Timeout | null = null;

  private constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Opens a spool with what relays that are gone left in its folder. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    const names = await readdir(options.dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      // A folder that cannot be made is told when something is to be written to it.
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') {
        spool.#leaveAlone({ dir: options.dir, because: error.message });
      }
      return [];
    });
    for (const entry of names) if (entry.isDirectory()) await spool.#takeUp(join(options.dir, entry.name));
    spool.#streams.sort((a, b) => (a.oldestAt ?? 0) - (b.oldestAt ?? 0));
    const records = spool.#streams.reduce((sum, { first, last, damaged }) => sum + last - first + 1 - damaged, 0);
    if (records > 0) options.say(`${records} records of a run before are still here; they are sent first.`);
    return spool;
  }

  /** All streams that some target has still to get, oldest first. */
  get streams(): readonly SpoolStream[] {
    return this.#streams;
  }

  get isEmpty(): boolean {
    return this.#streams.every((stream) => stream.ended !== null && stream.first > stream.last);
  }

  begin(greeting: Greeting): SpoolStream {
    const stream = SpoolStream.create(this.#options.dir, greeting, this.#options.backends(), this.#deps());
    this.#streams.push(stream);
    return stream;
  }

  /** Adds a record to a stream; the oldest go where there is no room for it. */
  put(stream: SpoolStream, bytes: Uint8Array, at: number, kind: 'session' | 'frame' | 'other'): void {
    stream.put(bytes, at, kind);
    let held = this.#held();
    while (held > this.#options.maxBytes()) {
      const oldest = this.#streams.find((each) => each.first <= each.last);
      if (oldest === undefined || oldest.dropOldest() === 0) break;
      held = this.#held();
    }
  }

  /** Who is to have everything; what all of them have goes. */
  set targets(targets: readonly string[]) {
    this.#targets = targets;
    for (const stream of [...this.#streams]) this.#release(stream);
    this.stir();
  }

  /** A target has all of a stream up to a number. */
  acknowledge(stream: SpoolStream, target: string, upTo: number): void {
    const progress = this.#progressOf(stream);
    if ((progress.get(target) ?? 0) >= upTo) return;
    progress.set(target, upTo);
    this.#release(stream);
    this.stir();
  }

  /** A target has all of a stream that has ended, and was told so. */
  finish(stream: SpoolStream, target: string): void {
    this.#progressOf(stream).set(target, Number.POSITIVE_INFINITY);
    this.#release(stream);
    this.stir();
  }

  /** The stream that a target is to get next; `undefined` where it has all that has begun. */
  nextFor(target: string, except: ReadonlySet<SpoolStream>): SpoolStream | undefined {
    return this.#streams.find(
      (stream) => !except.has(stream) && this.#progress.get(stream)?.get(target) !== Number.POSITIVE_INFINITY,
    );
  }

  /** Records that a target has still to get, but for one stream's. */
  waitingFor(target: string, except?: SpoolStream): number {
    return this.#streams.reduce((sum, stream) => {
      if (stream === except) return sum;
      const has = this.#progress.get(stream)?.get(target) ?? 0;
      return sum + Math.max(0, stream.last - Math.max(has, stream.first - 1));
    }, 0);
  }

  /** Resolves at the next acknowledgement, or when who is to have what has changed. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Wakes all that wait for a change. */
  stir(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Bytes that some target has still to get. */
  get bytes(): number {
    return this.#streams.reduce((sum, stream) => sum + stream.bytes, 0);
  }

  /** What goes with this process while the disk takes nothing; in words, `null` where nothing does. */
  get doomed(): string | null {
    if (this.diskTrouble === null) return null;
    const sum = this.#streams.reduce(
      ({ records, ofMs }: Unwritten, { unwritten }) => ({
        records: records + unwritten.records,
        ofMs: ofMs + unwritten.ofMs,
      }),
      { records: 0, ofMs: 0 },
    );
    return sum.records === 0
      ? null
      : `${inWords(sum)} are only in memory and are lost: the spool folder takes nothing (${this.diskTrouble})`;
  }

  /** `now` in milliseconds since the epoch, on the clock that captured. */
  fill(now: number): SpoolFill {
    const oldest = this.#streams.find((stream) => stream.first <= stream.last)?.oldestAt;
    return {
      records: this.#streams.reduce((sum, stream) => sum + stream.last - stream.first + 1, 0),
      bytes: this.bytes,
      oldestMs: oldest == null ? 0 : Math.max(0, Math.round(now - oldest)),
      lost: this.#lostBefore + this.#streams.reduce((sum, { lost, damaged }) => sum + lost + damaged, 0),
      damaged: this.#damagedBefore + this.#streams.reduce((sum, { damaged }) => sum + damaged, 0),
    };
  }

  /** Writes what is left to the disk for the next run; removes what every target has. Nothing is under way behind it. */
  async close(end: StreamEnd): Promise<void> {
    for (const stream of this.#streams) {
      stream.end(end);
      const isDone = this.#isDone(stream);
      await (isDone ? stream.remove() : stream.close());
    }
    await Promise.all(this.#removing);
    this.#sayLost();
    if (this.#sayingLost !== null) clearTimeout(this.#sayingLost);
    this.stir();
  }

  /** Takes up what a relay that is gone has left in a folder; says so where it does not and nobody else will. */
  async #takeUp(dir: string): Promise<void> {
    try {
      if (isBeingDeleted(dir)) {
        await deleteFolder(dir);
        return;
      }
      if (!(await isStreamFolder(dir))) return;
      const found = await SpoolStream.adopt(dir, this.#options.backends(), this.#deps());
      if (found instanceof SpoolStream) {
        if (found.last === 0) await found.remove();
        else this.#streams.push(found);
      } else if (!('refused' in found)) {
        this.#leaveAlone(found);
      } else if (found.refused === 'doubt') {
        this.#leaveAlone({ dir, because: found.because });
      }
    } catch (error) {
      // Its owner may have deleted it meanwhile.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#leaveAlone({ dir, because: (error as Error).message });
    }
  }

  #leaveAlone(left: LeftAlone): void {
    this.leftAlone.push(left);
    this.#options.say(`What lies in ${left.dir} is not sent: ${left.because}.`);
  }

  #deps(): StreamDeps {
    return {
      segmentBytes: Math.max(64 * 1024, Math.min(MOST_SEGMENT_BYTES, this.#options.maxBytes() / SEGMENTS_AT_LEAST)),
      onDamage: ({ file, what }, records) =>
        this.#options.say(
          records === 0
            ? `${file} ${what}.`
            : `${file} ${what}: ${records} records in it are lost, and the servers are told. What is behind them is sent.`,
        ),
      onLost: (records, ofMs = 0) => {
        this.#lostUnsaid += records;
        this.#lostUnsaidMs += ofMs;
        if (this.#sayingLost === null) this.#sayLost();
      },
      onDiskTrouble: (because) => {
        this.diskTrouble = because;
        this.#options.say(
          because === null
            ? 'The disk takes what is captured again.'
            : `The spool folder ${this.#options.dir} takes nothing (${because}): what is captured is kept in memory.`,
        );
      },
    };
  }

  /** Says what was lost for want of room: the first at once, the rest now and then. */
  #sayLost(): void {
    if (this.#sayingLost !== null) clearTimeout(this.#sayingLost);
    this.#sayingLost = null;
    if (this.#lostUnsaid === 0) return;
    const where =
      this.diskTrouble === null
        ? 'the spool is full (RELAY_SPOOL_MAX_MB)'
        : `the spool folder takes nothing (${this.diskTrouble}), and memory cannot keep them`;
    const lost = inWords({ records: this.#lostUnsaid, ofMs: this.#lostUnsaidMs });
    this.#options.say(`${lost} are lost before every server had them: ${where}.`);
    this.#lostUnsaid = 0;
    this.#lostUnsaidMs = 0;
    this.#sayingLost = setTimeout(() => {
      this.#sayingLost = null;
      this.#sayLost();
    }, SAY_LOST_MS);
    this.#sayingLost.unref();
  }

  #held(): number {
    return this.#streams.reduce((sum, stream) => sum + stream.heldBytes, 0);
  }

  #progressOf(stream: SpoolStream): Map<string, number> {
    let progress = this.#progress.get(stream);
    if (progress === undefined) {
      progress = new Map();
      this.#progress.set(stream, progress);
    }
    return progress;
  }

  #release(stream: SpoolStream): void {
    if (this.#targets.length === 0) return;
    const progress = this.#progressOf(stream);
    const floor = Math.min(...this.#targets.map((target) => progress.get(target) ?? 0));
    if (floor > 0) stream.release(floor);
    if (floor !== Number.POSITIVE_INFINITY) return;
    this.#streams.splice(this.#streams.indexOf(stream), 1);
    this.#progress.delete(stream);
    this.#lostBefore += stream.lost + stream.damaged;
    this.#damagedBefore += stream.damaged;
    const removing = stream.remove().catch(() => undefined);
    this.#removing.add(removing);
    void removing.then(() => this.#removing.delete(removing));
  }

  #isDone(stream: SpoolStream): boolean {
    return stream.first > stream.last;
  }
}

function inWords({ records, ofMs }: Unwritten): string {
  return `${records} records${ofMs > 0 ? ` (${(ofMs / 1000).toFixed(1)} s)` : ''}`;
}
