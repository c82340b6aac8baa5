import * as fc from 'fast-check';
import {
  type CarSample,
  type Frame,
  KNOWN_FLAGS,
  type MessageLine,
  type ResultsLine,
  SESSION_PHASES,
  SESSION_TYPES,
  type SessionLine,
  type SourceRecord,
  SURFACES,
} from '../recording.js';

/** Text in any script; `binary` takes every code point but halves of pairs. */
const name = fc.string({ unit: 'binary', maxLength: 60 });
const capturedAt = fc.double({ min: 0, max: 8.64e15, noNaN: true });
const sessionTime = fc.double({ min: 0, max: 1e8, noNaN: true });
const car = fc.integer({ min: 0, max: 65_535 });
const int16 = fc.integer({ min: -1, max: 32_767 });
const place = fc.integer({ min: 0, max: 32_767 });
const lapMs = fc.option(fc.double({ min: -1, max: 2e9, noNaN: true }));
const signedMs = fc.option(fc.double({ min: -2e9, max: 2e9, noNaN: true }));
const metres = fc.double({ min: -1e9, max: 1e9, noNaN: true });

const SCHEMA_FIELDS = new Set(
  (
    'kind seq capturedAt sessionTime state flags cars remaining weather own car pct lap lapsCompleted surface onPitRoad ' +
    'position classPosition lastLapMs bestLapMs estTimeMs f2TimeMs speedMps paceRow paceLine x y __proto__'
  ).split(' '),
);

/** Fields that no schema names, with any JSON values. */
const extras: fc.Arbitrary<Record<string, unknown>> = fc
  .dictionary(
    fc.string({ maxLength: 10 }).filter((key) => !SCHEMA_FIELDS.has(key)),
    fc.jsonValue({ maxDepth: 3 }).map(withoutProto),
    { maxKeys: 3 },
  )
  .map((fields) => ({ ...fields }));

/** A car of a frame: `car` and `pct` always, each other field or not. */
const carSample: fc.Arbitrary<CarSample> = fc
  .tuple(
    fc.record(
      {
        car,
        pct: fc.double({ min: -1, max: 2, noNaN: true }),
        lap: int16,
        lapsCompleted: int16,
        surface: fc.constantFrom(...SURFACES),
        onPitRoad: fc.boolean(),
        position: place,
        classPosition: place,
        lastLapMs: lapMs,
        bestLapMs: lapMs,
        estTimeMs: signedMs,
        f2TimeMs: signedMs,
        speedMps: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        paceRow: int16,
        paceLine: int16,
        x: metres,
        y: metres,
      },
      { requiredKeys: ['car', 'pct'] },
    ),
    fc.option(extras, { nil: {}, freq: 4 }),
  )
  .map(([known, unknown]) => ({ ...unknown, ...known }));

/** Any frame that the schema takes, with unknown fields at every level. */
export const anyFrame: fc.Arbitrary<Frame> = fc
  .tuple(
    fc.record(
      {
        kind: fc.constant('frame' as const),
        seq: fc.integer({ min: 1, max: 0xffff_ffff }),
        capturedAt,
        sessionTime,
        state: fc.constantFrom(...SESSION_PHASES),
        flags: fc.array(fc.oneof(fc.constantFrom<string>(...KNOWN_FLAGS), name), { maxLength: 6 }),
        cars: fc.uniqueArray(carSample, { selector: (sample) => sample.car, maxLength: 80, size: 'max' }),
        remaining: fc.record(
          { timeS: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }).map(plainZero)), laps: fc.option(fc.nat()) },
          { requiredKeys: [] },
        ),
        weather: extras,
        own: fc.tuple(extras, car).map(([fields, own]) => ({ ...fields, car: own })),
      },
      { requiredKeys: ['kind', 'seq', 'capturedAt', 'sessionTime', 'state', 'flags', 'cars'] },
    ),
    fc.option(extras, { nil: {}, freq: 4 }),
  )
  .map(([known, unknown]) => ({ ...unknown, ...known }));

const anySession: fc.Arbitrary<SessionLine> = fc.record({
  kind: fc.constant('session' as const),
  capturedAt: capturedAt.map(plainZero),
  simSessionKey: name,
  type: fc.constantFrom(...SESSION_TYPES),
  track: fc.record({ name, lengthM: fc.option(fc.integer({ min: 1, max: 30_000 })) }),
  classes: fc.array(fc.record({ id: name, name, color: fc.option(name) }), { maxLength: 4 }),
  entries: fc.array(
    fc.record({ car, carNumber: name, teamName: fc.option(name), driver: fc.option(fc.record({ name })) }),
    { maxLength: 10 },
  ),
});

const anyMessage: fc.Arbitrary<MessageLine> = fc.record({
  kind: fc.constant('message' as const),
  capturedAt: capturedAt.map(plainZero),
  car: fc.option(car),
  what: name,
  text: name,
});

const anyResults: fc.Arbitrary<ResultsLine> = fc.record({
  kind: fc.constant('results' as const),
  capturedAt: capturedAt.map(plainZero),
  official: fc.boolean(),
  rows: fc.array(fc.record({ car, position: place, gapMs: fc.option(fc.nat()) }), { maxLength: 10 }),
});

/** Any record but a frame: what travels as JSON. */
export const anyLine: fc.Arbitrary<SourceRecord> = fc.oneof(anySession, anyMessage, anyResults);
/** Any record at all. */
export const anyRecord: fc.Arbitrary<SourceRecord> = fc.oneof(anyFrame, anyLine);

/** A value without fields named `__proto__`, which no codec lets through. */
function withoutProto(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, item) => (key === '__proto__' ? undefined : item));
}

/** JSON has no −0. */
function plainZero(value: number): number {
  return value + 0;
}
