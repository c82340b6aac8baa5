import { rm } from 'node:fs/promises';
import { Segment } from './segment.js';
import type { Spooled } from './segment-format.js';
import { segmentPath, segmentsOf } from './stream-folder.js';

/** Written at once. */
const WRITE_BYTES = 1024 * 1024;
const LAST_NUMBER = 0xffff_ffff;

/** Damage to a file that was found, for a person. */
export interface Damage {
  readonly file: string;
  /** What is wrong with it, as "cannot be read (EISDIR)". */
  readonly what: string;
}

/** What of a stream is on disk: its segments, oldest first. */
export class StreamDisk {
  readonly #dir: string;
  readonly #segmentBytes: number;
  readonly #segments: Segment[];

  constructor(dir: string, segmentBytes: number, segments: Segment[] = []) {
    this.#dir = dir;
    this.#segmentBytes = segmentBytes;
    this.#segments = segments;
  }

  /**
   * What another run of the relay left in a folder, with the newest session line in it.
   * `rest` is how many records the bytes behind the last whole one seem to have been.
   * @throws the system's error where the folder cannot be listed.
   */
  static async load(
    dir: string,
    segmentBytes: number,
  ): Promise<{ disk: StreamDisk; session: Spooled | null; rest: number; damages: Damage[] }> {
    const names = await segmentsOf(dir);
    const segments: Segment[] = [];
    const damages: Damage[] = [];
    let session: Spooled | null = null;
    let rest = 0;
    for (const [i, { path, first }] of names.entries()) {
      const found = await Segment.load(path, first, (names[i + 1]?.first ?? LAST_NUMBER + 1) - 1);
      segments.push(found.segment);
      session = found.session ?? session;
      if (found.unreadable !== null) damages.push({ file: path, what: `cannot be read (${found.unreadable})` });
      else if (found.segment.hasHoles || found.restBytes > 0 || found.segment.count === 0)
        damages.push({ file: path, what: 'is damaged' });
      const { count, bytes } = found.segment;
      rest = found.restBytes === 0 || count === 0 ? 0 : Math.max(1, Math.round((found.restBytes * count) / bytes));
    }
    return { disk: new StreamDisk(dir, segmentBytes, segments), session, rest, damages };
  }

  /** Lowest number that a file of it begins with; `null` where it has no files. */
  get first(): number | null {
    return this.#segments[0]?.first ?? null;
  }

  /** Number of the last record on disk; 0 where there is none. */
  get last(): number {
    return this.#segments.at(-1)?.last ?? 0;
  }

  /** Bytes of the segments that hold anything from a number on. */
  bytesFrom(seq: number): number {
    return this.#segments.reduce((sum, segment) => (segment.last >= seq ? sum + segment.bytes : sum), 0);
  }

  /** When what is here from a number on was captured, or a little before; `null` where nothing is. */
  capturedFrom(seq: number): number | null {
    return this.#segments.find((segment) => segment.last >= seq && segment.firstAt !== null)?.firstAt ?? null;
  }

  /** Bytes of each record from one number to another, as it is sent; `null` where it is gone. */
  *sizes(from: number, to: number): Generator<number | null> {
    let place = 0;
    for (let seq = from; seq <= to; seq++) {
      while ((this.#segments[place]?.last ?? seq) < seq) place += 1;
      const segment = this.#segments[place];
      yield segment?.has(seq) ? segment.sizeOf(seq) : null;
    }
  }

  /** The first number from `from` on that is here; `null` where none is. */
  nextFrom(from: number): number | null {
    for (const segment of this.#segments) {
      for (let seq = Math.max(from, segment.first); seq <= segment.last; seq++) if (segment.has(seq)) return seq;
    }
    return null;
  }

  /** Reads as `Segment.read` does; `file` is where it looked. */
  async read(from: number, maxBytes: number, maxRecords: number) {
    const segment = this.#holder(from);
    if (segment === undefined) return { records: [], gone: 0, file: '' };
    return { ...(await segment.read(from, maxBytes, maxRecords)), file: segment.path };
  }

  /** Bytes that may be written at once: no more than fill a segment, since segments are what is given up for want of room. */
  roomAt(seq: number): number {
    return Math.min(WRITE_BYTES, this.#segmentBytes - (this.#openAt(seq)?.bytes ?? 0));
  }

  /** Writes records behind the last. @throws the system's error where the disk does not take them. */
  async append(records: readonly Spooled[]): Promise<void> {
    const [first] = records;
    if (first === undefined) return;
    let segment = this.#openAt(first.seq);
    if (segment === undefined) {
      // A closed file is opened again for a read.
      void this.#segments
        .at(-1)
        ?.close()
        .catch(() => undefined);
      segment = Segment.create(segmentPath(this.#dir, first.seq), first.seq, first.at);
      this.#segments.push(segment);
    }
    await segment.append(records);
  }

  /** Takes off the segments of which nothing from `first` on is needed; the last one stays where it is written to. */
  takeOff(first: number, isLastWrittenTo: boolean): Segment[] {
    const taken: Segment[] = [];
    for (let oldest = this.#segments[0]; oldest !== undefined; oldest = this.#segments[0]) {
      if (oldest.last >= first) break;
      if (this.#segments.length === 1 && isLastWrittenTo) break;
      // The last is written to until it is full.
      taken.push(oldest);
      this.#segments.shift();
    }
    return taken;
  }

  /** Whether the last segment takes no more. */
  get isLastFull(): boolean {
    return (this.#segments.at(-1)?.bytes ?? 0) >= this.#segmentBytes;
  }

  /** Number of the last record in the oldest segment that holds any from `first` on; `null` where none does. */
  endOfOldest(first: number): number | null {
    const [oldest] = this.#segments;
    return oldest !== undefined && oldest.last >= first ? oldest.last : null;
  }

  async sync(): Promise<void> {
    await this.#segments.at(-1)?.sync();
  }

  async close(): Promise<void> {
    for (const segment of this.#segments) await segment.close().catch(() => undefined);
  }

  #openAt(seq: number): Segment | undefined {
    const last = this.#segments.at(-1);
    return last !== undefined && last.last + 1 === seq && last.bytes < this.#segmentBytes ? last : undefined;
  }

  #holder(seq: number): Segment | undefined {
    return this.#segments.find((each) => seq >= each.first && seq <= each.last);
  }
}

/** Deletes a segment's file, whatever has become of it. */
export async function discard(segment: Segment): Promise<void> {
  await segment.close().catch(() => undefined);
  await rm(segment.path, { recursive: true, force: true }).catch(() => undefined);
}
