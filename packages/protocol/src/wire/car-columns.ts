import { WireError } from './error.js';
import { type CarSample, SURFACES, type Surface } from './recording.js';

/**
 * The columns of a frame's cars: one a field, in binary, each with the value that stands for "missing".
 * Packing and unpacking hold values to the same ranges, so that the server never refuses a packed column.
 */

const MISSING_16 = -32_768;
const MISSING_32 = -2_147_483_648;
const MISSING_8 = 255;

type NumberType = 'i16' | 'i32' | 'f32';
type NumberField =
  | 'lap'
  | 'lapsCompleted'
  | 'position'
  | 'classPosition'
  | 'lastLapMs'
  | 'bestLapMs'
  | 'estTimeMs'
  | 'f2TimeMs'
  | 'speedMps'
  | 'paceRow'
  | 'paceLine'
  | 'x'
  | 'y';
interface NumberColumn {
  readonly name: NumberField;
  readonly type: NumberType;
  readonly min: number;
  readonly max: number;
}
/** A column of a field that a car may lack. */
export type CarColumn =
  | NumberColumn
  | { readonly name: 'surface'; readonly type: 'surface' }
  | { readonly name: 'onPitRoad'; readonly type: 'bool' };

/** Order is the format: add at the end only, with a new `WIRE_VERSION`. */
export const CAR_COLUMNS: readonly CarColumn[] = [
  { name: 'lap', type: 'i16', min: -1, max: 32_767 },
  { name: 'lapsCompleted', type: 'i16', min: -1, max: 32_767 },
  { name: 'surface', type: 'surface' },
  { name: 'onPitRoad', type: 'bool' },
  { name: 'position', type: 'i16', min: 0, max: 32_767 },
  { name: 'classPosition', type: 'i16', min: 0, max: 32_767 },
  { name: 'lastLapMs', type: 'i32', min: -1, max: 2e9 },
  { name: 'bestLapMs', type: 'i32', min: -1, max: 2e9 },
  { name: 'estTimeMs', type: 'i32', min: -2e9, max: 2e9 },
  { name: 'f2TimeMs', type: 'i32', min: -2e9, max: 2e9 },
  { name: 'speedMps', type: 'f32', min: -1e4, max: 1e4 },
  { name: 'paceRow', type: 'i16', min: -1, max: 32_767 },
  { name: 'paceLine', type: 'i16', min: -1, max: 32_767 },
  { name: 'x', type: 'f32', min: -1e9, max: 1e9 },
  { name: 'y', type: 'f32', min: -1e9, max: 1e9 },
];
/** Fields of a car that do not travel as extras. */
export const CAR_FIELDS: ReadonlySet<string> = new Set(['car', 'pct', ...CAR_COLUMNS.map((column) => column.name)]);

const BYTES = { i16: 2, i32: 4, f32: 4, surface: 1, bool: 1 } as const;

/** Length in bytes of a column for a number of cars. */
export function columnBytes(column: CarColumn, cars: number): number {
  return BYTES[column.type] * cars;
}

/** Whether any car has the field; else the column is left out. */
export function hasColumn(column: CarColumn, cars: readonly CarSample[]): boolean {
  return cars.some((car) => isKnown(car[column.name]));
}

/**
 * Writes a column at `start`; whole-number columns round.
 * @throws WireError where a value is out of range.
 */
export function writeColumn(view: DataView, start: number, column: CarColumn, cars: readonly CarSample[]): void {
  const step = BYTES[column.type];
  let at = start;
  for (const car of cars) {
    if (column.type === 'surface') {
      view.setUint8(at, isKnown(car.surface) ? surfaceCode(car.surface) : MISSING_8);
    } else if (column.type === 'bool') {
      view.setUint8(at, isKnown(car.onPitRoad) ? Number(car.onPitRoad) : MISSING_8);
    } else {
      const value = car[column.name];
      if (isKnown(value)) within(value, column.min, column.max, column.name);
      writeNumber(view, at, column.type, value);
    }
    at += step;
  }
}

/**
 * Reads a column at `start` onto the cars. Missing values leave a car as it is.
 * @throws WireError where a value is out of range.
 */
export function readColumn(view: DataView, start: number, column: CarColumn, cars: readonly CarSample[]): void {
  const step = BYTES[column.type];
  let at = start;
  for (const car of cars) {
    if (column.type === 'surface') {
      const code = view.getUint8(at);
      if (code !== MISSING_8) car.surface = surfaceOf(code);
    } else if (column.type === 'bool') {
      const code = view.getUint8(at);
      if (code !== MISSING_8) car.onPitRoad = within(code, 0, 1, column.name) === 1;
    } else {
      const value = readNumber(view, at, column.type);
      if (value !== undefined) car[column.name] = within(value, column.min, column.max, column.name);
    }
    at += step;
  }
}

/**
 * The value, where it lies in the range.
 * @throws WireError naming the field, the value and the range.
 */
export function within(value: number, min: number, max: number, name: string): number {
  if (!(value >= min && value <= max)) throw new WireError(`${name} is ${value}, allowed is ${min} to ${max}`);
  return value;
}

function writeNumber(view: DataView, at: number, type: NumberType, value: number | null | undefined): void {
  switch (type) {
    case 'i16':
      view.setInt16(at, isKnown(value) ? Math.round(value) : MISSING_16, true);
      break;
    case 'i32':
      view.setInt32(at, isKnown(value) ? Math.round(value) : MISSING_32, true);
      break;
    case 'f32':
      view.setFloat32(at, isKnown(value) ? value : Number.NaN, true);
      break;
  }
}

function readNumber(view: DataView, at: number, type: NumberType): number | undefined {
  switch (type) {
    case 'i16': {
      const value = view.getInt16(at, true);
      return value === MISSING_16 ? undefined : value;
    }
    case 'i32': {
      const value = view.getInt32(at, true);
      return value === MISSING_32 ? undefined : value;
    }
    case 'f32': {
      const value = view.getFloat32(at, true);
      return Number.isNaN(value) ? undefined : value;
    }
  }
}

function isKnown<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

function surfaceCode(surface: Surface): number {
  const code = SURFACES.indexOf(surface);
  if (code < 0) throw new WireError(`surface "${surface}" is unknown, allowed are ${SURFACES.join(', ')}`);
  return code;
}

function surfaceOf(code: number): Surface {
  const surface = SURFACES[code];
  if (surface === undefined) throw new WireError(`surface ${code} is unknown`);
  return surface;
}
