import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord, joinBatch, readRecord, splitBatch, WireError } from './codec.js';
import { type Frame, type SourceRecord, sourceRecord } from './recording.js';
import { anyRecord } from './testing/records.js';

/** The records of a batch, or `null` where it is refused as it should be; any other exception goes on. */
function recordsOf(batch: Uint8Array): SourceRecord[] | null {
  try {
    return splitBatch(batch).map(decodeRecord);
  } catch (error) {
    if (error instanceof WireError && error.message.length <= 301) return null;
    throw error;
  }
}

function expectSound(records: SourceRecord[] | null): void {
  for (const record of records ?? []) expect(sourceRecord.safeParse(record).error?.message).toBeUndefined();
}

/** A record of a kind with a body of one's own. */
function handmade(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length, true);
  view.setUint8(4, kind);
  view.setUint32(8, 1, true);
  bytes.set(body, 12);
  return bytes;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const sampleFrame: Frame = {
  kind: 'frame',
  seq: 1,
  capturedAt: 1,
  sessionTime: 2,
  state: 'racing',
  flags: [],
  cars: [
    { car: 7, pct: 0.5, surface: 'onTrack', onPitRoad: false },
    { car: 9, pct: 0.25 },
  ],
};
const BODY = 12;
const CARS_AT = BODY + 28;

/** A frame whose extras are replaced by some JSON. */
function withExtras(json: string): Uint8Array {
  const plain = encodeRecord(sampleFrame, 1).subarray(BODY);
  const extras = text(json);
  const body = new Uint8Array(plain.length + extras.length);
  body.set(plain);
  body.set(extras, plain.length);
  new DataView(body.buffer).setUint32(24, extras.length, true);
  return handmade(0, body);
}

describe('damaged bytes', () => {
  it('WIR-8, WIR-10: random bytes are refused as a WireError, or are sound records', () => {
    const randomBatch = fc.tuple(fc.uint8Array({ maxLength: 400 }), fc.boolean()).map(([bytes, dressed]) => {
      // Dressed up as a batch of one whole frame, so that the frame's own checks are reached.
      return dressed ? joinBatch([handmade((bytes[0] ?? 0) % 4, bytes)]) : bytes;
    });
    fc.assert(
      fc.property(randomBatch, (bytes) => expectSound(recordsOf(bytes))),
      { numRuns: 3_000 },
    );
  });

  it('WIR-8, WIR-10: a valid batch with some bytes changed is refused as a WireError, or is sound records', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 3 }),
        changes,
        fc.boolean(),
        (sent, mutations, early) => {
          const batch = joinBatch(sent.map((record, i) => encodeRecord(record, i + 1)));
          // Half of the runs aim at the headers, where a byte decides most.
          const reach = early ? Math.min(batch.length, 80) : batch.length;
          for (const [at, value] of mutations) batch[at % reach] = value;
          expectSound(recordsOf(batch));
        },
      ),
      { numRuns: 700 },
    );
  });

  it('WIR-9: a batch that is cut anywhere is refused', () => {
    const batch = joinBatch([encodeRecord(sampleFrame, 1), encodeRecord({ ...sampleFrame, own: { car: 7 } }, 2)]);
    for (let length = 0; length < batch.length; length++) expect(recordsOf(batch.subarray(0, length))).toBeNull();
    expect(recordsOf(batch)).toHaveLength(2);
  });

  it('WIR-9: bytes after the last record are refused', () => {
    const batch = joinBatch([encodeRecord(sampleFrame, 1)]);
    const longer = new Uint8Array(batch.length + 3);
    longer.set(batch);
    expect(() => splitBatch(longer)).toThrow('3 bytes follow the last record');
  });

  it('WIR-9: a stored record that is cut or too long is refused', () => {
    const record = encodeRecord(sampleFrame, 1);
    expect(() => readRecord(record.subarray(0, 5))).toThrow('a record is cut off');
    expect(() => readRecord(record.subarray(0, record.length - 1))).toThrow('a record has the wrong length');
  });

  it('WIR-9: an unknown kind, phase, surface, column or truth value is refused by name', () => {
    const at = (offset: number, value: number): Uint8Array => {
      const bytes = encodeRecord(sampleFrame, 1);
      bytes[offset] = value;
      return bytes;
    };
    const columns = CARS_AT + 2 * 6;
    expect(() => readRecord(at(4, 4))).toThrow('record kind 4 is unknown');
    expect(() => decodeRecord(readRecord(at(BODY + 16, 5)))).toThrow('phase 5 is unknown');
    expect(() => decodeRecord(readRecord(at(BODY + 22, 1)))).toThrow(/names unknown columns/);
    expect(() => decodeRecord(readRecord(at(columns, 9)))).toThrow('surface 9 is unknown');
    expect(() => decodeRecord(readRecord(at(columns + 2, 2)))).toThrow('onPitRoad is 2, allowed is 0 to 1');
  });

  it('WIR-9: a flag that is cut off is refused', () => {
    const bytes = encodeRecord({ ...sampleFrame, cars: [{ car: 65_535, pct: 0 }] }, 1);
    bytes[BODY + 17] = 1;
    expect(() => decodeRecord(readRecord(bytes))).toThrow('a flag is cut off');
  });

  it('WIR-9: a car that stands twice is refused', () => {
    const bytes = encodeRecord(sampleFrame, 1);
    bytes[CARS_AT + 2] = 7;
    expect(() => decodeRecord(readRecord(bytes))).toThrow('a car stands twice');
  });

  it('WIR-8: a header that asks for gigabytes costs nothing', () => {
    const body = new Uint8Array(28).fill(255);
    const view = new DataView(body.buffer);
    view.setFloat64(0, 1, true);
    view.setFloat64(8, 1, true);
    body[16] = 0;
    body[17] = 0;
    view.setUint16(18, 1_000, true);
    view.setUint32(20, 0, true);
    expect(() => decodeRecord(readRecord(handmade(0, body)))).toThrow(/has 28 bytes, its header asks for 4294973323/);
  });

  for (const [words, json] of [
    ['not JSON', '{"frame":'],
    ['expected object', '[]'],
    ['expected object', 'null'],
    ['cars.7', '{"cars":{"7":"abc"}}'],
    ['car 8 is not in the frame', '{"cars":{"8":{"tyre":"S"}}}'],
    ['lap has a column of its own', '{"cars":{"7":{"lap":"x"}}}'],
    ['seq has a column of its own', '{"frame":{"seq":"x"}}'],
    ['frame.own.car', '{"frame":{"own":{"car":"x"}}}'],
    ['a field that is not known', `{"${'k'.repeat(100_000)}":1}`],
    ['nests deeper', `{"frame":{"weather":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}}`],
  ] as const) {
    it(`WIR-8, WIR-9: extras like ${json.slice(0, 40)} are refused: ${words}`, () => {
      const record = readRecord(withExtras(json));
      expect(() => decodeRecord(record)).toThrow(WireError);
      expect(() => decodeRecord(record)).toThrow(words);
      expect(recordsOf(joinBatch([record.bytes]))).toBeNull();
    });
  }

  it('what is wrong with bytes is said without the words that stand in them', () => {
    const words = 'aB3dE6gH9jK2';
    for (const json of [
      ...[`{"${words}":1}`, `{"frame":${words}}`, `{"cars":{"${words}":"abc"}}`, `{"cars":{"${words}":{"tyre":"S"}}}`],
    ]) {
      const refusal = expect(() => decodeRecord(readRecord(withExtras(json))));
      refusal.toThrow(WireError);
      refusal.not.toThrow(words);
    }
  });

  it('WIR-9: a line that says it is another kind, or is not UTF-8, is refused', () => {
    const message = text('{"kind":"message","capturedAt":1,"what":"a","text":"b"}');
    expect(() => decodeRecord(readRecord(handmade(1, message)))).toThrow('a session record says it is a message');
    expect(() => decodeRecord(readRecord(handmade(3, new Uint8Array([0xff, 0xfe]))))).toThrow('not UTF-8');
  });

  it('WIR-8: a megabyte of wrong entries is refused with one short error', () => {
    const entries = Array.from({ length: 300_000 }, () => '{}').join();
    const line = `{"kind":"session","capturedAt":1,"simSessionKey":"","type":"race","track":{"name":""},"classes":[],"entries":[${entries}]}`;
    expect(recordsOf(joinBatch([handmade(1, text(line))]))).toBeNull();
  });
});
