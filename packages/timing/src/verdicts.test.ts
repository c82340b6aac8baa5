import type { Lap, ResultsLine } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings, type TimingState, withVerdicts } from './index.js';
import { CLOCK_S, type Drive, folded, type Place, race, session, steady } from './testing/drive.js';

const figuresOf = (state: TimingState, car: number) => standings(state).find((each) => each.car === car)?.figures;
const orderOf = (state: TimingState) => standings(state).map(({ car }) => car);
const told = (state: TimingState, name: string) =>
  state.events.filter((event) => event.name === name).map(({ car, detail }) => ({ car, ...detail }));
const QUALIFY = { type: 'qualify' } as const;

/** Laps of 20, 21, 19, 22 s … from the line at 0 s on; what the sim says of them is as of `says`. */
const LAPS = [20, 21, 19, 22, 21];
const ENDS = LAPS.map((_, i) => LAPS.slice(0, i + 1).reduce((sum, each) => sum + each, 0));
function driven(says: (time: number) => Partial<Exclude<Place, number | null>>): Drive {
  return (time) => {
    const done = ENDS.filter((end) => end <= time).length;
    const from = ENDS[done - 1] ?? 0;
    return { at: done + Math.max(0, time - from) / (LAPS[done] ?? 20), ...says(time) };
  };
}
/** A sim that counts the laps as they are, but for those of the numbers given. */
const countsAllBut =
  (struck: readonly number[], from = 0) =>
  (time: number) => {
    const done = ENDS.filter((end) => end <= time).length;
    const counted = LAPS.slice(0, done).filter((_, i) => !(struck.includes(i + 1) && time >= from));
    const last = struck.includes(done) && time >= from ? -1 : (LAPS[done - 1] ?? 0) * 1000;
    return {
      lapsCompleted: done,
      ...(done > 0 && { lastLapMs: last, bestLapMs: counted.length > 0 ? Math.min(...counted) * 1000 : -1 }),
    };
  };
const after = (until: number, says: Parameters<typeof driven>[0], other = 19.5) =>
  folded(session(2, QUALIFY), ...race([driven(says), steady(other)], { until }));

describe('verdicts of the sim', () => {
  it('VER-1: a lap that it never counted is no best, nor a last lap', () => {
    const state = after(70, countsAllBut([3]));
    expect(figuresOf(state, 0)).toMatchObject({ bestLapMs: 20_000, lastLapMs: null, lastLapMark: 'none' });
    expect(orderOf(state)).toEqual([1, 0]);
    expect(figuresOf(state, 0)).toMatchObject({ gapMs: 500, intervalMs: 500, bestLapMark: 'class' });
    expect(figuresOf(state, 1)?.bestLapMark).toBe('session');
    expect(told(state, 'lap.deleted')).toEqual([{ car: 0, lap: 3, lapTimeMs: 19_000, nr: expect.any(Number) }]);
    expect(told(state, 'best.withdrawn')).toEqual([{ car: 0, lapTimeMs: 19_000, bestLapMs: 20_000, was: 'session' }]);
    expect(state.laps.find(({ car, lap }) => car === 0 && lap === 3)).toMatchObject({ valid: false, deleted: true });
  });

  it('VER-1: a lap that it takes back laps later is a best no more, and the only one leaves none', () => {
    const state = after(100, countsAllBut([3], 90));
    expect(figuresOf(state, 0)).toMatchObject({ bestLapMs: 20_000, lastLapMs: 22_000 });
    const none = after(58, countsAllBut([1, 2], 50));
    expect(figuresOf(none, 0)).toMatchObject({ bestLapMs: null, bestLapMark: 'none' });
    expect(orderOf(none)).toEqual([1, 0]);
  });

  it('VER-1: whichever laps are struck off and whenever, the best is that of the others', () => {
    fc.assert(
      fc.property(fc.subarray([1, 2, 3, 4, 5]), fc.constantFrom(0, 30, 64, 104), (struck, from) => {
        // A sim that has never given a best lap may be one that gives none.
        fc.pre(from > 0 || struck.length < LAPS.length);
        const state = after(110, countsAllBut(struck, from));
        const left = LAPS.filter((_, i) => !struck.includes(i + 1));
        expect(figuresOf(state, 0)?.bestLapMs).toBe(left.length > 0 ? Math.min(...left) * 1000 : null);
        expect(state.bestSessionMs).toBe(Math.min(19.5, ...left) * 1000);
        const valid = state.laps.filter((lap) => lap.car === 0 && lap.valid).map(({ lapTimeMs }) => lapTimeMs);
        // Lap 1 began unseen: its time is the sim's alone.
        for (const lap of left.filter((each) => each !== LAPS[0])) expect(valid).toContain(lap * 1000);
      }),
      { numRuns: 40 },
    );
  });

  it('VER-2: a sim that is slow to say, or says the same with less precision, strikes nothing off', () => {
    const late = (time: number) => countsAllBut([])(time - 8);
    const coarse = (time: number) => {
      const { bestLapMs, lastLapMs, ...rest } = countsAllBut([])(time);
      return { ...rest, ...(bestLapMs && { bestLapMs: bestLapMs + 4, lastLapMs: (lastLapMs ?? 0) + 4 }) };
    };
    for (const says of [late, coarse, () => ({}), () => ({ bestLapMs: -1, lastLapMs: -1 })]) {
      for (const until of [62, 66, 75, 109]) {
        const state = after(until, says);
        expect(told(state, 'lap.deleted')).toEqual([]);
        expect(figuresOf(state, 0)?.bestLapMs).toBe(until < 60 ? 20_000 : 19_000);
      }
    }
  });

  it('VER-3: figures of the session before, which nobody can have driven yet, are none', () => {
    const stale = (until: number) => (time: number) => (time < until ? { bestLapMs: 17_000, lastLapMs: 17_000 } : {});
    for (const type of ['race', 'qualify'] as const) {
      const line = session(1, { type });
      // The clock of a session begins at 0 in every sim.
      const frames = race([driven(stale(1))], { until: 70 }).map((each) =>
        type === 'race' ? each : { ...each, sessionTime: each.sessionTime - CLOCK_S + 2.1 },
      );
      const state = folded(line, ...frames);
      expect(figuresOf(state, 0)?.bestLapMs).toBe(19_000);
      expect(told(state, 'best.withdrawn')).toEqual([]);
    }
    // The sim goes on giving it until there is a lap of this race.
    const long = folded(session(1), ...race([driven(stale(55))], { until: 70 }));
    expect(figuresOf(long, 0)?.bestLapMs).toBe(19_000);
  });

  it('VER-4: a lap through the pit lane is no best, unless the sim says that it is its best', () => {
    const through = (says: (time: number) => Partial<Exclude<Place, number | null>>) =>
      driven((time) => ({ ...says(time), ...(time > 50 && time < 52 && { onPitRoad: true, surface: 'pitApproach' }) }));
    const state = (says: Parameters<typeof through>[0]) =>
      folded(session(2, QUALIFY), ...race([through(says), steady(19.5)], { until: 70 }));
    expect(
      figuresOf(
        state(() => ({})),
        0,
      ),
    ).toMatchObject({ bestLapMs: 21_000, lastLapMs: 19_000 });
    const counted = figuresOf(state(countsAllBut([])), 0);
    expect(counted).toMatchObject({ bestLapMs: 19_000, provenance: { bestLap: 'official' } });
  });

  it('VER-5: official results that have a worse best lap strike off what is better', () => {
    const results = (bestLapMs: number): ResultsLine => ({
      kind: 'results',
      capturedAt: 0,
      official: true,
      rows: [
        { car: 1, position: 1, bestLapMs: 19_500 },
        { car: 0, position: 2, bestLapMs },
      ],
    });
    const frames = race([driven(() => ({})), steady(19.5)], { until: 70 });
    expect(figuresOf(folded(session(2, QUALIFY), ...frames, results(20_000)), 0)).toMatchObject({
      bestLapMs: 20_000,
      gapMs: 500,
    });
    expect(figuresOf(folded(session(2, QUALIFY), ...frames, results(19_001)), 0)?.bestLapMs).toBe(19_000);
  });

  it('VER-6: laps as they were completed become what they are now by the events', () => {
    const state = after(110, countsAllBut([1, 3], 64));
    const completed = state.laps.map(({ deleted, ...lap }): Lap => ({ ...lap, valid: lap.valid || deleted === true }));
    expect(withVerdicts(completed, state.events)).toEqual(state.laps);
    expect(state.laps.filter(({ deleted }) => deleted)).toHaveLength(1);
  });
});
