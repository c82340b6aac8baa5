import { decodeSimText, readSessionText, type TextMap } from './session-text.js';
import {
  HEADER_BYTES,
  LayoutError,
  readHeader,
  readVariables,
  type TelemetryHeader,
  type TelemetryVariable,
  VARIABLE_BYTES,
} from './telemetry-header.js';
import { PackedRow, type TelemetryRow } from './telemetry-row.js';

/** Where the header has what can change while the sim runs. */
const STATUS = 4;
const TEXT_UPDATE = 12;
const BUFFERS = 48;
const BUFFER_BYTES = 16;
/** A row that the sim was writing while it was copied is copied once more. */
const TRIES = 2;

interface Layout {
  readonly header: TelemetryHeader;
  readonly variables: ReadonlyMap<string, TelemetryVariable>;
  /** The header's own numbers, by which a change of layout is known. */
  readonly key: string;
  readonly row: Uint8Array;
}

/**
 * Reads iRacing's shared memory, live or an image of it. The sim writes rows into several buffers in turn, each with the
 * tick that it belongs to written last: the newest is copied, and counts if its tick is still the same afterwards.
 * The layout is taken from the headers and read again whenever they change.
 */
export class MemoryReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #layout: Layout | null = null;
  #tick: number | null = null;
  #text: number | null = null;
  /** Rows that were given up because the sim was writing them. */
  torn = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether the sim says that it is running and in a session. */
  get isConnected(): boolean {
    return this.#bytes.length >= HEADER_BYTES && (this.#view.getInt32(STATUS, true) & 1) === 1;
  }

  /**
   * The newest row, a copy that is good until the next call; `null` where there is none that was not read before.
   * @throws LayoutError where the headers make no sense.
   */
  newestRow(): TelemetryRow | null {
    const layout = this.#currentLayout();
    for (let tries = 0; tries < TRIES; tries++) {
      const buffer = this.#newestBuffer(layout.header);
      // A tick that fell back is a sim that was started again.
      if (buffer === null || buffer.tick === this.#tick) return null;
      layout.row.set(this.#bytes.subarray(buffer.offset, buffer.offset + layout.row.length));
      if (this.#view.getInt32(buffer.at, true) !== buffer.tick) continue;
      this.#tick = buffer.tick;
      return new PackedRow(new DataView(layout.row.buffer), layout.variables);
    }
    this.torn += 1;
    return null;
  }

  /** The session text where it has changed since it was last taken, else `null`. */
  takeText(): TextMap | null {
    const { header } = this.#currentLayout();
    const update = this.#view.getInt32(TEXT_UPDATE, true);
    if (update === this.#text) return null;
    const { offset, length } = header.sessionText;
    const text = decodeSimText(this.#bytes.slice(offset, offset + length));
    // The sim was writing it: the next call takes it.
    if (this.#view.getInt32(TEXT_UPDATE, true) !== update) return null;
    this.#text = update;
    return readSessionText(text);
  }

  #currentLayout(): Layout {
    const key = this.#layoutKey();
    if (this.#layout?.key === key) return this.#layout;
    const header = readHeader(this.#bytes, this.#bytes.length);
    const { offset, count } = header.variables;
    const table = this.#bytes.slice(offset, offset + count * VARIABLE_BYTES);
    this.#layout = { header, variables: readVariables(table, header), key, row: new Uint8Array(header.rowBytes) };
    this.#tick = null;
    this.#text = null;
    return this.#layout;
  }

  #layoutKey(): string {
    if (this.#bytes.length < HEADER_BYTES)
      throw new LayoutError(`it has ${this.#bytes.length} bytes, less than a header`);
    return [0, 8, 16, 20, 24, 28, 32, 36].map((at) => this.#view.getInt32(at, true)).join();
  }

  #newestBuffer({ buffers, rowBytes }: TelemetryHeader): { at: number; tick: number; offset: number } | null {
    let newest: { at: number; tick: number; offset: number } | null = null;
    for (let i = 0; i < buffers; i++) {
      const at = BUFFERS + i * BUFFER_BYTES;
      const tick = this.#view.getInt32(at, true);
      const offset = this.#view.getInt32(at + 4, true);
      if (offset < HEADER_BYTES || offset + rowBytes > this.#bytes.length) {
        throw new LayoutError(`its row buffer ${i} would lie at byte ${offset} of ${this.#bytes.length}`);
      }
      if (newest === null || tick > newest.tick) newest = { at, tick, offset };
    }
    return newest;
  }
}
