import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAR_COLUMNS } from './car-columns.js';
import {
  decodeRecord,
  encodeRecord,
  joinBatch,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_RECORD_BYTES,
  readRecord,
  splitBatch,
  WireError,
} from './codec.js';
import { type CarSample, type Frame, type SourceRecord, sourceRecord } from './recording.js';
import { anyFrame, anyLine, anyRecord } from './testing/records.js';

const frame = (cars: Frame['cars'], more: Partial<Frame> = {}): Frame => ({
  kind: 'frame',
  seq: 1,
  capturedAt: 1_764_000_000_000.25,
  sessionTime: 129.65,
  state: 'racing',
  flags: ['green'],
  cars,
  ...more,
});
const message = (text: string): SourceRecord => ({ kind: 'message', capturedAt: 1, what: 'note', text });
const overTheWire = (record: SourceRecord, seq = 1): SourceRecord =>
  decodeRecord(readRecord(encodeRecord(record, seq)));

/** A frame as the server is to have it: columns rounded to their precision, unknown as missing. */
function asReceived(sent: Frame): Frame {
  return {
    ...sent,
    cars: sent.cars.map((car) => {
      const received: CarSample = { ...car, pct: Math.fround(car.pct) };
      for (const { name, type } of CAR_COLUMNS) {
        const value = received[name];
        if (value === null) delete received[name];
        else if (typeof value === 'number')
          Object.assign(received, { [name]: type === 'f32' ? Math.fround(value) : Math.round(value) + 0 });
      }
      return received;
    }),
  };
}

describe('a frame on the wire', () => {
  it('WIR-5, WIR-6: any frame arrives as it was, to the precision of its columns, unknown fields and all', () => {
    fc.assert(
      fc.property(anyFrame, (sent) => {
        expect(overTheWire(sent, sent.seq)).toEqual(asReceived(sent));
      }),
      { numRuns: 300 },
    );
  });

  it('WIR-5: pct arrives within 1e-7 and inside its range', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 2, noNaN: true }), (pct) => {
        const [car] = (overTheWire(frame([{ car: 7, pct }])) as Frame).cars;
        expect(Math.abs((car?.pct ?? Number.NaN) - pct)).toBeLessThanOrEqual(1e-7);
        expect(car?.pct).toBeGreaterThanOrEqual(-1);
        expect(car?.pct).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('WIR-5: a field that no car has costs nothing, and one that some lack stays missing for those', () => {
    const bare = frame([
      { car: 1, pct: 0.5 },
      { car: 2, pct: -1 },
    ]);
    const some = frame([
      { car: 1, pct: 0.5, lastLapMs: 103_156 },
      { car: 2, pct: -1, lastLapMs: null },
    ]);
    expect(encodeRecord(some, 1).length - encodeRecord(bare, 1).length).toBe(8);
    const { cars } = overTheWire(some) as Frame;
    expect(cars.map((car) => car.lastLapMs)).toEqual([103_156, undefined]);
  });

  it('WIR-5: the longest flags and 1,000 cars fit', () => {
    const flags = Array.from({ length: 32 }, () => '旗'.repeat(200));
    const cars = Array.from({ length: 1_000 }, (_, car) => ({ car: 65_535 - car, pct: 0.25 }));
    expect(overTheWire(frame(cars, { flags }))).toEqual(frame(cars, { flags }));
  });

  it('WIR-7: text keeps every character, byte order marks too; half a pair becomes U+FFFD', () => {
    const flags = ['Жёлтый', '\uFEFFmarked', '🏁', 'a\ud800'];
    expect((overTheWire(frame([], { flags })) as Frame).flags).toEqual(['Жёлтый', '\uFEFFmarked', '🏁', 'a\uFFFD']);
  });

  it('WIR-6: a field named __proto__ is left out at every depth and changes no object', () => {
    const bad = '{"admin":true,"__proto__":{"admin":true}}';
    const sent = frame([{ car: 7, pct: 0, ...fieldsOf(`{"tyre":{"set":${bad}},"__proto__":${bad}}`) }], {
      own: { car: 7, ...fieldsOf(`{"__proto__":${bad},"deep":[${bad}]}`) },
      weather: fieldsOf(`{"__proto__":${bad}}`),
    });
    const received = overTheWire(sent) as Frame;
    expect(JSON.stringify(received)).not.toContain('__proto__');
    expect(received.cars[0]?.tyre).toEqual({ set: { admin: true } });
    for (const object of [received, received.own, received.weather, received.cars[0], {}]) {
      expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    }
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });
});

describe('records that are not frames', () => {
  it('WIR-6, WIR-7: any session, message or result arrives as it was', () => {
    fc.assert(
      fc.property(anyLine, (sent) => {
        expect(overTheWire(sent)).toEqual(sent);
      }),
    );
  });

  it('WIR-6: a session keeps unknown fields but __proto__', () => {
    const line = sourceRecord.parse({
      kind: 'session',
      capturedAt: 1,
      simSessionKey: '1:0',
      type: 'race',
      classes: [],
      track: { name: 'Monza', pitSpeedKph: 60 },
      entries: [{ car: 7, carNumber: '11', ...fieldsOf('{"helmet":{"__proto__":{"x":1},"visor":"red"}}') }],
    });
    const received = overTheWire(line);
    expect(received).toMatchObject({ track: { pitSpeedKph: 60 }, entries: [{ helmet: { visor: 'red' } }] });
    expect(JSON.stringify(received)).not.toContain('__proto__');
  });
});

describe('a batch', () => {
  it('WIR-1, WIR-3, WIR-4: gives each record its number, its kind and its own bytes, uncopied', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyRecord, fc.integer({ min: 1, max: 0xffff_ffff })), { maxLength: 8 }), (sent) => {
        const packed = sent.map(([record, seq]) => encodeRecord(record, seq));
        const batch = joinBatch(packed);
        const records = splitBatch(batch);
        expect(records.map(({ seq, kind }) => [seq, kind])).toEqual(sent.map(([{ kind }, seq]) => [seq, kind]));
        records.forEach((record, i) => {
          expect(record.bytes).toEqual(packed[i]);
          expect(record.bytes.buffer).toBe(batch.buffer);
          expect(readRecord(record.bytes)).toEqual(record);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('WIR-3: a frame takes the number of its record', () => {
    expect(overTheWire(frame([], { seq: 5 }), 9)).toMatchObject({ seq: 9 });
  });

  it('WIR-3: numbers outside 1 to 2^32−1 are refused on both sides', () => {
    for (const seq of [0, -1, 1.5, Number.NaN, 2 ** 32]) {
      expect(() => encodeRecord(message('x'), seq)).toThrow(WireError);
    }
    const batch = joinBatch([encodeRecord(message('x'), 1)]);
    batch[4 + 8] = 0;
    expect(() => splitBatch(batch)).toThrow('sequence numbers begin at 1');
  });

  it('WIR-2: over 1 MiB or 4,096 records is refused on both sides', () => {
    const record = encodeRecord(message('x'), 1);
    const fitting = Array.from({ length: MAX_BATCH_RECORDS }, () => record);
    expect(splitBatch(joinBatch(fitting))).toHaveLength(MAX_BATCH_RECORDS);
    expect(() => joinBatch([...fitting, record])).toThrow(/4097 records/);
    expect(() => joinBatch([new Uint8Array(MAX_BATCH_BYTES)])).toThrow(/send smaller batches/);
    const tooMany = joinBatch([]);
    new DataView(tooMany.buffer).setUint16(2, MAX_BATCH_RECORDS + 1, true);
    expect(() => splitBatch(tooMany)).toThrow(/4097 records/);
    const tooLarge = new Uint8Array(MAX_BATCH_BYTES + 1);
    tooLarge[0] = 1;
    expect(() => splitBatch(tooLarge)).toThrow(/send smaller batches/);
  });

  it('WIR-2, WIR-11: a record that no batch can carry is refused when it is packed', () => {
    const own = { car: 7, note: 'x'.repeat(MAX_RECORD_BYTES) };
    expect(() => encodeRecord(frame([], { own }), 1)).toThrow(/at most 1048572 can be sent/);
  });

  it('WIR-1: another version is refused with a message that names it', () => {
    const batch = joinBatch([]);
    batch[0] = 2;
    expect(() => splitBatch(batch)).toThrow('batch version 2 is not 1');
  });

  it('WIR-12: reserved bytes are written 0 and not read', () => {
    const batch = joinBatch([encodeRecord(message('x'), 1)]);
    for (const reserved of [1, 9, 10, 11]) {
      expect(batch[reserved]).toBe(0);
      batch[reserved] = 255;
    }
    expect(splitBatch(batch).map(decodeRecord)).toEqual([message('x')]);
  });
});

describe('packing what breaks the schema', () => {
  const car = { car: 7, pct: 0.5 };
  const bad: Readonly<Record<string, Frame>> = {
    'pct is NaN': frame([{ ...car, pct: Number.NaN }]),
    'lap is 65541': frame([{ ...car, lap: 65_541 }]),
    'speedMps is Infinity': frame([{ ...car, speedMps: Number.POSITIVE_INFINITY }]),
    'lastLapMs is -5': frame([{ ...car, lastLapMs: -5 }]),
    'car is 70000': frame([{ ...car, car: 70_000 }]),
    'a car stands twice': frame([car, { car: 8, pct: 0 }, car]),
    'surface "grass" is unknown': frame([{ ...car, surface: 'grass' as 'onTrack' }]),
    'phase "parade" is unknown': frame([], { state: 'parade' as 'grid' }),
    'capturedAt is -1': frame([], { capturedAt: -1 }),
    'sessionTime is NaN': frame([], { sessionTime: Number.NaN }),
    'flags is 33': frame([], { flags: Array.from({ length: 33 }, () => 'green') }),
    'length of a flag is 201': frame([], { flags: ['x'.repeat(201)] }),
    'cars is 1001': frame(Array.from({ length: 1_001 }, (_, i) => ({ car: i, pct: 0 }))),
    'frame.own.car': frame([], { own: { car: -1 } }),
    'nests deeper than 32': frame([], { weather: { deep: nested(40) } }),
    'nests deeper than 32 levels': frame([], { weather: { deep: nested(100_000) } }),
    'cannot be written as JSON': frame([], { weather: { deep: 1n } }),
  };
  for (const [words, sent] of Object.entries(bad)) {
    it(`WIR-11: says so at once: ${words}`, () => {
      expect(() => encodeRecord(sent, 1)).toThrow(WireError);
      expect(() => encodeRecord(sent, 1)).toThrow(words);
    });
  }

  it('WIR-11: a line out of range is refused too, by its field', () => {
    expect(() => encodeRecord(message('x'.repeat(2_001)), 1)).toThrow(/message record: text: /);
  });
});

function fieldsOf(json: string): Record<string, unknown> {
  return JSON.parse(json) as Record<string, unknown>;
}

function nested(levels: number): unknown {
  let value: unknown = 0;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}
