import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type SessionLine, sourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { SourceError } from '../source.js';
import { collect, framesOf } from '../testing/records.js';
import { isMissing, sharedData } from '../testing/shared-data.js';
import { MemoryReader } from './memory-reader.js';
import { openMemory } from './memory-source.js';
import { listOf, textOf } from './session-text.js';
import { LayoutError, VARIABLE_BYTES, VARIABLE_TYPES } from './telemetry-header.js';

const inFolder = temporaryFolder();
const IMAGES = ['2015-v1', '2017-replay', '2024', 'longbeach-two-cars'];

const imageFile = (name: string) => sharedData(`iracing/memory/${name}.bin.gz`);
const image = (name: string) => new Uint8Array(gunzipSync(readFileSync(imageFile(name))));

async function recordsOf(name: string) {
  const source = await openMemory(imageFile(name), `memory:${name}`);
  return collect(source.read());
}

describe.skipIf(isMissing('iracing/memory'))("an image of iRacing's memory", () => {
  it.each(IMAGES)('%s: is read in records of the model, one frame of the newest row', async (name) => {
    const records = await recordsOf(name);
    for (const record of records) expect(sourceRecord.safeParse(record).error).toBeUndefined();
    expect(records[0]?.kind).toBe('session');
    expect(framesOf(records)).toHaveLength(1);
  });

  it.each(IMAGES)('%s: every variable of the newest of its three buffers is read', (name) => {
    const bytes = image(name);
    const view = new DataView(bytes.buffer);
    const row = new MemoryReader(bytes).newestRow();
    const ticks = [0, 1, 2].map((i) => view.getInt32(48 + i * 16, true));
    const newest = ticks.indexOf(Math.max(...ticks));
    // The session clock lies in each buffer; the row has that of the newest.
    const clocks = [0, 1, 2].map((i) => {
      const at = view.getInt32(48 + i * 16 + 4, true);
      const other = bytes.slice();
      for (const k of [0, 1, 2]) new DataView(other.buffer).setInt32(48 + k * 16, k === i ? 1 : 0, true);
      expect(at).toBeGreaterThan(0);
      return new MemoryReader(other).newestRow()?.value('SessionTime');
    });
    expect(row?.value('SessionTime')).toBe(clocks[newest]);
  });

  it('has the names as people typed them, whatever the encoding', async () => {
    const names = await Promise.all(
      IMAGES.map(async (name) => {
        const session = (await recordsOf(name))[0] as SessionLine;
        return [name, session.track.name, session.entries.map(({ driver }) => driver?.name)];
      }),
    );
    expect(names).toMatchSnapshot();
    expect(JSON.stringify(names)).not.toMatch(/\uFFFD/);
  });

  it('two cars at Long Beach: both are where the arrays say', async () => {
    const [frame] = framesOf(await recordsOf('longbeach-two-cars'));
    const row = new MemoryReader(image('longbeach-two-cars')).newestRow();
    const there = frame?.cars.filter(({ pct }) => pct > -1) ?? [];
    expect(there.length).toBeGreaterThan(0);
    for (const { car, pct } of there) expect(row?.values('CarIdxLapDistPct')[car]).toBe(pct);
  });

  it('that is not compressed is read as well', async () => {
    writeFileSync(inFolder('plain.bin'), image('2024'));
    const plain = await collect((await openMemory(inFolder('plain.bin'), 'memory:plain')).read());
    expect(plain).toEqual(await recordsOf('2024'));
  });

  it.each([
    ['CarIdxLap', 'lap'],
    ['CarIdxLapCompleted', 'lapsCompleted'],
    ['CarIdxPosition', 'position'],
    ['CarIdxClassPosition', 'classPosition'],
  ] as const)('whose %s is called a number with a fraction has none of it', async (name, figure) => {
    const bytes = image('longbeach-two-cars');
    const view = new DataView(bytes.buffer);
    const table = view.getInt32(28, true);
    const entry = Array.from({ length: view.getInt32(24, true) }, (_, i) => table + i * VARIABLE_BYTES).find(
      (at) =>
        Buffer.from(bytes.subarray(at + 16, at + 48))
          .toString()
          .replace(/\0.*/s, '') === name,
    );
    view.setInt32(entry ?? -1, VARIABLE_TYPES.indexOf('float'), true);
    writeFileSync(inFolder('typed.bin'), bytes);
    const records = await collect((await openMemory(inFolder('typed.bin'), 'memory:typed')).read());
    for (const record of records) expect(sourceRecord.safeParse(record).error).toBeUndefined();
    // A whole number by chance, as zero is, may stay.
    for (const car of framesOf(records)[0]?.cars ?? []) expect(Number.isInteger(car[figure] ?? 0)).toBe(true);
  });

  it('cut or damaged anywhere gives records of the model or one clear error', { timeout: 60_000 }, async () => {
    const whole = image('longbeach-two-cars');
    const damage = fc.oneof(
      fc.record({ cut: fc.integer({ min: 0, max: whole.length - 1 }) }),
      fc.record({ at: fc.integer({ min: 0, max: 200 }), byte: fc.integer({ min: 0, max: 255 }) }),
      fc.record({ at: fc.integer({ min: 524_400, max: 524_400 + 287 * 144 }), byte: fc.integer({ min: 0, max: 255 }) }),
    );
    let errors = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (done) => {
        const bytes = 'cut' in done ? whole.slice(0, done.cut) : whole.slice();
        if ('at' in done) bytes[done.at] = done.byte;
        writeFileSync(inFolder('damaged.bin'), bytes);
        try {
          const records = await collect((await openMemory(inFolder('damaged.bin'), 'memory:damaged')).read());
          for (const record of records) expect(sourceRecord.safeParse(record).error).toBeUndefined();
        } catch (error) {
          expect(error).toBeInstanceOf(SourceError);
          expect((error as Error).message).toMatch(
            /damaged\.bin is not a(n| readable) image .+ Take the image again\.$/,
          );
          errors += 1;
        }
      }),
      { numRuns: 150 },
    );
    expect(errors).toBeGreaterThan(10);
  });
});

describe.skipIf(isMissing('iracing/memory'))('reading memory that the sim writes to', () => {
  it('gives each row once', () => {
    const reader = new MemoryReader(image('2024'));
    expect(reader.newestRow()).not.toBeNull();
    expect(reader.newestRow()).toBeNull();
  });

  it('gives the session text when it has changed, and only then', () => {
    const bytes = image('2024');
    const reader = new MemoryReader(bytes);
    const text = reader.takeText();
    expect(text && textOf(text, 'WeekendInfo', 'TrackName')).toBeTruthy();
    expect(text && listOf(text, 'DriverInfo', 'Drivers').length).toBeGreaterThan(0);
    expect(reader.takeText()).toBeNull();
    new DataView(bytes.buffer).setInt32(12, 99, true);
    expect(reader.takeText()).toEqual(text);
  });

  it('gives up a row that the sim writes over while it is copied, and counts it', () => {
    const bytes = image('2024');
    const view = new DataView(bytes.buffer);
    const reader = new MemoryReader(bytes);
    reader.newestRow();
    // A sim that writes whenever somebody looks: the tick is another each time it is read.
    let tick = 5_000;
    const set = Uint8Array.prototype.set;
    const newest = [0, 1, 2].map((i) => 48 + i * 16);
    view.setInt32(newest[0] as number, tick, true);
    Uint8Array.prototype.set = function (this: Uint8Array, ...given: Parameters<typeof set>) {
      view.setInt32(newest[0] as number, ++tick, true);
      return set.apply(this, given);
    };
    try {
      expect(reader.newestRow()).toBeNull();
    } finally {
      Uint8Array.prototype.set = set;
    }
    expect(reader.torn).toBe(1);
    expect(reader.newestRow()).not.toBeNull();
  });

  it('takes a tick that fell back for a sim that was started again', () => {
    const bytes = image('2024');
    const view = new DataView(bytes.buffer);
    const reader = new MemoryReader(bytes);
    reader.newestRow();
    for (const i of [0, 1, 2]) view.setInt32(48 + i * 16, i, true);
    expect(reader.newestRow()).not.toBeNull();
  });

  it('reads the layout again when the headers change', () => {
    const bytes = image('2024');
    const reader = new MemoryReader(bytes);
    const before = reader.newestRow()?.value('SessionTime');
    expect(before).toBeDefined();
    const other = image('longbeach-two-cars');
    bytes.set(other.subarray(0, bytes.length));
    expect(reader.newestRow()?.value('SessionTime')).toBe(new MemoryReader(other).newestRow()?.value('SessionTime'));
  });

  it('refuses headers that make no sense, and buffers beyond the end', () => {
    expect(() => new MemoryReader(new Uint8Array(50)).newestRow()).toThrow(LayoutError);
    expect(() => new MemoryReader(new Uint8Array(5_000)).newestRow()).toThrow(LayoutError);
    const bytes = image('2024');
    new DataView(bytes.buffer).setInt32(48 + 16 + 4, bytes.length - 10, true);
    expect(() => new MemoryReader(bytes).newestRow()).toThrow('row buffer 1 would lie at byte');
  });
});
