import { officialTerm, type ResultsLine } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryInfos, standings, type TimingState } from './index.js';
import { type Drive, folded, race, session, steady } from './testing/drive.js';

const figuresOf = (state: TimingState, car: number) => standings(state).find((each) => each.car === car)?.figures;
const wordOf = (state: TimingState, car: number) => entryInfos(state).find((each) => each.car === car)?.officialStatus;
const alike = (cars: number, laps = 3) => {
  const line = session(cars, { limit: { laps, timeS: null } });
  return { ...line, entries: line.entries.map((entry) => ({ ...entry, classId: 'a' })) };
};
const results = (order: readonly number[], status: Readonly<Record<number, string>> = {}): ResultsLine => ({
  kind: 'results',
  capturedAt: 0,
  official: true,
  rows: order.map((car, i) => ({ car, position: i + 1, status: status[car] ?? 'Running' })),
});
const statusOfWord = (word: string) => officialTerm(word)?.status ?? null;
const NO_GAPS = { gapMs: null, gapLaps: null, intervalMs: null, intervalLaps: null };
const NO_CLASS_GAPS = { classGapMs: null, classGapLaps: null, classIntervalMs: null, classIntervalLaps: null };
const FINISHED = race([steady(20), steady(20.5, 0.01), steady(21, 0.02)], { until: 80 });

describe('official results', () => {
  it('STA-4: the word of the results is carried as it is, and decides the status where it is known', () => {
    const state = folded(alike(3), ...FINISHED, results([1, 2, 0], { 0: 'Disqualified', 2: 'Radiator' }));
    expect([0, 1, 2].map((car) => wordOf(state, car))).toEqual(['Disqualified', 'Running', 'Radiator']);
    expect([0, 1, 2].map((car) => figuresOf(state, car)?.status)).toEqual(['disqualified', 'finished', 'finished']);
    expect(wordOf(folded(alike(3), ...FINISHED), 0)).toBeNull();
  });

  it('STA-4: every status of ours and the usual words of sims are known, however they are written', () => {
    expect(['DQ', 'Did Not Finish', 'DNF', 'finished normally', 'notInWorld', 'RETIRED'].map(statusOfWord)).toEqual([
      'disqualified',
      'retired',
      'retired',
      'finished',
      'notInWorld',
      'retired',
    ]);
    for (const word of ['', 'constructor', '__proto__', 'Radiator']) expect(statusOfWord(word)).toBeNull();
  });

  it('GAP-10: behind and ahead of a disqualified car nothing is measured', () => {
    const state = folded(alike(3), ...FINISHED, results([1, 2, 0], { 0: 'Disqualified' }));
    expect(figuresOf(state, 0)).toMatchObject({ position: 3, ...NO_GAPS, ...NO_CLASS_GAPS });
    expect(figuresOf(state, 2)?.intervalMs).toBeGreaterThan(0);
  });

  it('GAP-10: a finisher that the official rows miss has no gaps', () => {
    const state = folded(alike(3), ...FINISHED, results([0, 2]));
    expect(figuresOf(state, 1)).toMatchObject({ position: 3, ...NO_GAPS, ...NO_CLASS_GAPS });
  });

  it('GAP-10: whatever order the results give, a car that was put behind a slower one has no interval', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 1 }), (order) => {
        const state = folded(alike(3), ...FINISHED, results(order));
        const rows = standings(state);
        for (const [i, { car, figures }] of rows.entries()) {
          const ahead = rows[i - 1]?.car;
          // The cars finished in the order of their numbers, apart by more than 0.
          const isByDistance = ahead !== undefined && ahead < car && order.includes(car) && order.includes(ahead);
          if (isByDistance) expect(figures.intervalMs).toBeGreaterThan(0);
          else expect(figures).toMatchObject({ intervalMs: null, intervalLaps: null });
        }
      }),
    );
  });

  it('GAP-10: a finished car behind one that stopped on its last lap has no interval, and its gap stands', () => {
    const stops: Drive = (time) => (time < 55 ? steady(20, 0.01)(time) : 2.74);
    const frames = race([steady(20), stops, steady(33, 0.02)], { until: 110 });
    const at = (until: number) => folded(alike(3), ...frames.slice(0, until * 10));
    for (const until of [75, 95, 110]) {
      expect(figuresOf(at(until), 2)).toMatchObject({
        status: 'finished',
        intervalMs: null,
        intervalLaps: null,
        gapLaps: 1,
      });
    }
  });

  it('GAP-10: in qualifying a best lap that is better than that of the car ahead is no gap', () => {
    const line = session(2, { type: 'qualify' });
    const frames = race([steady(20), steady(19)], { until: 70 });
    const state = folded(line, ...frames, { ...results([0, 1]), official: true });
    expect(figuresOf(state, 1)).toMatchObject({ position: 2, ...NO_GAPS });
  });

  it('GAP-11: a car that has retired loses no more laps', () => {
    const gone: Drive = (time) => (time < 30 ? steady(20, 0.01)(time) : null);
    const frames = race([steady(20), gone], { until: 330 });
    const at = (until: number) => figuresOf(folded(alike(2, 100), ...frames.slice(0, (until + 2) * 10)), 1);
    expect(at(200)?.gapLaps).toBe(8);
    for (const until of [215, 330])
      expect(at(until)).toMatchObject({ status: 'retired', lapsCompleted: 1, ...NO_GAPS });
  });
});
