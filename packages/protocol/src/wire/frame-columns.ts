import {
  CAR_COLUMNS,
  CAR_FIELDS,
  type CarColumn,
  columnBytes,
  hasColumn,
  readColumn,
  within,
  writeColumn,
} from './car-columns.js';
import { WireError } from './error.js';
import { encodeExtras, mergeExtras } from './frame-extras.js';
import { type CarSample, eachCarOnce, type Frame, MAX_CARS, MAX_NAME_LENGTH, SESSION_PHASES } from './recording.js';
import { decodeText, encodeText } from './text.js';

/**
 * A frame as binary columns: one column a field (`car-columns.ts`), so that a field no car has costs nothing,
 * and a value is read with one bounds-checked get. Fields without a column travel behind them (`frame-extras.ts`).
 *
 *   f64 capturedAt · f64 sessionTime · u8 phase · u8 flags · u16 cars · u32 columns present · u32 length of extras
 *   flags: u16 length and UTF-8 each · u16 car ×n · f32 pct ×n · the columns present, in order · extras
 */

const HEADER = 28;
const CAR_AND_PCT_BYTES = 6;
const MAX_FLAGS = 32;
const MAX_CAPTURED_AT = 8.64e15;
const MAX_SESSION_TIME = 1e8;
const MAX_CAR = 65_535;

/**
 * Packs a frame. Fractions of a lap become 32-bit floats, times of a car whole milliseconds.
 * @throws WireError where a value does not fit the schema of a frame.
 */
export function encodeFrame(frame: Frame): Uint8Array {
  const { cars } = frame;
  within(cars.length, 0, MAX_CARS, 'cars');
  if (!eachCarOnce(cars)) throw new WireError(`a car stands twice in the frame at ${frame.sessionTime} s`);
  const flags = encodeFlags(frame.flags);
  const present = CAR_COLUMNS.filter((column) => hasColumn(column, cars));
  const extras = encodeExtras(frame, CAR_FIELDS);
  const bytes = new Uint8Array(HEADER + flags.length + bodyBytes(present, cars.length) + extras.length);
  const view = new DataView(bytes.buffer);

  view.setFloat64(0, within(frame.capturedAt, 0, MAX_CAPTURED_AT, 'capturedAt'), true);
  view.setFloat64(8, within(frame.sessionTime, 0, MAX_SESSION_TIME, 'sessionTime'), true);
  const phase = SESSION_PHASES.indexOf(frame.state);
  if (phase < 0) throw new WireError(`phase "${frame.state}" is unknown, allowed are ${SESSION_PHASES.join(', ')}`);
  view.setUint8(16, phase);
  view.setUint8(17, frame.flags.length);
  view.setUint16(18, cars.length, true);
  view.setUint32(20, maskOf(present), true);
  view.setUint32(24, extras.length, true);

  let at = HEADER;
  bytes.set(flags, at);
  at += flags.length;
  for (const { car } of cars) {
    view.setUint16(at, within(car, 0, MAX_CAR, 'car'), true);
    at += 2;
  }
  for (const { pct } of cars) {
    view.setFloat32(at, within(pct, -1, 2, 'pct'), true);
    at += 4;
  }
  for (const column of present) {
    writeColumn(view, at, column, cars);
    at += columnBytes(column, cars.length);
  }
  bytes.set(extras, at);
  return bytes;
}

/**
 * Unpacks a frame. Every car has the same fields in the same order, missing ones `undefined`, which keeps
 * the timing engine's loop on one object shape.
 * @throws WireError where the layout is broken or a value is out of range.
 */
export function decodeFrame(body: Uint8Array, seq: number): Frame {
  if (body.length < HEADER) throw new WireError(`a frame has ${body.length} bytes, at least ${HEADER} are needed`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const capturedAt = within(view.getFloat64(0, true), 0, MAX_CAPTURED_AT, 'capturedAt');
  const sessionTime = within(view.getFloat64(8, true), 0, MAX_SESSION_TIME, 'sessionTime');
  const state = SESSION_PHASES[view.getUint8(16)];
  if (state === undefined) throw new WireError(`phase ${view.getUint8(16)} is unknown`);
  const flagCount = within(view.getUint8(17), 0, MAX_FLAGS, 'flags');
  const count = within(view.getUint16(18, true), 0, MAX_CARS, 'cars');
  const present = columnsOf(view.getUint32(20, true));
  const extrasLength = view.getUint32(24, true);

  const { flags, end } = decodeFlags(body, view, flagCount);
  const length = end + bodyBytes(present, count) + extrasLength;
  if (length !== body.length) {
    throw new WireError(`a frame of ${count} cars has ${body.length} bytes, its header asks for ${length}`);
  }

  let at = end;
  const cars: CarSample[] = [];
  for (let i = 0; i < count; i++) {
    const pct = within(view.getFloat32(at + count * 2 + i * 4, true), -1, 2, 'pct');
    cars.push(blankCar(view.getUint16(at + i * 2, true), pct));
  }
  if (!eachCarOnce(cars)) throw new WireError('a car stands twice in the frame');
  at += count * CAR_AND_PCT_BYTES;
  for (const column of present) {
    readColumn(view, at, column, cars);
    at += columnBytes(column, count);
  }
  const frame: Frame = { kind: 'frame', seq, capturedAt, sessionTime, state, flags, cars };
  return extrasLength === 0 ? frame : mergeExtras(frame, body.subarray(at), CAR_FIELDS);
}

function blankCar(car: number, pct: number): CarSample {
  return {
    car,
    pct,
    lap: undefined,
    lapsCompleted: undefined,
    surface: undefined,
    onPitRoad: undefined,
    position: undefined,
    classPosition: undefined,
    lastLapMs: undefined,
    bestLapMs: undefined,
  };
}

function bodyBytes(present: readonly CarColumn[], cars: number): number {
  return present.reduce((sum, column) => sum + columnBytes(column, cars), cars * CAR_AND_PCT_BYTES);
}

function maskOf(present: readonly CarColumn[]): number {
  return present.reduce((mask, column) => mask | (1 << CAR_COLUMNS.indexOf(column)), 0);
}

function columnsOf(mask: number): readonly CarColumn[] {
  if (mask >= 2 ** CAR_COLUMNS.length) throw new WireError(`column mask ${mask} names unknown columns`);
  return CAR_COLUMNS.filter((_, i) => (mask & (1 << i)) !== 0);
}

function encodeFlags(flags: readonly string[]): Uint8Array {
  within(flags.length, 0, MAX_FLAGS, 'flags');
  const texts = flags.map((flag) => {
    within(flag.length, 0, MAX_NAME_LENGTH, 'length of a flag');
    return encodeText(flag);
  });
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + 2 + text.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint16(at, text.length, true);
    bytes.set(text, at + 2);
    at += 2 + text.length;
  }
  return bytes;
}

function decodeFlags(body: Uint8Array, view: DataView, count: number): { flags: string[]; end: number } {
  const flags: string[] = [];
  let at = HEADER;
  for (let i = 0; i < count; i++) {
    const start = at + 2;
    const end = start <= body.length ? start + view.getUint16(at, true) : start;
    if (end > body.length) throw new WireError('a flag is cut off');
    const flag = decodeText(body.subarray(start, end), 'flag');
    within(flag.length, 0, MAX_NAME_LENGTH, 'length of a flag');
    flags.push(flag);
    at = end;
  }
  return { flags, end: at };
}
