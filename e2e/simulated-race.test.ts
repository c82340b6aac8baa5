import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, Lap, RaceEvent, ResultsLine } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { run, temporaryData } from './okboxbox.js';

/** The simulation's own results: it knows where each car really was. */
async function simulated(spec: string): Promise<ResultsLine> {
  const data = temporaryData();
  try {
    const file = join(data.dir, 'race.jsonl');
    expect((await run(['record', '--source', spec, '-o', file])).exit).toBe(0);
    return JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '') as ResultsLine;
  } finally {
    data.remove();
  }
}

describe('the simulated race, timed from positions alone', () => {
  it.each(['demo:1,cars=24,minutes=6', 'demo:2,cars=60,minutes=12', 'demo:3,cars=40,minutes=20'])(
    '%s: everybody finishes where the simulation says',
    { timeout: 60_000 },
    async (spec) => {
      const { rows } = await simulated(spec);
      const found = JSON.parse((await run(['results', spec, '--json'])).out) as {
        entries: Entry[];
        laps: Lap[];
        events: RaceEvent[];
      };
      expect(found.entries.map((entry) => entry.car)).toEqual(rows.map((row) => row.car));
      expect(found.entries.map((entry) => entry.classPosition)).toEqual(rows.map((row) => row.classPosition));
      // The order is official by now; what was measured agreed with it.
      const differs = found.events.filter((event) => event.name === 'official.differs');
      expect(differs.filter(({ detail }) => 'position' in (detail ?? {}) || 'lapsCompleted' in (detail ?? {}))).toEqual(
        [],
      );
      const names = new Set(found.events.map((event) => event.name));
      for (const name of [
        'overtake',
        'pit.entered',
        'box.stopped',
        'box.left',
        'pit.left',
        'driver.changed',
        'gone',
        'returned',
        'retired',
        'finished',
      ]) {
        expect(names).toContain(name);
      }
    },
  );
});
