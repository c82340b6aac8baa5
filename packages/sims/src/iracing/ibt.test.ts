import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Frame, type SourceRecord, sourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '../source.js';
import { openIbt } from './ibt-source.js';
import { openTelemetryFile } from './telemetry-file.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const FILES = join(resolve(ROOT, process.env.OKBOXBOX_SHARED ?? '../shared'), 'data/iracing/ibt');
const RED_BULL_RING = join(FILES, 'red-bull-ring-390-records.ibt');
const WITHOUT_DATA = !existsSync(RED_BULL_RING) && process.env.CI !== 'true';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ibt-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function recordsOf(path: string, hz = 10): Promise<{ records: SourceRecord[]; troubles: string[] }> {
  const records: SourceRecord[] = [];
  const troubles: string[] = [];
  const source = await openIbt(path, `ibt:${path}`, hz);
  for await (const record of source.read({ onTrouble: ({ message }) => troubles.push(message) })) records.push(record);
  return { records, troubles };
}

const framesOf = (records: readonly SourceRecord[]) =>
  records.filter((record): record is Frame => record.kind === 'frame');

describe.skipIf(WITHOUT_DATA)('a telemetry file', () => {
  it('has every variable readable in every row, by the type that its table says', async () => {
    const file = await openTelemetryFile(RED_BULL_RING);
    expect([file.tickRate, file.variables.size, file.rowCount, file.rowsSaid]).toEqual([60, 276, 390, 390]);
    expect(file.variables.get('Speed')).toMatchObject({ type: 'float', count: 1, unit: 'm/s' });
    let rows = 0;
    let last = 0;
    for await (const row of file.rows()) {
      rows += 1;
      for (const { name, type, count } of file.variables.values()) {
        const values = row.values(name);
        expect(values).toHaveLength(count);
        if (type === 'bool') expect(values.every((value) => value === 0 || value === 1)).toBe(true);
        if (type === 'int' || type === 'bitField') expect(values.every(Number.isInteger)).toBe(true);
      }
      expect(row.value('SessionTime')).toBeGreaterThan(last);
      last = row.value('SessionTime') ?? 0;
      expect(row.value('Speed')).toBeLessThan(120);
    }
    expect(rows).toBe(390);
  });

  it('gives the session and the own car alone, in records of the model', async () => {
    const { records, troubles } = await recordsOf(RED_BULL_RING);
    for (const record of records) expect(sourceRecord.safeParse(record).error).toBeUndefined();
    expect(troubles).toEqual([]);
    expect(records[0]).toMatchObject({
      kind: 'session',
      type: 'practice',
      track: { name: 'Red Bull Ring', config: 'Grand Prix', lengthM: 4_280 },
      entries: expect.arrayContaining([expect.objectContaining({ car: 0, carNumber: '64' })]),
    });
    const frames = framesOf(records);
    expect(frames).toHaveLength(65);
    for (const frame of frames) {
      expect(frame.cars.map(({ car }) => car)).toEqual([0]);
      expect(frame.own).toMatchObject({ car: 0, fuelL: expect.any(Number), speed: expect.any(Number) });
    }
    const times = frames.map((frame) => frame.sessionTime);
    for (let i = 1; i < times.length; i++) expect((times[i] ?? 0) - (times[i - 1] ?? 0)).toBeCloseTo(0.1, 3);
  });

  it('is given at the rate asked for, but not faster than it is', async () => {
    expect(framesOf((await recordsOf(RED_BULL_RING, 60)).records)).toHaveLength(390);
    expect(framesOf((await recordsOf(RED_BULL_RING, 1_000)).records)).toHaveLength(390);
    expect(framesOf((await recordsOf(RED_BULL_RING, 2)).records)).toHaveLength(13);
  });

  it('that is damaged, or no such file at all, is refused with one clear error', async () => {
    await expect(recordsOf(join(FILES, 'damaged.ibt'))).rejects.toThrow(SourceError);
    await expect(recordsOf(join(FILES, 'damaged.ibt'))).rejects.toThrow(
      /damaged\.ibt is not a readable telemetry file.*at byte 0/,
    );
    const empty = join(dir, 'empty.ibt');
    writeFileSync(empty, '');
    await expect(recordsOf(empty)).rejects.toThrow(/it has 0 bytes/);
  });

  it('that was cut gives its whole rows and says how many are missing', async () => {
    const cut = join(dir, 'cut.ibt');
    const whole = readFileSync(RED_BULL_RING);
    writeFileSync(cut, whole.subarray(0, whole.length - 1_500));
    const { records, troubles } = await recordsOf(cut, 60);
    expect(framesOf(records)).toHaveLength(388);
    expect(troubles).toEqual([expect.stringContaining('should have 390 rows, but contains 388')]);
  });

  it('however it is damaged, gives records of the model or one error, and nothing else', async () => {
    const whole = readFileSync(RED_BULL_RING);
    const path = join(dir, 'fuzzed.ibt');
    const change = fc.tuple(fc.nat(58_000), fc.integer({ min: 0, max: 255 }));
    // Mostly in the headers: there every byte matters.
    const inHeader = fc.tuple(fc.nat(40_100), fc.integer({ min: 0, max: 255 }));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(change, inHeader, fc.tuple(fc.nat(143), fc.integer({ min: 0, max: 255 }))), {
          maxLength: 12,
        }),
        fc.option(fc.nat(whole.length)),
        async (changes, length) => {
          const bytes = Buffer.from(whole.subarray(0, length ?? whole.length));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          writeFileSync(path, bytes);
          try {
            const { records } = await recordsOf(path, 5);
            for (const record of records) expect(sourceRecord.safeParse(record).error).toBeUndefined();
          } catch (error) {
            expect(error).toBeInstanceOf(SourceError);
            refused += 1;
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(20);
  });
});
