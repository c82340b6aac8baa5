import { z } from 'zod';
import { carIndex, WireError } from './error.js';
import { type CarSample, type Frame, frameLine } from './recording.js';
import { decodeJson, encodeJson } from './text.js';

/**
 * Fields of a frame and its cars that have no binary column: they travel as JSON behind the columns,
 * so that what a newer relay adds is kept and passed on.
 */
const frameExtras = z.strictObject({
  // Fields with a schema of their own are checked like those of a recording; the rest is kept as it is.
  frame: frameLine.pick({ remaining: true, weather: true, own: true, camera: true }).optional(),
  cars: z.record(z.string(), z.looseObject({})).optional(),
});
type FrameExtras = z.infer<typeof frameExtras>;
type Fields = Readonly<Record<string, unknown>>;

const FRAME_FIELDS: ReadonlySet<string> = new Set([
  'kind',
  'seq',
  'capturedAt',
  'sessionTime',
  'state',
  'flags',
  'cars',
]);
const NOTHING = new Uint8Array(0);
/** What errors call them. */
const EXTRAS = 'fields behind the columns';

/**
 * Packs what has no column; `carFields` names what has.
 * @throws WireError where a field breaks its schema or has no JSON form.
 */
export function encodeExtras(frame: Frame, carFields: ReadonlySet<string>): Uint8Array {
  const ofFrame = fieldsOutside(frame, FRAME_FIELDS);
  let ofCars: Record<string, Fields> | null = null;
  for (const car of frame.cars) {
    const ofCar = fieldsOutside(car, carFields);
    if (ofCar) {
      ofCars ??= {};
      ofCars[car.car] = ofCar;
    }
  }
  if (!ofFrame && !ofCars) return NOTHING;
  const bytes = encodeJson({ ...(ofFrame && { frame: ofFrame }), ...(ofCars && { cars: ofCars }) }, EXTRAS);
  // Read back at once: what the server would refuse must fail here, where the frame can still be named.
  readExtras(bytes);
  return bytes;
}

/**
 * Puts fields without a column back on a frame and its cars.
 * @throws WireError where they break a schema, name a car that is not in the frame or a field with a column.
 */
export function mergeExtras(frame: Frame, bytes: Uint8Array, carFields: ReadonlySet<string>): Frame {
  const extras = readExtras(bytes);
  if (extras.cars) mergeCarExtras(frame.cars, extras.cars, carFields);
  if (!extras.frame) return frame;
  refuseFieldsIn(FRAME_FIELDS, extras.frame);
  return { ...frame, ...extras.frame };
}

function mergeCarExtras(
  cars: readonly CarSample[],
  extras: Readonly<Record<string, Fields>>,
  known: ReadonlySet<string>,
) {
  const byIndex = new Map(cars.map((car) => [String(car.car), car]));
  for (const [index, fields] of Object.entries(extras)) {
    const car = byIndex.get(index);
    if (!car) throw new WireError(`${EXTRAS}: car ${carIndex(index)} is not in the frame`);
    refuseFieldsIn(known, fields);
    Object.assign(car, fields);
  }
}

function readExtras(bytes: Uint8Array): FrameExtras {
  const parsed = frameExtras.safeParse(decodeJson(bytes, EXTRAS));
  if (!parsed.success) throw WireError.ofSchema(EXTRAS, parsed.error);
  return parsed.data;
}

function refuseFieldsIn(known: ReadonlySet<string>, fields: Fields): void {
  for (const key of Object.keys(fields)) {
    if (known.has(key)) throw new WireError(`${EXTRAS}: ${key} has a column of its own`);
  }
}

function fieldsOutside(object: Fields, known: ReadonlySet<string>): Fields | null {
  let found: Record<string, unknown> | null = null;
  for (const key in object) {
    if (known.has(key) || object[key] === undefined || key === '__proto__') continue;
    found ??= {};
    found[key] = object[key];
  }
  return found;
}
