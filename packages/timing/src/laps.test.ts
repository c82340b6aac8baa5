import type { SourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldRecord, standings, type TimingState } from './index.js';
import { CLOCK_S, type Drive, folded, frame, race, session, steady } from './testing/drive.js';

/** Laps as [car, lap, time, from, valid]. */
const lapsOf = (state: TimingState) => state.laps.map((lap) => [lap.car, lap.lap, lap.lapTimeMs, lap.from, lap.valid]);

describe('laps', () => {
  it('PROG-1, LAP-2: are counted and timed from the fraction alone', () => {
    const state = folded(session(1), ...race([steady(20, 0.01)], { until: 65 }));
    expect(lapsOf(state)).toEqual([
      [0, 1, 20_200, 'green', true],
      [0, 2, 20_000, 'line', true],
      [0, 3, 20_000, 'line', true],
    ]);
  });

  it('PROG-2, LAP-3: the way from the grid to the line is no lap, and lap 1 runs from green', () => {
    const state = folded(session(1), ...race([steady(20, 0.05)], { until: 2 }));
    expect(state.laps).toEqual([]);
    expect(standings(state)[0]?.figures).toMatchObject({ lap: 1, lapsCompleted: 0 });
    const onGrid = folded(session(1), frame(99, [0.95], { state: 'grid' }));
    expect(standings(onGrid)[0]?.figures.progress).toBeCloseTo(-0.05);
  });

  it('LAP-1: are right to the millisecond at any rate from 2 to 60 Hz, for cars that brake and accelerate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 60, max: 130, noNaN: true }),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        (hz, lapS, swing) => {
          // Speed swings over the lap by the same amount, so that every lap takes lapS.
          const wave = (swing * lapS) / (2 * Math.PI * 4) / lapS;
          const drive: Drive = (time) =>
            Math.max(0, time) / lapS + wave * Math.sin((2 * Math.PI * 4 * Math.max(0, time)) / lapS);
          const state = folded(session(1), ...race([drive], { until: lapS * 3.2, hz }));
          expect(state.laps.map((lap) => lap.lap)).toEqual([1, 2, 3]);
          const off = Math.max(...state.laps.map((lap) => Math.abs((lap.lapTimeMs ?? 0) - lapS * 1000)));
          expect(off).toBeLessThanOrEqual(hz >= 10 ? 1.5 : 40);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('LAP-4: seen from the middle of a race on, begin with one that has no time', () => {
    const frames = race([steady(20)], { until: 70 }).filter((each) => each.sessionTime > CLOCK_S + 30);
    expect(lapsOf(folded(session(1), ...frames)).map(([, lap, time]) => [lap, time])).toEqual([
      [1, null],
      [2, 20_000],
    ]);
  });

  it('PROG-3: the sim’s counter says which lap it is when a car is first seen, not near the line', () => {
    const counted: Drive = (time) => ({ at: 4.3 + time / 20, lapsCompleted: 4 + Math.floor(0.3 + time / 20 + 0.01) });
    const frames = race([counted], { until: 40, phase: () => 'racing' });
    const state = folded(session(1), ...frames);
    expect(state.laps.map((lap) => lap.lap)).toEqual([5, 6]);
  });

  it('PROG-3: where the sim counts only the lap under way, that is what says it', () => {
    const counted: Drive = (time) => ({ at: 90.3 + time / 20, lap: 91 + Math.floor(0.3 + time / 20) });
    const state = folded(session(1), ...race([counted], { until: 40, phase: () => 'racing' }));
    expect(state.laps.map((lap) => lap.lap)).toEqual([91, 92]);
  });

  it('PROG-3: a car first seen just behind the line, with a counter still a lap back, is put on its lap', () => {
    const late = (time: number) => {
      const at = 7.11 + time / 20;
      return { at, lap: Math.floor(at - 0.03) + 1 };
    };
    const state = folded(session(1), ...race([late], { until: 40, phase: () => 'racing' }));
    expect(Math.floor(late(-2).at)).toBe(7);
    expect(late(-2).lap).toBe(7);
    expect(state.laps.map((lap) => [lap.lap, lap.lapTimeMs])).toEqual([
      [8, null],
      [9, 20_000],
    ]);
  });

  it('LAP-5: a tow gives the lap no time, and it is not valid; the next whole lap is timed again', () => {
    const towed: Drive = (time) => {
      if (time < 30) return { at: Math.max(0, time) / 20, lapsCompleted: Math.floor(Math.max(0, time) / 20) };
      if (time < 34) return null;
      const since = Math.max(0, time - 60);
      const at = 2.005 + since / 20;
      return time < 60
        ? { at, surface: 'pitStall', onPitRoad: true, lapsCompleted: 2 }
        : { at, lapsCompleted: Math.floor(at) };
    };
    const state = folded(session(1), ...race([towed], { until: 110 }));
    expect(state.laps.map((lap) => [lap.lap, lap.lapTimeMs === null, lap.valid])).toEqual([
      [1, false, true],
      [2, true, false],
      [3, true, false],
      [4, false, true],
    ]);
    expect(state.laps[3]?.lapTimeMs).toBe(20_000);
    expect(state.events.map((event) => event.name)).toContain('towed');
  });

  it('LAP-6: a blink makes a lap not valid, and estimated where the line was crossed unseen', () => {
    const blinks: Drive = (time) =>
      (time > 28 && time < 30) || (time > 59 && time < 61) ? null : Math.max(0, time) / 20;
    const state = folded(session(1), ...race([blinks], { until: 85 }));
    expect(state.laps.map((lap) => [lap.lap, lap.lapTimeMs, lap.valid, lap.provenance])).toEqual([
      [1, 20_000, true, 'measured'],
      [2, 20_000, false, 'measured'],
      [3, 20_000, false, 'estimated'],
      [4, 20_000, false, 'estimated'],
    ]);
  });

  it('PROG-4: frames that repeat or fall back in session time are counted and change nothing', () => {
    const frames = race([steady(20, 0.01), steady(21, 0.02)], { until: 65 });
    const straight = folded(session(2), ...frames);
    const messy = folded(session(2), ...frames.flatMap((each, i) => [each, each, frames[Math.max(0, i - 7)] ?? each]));
    expect(messy.staleFrames).toBe(2 * frames.length);
    expect({ ...messy, staleFrames: 0 }).toEqual(straight);
  });

  it('LAP-7, PROG-5: whatever blinks, no lap is lost or invented', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 5, max: 150 }), fc.integer({ min: 1, max: 20 })), { maxLength: 6 }),
        (blinks) => {
          const drive: Drive = (time) =>
            blinks.some(([at, tenths]) => time >= at && time < at + tenths / 10) ? null : Math.max(0, time) / 25 - 0.01;
          const state = folded(session(1), ...race([drive], { until: 160 }));
          expect(state.laps.map((lap) => lap.lap)).toEqual([1, 2, 3, 4, 5, 6]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('LAP-8: tell the place in which each was completed, also where two cross within one frame', () => {
    // Both cross between the same two frames, the second car first.
    const state = folded(session(2), ...race([steady(20, 0.0049), steady(20, 0.0047)], { until: 45 }));
    expect(state.laps.map((lap) => [lap.lap, lap.car, lap.position])).toEqual([
      [1, 1, 1],
      [1, 0, 2],
      [2, 1, 1],
      [2, 0, 2],
    ]);
  });

  it('PROG-7: a pace car and a car without an entry are left out', () => {
    const entries = session(1).entries.concat({ car: 1, carNumber: '0', pace: true });
    const state = folded(session(1, { entries }), ...race([steady(20), steady(10), steady(15)], { until: 45 }));
    expect(new Set(state.laps.map((lap) => lap.car))).toEqual(new Set([0]));
    expect(standings(state)).toHaveLength(1);
  });
});

describe('sectors', () => {
  it('SEC-1, SEC-3: begin where the session says and add up to the lap', () => {
    const state = folded(session(1), ...race([steady(20, 0.01)], { until: 45 }));
    expect(state.laps.map((lap) => lap.sectorsMs)).toEqual([
      [8_200, 12_000],
      [8_000, 12_000],
    ]);
    expect(standings(state)[0]?.figures.sectorsMs).toEqual([8_000, 12_000]);
    const without = folded(session(1, { track: { name: 'x' } }), ...race([steady(20)], { until: 25 }));
    expect(without.laps[0]?.sectorsMs).toEqual([]);
  });

  it('SEC-2: one that was missed makes both neighbours unknown', () => {
    const blinks: Drive = (time) => (time > 27 && time < 29 ? null : Math.max(0, time) / 20);
    const state = folded(session(1), ...race([blinks], { until: 65 }));
    expect(state.laps.map((lap) => lap.sectorsMs)).toEqual([
      [8_000, 12_000],
      [null, null],
      [8_000, 12_000],
    ]);
  });
});

it('the state can be copied in mid-race, and the copy goes on the same', () => {
  const frames = race([steady(20, 0.01), steady(19.5, 0.02), steady(22, 0.03)], { until: 100 });
  const whole = folded(session(3), ...frames);
  const half = structuredClone(folded(session(3), ...frames.slice(0, 500)));
  const rest = frames.slice(500);
  expect(continued(half, rest)).toEqual(whole);
});

function continued(state: TimingState, frames: readonly SourceRecord[]): TimingState {
  for (const each of frames) foldRecord(state, each);
  return state;
}
