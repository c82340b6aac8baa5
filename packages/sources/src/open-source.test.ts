import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { openSource, parseSpec } from './open-source.js';
import { encodeRecordingHeader, encodeRecordingLine } from './recording/recording-lines.js';
import { SourceError, SpecError } from './source.js';
import { describeSources } from './source-kinds.js';
import { chartJson, rowsOf, steady } from './testing/charts.js';
import { collect, frame, HEADER } from './testing/records.js';

const inFolder = temporaryFolder();

describe('a SPEC', () => {
  it('is a kind and a file', () => {
    expect(parseSpec('recording:race.jsonl')).toEqual({ kind: 'recording', file: 'race.jsonl' });
    expect(parseSpec('lapchart:C:\\races\\monza.json')).toEqual({ kind: 'lapchart', file: 'C:\\races\\monza.json' });
  });

  it('is, for a simulated race, a seed and options', () => {
    expect(parseSpec('demo')).toMatchObject({ kind: 'demo', options: { seed: '1', cars: 32 } });
    expect(parseSpec('demo:7,cars=60')).toMatchObject({ kind: 'demo', options: { seed: '7', cars: 60 } });
  });

  const wrong: [string, string][] = [
    ['', '"" names no source: use one of recording:FILE, lapchart:FILE, demo[:SEED], ibt:FILE, memory:FILE, iracing'],
    [
      ':x',
      '":x" names no source: use one of recording:FILE, lapchart:FILE, demo[:SEED], ibt:FILE, memory:FILE, iracing',
    ],
    [
      'foo',
      'There is no source "foo": use one of recording:FILE, lapchart:FILE, demo[:SEED], ibt:FILE, memory:FILE, iracing',
    ],
    [
      'foo:bar',
      'There is no source "foo": use one of recording:FILE, lapchart:FILE, demo[:SEED], ibt:FILE, memory:FILE, iracing',
    ],
    [
      'toString:x',
      'There is no source "toString": use one of recording:FILE, lapchart:FILE, demo[:SEED], ibt:FILE, memory:FILE, iracing',
    ],
    [
      'acc',
      'The source "acc" is not part of this version: use one of recording:FILE, lapchart:FILE, demo[:SEED], ibt:FILE, memory:FILE, iracing',
    ],
    ['recording', 'The source "recording" names no file: write recording:FILE'],
    ['lapchart: ', 'The source "lapchart: " names no file: write lapchart:FILE'],
  ];
  it.each(wrong)('%j is refused in one line', (spec, message) => {
    expect(() => parseSpec(spec)).toThrow(new SpecError(message));
  });
});

describe('opening a source', () => {
  it('looks for a relative file in the folder given', async () => {
    mkdirSync(inFolder('sub'));
    writeFileSync(inFolder('sub/race.jsonl'), encodeRecordingHeader(HEADER) + encodeRecordingLine(frame(1)));
    const source = await openSource('recording:sub/race.jsonl', { cwd: dirname(inFolder('sub')) });
    expect(await collect(source.read())).toEqual([frame(1)]);
  });

  it('says which file is missing, and where it looked', async () => {
    await expect(openSource('recording:no/race.jsonl', { cwd: '/nowhere' })).rejects.toThrow(
      new SourceError('There is no file /nowhere/no/race.jsonl: check the path in "recording:no/race.jsonl"'),
    );
  });

  it('refuses a folder', async () => {
    const folder = dirname(inFolder('x'));
    await expect(openSource('lapchart:.', { cwd: folder })).rejects.toThrow(
      new SourceError(`${folder} is a folder: give a file in "lapchart:."`),
    );
  });

  it('takes the rate of a source that makes its frames, and refuses one that makes no sense', async () => {
    writeFileSync(inFolder('chart.json'), JSON.stringify(chartJson(rowsOf(1, steady(2, 60)))));
    const spec = `lapchart:${inFolder('chart.json')}`;
    expect((await openSource(spec, { cwd: '/', hz: 60 })).info.rateHz).toBe(60);
    for (const hz of [0, -1, Number.NaN, 1e9]) {
      await expect(openSource(spec, { cwd: '/', hz })).rejects.toThrow(`A source cannot give ${hz} frames a second`);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a live sim on another system than Windows', () => {
  it('cannot be read, and says where it can', async () => {
    await expect(openSource('iracing', { cwd: '/' })).rejects.toThrow(
      new SourceError('The source "iracing" works on Windows, on the PC that the sim runs on.'),
    );
  });
});

describe('the list of sources', () => {
  it('has every kind, and why one is not available', () => {
    const kinds = describeSources();
    const usable = kinds.filter(({ available }) => available).map(({ kind }) => kind);
    expect(usable.filter((kind) => kind !== 'iracing')).toEqual(['recording', 'lapchart', 'demo', 'ibt', 'memory']);
    const others = Object.fromEntries(kinds.flatMap(({ kind, available, why }) => (available ? [] : [[kind, why]])));
    expect(others).toEqual({
      ...(process.platform !== 'win32' && { iracing: 'works on Windows, on the PC that the sim runs on' }),
      f1: 'not part of this version',
      acc: 'not part of this version',
    });
  });
});
