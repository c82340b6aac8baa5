import type { EntryFigures } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings, type TimingState } from './index.js';
import { CLOCK_S, type Drive, folded, race, session, steady } from './testing/drive.js';

const figuresOf = (state: TimingState, car: number) =>
  standings(state).find((each) => each.car === car)?.figures as EntryFigures;
/** One class. */
const alike = (cars: number) => {
  const line = session(cars);
  return { ...line, entries: line.entries.map((entry) => ({ ...entry, classId: 'a' })) };
};
/** A corner that is taken at a third of the speed of the rest: intervals in time stay, distances breathe. */
const breathing =
  (lapS: number, delayS: number): Drive =>
  (time) => {
    const lap = Math.max(0, time - delayS) / lapS;
    const part = lap - Math.floor(lap);
    const shape = part < 0.4 ? part / 2 : 0.2 + ((part - 0.4) / 0.6) * 0.8;
    return time < delayS ? -0.001 * delayS : Math.floor(lap) + shape;
  };

describe('trend', () => {
  it('TRD-1: is the change of the interval in class from lap to lap at one place', () => {
    // 0.2 s a lap faster than the one it follows.
    const state = folded(alike(2), ...race([steady(20), steady(19.8, 0.05)], { until: 70 }));
    expect(Math.abs((figuresOf(state, 1).trendMs ?? 0) + 200)).toBeLessThanOrEqual(2);
    expect(figuresOf(state, 0).trendMs).toBeNull();
  });

  it('TRD-1: does not breathe with the corners', () => {
    const frames = race([breathing(20, 0), breathing(20, 2)], { until: 90 });
    for (let until = 45; until <= 90; until += 0.7) {
      const { trendMs } = figuresOf(folded(alike(2), ...frames.filter((f) => f.sessionTime <= CLOCK_S + until)), 1);
      expect(Math.abs(trendMs ?? Number.NaN)).toBeLessThanOrEqual(120);
    }
  });

  it('TRD-1: is unknown in the first lap and for a lap after a caution', () => {
    const drives = [steady(20), steady(19.8, 0.05)];
    const trendAt = (until: number, flagsAt: (time: number) => string[] = () => ['green']) => {
      const frames = race(drives, { until }).map((each) => ({ ...each, flags: flagsAt(each.sessionTime - CLOCK_S) }));
      return figuresOf(folded(alike(2), ...frames), 1).trendMs;
    };
    expect(trendAt(18)).toBeNull();
    expect(trendAt(50)).not.toBeNull();
    const caution = (time: number) => (time > 45 && time < 48 ? ['caution'] : ['green']);
    expect(trendAt(47, caution)).toBeNull();
    expect(trendAt(66, caution)).toBeNull();
    expect(trendAt(70, caution)).not.toBeNull();
  });

  it('TRD-1: is unknown for a lap after another car has come in between', () => {
    const drives = [steady(20), steady(19.6, 0.1), steady(20, 0.05)];
    const trendAt = (until: number) => figuresOf(folded(alike(3), ...race(drives, { until })), 2).trendMs;
    expect(trendAt(46)).toBe(0);
    expect(trendAt(56)).toBeNull();
    expect(Math.abs((trendAt(76) ?? Number.NaN) - 400)).toBeLessThanOrEqual(2);
  });

  it('TRD-1: is the difference of the lap times, whatever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 18_000, max: 30_000 }), fc.integer({ min: -300, max: 300 }), (lapMs, moreMs) => {
        const drives = [steady(lapMs / 1000), steady((lapMs + moreMs) / 1000, 0.1)];
        const state = folded(alike(2), ...race(drives, { until: (lapMs / 1000) * 2.6 }));
        expect(Math.abs((figuresOf(state, 1).trendMs ?? Number.NaN) - moreMs)).toBeLessThanOrEqual(2);
      }),
      { numRuns: 25 },
    );
  });
});

describe('battles', () => {
  const battlesOf = (state: TimingState) => standings(state).map(({ figures }) => figures.battle);

  it('BAT-1: cars of a class within a second of each other, one behind the other, are one battle', () => {
    const drives = [steady(20), steady(20, 0.03), steady(20, 0.06), steady(20, 0.3)];
    const state = folded(alike(4), ...race(drives, { until: 30 }));
    expect(battlesOf(state)).toEqual([0, 0, 0, null]);
  });

  it('BAT-1: cars of other classes between them are no part of it', () => {
    const drives = [steady(20), steady(20, 0.02), steady(20, 0.04), steady(20, 0.3)];
    expect(battlesOf(folded(session(4), ...race(drives, { until: 30 })))).toEqual([0, null, 0, null]);
  });

  it('BAT-2: is none before it has lasted, and holds until 1.5 s are between them', () => {
    const nears: Drive = (time) => steady(19.8, 0.08)(time);
    const at = (until: number, drive: Drive) => battlesOf(folded(alike(2), ...race([steady(20), drive], { until })));
    // 1.0 s apart after about 60 s.
    expect(at(55, nears)).toEqual([null, null]);
    expect(at(70, nears)).toEqual([0, 0]);
    const falls: Drive = (time) => steady(20.2, 0.03)(time);
    expect(at(80, falls)).toEqual([0, 0]);
    expect(at(100, falls)).toEqual([null, null]);
  });

  it('BAT-3: in the first lap, and for a lap after a caution, nobody fights: the field is together anyhow', () => {
    const drives = [steady(20), steady(20, 0.03)];
    const at = (until: number, flagsAt: (time: number) => string[] = () => ['green']) => {
      const frames = race(drives, { until }).map((each) => ({ ...each, flags: flagsAt(each.sessionTime - CLOCK_S) }));
      return battlesOf(folded(alike(2), ...frames));
    };
    expect(at(20)).toEqual([null, null]);
    expect(at(25)).toEqual([0, 0]);
    const caution = (time: number) => (time > 45 && time < 48 ? ['caution'] : ['green']);
    expect(at(65, caution)).toEqual([null, null]);
    expect(at(75, caution)).toEqual([0, 0]);
  });

  it('BAT-4: of a field that drives close together only the closest pairs fight', () => {
    // 36 cars 0.4 s apart, but for some pairs with 0.1 s between them.
    const close = new Set([5, 17, 18, 30, 34]);
    let back = 0;
    const drives = Array.from({ length: 36 }, (_, car) => {
      back += car === 0 ? 0 : close.has(car) ? 0.005 : 0.02;
      return steady(20, back);
    });
    const state = folded(alike(36), ...race(drives, { until: 70 }));
    const rivals = state.cars.flatMap(({ car, chase }) => (chase.rival === null ? [] : [car]));
    expect(rivals).toHaveLength(6);
    expect(rivals).toEqual(expect.arrayContaining([...close]));
  });

  it('BAT-2: ends when one goes into the pits', () => {
    const pits: Drive = (time) =>
      time < 30 ? steady(20, 0.03)(time) : { at: 1.47 + (time - 30) / 100, onPitRoad: true, surface: 'pitApproach' };
    const at = (until: number) => battlesOf(folded(alike(2), ...race([steady(20), pits], { until })));
    expect(at(29)).toEqual([0, 0]);
    expect(at(38)).toEqual([null, null]);
  });
});
