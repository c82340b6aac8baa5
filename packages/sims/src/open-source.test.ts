import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { describeSources, openSource, parseSpec } from './open-source.js';
import { encodeRecordingHeader, encodeRecordingLine } from './recording/recording-lines.js';
import { SourceError, SpecError } from './source.js';
import { chartJson, rowsOf, steady } from './testing/charts.js';
import { collect, frame, HEADER } from './testing/records.js';

const inFolder = temporaryFolder();

describe('a SPEC', () => {
  it('is a kind and a file', () => {
    expect(parseSpec('recording:race.jsonl')).toMatchObject({ kind: 'recording', options: { file: 'race.jsonl' } });
    expect(parseSpec('lapchart:C:\\races\\monza.json')).toMatchObject({
      kind: 'lapchart',
      options: { file: 'C:\\races\\monza.json' },
    });
  });

  it('is, for a simulated race, a seed and options', () => {
    expect(parseSpec('demo')).toMatchObject({ kind: 'demo', options: { seed: '1', cars: 32 } });
    expect(parseSpec('demo:7,cars=60')).toMatchObject({ kind: 'demo', options: { seed: '7', cars: 60 } });
  });

  const wrong: [string, string][] = [
    ['', '"" does not name a source: use one of '],
    [':x', '":x" does not name a source: use one of '],
    ['foo', 'Unknown source "foo": use one of '],
    ['foo:bar', 'Unknown source "foo": use one of '],
    ['toString:x', 'Unknown source "toString": use one of '],
    ['acc', 'Unknown source "acc": use one of '],
    ['recording', 'The source "recording" has no file: write recording:FILE'],
    ['lapchart: ', 'The source "lapchart: " has no file: write lapchart:FILE'],
  ];
  it.each(wrong)('%j is refused in one line', (spec, message) => {
    const kinds = describeSources().map((each) => each.spec);
    const whole = message.endsWith('use one of ') ? message + kinds.join(', ') : message;
    expect(() => parseSpec(spec)).toThrow(new SpecError(whole));
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
      new SourceError('File not found: /nowhere/no/race.jsonl: check the path in "recording:no/race.jsonl"'),
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
      new SourceError('The source "iracing" works only on Windows, on the PC that runs the sim.'),
    );
  });
});

describe('the list of sources', () => {
  it('has every kind, and why one cannot be read on this machine', () => {
    const kinds = describeSources();
    const names = kinds.map(({ kind }) => kind);
    expect(names).toEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining(['demo', 'ibt', 'iracing', 'lapchart', 'memory', 'recording']));
    const whyNot = kinds.find(({ kind }) => kind === 'iracing')?.why;
    if (process.platform !== 'win32') expect(whyNot).toBe('works only on Windows, on the PC that runs the sim');
    expect(kinds.find(({ kind }) => kind === 'recording')?.why).toBeNull();
  });

  it.each(describeSources())('has examples of $kind that can be typed as they are', ({ kind, examples }) => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(parseSpec(example).kind).toBe(kind);
  });
});
