import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openSource } from '../packages/sims/src/index.js';
import { parseSpec } from '../packages/sims/src/open-source.js';
import { createTiming, foldRecord, standings } from '../packages/timing/src/index.js';
import { type Parser, textOf, texts } from './parser.js';

/** Most records of one input that are read: a damaged file may tell of a long race. */
const MAX_RECORDS = 3_000;

const DATA = join(process.env.OKBOXBOX_SHARED ?? join(import.meta.dirname, '..', '..', 'shared'), 'data');
const dataFile = (name: string) => Uint8Array.from(readFileSync(join(DATA, name)));

/** Files that sources read, each read as `okboxbox results` reads it: through the timing engine, to its end. */
export function sourceParsers(folder: string): Parser[] {
  const recording = gunzipSync(dataFile('iracing/portimao-driver-swap.jsonl.gz'));
  const someLines = Uint8Array.from(recording.subarray(0, recording.lastIndexOf(10, 120_000) + 1));
  const memory = Uint8Array.from(gunzipSync(dataFile('iracing/memory/longbeach-two-cars.bin.gz')));
  return [
    file('recording', folder, [someLines], 500),
    file('recording', folder, [gzipSync(someLines)], 500),
    file('lapchart', folder, [dataFile('iracing/monza-f3.lapchart.json')], 1_000),
    file('ibt', folder, [dataFile('iracing/ibt/red-bull-ring-390-records.ibt')], 1_000),
    file('memory', folder, [memory], 2_000),
    {
      name: 'a SPEC',
      good: texts('demo:7,cars=60,minutes=90,evening', 'recording:race.jsonl.gz', 'iracing', 'ibt:C:\\a b\\c.ibt'),
      read: (bytes) => parseSpec(textOf(bytes)),
      refusals: ['SpecError'],
      times: 20_000,
    },
  ];
}

function file(kind: string, folder: string, good: readonly Uint8Array[], times: number): Parser {
  const packed = good[0]?.[0] === 0x1f;
  const path = join(folder, `${kind}${packed ? '.gz' : ''}`);
  return {
    name: `a file of ${kind}${packed ? ', gzipped' : ''}`,
    good,
    read: async (bytes) => {
      writeFileSync(path, bytes);
      const timing = createTiming();
      const source = await openSource(`${kind}:${path}`, { cwd: folder, hz: 2 });
      let count = 0;
      try {
        for await (const record of source.read()) {
          foldRecord(timing, record);
          count += 1;
          if (count === MAX_RECORDS) break;
        }
      } finally {
        standings(timing);
      }
    },
    refusals: ['SourceError'],
    times,
  };
}
