import { createWriteStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { SourceRecord } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { SourceError } from '../source.js';
import { collect, collectUntilFailure, frame, framesOf, fullFrame, HEADER, SESSION } from '../testing/records.js';
import { isMissing, sharedData } from '../testing/shared-data.js';
import { encodeRecordingHeader, encodeRecordingLine } from './recording-lines.js';
import { openRecording } from './recording-source.js';

const inFolder = temporaryFolder();
const RECORDS: SourceRecord[] = [SESSION, frame(1), frame(2, { seq: 2 }), frame(3, { seq: 3 })];
const TEXT = textOf(RECORDS);

function textOf(records: readonly SourceRecord[]): string {
  return encodeRecordingHeader(HEADER) + records.map(encodeRecordingLine).join('');
}

async function read(content: string | Uint8Array): Promise<{ items: SourceRecord[]; error: unknown; path: string }> {
  const path = inFolder('case.jsonl');
  writeFileSync(path, content);
  const source = await openRecording(path, `recording:${path}`);
  return { ...(await collectUntilFailure(source.read())), path };
}

async function refusal(content: string | Uint8Array): Promise<string> {
  const path = inFolder('refused.jsonl');
  writeFileSync(path, content);
  const error = await openRecording(path, `recording:${path}`).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SourceError);
  return (error as SourceError).message;
}

describe('reading a recording', () => {
  it('gives its records in order, and its sim before the first', async () => {
    const path = inFolder('plain.jsonl');
    writeFileSync(path, TEXT);
    const source = await openRecording(path, 'recording:plain.jsonl');
    expect(source.info).toEqual({
      kind: 'recording',
      spec: 'recording:plain.jsonl',
      sim: 'iracing',
      playback: true,
      rateHz: null,
    });
    expect(await collect(source.read())).toEqual(RECORDS);
    expect(await collect(source.read())).toEqual(RECORDS);
  });

  it('knows gzip by its bytes, whatever the name', async () => {
    expect(await read(gzipSync(TEXT))).toMatchObject({ items: RECORDS, error: null });
    expect(await read(Buffer.concat([gzipSync(TEXT.slice(0, 300)), gzipSync(TEXT.slice(300))]))).toMatchObject({
      items: RECORDS,
      error: null,
    });
  });

  it('takes either line end, blank lines, and a last line without an end', async () => {
    expect(await read(TEXT.replaceAll('\n', '\r\n'))).toMatchObject({ items: RECORDS, error: null });
    expect(await read(`\n\n${TEXT.replaceAll('\n', '\n\n \n')}`)).toMatchObject({ items: RECORDS, error: null });
    expect(await read(TEXT.trimEnd())).toMatchObject({ items: RECORDS, error: null });
  });

  it('keeps fields that it does not know', async () => {
    const record = frame(1, { cars: [{ car: 0, pct: 0.5, tyre: 'soft' }], marshals: { sector: 3 } });
    expect((await read(textOf([SESSION, record]))).items[1]).toEqual(record);
  });

  it('ends without an error when it is stopped', async () => {
    const path = inFolder('stopped.jsonl');
    writeFileSync(path, TEXT);
    const stop = new AbortController();
    const seen: SourceRecord[] = [];
    for await (const record of (await openRecording(path, 'recording:x')).read({ signal: stop.signal })) {
      seen.push(record);
      if (seen.length === 2) stop.abort();
    }
    expect(seen).toEqual(RECORDS.slice(0, 2));
  });
});

describe('a damaged recording', () => {
  const damages: [string, string, string][] = [
    ['a line that is not JSON', `${TEXT}oops\n${encodeRecordingLine(frame(4))}`, 'line 6 is not JSON'],
    [
      'a line that breaks the schema',
      `${TEXT}${encodeRecordingLine(frame(4, { cars: [{ car: -1, pct: 0 }] }))}`,
      'line 6 is not a record of a recording: "cars.0.car"',
    ],
    ['a cut last line', `${TEXT}${encodeRecordingLine(frame(4)).slice(0, 40)}`, 'line 6 is cut off'],
    ['an unknown kind of record', `${TEXT}{"kind":"weather"}\n`, 'line 6 is not a record of a recording: "kind"'],
    ['a line over 8 MB', `${TEXT}"${'x'.repeat(8 * 1024 * 1024)}"\n`, 'line 6 is longer than 8 MB'],
  ];
  it.each(damages)('with %s: the good records come first, then one error', async (_, content, message) => {
    const { items, error, path } = await read(content);
    expect(items).toEqual(RECORDS);
    expect(error).toBeInstanceOf(SourceError);
    expect((error as Error).message).toContain(`${path}: ${message}`);
    expect((error as Error).message).not.toContain('\n');
  });

  it('with cut gzip data: every record that was whole comes first', async () => {
    const many: SourceRecord[] = [SESSION, ...Array.from({ length: 3000 }, (_, i) => fullFrame(i, 3))];
    const packed = gzipSync(textOf(many));
    const { items, error } = await read(packed.subarray(0, packed.length - 5));
    expect(items).toHaveLength(many.length);
    expect((error as Error).message).toMatch(/line 3003 could not be unpacked, the gzip data are cut off/);

    const half = await read(packed.subarray(0, packed.length >> 1));
    expect(half.items.length).toBeGreaterThan(1000);
    expect(half.items).toEqual(many.slice(0, half.items.length));
    expect((half.error as Error).message).toContain(`line ${half.items.length + 2} could not be unpacked`);
  });

  it('is refused at once where it is no recording', async () => {
    expect(await refusal('')).toContain('is not a recording: it is empty');
    expect(await refusal('hello\n')).toContain('is not a recording: line 1 is not JSON');
    expect(await refusal('{"session_info":{}}\n')).toContain('is not a recording: line 1 is not a header');
    expect(await refusal(encodeRecordingLine(SESSION))).toContain('is not a recording: line 1 is not a header');
    expect(await refusal('{"kind":"recording","version":1}\n')).toContain('its header is wrong at "sim"');
    expect(await refusal(gzipSync(TEXT).subarray(0, 12))).toContain('gzip data are cut off');
    expect(await refusal(Buffer.alloc(9 * 1024 * 1024, 'x'))).toContain('line 1 is longer than 8 MB');
  });

  it('of a later version says so', async () => {
    expect(await refusal('{"kind":"recording","version":2,"sim":"x"}\n')).toContain('is a recording of version 2');
  });
});

describe('a large recording', () => {
  it('is never held in memory', async () => {
    const path = inFolder('large.jsonl');
    const frames = 8000;
    const line = (i: number) => encodeRecordingLine(fullFrame(i, 60));
    function* text() {
      yield encodeRecordingHeader(HEADER);
      for (let i = 0; i < frames; i++) yield line(i);
    }
    await pipeline(Readable.from(text()), createWriteStream(path));
    const size = statSync(path).size;
    expect(size).toBeGreaterThan(60e6);

    const source = await openRecording(path, `recording:${path}`);
    let count = 0;
    let most = 0;
    const base = process.memoryUsage().external + process.memoryUsage().arrayBuffers;
    for await (const _ of source.read()) {
      count += 1;
      const { external, arrayBuffers } = process.memoryUsage();
      most = Math.max(most, external + arrayBuffers - base);
    }
    expect(count).toBe(frames);
    expect(most).toBeLessThan(size / 2);
  });
});

describe('the recording of a driver change at Portimão', () => {
  const file = 'iracing/portimao-driver-swap.jsonl.gz';

  it.skipIf(isMissing(file))('is read whole', async () => {
    const lines = gunzipSync(readFileSync(sharedData(file)))
      .toString()
      .trim()
      .split('\n');
    const source = await openRecording(sharedData(file), `recording:${file}`);
    const records = await collect(source.read());
    expect(records).toEqual(lines.slice(1).map((line) => JSON.parse(line)));
    expect(framesOf(records)).toHaveLength(185);
    expect(framesOf(records)[0]?.cars).toHaveLength(35);
  });
});
