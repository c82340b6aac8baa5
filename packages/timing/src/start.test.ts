import type { SessionPhase, SourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings } from './index.js';
import { CLOCK_S, type Drive, folded, frame, type Place, race, session, steady } from './testing/drive.js';

const LAP_S = 20;
/** Behind the pace car a lap takes longer. */
const PACE_S = 40;

/** A rolling start: stands on the grid until −`PACE_S` × laps, follows the pace car, and races from time 0 on. */
function rolling(paceLaps: number, back: number): Drive {
  return (time) => (time < 0 ? Math.max(-paceLaps, time / PACE_S) : time / LAP_S) - back;
}

/** Frames from the grid on, `paceS` before green. */
function evening(drives: readonly Drive[], paceS: number, until: number, hz = 10): readonly SourceRecord[] {
  const phase = (time: number): SessionPhase => (time < 2 ? 'grid' : time < paceS + 2 ? 'formation' : 'racing');
  const shifted = drives.map(
    (drive): Drive =>
      (time) =>
        drive(time - paceS - 2),
  );
  return race(shifted, { until: until + paceS + 2, hz, phase });
}

const lapsOf = (records: readonly SourceRecord[], cars: number) =>
  folded(session(cars), ...records).laps.map(({ car, lap, lapTimeMs, from }) => [car, lap, lapTimeMs, from]);

describe('the start of a race', () => {
  it('STA-5: a clock that no race ends by is not counted down', () => {
    const left = (limit: { laps?: number; timeS?: number }, timeS: number) =>
      folded(session(1, { limit }), { ...frame(CLOCK_S, [0.5]), remaining: { timeS } }).remainingTimeS;
    expect(left({ laps: 10, timeS: 86_400 }, 86_399)).toBeNull();
    expect(left({ laps: 10 }, 604_800)).toBeNull();
    expect(left({}, 604_800)).toBeNull();
    expect(left({ timeS: 86_400 }, 86_399)).toBe(86_399);
    expect(left({ laps: 10, timeS: 3_600 }, 3_000)).toBe(3_000);
  });

  it('GRN-1: pace laps are no laps, however many: lap 1 runs from green', () => {
    for (const paceLaps of [0.05, 1, 3]) {
      const drives = [rolling(paceLaps, 0.02), rolling(paceLaps, 0.03)];
      expect(lapsOf(evening(drives, paceLaps * PACE_S, 42), 2)).toEqual([
        [0, 1, 20_400, 'green'],
        [1, 1, 20_600, 'green'],
        [0, 2, 20_000, 'line'],
        [1, 2, 20_000, 'line'],
      ]);
    }
  });

  it('GRN-1: nothing of the pace lap is a best, a stop, an overtake or a change of the lead', () => {
    // The second passes the first behind the pace car and falls back again, and drives through the pit lane.
    const weaves: Drive = (time) => {
      const at = rolling(1, 0.03)(time) as number;
      if (time > -30 && time < -20) return at + 0.05;
      return { at, onPitRoad: time > -15 && time < -10 };
    };
    const state = folded(session(2), ...evening([rolling(1, 0.02), weaves], PACE_S, 10));
    expect(state.events.map(({ name }) => name)).toEqual(['phase.changed', 'phase.changed']);
    expect(standings(state).map(({ figures }) => figures.pitStops)).toEqual([0, 0]);
  });

  it('GRN-1: before green every car is on lap 0 with no lap completed', () => {
    const state = folded(session(1), ...evening([rolling(2, 0.02)], 2 * PACE_S, -20));
    expect(standings(state)[0]?.figures).toMatchObject({ lap: 0, lapsCompleted: 0 });
    expect(state.laps).toEqual([]);
  });

  it('GRN-2: green may come before the line or behind it; lap 1 is what is left to it', () => {
    const behind = folded(session(2), ...evening([rolling(1, -0.01), rolling(1, 0.01)], PACE_S, 25));
    expect(behind.laps.map(({ lap, lapTimeMs }) => [lap, lapTimeMs])).toEqual([
      [1, 19_800],
      [1, 20_200],
    ]);
  });

  it('GRN-2: a car that spun in the formation and is half a lap behind is on the lead lap, and has all of it to drive', () => {
    for (const back of [0.3, 0.45, 0.55, 0.7, 0.8]) {
      const field = [0.01, 0.02, 0.03].map((each) => rolling(1, each));
      const [drives, waits] = [rolling(1, 0.04), rolling(1, 0.04)(-36) as number];
      const spun: Drive = (time) => (time < -36 ? drives(time) : Math.max(waits, rolling(1, back)(time) as number));
      const state = folded(session(4), ...evening([...field, spun], PACE_S, 60));
      const [first] = state.laps.filter(({ car }) => car === 3);
      expect([first?.lap, first?.lapTimeMs]).toEqual([1, (1 + back) * 20_000]);
    }
  });

  it('GRN-2: cars first seen on the formation lap, on both sides of its middle, are all on the lead lap', () => {
    const drives = [0.01, 0.02, 0.03, 0.04].map((back) => rolling(1, back));
    const records = evening(drives, PACE_S, 25).filter(
      (each) => each.kind === 'frame' && each.sessionTime > CLOCK_S + 2 + PACE_S * 0.525,
    );
    expect(lapsOf(records, 4).map(([, lap, ms]) => [lap, ms])).toEqual([
      [1, 20_200],
      [1, 20_400],
      [1, 20_600],
      [1, 20_800],
    ]);
  });

  it('GRN-2: positions alone and positions with counters place the same field the same', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 5, max: 120 }), { minLength: 2, maxLength: 8 }),
        fc.constantFrom(1, 2, 3),
        fc.constantFrom(2, 10, 30),
        (backs, paceLaps, hz) => {
          const alone = backs.map((back) => rolling(paceLaps, back / 1000));
          // As iRacing counts: −1 until the line is crossed under green.
          const counted = alone.map(
            (drive): Drive =>
              (time) => {
                const at = drive(time) as number;
                return { at, lapsCompleted: time < 0 ? -1 : Math.floor(at), lap: time < 0 ? 0 : Math.floor(at) + 1 };
              },
          );
          const of = (drives: readonly Drive[]) => lapsOf(evening(drives, paceLaps * PACE_S, 45, hz), backs.length);
          expect(of(counted)).toEqual(of(alone));
          for (const [car, lap, ms] of of(alone)) {
            const back = (backs[car as number] as number) / 1000;
            const right = lap === 1 ? (1 + back) * LAP_S * 1000 : LAP_S * 1000;
            // Green is seen with its first frame, half a sample late at most where the clock is not a multiple of it.
            expect(Math.abs((ms as number) - right)).toBeLessThanOrEqual(2);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  describe('from the pit lane', () => {
    /** Stands in its stall, goes 5 s after green and leaves the lane 5 s later. */
    const fromPits =
      (at: number): Drive =>
      (time): Place => {
        if (time < 5) return { at, surface: 'pitStall', onPitRoad: true };
        const place = at + (time - 5) / LAP_S;
        return time < 10 ? { at: place, surface: 'pitApproach', onPitRoad: true } : place;
      };

    it('GRN-3: a stall just before the line or behind it is on the lead lap, beside a formation lap as well', () => {
      for (const at of [-0.02, 0.03]) {
        for (const paceLaps of [0.05, 1]) {
          const drives = [rolling(paceLaps, 0.01), rolling(paceLaps, 0.02), fromPits(at)];
          const state = folded(session(3), ...evening(drives, paceLaps * PACE_S, 50));
          const laps = state.laps.filter(({ car }) => car === 2).map(({ lap, lapTimeMs }) => [lap, lapTimeMs]);
          expect(laps).toEqual([
            [1, (5 + (1 - at) * LAP_S) * 1000],
            [2, 20_000],
          ]);
          expect(standings(state).find(({ car }) => car === 2)?.figures).toMatchObject({ position: 3, gapLaps: null });
        }
      }
    });

    it('GRN-3: is never the leader, also with a stall ahead of the whole grid, and overtakes nobody', () => {
      const drives = [steady(LAP_S, 0.01), steady(LAP_S, 0.02), fromPits(0.03)];
      const frames = race(drives, { until: 30 });
      for (let n = 1; n <= frames.length; n += 20) {
        const list = standings(folded(session(3), ...frames.slice(0, n)));
        if (n > 21) expect(list.map(({ car }) => car)).toEqual([0, 1, 2]);
      }
      const told = folded(session(3), ...frames).events.map(({ name }) => name);
      expect(told.filter((name) => name === 'lead.changed' || name === 'overtake')).toEqual([]);
    });

    it('GRN-3: nor where it comes into the world only after green', () => {
      const late: Drive = (time) => (time < 0.5 ? null : fromPits(0.03)(time));
      const state = folded(session(2), ...race([steady(LAP_S, 0.01), late], { until: 2 }));
      expect(standings(state).map(({ car }) => car)).toEqual([0, 1]);
    });
  });

  describe('a phase that goes back', () => {
    /** Car 1 passes car 0 in lap 1; red flag at 50 s, both stand before the line, and go on at 70 s. */
    const stopped = (lapS: number, back: number): Drive => {
      const drive = steady(lapS, back);
      return (time) => {
        if (time < 50) return drive(time) as number;
        const at = drive(50) as number;
        const line = Math.ceil(at) - back;
        if (time < 70) return Math.min(line, at + (time - 50) / 30);
        return line + (time - 70) / lapS;
      };
    };
    const phase = (time: number): SessionPhase =>
      time < 0 || (time > 55 && time < 70) ? 'grid' : ('racing' as SessionPhase);
    const records = race([stopped(20.4, 0.01), stopped(20, 0.02)], { until: 120, phase });
    const grid = [
      { car: 0, position: 1 },
      { car: 1, position: 2 },
    ];

    it('GRN-4: begins nothing anew: the order, the laps and green stay', () => {
      const stands = records.filter(({ sessionTime }) => sessionTime < CLOCK_S + 65);
      const during = folded(session(2, { grid }), ...stands);
      expect(standings(during).map(({ car }) => car)).toEqual([1, 0]);
      expect(standings(during)[0]?.figures.lapsCompleted).toBe(2);
      const after = folded(session(2, { grid }), ...records);
      expect(after.greenAt).toBe(CLOCK_S);
      for (const car of [0, 1]) {
        const numbers = after.laps.filter((lap) => lap.car === car).map(({ lap }) => lap);
        expect(numbers).toEqual(numbers.map((_, i) => i + 1));
      }
    });

    it('GRN-4: cars that stood on the grid again are not told to have stopped', () => {
      const told = folded(session(2, { grid }), ...records).events.filter(({ name }) => name === 'stopped');
      expect(told.filter(({ sessionTime }) => sessionTime >= CLOCK_S + 70)).toEqual([]);
    });

    it('GRN-4: a race that was joined under way has no green, whatever phases follow', () => {
      const joined = records.filter(({ sessionTime }) => sessionTime > CLOCK_S + 30);
      expect(folded(session(2, { grid }), ...joined).greenAt).toBeNull();
    });
  });

  it('GRN-6: where a car started is its place in the grid, else the one that it had at green', () => {
    const places = (...records: readonly SourceRecord[]) =>
      standings(folded(...records))
        .sort((a, b) => a.car - b.car)
        .map(({ figures: { gridPosition, position } }) => [gridPosition, position]);
    // The second has passed the first by the end.
    const passes = (until: number) =>
      evening([rolling(1, 0.02), (time) => (rolling(1, 0.03)(time) as number) * (time > 0 ? 1.1 : 1)], PACE_S, until);
    const grid = [{ car: 1, position: 7 }];
    expect(places(session(2), ...passes(-20))).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(places(session(2), ...passes(30))).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(places(session(2, { grid }), ...passes(30))).toEqual([
      [null, 2],
      [7, 1],
    ]);
    expect(
      places(
        session(1),
        ...race([steady(LAP_S)], { until: 30 }).filter(({ sessionTime }) => sessionTime > CLOCK_S + 5),
      ),
    ).toEqual([[null, null]]);
    expect(places(session(1, { type: 'practice' }), ...race([steady(LAP_S)], { until: 30 }))).toEqual([[null, 1]]);
  });
});
