import { createWriteStream, truncateSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import type { SourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { openSource } from '../open-source.js';
import { encodeRecordingHeader, encodeRecordingLine } from '../recording/recording-lines.js';
import { SourceError } from '../source.js';
import { chartJson, rowsOf, steady } from '../testing/charts.js';
import { collectUntilFailure, fullFrame, HEADER, SESSION } from '../testing/records.js';
import { fileBytes } from './file-bytes.js';

const inFolder = temporaryFolder();
const open = (spec: string) => openSource(spec, { cwd: '/' });

/** Records until the first error, whether that comes at the opening or later. */
async function read(spec: string): Promise<{ items: SourceRecord[]; error: unknown }> {
  try {
    return await collectUntilFailure((await open(spec)).read());
  } catch (error) {
    return { items: [], error };
  }
}

const RECORDS: SourceRecord[] = [SESSION, ...Array.from({ length: 600 }, (_, i) => fullFrame(i, 20))];
const TEXT = encodeRecordingHeader(HEADER) + RECORDS.map(encodeRecordingLine).join('');

/** What must be said of any damage: one error, in one line, that names the file. */
function expectOneError(error: unknown, path: string): void {
  expect(error).toBeInstanceOf(SourceError);
  expect((error as Error).message).toContain(path);
  expect((error as Error).message).not.toContain('\n');
}

describe('a gzipped recording', () => {
  const whole = gzipSync(TEXT);

  it('of which any byte is another is read as far as it is good, and then ends in one error', async () => {
    const path = inFolder('flipped.jsonl.gz');
    let errors = 0;
    const at = fc.oneof(fc.nat(whole.length - 1), fc.integer({ min: whole.length - 40, max: whole.length - 1 }));
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const bytes = Buffer.from(whole);
        bytes[place] = (bytes[place] ?? 0) ^ change;
        writeFileSync(path, bytes);
        const { items, error } = await read(`recording:${path}`);
        // A few bits mean nothing: the time and the system in the header, and those behind the end of the data.
        if (error === null) expect(items).toEqual(RECORDS);
        else expectOneError(error, path);
        errors += error === null ? 0 : 1;
      }),
      { numRuns: 150 },
    );
    expect(errors).toBeGreaterThan(120);
  });

  it('that is cut anywhere gives what was whole, and then one error', async () => {
    const path = inFolder('cut.jsonl.gz');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
        writeFileSync(path, whole.subarray(0, length));
        const { items, error } = await read(`recording:${path}`);
        expectOneError(error, path);
        expect(items).toEqual(RECORDS.slice(0, items.length));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['text', Buffer.from('and more')],
    ['zeros', Buffer.alloc(512)],
    ['zeros in a piece of their own', Buffer.alloc(100_000)],
  ])('with %s behind its end gives all records, and then one error', async (_, rest) => {
    const path = inFolder('trailing.jsonl.gz');
    writeFileSync(path, Buffer.concat([whole, rest]));
    const { items, error } = await read(`recording:${path}`);
    expect(items).toEqual(RECORDS);
    expectOneError(error, path);
  });
});

describe('a file that changes while it is read', () => {
  it.each([
    ['plain', TEXT],
    ['gzipped', gzipSync(TEXT, { level: 0 })],
  ])('and becomes shorter, %s, ends in one error', async (_, content) => {
    const path = inFolder('shrinking.jsonl');
    writeFileSync(path, content);
    const source = await open(`recording:${path}`);
    const seen: SourceRecord[] = [];
    const reading = (async () => {
      for await (const record of source.read()) {
        if (seen.push(record) === 2) truncateSync(path, content.length >> 1);
      }
    })();
    const error = await reading.catch((reason: unknown) => reason);
    expectOneError(error, path);
    expect(seen).toEqual(RECORDS.slice(0, seen.length));
    expect(seen.length).toBeGreaterThan(100);
  });

  it('and becomes shorter by whole lines ends in one error, too', async () => {
    const path = inFolder('lines.jsonl');
    writeFileSync(path, TEXT);
    const lineEnd = TEXT.indexOf('\n', TEXT.length >> 1) + 1;
    const source = await open(`recording:${path}`);
    const seen: SourceRecord[] = [];
    const reading = (async () => {
      for await (const record of source.read()) if (seen.push(record) === 2) truncateSync(path, lineEnd);
    })();
    await expect(reading).rejects.toThrow(/has become shorter while it was read/);
  });
});

describe('a file that unpacks to more than there can be', () => {
  /** A beginning, then the given number of megabytes of one character, gzipped. */
  async function bomb(name: string, beginning: string, character: string, megabytes: number): Promise<string> {
    const path = inFolder(name);
    function* text() {
      yield beginning;
      for (let i = 0; i < megabytes; i++) yield character.repeat(1024 * 1024);
    }
    await pipeline(Readable.from(text()), createGzip(), createWriteStream(path));
    return path;
  }

  it.each([
    ['a recording with an endless line', 'recording', `${encodeRecordingHeader(HEADER)}"`, 'x', 'longer than 8 MB'],
    ['a recording of blank lines', 'recording', encodeRecordingHeader(HEADER), '\n', 'is blank, and so are the 8 MB'],
    ['a lap chart', 'lapchart', '{"session_info":{', ' ', 'contains more than 256 MB'],
    ['an image of memory', 'memory', '', '\0', 'contains more than 32 MB'],
  ])('%s is refused with one error', async (_, kind, beginning, character, message) => {
    const path = await bomb(`${kind}-${character.charCodeAt(0)}.gz`, beginning, character, 300);
    const { error } = await read(`${kind}:${path}`);
    expectOneError(error, path);
    expect((error as Error).message).toContain(message);
  });

  it('gives no more than it may', async () => {
    const path = await bomb('bytes.gz', '', 'x', 20);
    let bytes = 0;
    const reading = (async () => {
      for await (const piece of fileBytes(path, 3 * 1024 * 1024)) bytes += piece.length;
    })();
    await expect(reading).rejects.toThrow('it contains more than 3 MB');
    expect(bytes).toBeLessThanOrEqual(3 * 1024 * 1024);
  });
});

describe('a lap chart', () => {
  const ABSURD = [1e11, 5e9, 1e9, 32_000, 0.5, 0, -1, -1e11];
  const FIELDS = ['session_time', 'lap_time', 'lap_number', 'lap_position', 'flags'];

  it.each(FIELDS.flatMap((field) => ABSURD.map((value) => [field, value] as const)))(
    'with one %s of %d ends as soon as one without, or is refused',
    async (field, value) => {
      const path = inFolder('absurd.json');
      for (const index of [0, 1, 5]) {
        const rows = [...rowsOf(1, steady(6, 60)), ...rowsOf(2, steady(6, 61))];
        writeFileSync(
          path,
          JSON.stringify(chartJson(rows.map((row, i) => (i === index ? { ...row, [field]: value } : row)))),
        );
        const { items, error } = await read(`lapchart:${path}`);
        // Ten minutes of frames; where the number is that of a lap that lies within them, some more.
        expect(items.length).toBeLessThan(60_000);
        if (error !== null) expectOneError(error, path);
      }
    },
  );

  it('whose laps are spread over months is refused', async () => {
    const path = inFolder('months.json');
    const day = 86_400 * 10_000;
    const rows = Array.from({ length: 300 }, (_, i) => ({
      ...rowsOf(1, steady(1, 60))[0],
      lap_number: i,
      session_time: i * (day / 9),
    }));
    writeFileSync(path, JSON.stringify(chartJson(rows as never)));
    expect(((await read(`lapchart:${path}`)).error as Error).message).toMatch(/spread over 33 days, more than the 7/);
  });
});

describe('what is not a file', () => {
  it.each(['recording', 'lapchart', 'ibt', 'memory'])('is refused as %s', async (kind) => {
    const devices = await read(`${kind}:/dev/zero`);
    expectOneError(devices.error, '/dev/zero');
    const path = inFolder(`empty-${kind}`);
    writeFileSync(path, '');
    expectOneError((await read(`${kind}:${path}`)).error, path);
    expectOneError((await read(`${kind}:${inFolder('nothing-there')}`)).error, inFolder('nothing-there'));
  });
});
