import { Fifo } from './fifo.js';
import type { Spooled } from './segment-format.js';

/** Records that are kept in memory besides, since most are sent as soon as they are captured. */
const TAIL_BYTES = 1024 * 1024;

/** What of a stream is in memory: its newest records, and the sizes of all that some target has still to get. */
export class StreamMemory {
  readonly #tail = new Fifo<Spooled>();
  #tailBytes = 0;
  readonly #sizes = new Fifo<number>();
  #bytes = 0;

  /** Bytes of the records that some target has still to get, wherever they are. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of the records that are in memory. */
  get tailBytes(): number {
    return this.#tailBytes;
  }

  /** The oldest record that is in memory; `undefined` where there is none. */
  get oldest(): Spooled | undefined {
    return this.#tail.first;
  }

  /** A record that is in memory. */
  find(seq: number): Spooled | undefined {
    const oldest = this.#tail.first;
    return oldest === undefined || seq < oldest.seq ? undefined : this.#tail.at(seq - oldest.seq);
  }

  /** Adds the newest record. */
  put(record: Spooled): void {
    this.#tail.push(record);
    this.#tailBytes += record.bytes.length;
    this.putSize(record.bytes.length);
  }

  /** Adds the size of the newest record where only the disk has it. */
  putSize(bytes: number): void {
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** The oldest record that is needed is needed no more. */
  release(): void {
    this.#bytes -= this.#sizes.shift() ?? 0;
  }

  /** Records from a number on, as many as `maxBytes` hold, one at least; none where memory does not reach back so far. */
  read(from: number, maxBytes: number, maxRecords: number): readonly Spooled[] {
    const oldest = this.#tail.first;
    if (oldest === undefined || from < oldest.seq) return [];
    const start = from - oldest.seq;
    let end = start;
    let bytes = 0;
    while (end < this.#tail.length && end - start < maxRecords) {
      bytes += (this.#tail.at(end) as Spooled).bytes.length;
      if (end > start && bytes > maxBytes) break;
      end += 1;
    }
    return this.#tail.slice(start, end);
  }

  /** Lets go of what nobody needs, from `first` on, and of what the disk has, up to `written`, beyond what is kept anyway. */
  trim(first: number, written: number): void {
    for (let oldest = this.#tail.first; oldest !== undefined; oldest = this.#tail.first) {
      if (oldest.seq >= first && (oldest.seq > written || this.#tailBytes <= TAIL_BYTES)) break;
      this.#tailBytes -= oldest.bytes.length;
      this.#tail.shift();
    }
  }
}
