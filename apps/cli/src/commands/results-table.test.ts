import type { Entry } from '@okboxbox/protocol';
import { createTiming, foldRecord } from '@okboxbox/timing';
import { expect, it } from 'vitest';
import { columnsOf } from '../printable.js';
import { printResults } from './results-table.js';

const entry = (name: string, carNumber: string): Entry =>
  ({
    car: 0,
    carNumber,
    name,
    position: 1,
    lapsCompleted: 3,
    gapMs: null,
    gapLaps: null,
    intervalMs: null,
    intervalLaps: null,
    bestLapMs: 90_000,
    lastLapMs: 91_000,
    pitStops: 0,
    status: 'running',
  }) as Entry;

function printed(names: readonly string[], track = 'Monza'): string {
  const timing = createTiming();
  foldRecord(timing, {
    kind: 'session',
    capturedAt: 0,
    simSessionKey: '1:0',
    type: 'race',
    track: { name: track },
    classes: [],
    entries: [],
  });
  let text = '';
  const entries = names.map((name, i) => entry(name, String(i)));
  printResults({ entries, laps: [], events: [] }, timing, { write: (piece) => (text += piece) });
  return text;
}

it('a classification orders no terminal about, whatever cars and tracks call themselves', () => {
  const hostile = '\u001b[2J\u001b]0;x\u0007\r\n  1  77  Forged\u202e\u200b\u009b31m';
  const text = printed([hostile, 'Fair'], hostile);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  // Two lines above, two cars, one line below.
  expect(text.trimEnd().split('\n')).toHaveLength(5);
});

it('a classification keeps its columns, also with letters that take two columns or none', () => {
  const lines = printed(['山田太郎', 'n\u0303andu', 'Plain', 'a\u200bb']).trimEnd().split('\n').slice(1, -1);
  const places = lines.map((line) => columnsOf(line.slice(0, line.search(/Status|running/))));
  expect(new Set(places).size).toBe(1);
});
