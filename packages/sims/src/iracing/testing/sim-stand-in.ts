import {
  HEADER_BYTES,
  readHeader,
  readVariables,
  type TelemetryVariable,
  VARIABLE_BYTES,
} from '../telemetry-header.js';

/** A number for a variable, or numbers for one that has several. */
export type RowValues = Readonly<Record<string, number | readonly number[]>>;

/**
 * Writes shared memory as the sim does: the layout of a real image, rows into its buffers in turn with the tick written
 * last, a session text of its own. The bytes may be those of a real mapping.
 */
export class SimStandIn {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #variables: ReadonlyMap<string, TelemetryVariable>;
  readonly #text: { readonly offset: number; readonly length: number };
  readonly #rowBytes: number;
  readonly #buffers: number;
  readonly #row: DataView;
  #tick = 0;

  /** `into` is where the sim's memory is: as long as the image at least. */
  constructor(image: Uint8Array, into: Uint8Array = new Uint8Array(image.length)) {
    this.bytes = into;
    into.set(image);
    this.#view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    const header = readHeader(image, image.length);
    const { offset, count } = header.variables;
    this.#variables = readVariables(image.slice(offset, offset + count * VARIABLE_BYTES), header);
    this.#text = header.sessionText;
    this.#rowBytes = header.rowBytes;
    this.#buffers = header.buffers;
    const first = this.#view.getInt32(HEADER_BYTES - 60, true);
    this.#row = new DataView(Uint8Array.from(into.subarray(first, first + header.rowBytes)).buffer);
    this.restart();
  }

  set isConnected(connected: boolean) {
    this.#view.setInt32(4, connected ? 1 : 0, true);
  }

  /** How many values a variable has. */
  count(name: string): number {
    return this.#variables.get(name)?.count ?? 0;
  }

  /** The session text, one byte a character, as the sim writes it. */
  setText(text: string): void {
    const { offset, length } = this.#text;
    const bytes = Buffer.from(`${text}\0`, 'latin1');
    if (bytes.length > length) throw new Error(`A text of ${bytes.length} bytes; ${length} are there for it.`);
    this.bytes.set(bytes, offset);
    this.#view.setInt32(12, this.#view.getInt32(12, true) + 1, true);
  }

  /** Writes a row: what is given changes, the rest stays as it was. */
  write(values: RowValues): void {
    for (const [name, value] of Object.entries(values)) {
      const variable = this.#variables.get(name);
      if (variable === undefined) throw new Error(`This image has no variable ${name}.`);
      for (const [i, each] of (typeof value === 'number' ? [value] : value).entries()) this.#set(variable, i, each);
    }
    const buffer = HEADER_BYTES - 64 + (this.#tick % this.#buffers) * 16;
    const offset = this.#view.getInt32(buffer + 4, true);
    this.bytes.set(new Uint8Array(this.#row.buffer, 0, this.#rowBytes), offset);
    this.#tick += 1;
    this.#view.setInt32(buffer, this.#tick, true);
  }

  /** Begins counting ticks again, as a sim that was started again. */
  restart(): void {
    this.#tick = 0;
    for (let i = 0; i < this.#buffers; i++) this.#view.setInt32(HEADER_BYTES - 64 + i * 16, 0, true);
  }

  #set(variable: TelemetryVariable, index: number, value: number): void {
    const { type, offset, count } = variable;
    if (index >= count) return;
    switch (type) {
      case 'char':
      case 'bool':
        this.#row.setUint8(offset + index, value);
        break;
      case 'int':
        this.#row.setInt32(offset + index * 4, value, true);
        break;
      case 'bitField':
        this.#row.setUint32(offset + index * 4, value >>> 0, true);
        break;
      case 'float':
        this.#row.setFloat32(offset + index * 4, value, true);
        break;
      case 'double':
        this.#row.setFloat64(offset + index * 8, value, true);
        break;
      default: {
        throw new Error(`${variable.name} is of an unknown type ${type satisfies never}.`);
      }
    }
  }
}
