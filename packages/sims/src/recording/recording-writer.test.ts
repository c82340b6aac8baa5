import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { SourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { SourceError } from '../source.js';
import { collect, collectUntilFailure, frame, framesOf, fullFrame, HEADER, SESSION } from '../testing/records.js';
import { recordingLines } from './recording-lines.js';
import { openRecording } from './recording-source.js';
import { openRecordingWriter } from './recording-writer.js';

const inFolder = temporaryFolder();

async function written(path: string, records: readonly SourceRecord[]): Promise<SourceRecord[]> {
  const writer = await openRecordingWriter(path, HEADER);
  for (const record of records) await writer.write(record);
  await writer.close();
  return collect((await openRecording(path, `recording:${path}`)).read());
}

const anyRecord: fc.Arbitrary<SourceRecord> = fc.oneof(
  fc.constant(SESSION),
  fc.record({
    kind: fc.constant('message' as const),
    capturedAt: fc.nat(),
    what: fc.string({ maxLength: 20, unit: 'binary' }),
    text: fc.string({ maxLength: 200, unit: 'binary' }),
  }),
  fc
    .record({
      time: fc.double({ min: 0, max: 1e6, noNaN: true }),
      pcts: fc.array(fc.integer({ min: -1e7, max: 2e7 }), { maxLength: 8 }),
      note: fc.jsonValue(),
    })
    .map(({ time, pcts, note }) => {
      const cars = pcts.map((pct, car) => ({ car, pct: (pct + 0) / 1e7, onPitRoad: car % 2 === 0 }));
      return { ...frame(Math.abs(time), { cars }), note: withoutProto(note) };
    }),
);

/** As readers leave it: fields of this name are not taken from outside. */
function withoutProto(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, item) => (key === '__proto__' ? undefined : item));
}

describe('writing a recording', () => {
  it.each(['round.jsonl', 'round.jsonl.gz'])('gives back what was written, to %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 12 }), async (records) => {
        let seq = 0;
        const numbered = records.map((record) => (record.kind === 'frame' ? { ...record, seq: ++seq } : record));
        expect(await written(inFolder(name), records)).toEqual(JSON.parse(JSON.stringify(numbered)));
      }),
      { numRuns: 40 },
    );
  });

  it('numbers frames from 1 and changes no fraction of a lap', async () => {
    const cars = [{ car: 0, pct: Math.fround(0.183_412) }];
    const records = await written(inFolder('numbers.jsonl'), [SESSION, frame(1, { seq: 917, cars }), frame(2)]);
    expect(framesOf(records).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(framesOf(records)[0]?.cars[0]?.pct).toBe(Math.fround(0.183_412));
  });

  it('gzips where the path says so', async () => {
    await written(inFolder('packed.jsonl.gz'), [frame(1)]);
    expect([...readFileSync(inFolder('packed.jsonl.gz')).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  });

  it.each(['part.jsonl', 'part.jsonl.gz'])('leaves whole lines on disk before it is closed, in %s', async (name) => {
    const writer = await openRecordingWriter(inFolder(name), HEADER);
    for (let i = 0; i < 2000; i++) await writer.write(fullFrame(i, 30));
    writeFileSync(inFolder(`copy-${name}`), readFileSync(inFolder(name)));
    const source = await openRecording(inFolder(`copy-${name}`), 'recording:copy');
    const { items } = await collectUntilFailure(source.read());
    expect(items.length).toBeGreaterThan(1500);
    expect(framesOf(items).map(({ seq }) => seq)).toEqual(items.map((_, i) => i + 1));
    await writer.close();
    expect(await collect((await openRecording(inFolder(name), 'recording:x')).read())).toHaveLength(2000);
  });

  it('can be closed twice, and refuses records behind that', async () => {
    const writer = await openRecordingWriter(inFolder('closed.jsonl'), HEADER);
    await writer.close();
    await writer.close();
    await expect(writer.write(frame(1))).rejects.toThrow(/is closed: open a new one/);
  });

  it('says what is wrong with a path that cannot be written', async () => {
    const path = inFolder('no/such/folder.jsonl');
    await expect(openRecordingWriter(path, HEADER)).rejects.toThrow(SourceError);
    await expect(openRecordingWriter(path, HEADER)).rejects.toThrow(`The recording ${path} cannot be written: ENOENT`);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    const fill = async () => {
      const writer = await openRecordingWriter('/dev/full', HEADER);
      for (let i = 0; i < 1000; i++) await writer.write(fullFrame(i, 60));
    };
    await expect(fill()).rejects.toThrow(/^The recording \/dev\/full cannot be written: ENOSPC/);
  });
});

describe('a recording as text', () => {
  it('is one line a record, with frames numbered from 1', async () => {
    const lines = await collect(recordingLines(HEADER, [frame(8), frame(9)]));
    expect(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
    const [header, ...rest] = lines.map((line) => JSON.parse(line));
    expect(header).toEqual(HEADER);
    expect(rest.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('asks for a record only when its line is taken', async () => {
    let given = 0;
    function* endless() {
      for (;;) yield frame(++given);
    }
    const lines = recordingLines(HEADER, endless());
    for (let i = 0; i < 4; i++) await lines.next();
    expect(given).toBe(3);
    await lines.return(undefined);
  });

  it('is what the reader reads', async () => {
    const path = inFolder('streamed.jsonl');
    const lines = await collect(recordingLines(HEADER, [SESSION, frame(5)]));
    writeFileSync(path, gzipSync(lines.join('')));
    expect(await collect((await openRecording(path, 'recording:x')).read())).toEqual([SESSION, frame(5)]);
  });
});
