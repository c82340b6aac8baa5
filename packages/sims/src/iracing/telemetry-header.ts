/**
 * iRacing's telemetry layout, the same in its files and its live memory: a header, a table of variables, the session
 * text, rows of values. As in the sim's own SDK header; every number is little-endian.
 */
export const VARIABLE_TYPES = ['char', 'bool', 'int', 'bitField', 'float', 'double'] as const;
export type VariableType = (typeof VARIABLE_TYPES)[number];

const BYTES: Readonly<Record<VariableType, number>> = { char: 1, bool: 1, int: 4, bitField: 4, float: 4, double: 8 };

/** A variable of the rows. */
export interface TelemetryVariable {
  readonly name: string;
  readonly type: VariableType;
  /** How many values of the type there are. */
  readonly count: number;
  readonly unit: string;
  readonly description: string;
  /** Bytes from the beginning of a row. */
  readonly offset: number;
}

export interface TelemetryHeader {
  /** Rows a second. */
  readonly tickRate: number;
  readonly sessionText: { readonly offset: number; readonly length: number };
  readonly variables: { readonly offset: number; readonly count: number };
  /** Buffers of rows: 1 in a file, 3 in live memory. */
  readonly buffers: number;
  readonly rowBytes: number;
  readonly rowsOffset: number;
}

/** What is wrong with a layout, in words for a person. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
}

export const HEADER_BYTES = 112;
export const VARIABLE_BYTES = 144;
/** Bounds that no true file comes near: an absurd number is damage, and nothing is allocated by it. */
const MAX_VARIABLES = 4_096;
const MAX_ROW_BYTES = 1024 * 1024;
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/**
 * Reads the header at the beginning of `bytes`. `size` is how many bytes there are in all.
 * @throws LayoutError naming the field that cannot be right.
 */
export function readHeader(bytes: Uint8Array, size: number): TelemetryHeader {
  if (bytes.length < HEADER_BYTES)
    throw new LayoutError(`it has ${bytes.length} bytes, a header alone has ${HEADER_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (name: string, at: number, min: number, max: number): number => {
    const value = view.getInt32(at, true);
    if (value >= min && value <= max) return value;
    throw new LayoutError(`its ${name} (at byte ${at}) is ${value}, which is not between ${min} and ${max}`);
  };
  field('version', 0, 1, 100);
  const header: TelemetryHeader = {
    tickRate: field('tick rate', 8, 1, 1_000),
    sessionText: {
      length: field('session text length', 16, 0, MAX_TEXT_BYTES),
      offset: field('session text offset', 20, 0, size),
    },
    variables: {
      count: field('number of variables', 24, 1, MAX_VARIABLES),
      offset: field('variable table offset', 28, 0, size),
    },
    buffers: field('number of buffers', 32, 1, 4),
    rowBytes: field('row length', 36, 1, MAX_ROW_BYTES),
    rowsOffset: field('row offset', 52, 0, size),
  };
  const end = (name: string, offset: number, length: number) => {
    if (offset + length > size) {
      throw new LayoutError(`its ${name} would end at byte ${offset + length} of ${size}: the end is missing`);
    }
  };
  end('variable table', header.variables.offset, header.variables.count * VARIABLE_BYTES);
  end('session text', header.sessionText.offset, header.sessionText.length);
  return header;
}

/**
 * Reads the table of variables, by name.
 * @throws LayoutError where a variable is of no known type or lies outside the row.
 */
export function readVariables(table: Uint8Array, header: TelemetryHeader): ReadonlyMap<string, TelemetryVariable> {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const variables = new Map<string, TelemetryVariable>();
  for (let i = 0; i < header.variables.count; i++) {
    const at = i * VARIABLE_BYTES;
    const name = textAt(table, at + 16, 32);
    const type = VARIABLE_TYPES[view.getInt32(at, true)];
    const offset = view.getInt32(at + 4, true);
    const count = view.getInt32(at + 8, true);
    if (type === undefined || name === '') throw new LayoutError(`variable ${i} of its table has an unknown type`);
    if (offset < 0 || count < 1 || offset + count * BYTES[type] > header.rowBytes) {
      throw new LayoutError(`its variable ${name} is outside its row of ${header.rowBytes} bytes`);
    }
    variables.set(name, {
      name,
      type,
      count,
      offset,
      unit: textAt(table, at + 112, 32),
      description: textAt(table, at + 48, 64),
    });
  }
  return variables;
}

/** One value of a variable in a row. A `char` is its code. */
export function valueAt(row: DataView, { type, offset }: TelemetryVariable, index: number): number {
  const at = offset + index * BYTES[type];
  switch (type) {
    case 'char':
    case 'bool':
      return row.getUint8(at);
    case 'int':
      return row.getInt32(at, true);
    case 'bitField':
      return row.getUint32(at, true);
    case 'float':
      return row.getFloat32(at, true);
    case 'double':
      return row.getFloat64(at, true);
    default:
      return type satisfies never;
  }
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const part = bytes.subarray(at, at + length);
  const end = part.indexOf(0);
  return new TextDecoder('windows-1252').decode(end < 0 ? part : part.subarray(0, end));
}
