import { readdirSync } from 'node:fs';
import type { Entry, Lap } from '@okboxbox/protocol';
import { entryInfos, SourceTimer, standings, type TimingState } from '@okboxbox/timing';
import { describe, expect, it } from 'vitest';
import { openSource } from './open-source.js';
import { FIGURE_CASES } from './testing/cases/figure-cases.js';
import { RACE_CASES } from './testing/cases/race-cases.js';
import type { Right } from './testing/cases/right.js';
import { isMissing, sharedData } from './testing/shared-data.js';

/** Folds a case as `okboxbox results` does. */
async function timed(file: string): Promise<TimingState> {
  const timer = new SourceTimer();
  const source = await openSource(`recording:${sharedData(`cases/${file}.jsonl.gz`)}`, { cwd: '/' });
  for await (const record of source.read()) timer.take(record);
  return timer.timing;
}

function entriesOf(timing: TimingState): Entry[] {
  const figures = new Map(standings(timing).map((row) => [row.car, row.figures]));
  return entryInfos(timing).flatMap((info) => {
    const own = figures.get(info.car);
    return own ? [{ ...info, ...own }] : [];
  });
}

function expectRight(timing: TimingState, right: Right): void {
  const entries = entriesOf(timing);
  const numberOf = (car: number | undefined) => entries.find((entry) => entry.car === car)?.carNumber ?? '';
  if (right.order !== undefined) {
    const placed = entries.filter(({ position }) => position !== null);
    placed.sort((a, b) => (a.position as number) - (b.position as number));
    expect(placed.map(({ carNumber }) => carNumber)).toEqual(right.order);
  }
  for (const [carNumber, lapsMs] of Object.entries(right.lapsMs ?? {})) {
    const laps = timing.laps.filter((lap) => lap.carNumber === carNumber);
    expect([carNumber, ...laps.map((lap) => lap.lapTimeMs)]).toEqual([carNumber, ...lapsMs]);
  }
  for (const [carNumber, places] of Object.entries(right.places ?? {})) {
    const laps = timing.laps.filter((lap) => lap.carNumber === carNumber);
    expect([carNumber, ...laps.map(({ position }) => position)]).toEqual([carNumber, ...places]);
  }
  expectLaps(timing, right.invalid, ({ valid }) => !valid);
  expectLaps(timing, right.inLaps, ({ inLap }) => inLap);
  expectLaps(timing, right.outLaps, ({ outLap }) => outLap);
  if (right.remainingTimeS !== undefined) expect(timing.remainingTimeS).toBe(right.remainingTimeS);
  for (const [carNumber, figures] of Object.entries(right.figures ?? {})) {
    expect(entries.find((entry) => entry.carNumber === carNumber)).toMatchObject({ carNumber, ...figures });
  }
  if (right.told !== undefined) {
    const names = new Set<string>(right.told.map(([name]) => name));
    const told = timing.events.filter(({ name }) => names.has(name));
    expect(told.map((event) => [event.name, numberOf(event.car), Math.round(event.sessionTime * 1000) / 1000])).toEqual(
      right.told,
    );
  }
  for (const name of right.untold ?? []) expect(timing.events.filter((event) => event.name === name)).toEqual([]);
}

/** Compares the numbers of those laps of each car to which something applies. */
function expectLaps(timing: TimingState, right: Right['invalid'], applies: (lap: Lap) => boolean): void {
  for (const [carNumber, numbers] of Object.entries(right ?? {})) {
    const laps = timing.laps.filter((lap) => lap.carNumber === carNumber && applies(lap));
    expect([carNumber, ...laps.map(({ lap }) => lap)]).toEqual([carNumber, ...numbers]);
  }
}

describe.skipIf(isMissing('cases/README.md'))('small inputs from public reports', () => {
  it.each(Object.entries({ ...RACE_CASES, ...FIGURE_CASES }))('%s', async (file, right) => {
    expectRight(await timed(file), right);
  });

  it('are all here, each file by its name', () => {
    const files = readdirSync(sharedData('cases'), { recursive: true, encoding: 'utf8' });
    const names = files.filter((file) => file.endsWith('.jsonl.gz')).map((file) => file.slice(0, -'.jsonl.gz'.length));
    const known = new Set(Object.keys({ ...RACE_CASES, ...FIGURE_CASES }));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});
