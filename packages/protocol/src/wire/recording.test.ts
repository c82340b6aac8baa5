import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachCarOnce, frameLine, MAX_CARS, recordingHeader, sessionLine, sourceRecord, track } from './recording.js';
import { anyRecord } from './testing/records.js';

const header = { kind: 'recording', version: 1, sim: 'iracing', source: 'lapchart', createdAt: 1_764_000_000_000 };
const frame = { kind: 'frame', seq: 1, capturedAt: 0, sessionTime: 0, state: 'grid', flags: [], cars: [] };
const car = { car: 7, pct: 0.183412 };
const session = {
  kind: 'session',
  capturedAt: 1,
  simSessionKey: '43625377:0',
  type: 'race',
  track: { name: 'Monza' },
  classes: [],
  entries: [],
};
const takes = (cars: readonly unknown[]): boolean => frameLine.safeParse({ ...frame, cars }).success;

describe('the recording model', () => {
  it('REC-1: a header says kind, version 1, sim, source and when it was made', () => {
    expect(recordingHeader.parse({ ...header, tool: 'x' })).toEqual({ ...header, tool: 'x' });
    expect(recordingHeader.safeParse({ ...header, version: 2 }).success).toBe(false);
    expect(recordingHeader.safeParse({ ...header, kind: 'frame' }).success).toBe(false);
  });

  it('REC-2: a header is no record, and neither is a kind that nobody knows', () => {
    expect(sourceRecord.safeParse(header).success).toBe(false);
    expect(sourceRecord.safeParse({ kind: 'telemetry' }).success).toBe(false);
    expect(sourceRecord.safeParse(null).success).toBe(false);
  });

  it('REC-3: any record comes back as it was, with the fields that no schema names', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(sourceRecord.parse(record)).toEqual(record);
      }),
      { numRuns: 100 },
    );
  });

  it('REC-3: a field named __proto__ is not taken', () => {
    const hostile = JSON.parse('{"car":7,"pct":0,"__proto__":{"pace":true}}') as unknown;
    const [taken] = frameLine.parse({ ...frame, cars: [hostile] }).cars;
    expect(Object.getPrototypeOf(taken)).toBe(Object.prototype);
    expect(taken).toEqual({ car: 7, pct: 0 });
  });

  it('REC-4: a car needs its index and its place on the lap, and nothing else', () => {
    expect(takes([car])).toBe(true);
    expect(takes([{ car: 7 }])).toBe(false);
    expect(takes([{ pct: 0 }])).toBe(false);
  });

  it('REC-5: values out of range are refused', () => {
    for (const pct of [-1, -0.01, 0, 1, 1.2, 2]) expect(takes([{ car: 7, pct }])).toBe(true);
    for (const pct of [-1.01, 2.01, Number.NaN, Number.POSITIVE_INFINITY, null, '0.5']) {
      expect(takes([{ car: 7, pct }])).toBe(false);
    }
    const wrong: readonly object[] = [
      ...[{ car: -1 }, { car: 65_536 }, { car: 1.5 }, { lap: -2 }, { lap: 40_000 }, { surface: 'grass' }],
      ...[{ lastLapMs: -2 }, { position: -1 }, { speedMps: 1e5 }, { x: Number.NaN }, { onPitRoad: 1 }],
    ];
    for (const field of wrong) expect(takes([{ ...car, ...field }])).toBe(false);
    for (const field of [{ seq: 0 }, { seq: 2 ** 32 }, { capturedAt: -1 }, { sessionTime: -1 }, { state: 'parade' }]) {
      expect(frameLine.safeParse({ ...frame, ...field }).success).toBe(false);
    }
  });

  it('REC-6: no more than 1,000 cars, 32 flags and 200 characters a name', () => {
    const cars = Array.from({ length: MAX_CARS + 1 }, (_, i) => ({ car: i, pct: 0 }));
    expect(takes(cars.slice(1))).toBe(true);
    expect(takes(cars)).toBe(false);
    const flags = Array.from({ length: 33 }, () => 'green');
    expect(frameLine.safeParse({ ...frame, flags }).success).toBe(false);
    expect(frameLine.safeParse({ ...frame, flags: ['x'.repeat(201)] }).success).toBe(false);
  });

  it('REC-7: a car stands once in a frame, in any order', () => {
    expect(takes([{ car: 9, pct: 0 }, car, { car: 8, pct: 0 }])).toBe(true);
    expect(takes([car, { car: 8, pct: 0 }, car])).toBe(false);
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 8 }), (slots) => {
        expect(eachCarOnce(slots.map((slot) => ({ car: slot })))).toBe(new Set(slots).size === slots.length);
      }),
    );
  });

  it('REC-8: sector starts rise within a lap', () => {
    const starts = (sectorStarts: unknown) => track.safeParse({ name: 'Monza', sectorStarts }).success;
    expect([[0, 0.33, 0.66], [], null, undefined].map(starts)).toEqual([true, true, true, true]);
    expect([[0, 0.66, 0.33], [0, 0], [0, 1], [-0.1]].map(starts)).toEqual([false, false, false, false]);
  });

  it('REC-9: own-car data name their car', () => {
    expect(frameLine.safeParse({ ...frame, own: { car: 7, fuelL: 31.4 } }).success).toBe(true);
    expect(frameLine.safeParse({ ...frame, own: { fuelL: 31.4 } }).success).toBe(false);
  });

  it('REC-10: a session has a key, a type, a track, classes and entries; unknown is null or missing', () => {
    const entry = { car: 7, carNumber: '011', teamName: null, driver: null, classId: null };
    expect(sessionLine.parse({ ...session, entries: [entry] }).entries).toEqual([entry]);
    for (const field of ['simSessionKey', 'type', 'track', 'classes', 'entries']) {
      expect(sessionLine.safeParse({ ...session, [field]: undefined }).success).toBe(false);
    }
  });
});
