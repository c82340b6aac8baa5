import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { openSource } from '../open-source.js';
import { SourceError } from '../source.js';
import { chartFrom, chartJson, rowsOf, steady } from '../testing/charts.js';
import { collect, framesOf } from '../testing/records.js';

const inFolder = temporaryFolder();

async function open(content: unknown, name = 'chart.json') {
  writeFileSync(inFolder(name), content instanceof Uint8Array ? content : JSON.stringify(content));
  return openSource(`lapchart:${inFolder(name)}`, { cwd: '/' });
}

async function refusal(content: unknown): Promise<string> {
  const error = await open(content, 'refused.json').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SourceError);
  return (error as SourceError).message;
}

describe('opening a lap chart', () => {
  it('gives a source that can be read again and stopped', async () => {
    const source = await open(chartJson(rowsOf(1, steady(2, 60))));
    expect(source.info).toMatchObject({ kind: 'lapchart', sim: 'iracing', playback: true, rateHz: 10 });
    const all = await collect(source.read());
    expect(await collect(source.read())).toEqual(all);
    const stop = new AbortController();
    let taken = 0;
    for await (const _ of source.read({ signal: stop.signal })) if (++taken === 100) stop.abort();
    expect(taken).toBe(100);
  });

  it('lets the event loop turn while it is read as fast as it can', async () => {
    const source = await open(chartJson(rowsOf(1, steady(2, 60))));
    let turns = 0;
    let turn = setImmediate(function next() {
      turns += 1;
      turn = setImmediate(next);
    });
    const records = await collect(source.read());
    clearImmediate(turn);
    expect(turns).toBeGreaterThan(records.length / 100);
  });

  it('takes a gzipped one', async () => {
    const source = await open(gzipSync(JSON.stringify(chartJson(rowsOf(1, steady(2, 60))))));
    expect(framesOf(await collect(source.read())).length).toBeGreaterThan(1000);
  });

  it('says what makes a file something else', async () => {
    expect(await refusal(new TextEncoder().encode('{"kind":'))).toContain('is not a lap chart: it is not JSON');
    expect(await refusal({ kind: 'recording' })).toContain('is not a lap chart: "session_info"');
    expect(await refusal({ ...chartJson([]), laps: [] })).toContain('is not a lap chart: "laps"');
    expect(await refusal(chartJson([{ lap: 1 }]))).toContain('is not a lap chart: "laps.0.group_id"');
    expect(await refusal(chartJson(rowsOf(1, [[-1, 5]])))).toContain('no row of "laps" has a lap and a time');
    expect(await refusal(gzipSync('{}'.repeat(99)).subarray(0, 20))).toContain('gzip data are cut off');
  });

  it('leaves out rows that contradict others, and says which', async () => {
    const source = await open(chartJson([...rowsOf(4, steady(3, 60)), ...rowsOf(4, [[2, 400]])]));
    const troubles: string[] = [];
    await collect(source.read({ onTrouble: ({ message }) => troubles.push(message) }));
    expect(troubles).toEqual(['Car 4: lap 2 at 400 s does not follow lap 2 at 220 s, and is skipped.']);
  });
});

describe('a chart', () => {
  it('numbers cars by first appearance, whatever the order of its rows', () => {
    const [a, b] = [rowsOf(30, steady(2, 60)), rowsOf(20, steady(2, 61))];
    const chart = chartFrom([b[1]!, a[2]!, b[2]!, a[0]!, b[0]!, a[1]!]);
    expect(chart.cars.map(({ carNumber }) => carNumber)).toEqual(['20', '30']);
    expect(chart.cars[1]?.crossings.map(({ lap }) => lap)).toEqual([0, 1, 2]);
  });

  it('takes notes from words and from bits', () => {
    const rows = rowsOf(1, [
      [0, 1, { flags: 0x2 }],
      [1, 60, { flags: 0x904 }],
      [2, 120, { lap_events: ['tow', 'off track'] }],
      [3, 180, { flags: 0x4000 }],
    ]);
    expect(
      chartFrom(rows).cars[0]?.crossings.map(({ notes }) =>
        Object.entries(notes).flatMap(([name, is]) => (is ? name : [])),
      ),
    ).toEqual([['pitted'], ['tow', 'offTrack', 'blink'], ['tow', 'offTrack'], ['finished']]);
  });
});
