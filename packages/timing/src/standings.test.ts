import type { EntryFigures, ResultsLine } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings, type TimingState } from './index.js';
import { CLOCK_S, type Drive, folded, frame, race, session, steady } from './testing/drive.js';

const orderOf = (state: TimingState) => standings(state).map(({ car }) => car);
const figuresOf = (state: TimingState, car: number) =>
  standings(state).find((each) => each.car === car)?.figures as EntryFigures;

describe('the order', () => {
  it('ORD-1: gives each position once, whatever the cars do', () => {
    const anyDrive = fc.tuple(
      fc.integer({ min: 15, max: 40 }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 90 }),
    );
    fc.assert(
      fc.property(
        fc.array(anyDrive, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 90 }),
        (cars, until) => {
          const drives = cars.map(
            ([lapS, back, goneAt]): Drive =>
              (time) =>
                time > goneAt && time < goneAt + 5 ? null : Math.max(0, time) / lapS - back / 1000,
          );
          const state = folded(session(cars.length), ...race(drives, { until }));
          const list = standings(state);
          expect(list.map(({ figures }) => figures.position)).toEqual(cars.map((_, i) => i + 1));
          for (const classId of ['a', 'b']) {
            const ofClass = list.filter(({ car }) => (car % 2 === 0 ? 'a' : 'b') === classId);
            expect(ofClass.map(({ figures }) => figures.classPosition)).toEqual(ofClass.map((_, i) => i + 1));
          }
          for (const { figures } of list) {
            for (const ms of [figures.gapMs, figures.intervalMs, figures.classGapMs])
              expect(ms ?? 0).toBeGreaterThanOrEqual(0);
            expect(figures.gapMs === null || figures.gapLaps === null).toBe(true);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('ORD-2: before green is the grid’s, else the sim’s, else where they stand', () => {
    const grid = [
      { car: 0, position: 3 },
      { car: 1, position: 1 },
      { car: 2, position: 2 },
    ];
    const standing = frame(99, [0.99, 0.98, 0.97], { state: 'grid' });
    expect(orderOf(folded(session(3, { grid }), standing))).toEqual([1, 2, 0]);
    expect(orderOf(folded(session(3), standing))).toEqual([0, 1, 2]);
    const placed = frame(
      99,
      [
        { at: 0.97, position: 2 },
        { at: 0.98, position: 3 },
        { at: 0.99, position: 1 },
      ],
      { state: 'formation' },
    );
    expect(orderOf(folded(session(3), placed))).toEqual([2, 0, 1]);
  });

  it('ORD-2: before green is the line-up, where the sim gives one; cars without a place in it come last', () => {
    const grid = [
      { car: 0, position: 1 },
      { car: 1, position: 2 },
      { car: 2, position: 3 },
      { car: 3, position: 4 },
    ];
    const rolling = frame(
      99,
      [
        { at: 0.5, paceRow: 1, paceLine: 0 },
        { at: 0.51, paceRow: 0, paceLine: 1 },
        0.6,
        { at: 0.52, paceRow: 0, paceLine: 0 },
      ],
      { state: 'formation' },
    );
    expect(orderOf(folded(session(4, { grid }), rolling))).toEqual([3, 1, 0, 2]);
  });

  describe('ORD-11: under caution', () => {
    /** Green at 100 s; car 3 is a lap down and stands in the second row. */
    const records = (flags: string[], sim: boolean) => {
      const frames = race([steady(20), steady(20.1), steady(20.2), steady(27)], { until: 82 });
      const end = (n: number) =>
        frame(
          182.1 + n / 10,
          [
            { at: 4.102 + n / 400, paceRow: 0, paceLine: 0 },
            // Half a car ahead of the one that it restarts beside.
            { at: 4.104 + n / 400, paceRow: 0, paceLine: 1 },
            { at: 4.09 + n / 400, paceRow: 2, paceLine: 0 },
            { at: 3.095 + n / 400, paceRow: 1, paceLine: 0 },
          ].map(({ paceRow, paceLine, at }) => (sim ? { at, paceRow, paceLine } : at)),
          { flags },
        );
      return [session(4), ...frames, ...Array.from({ length: 10 }, (_, n) => end(n))];
    };

    it('cars of one lap are placed by the line-up, and a car a lap down stays behind them', () => {
      expect(orderOf(folded(...records(['caution'], true)))).toEqual([0, 1, 2, 3]);
    });

    it('without a line-up, and once it is over, distance decides', () => {
      expect(orderOf(folded(...records(['caution'], false)))).toEqual([1, 0, 2, 3]);
      expect(orderOf(folded(...records(['green'], true)))).toEqual([1, 0, 2, 3]);
    });

    it('EVT-4: nobody overtakes', () => {
      const overtakes = (flags: string[]) => {
        const passes: Drive = (time) => (time < 0 ? -0.02 : time / 19 - 0.02);
        const frames = race([steady(20, 0.01), passes], { until: 60 }).map((each) => ({ ...each, flags }));
        return folded(session(2), ...frames).events.filter((event) => event.name === 'overtake').length;
      };
      expect(overtakes(['green'])).toBe(1);
      expect(overtakes(['caution'])).toBe(0);
    });
  });

  it('ORD-9: first seen under the chequered flag is the sim’s, since nobody else knows who has finished', () => {
    const late = (lapsCompleted: number, pct: number, position: number) => ({
      at: lapsCompleted + pct,
      lapsCompleted,
      position,
    });
    // Car 1 has finished and is on its cool-down lap; car 0 leads it on the road, a lap down.
    const frames = [0, 1, 2].map((n) =>
      frame(900 + n / 10, [late(9, 0.5 + n / 400, 2), late(10, 0.3 + n / 400, 1)], { state: 'checkered' }),
    );
    const over = [late(10, 0.02, 2), late(10, 0.81, 1)];
    const state = folded(session(2), ...frames, frame(910, over, { state: 'checkered' }));
    expect(orderOf(state)).toEqual([1, 0]);
    expect(state.events.filter((event) => event.name === 'finished')).toEqual([]);
  });

  it('ORD-10: a car that was never seen has the laps that the sim’s results give it', () => {
    const results: ResultsLine = {
      kind: 'results',
      capturedAt: 0,
      official: false,
      rows: [
        { car: 0, position: 2, lapsCompleted: 8 },
        { car: 1, position: 1, lapsCompleted: 9, bestLapMs: 61_000 },
        { car: 2, position: 3, lapsCompleted: 9 },
        { car: 3, position: 4, lapsCompleted: 2 },
      ],
    };
    const places = [{ at: 8.9, lapsCompleted: 8 }, null, null, null];
    const state = folded(session(4), results, frame(500, places));
    expect(orderOf(state)).toEqual([1, 2, 0, 3]);
    expect(figuresOf(state, 1)).toMatchObject({ bestLapMs: 61_000, provenance: { bestLap: 'official' } });
  });

  it('ORD-3, EVT-1: in a race is by distance, and a change of the lead is told once', () => {
    const state = folded(session(2), ...race([steady(21, 0.01), steady(20, 0.02)], { until: 60 }));
    expect(orderOf(state)).toEqual([1, 0]);
    expect(state.events.filter((event) => event.name === 'lead.changed')).toEqual([
      expect.objectContaining({ car: 1, otherCar: 0 }),
    ]);
  });

  it('ORD-4: in practice is by best lap, cars without one last', () => {
    const state = folded(
      session(4, { type: 'practice' }),
      ...race([steady(21), steady(20), steady(90), () => null], { until: 65 }),
    );
    expect(orderOf(state)).toEqual([1, 0, 2, 3]);
    expect(figuresOf(state, 0)).toMatchObject({ bestLapMs: 21_000, gapMs: 1_000, gapLaps: null });
    expect(figuresOf(state, 3)).toMatchObject({ position: 4, status: 'notInWorld', lap: null, bestLapMs: null });
  });

  it('ORD-4: in practice is the sim’s where it gives places, which know of laps that do not count', () => {
    const placed =
      (lapS: number, position: number): Drive =>
      (time) => ({ at: Math.max(0, time) / lapS, position });
    const state = folded(
      session(4, { type: 'practice' }),
      ...race([placed(20, 2), placed(21, 1), placed(19, 0), placed(90, 0)], { until: 65 }),
    );
    expect(orderOf(state)).toEqual([1, 0, 2, 3]);
  });

  it('LAP-9: best laps driven before a car was first seen are the sim’s, and no news', () => {
    const known =
      (lapS: number, bestLapMs: number): Drive =>
      (time) => ({ at: Math.max(0, time) / lapS, bestLapMs: time < 50 ? bestLapMs : Math.min(bestLapMs, lapS * 1000) });
    const state = folded(
      session(3, { type: 'practice' }),
      ...race([known(21, 19_500), known(20, 20_400), known(20.5, -1)], { until: 65 }),
    );
    expect(orderOf(state)).toEqual([0, 1, 2]);
    expect(figuresOf(state, 0)).toMatchObject({ bestLapMs: 19_500, provenance: { bestLap: 'official' } });
    expect(figuresOf(state, 1)).toMatchObject({ bestLapMs: 20_000, provenance: { bestLap: 'measured' } });
    expect(state.events.filter((event) => event.name.startsWith('best')).map(({ name, car }) => [name, car])).toEqual([
      ['best.class', 1],
      ['best.personal', 2],
    ]);
  });

  it('ORD-5, ORD-6: the flag finishes the leader at its crossing and the others at theirs', () => {
    // The leader crosses at 60 s; the flag is out from the frame that shows it. Car 1 is a lap down.
    const drives: Drive[] = [steady(20), steady(28), steady(20.5)];
    const flag = race(drives, {
      until: 100,
      phase: (time) => (time < 0 ? 'grid' : time < 60 ? 'racing' : 'checkered'),
    });
    const state = folded(session(3), ...flag);
    expect(state.laps.filter((lap) => lap.crossedAtMs / 1000 - CLOCK_S >= 60).map((lap) => [lap.car, lap.lap])).toEqual(
      [
        [0, 3],
        [2, 3],
        [1, 3],
      ],
    );
    expect(standings(state).map(({ car, figures }) => [car, figures.status, figures.lapsCompleted])).toEqual([
      [0, 'finished', 3],
      [2, 'finished', 3],
      [1, 'finished', 3],
    ]);
    expect(figuresOf(state, 2)).toMatchObject({ gapMs: 1_500, intervalMs: 1_500 });
    expect(state.events.filter((event) => event.name === 'finished').map((event) => event.car)).toEqual([0, 2, 1]);
  });

  it('ORD-5: a limit of laps ends the race without a flag', () => {
    const state = folded(session(2, { limit: { laps: 2 } }), ...race([steady(20), steady(21)], { until: 70 }));
    expect(standings(state).map(({ figures }) => [figures.status, figures.lapsCompleted])).toEqual([
      ['finished', 2],
      ['finished', 2],
    ]);
    expect(state.laps).toHaveLength(4);
  });

  it('ORD-7, STA-2: cars that are out rank by what they completed', () => {
    const outAfter =
      (lapS: number, laps: number): Drive =>
      (time) =>
        time > lapS * (laps + 0.5) ? null : Math.max(0, time) / lapS;
    const state = folded(session(3), ...race([outAfter(30, 1), outAfter(20, 1), steady(20)], { until: 260 }));
    expect(standings(state).map(({ car, figures }) => [car, figures.status])).toEqual([
      [2, 'running'],
      [1, 'retired'],
      [0, 'retired'],
    ]);
    expect(state.events.filter((event) => event.name === 'retired')).toHaveLength(2);
  });
});

describe('a tow', () => {
  it('ORD-8: gains no place, and gaps are there again when the car drives', () => {
    // Off at 1.3 laps, 24 s behind the start; put into its box at 1.95 laps ten seconds later; out again at 60 s.
    const towed: Drive = (time) => {
      if (time < 26) return Math.max(0, time) / 20;
      if (time < 36) return { at: 1.3, surface: 'offTrack' };
      if (time < 60) return { at: 1.95, surface: 'pitStall', onPitRoad: true };
      return 1.95 + (time - 60) / 20;
    };
    const frames = race([towed, steady(20, 0.1), (time) => steady(20)(time - 12)], { until: 80 });
    const at = (time: number) => folded(session(3), ...frames.filter((each) => each.sessionTime <= CLOCK_S + time));
    expect(orderOf(at(25))).toEqual([0, 1, 2]);
    // Cars 1 and 2 are at 1.75 and 1.25 laps; then at 1.9 and 1.4.
    expect(orderOf(at(37))).toEqual([1, 0, 2]);
    expect(figuresOf(at(37), 0)).toMatchObject({ gapMs: null, gapLaps: null, status: 'pit' });
    expect(orderOf(at(40))).toEqual([1, 2, 0]);
    expect(orderOf(at(62))).toEqual([1, 2, 0]);
    expect(figuresOf(at(70), 0).gapMs).toBeGreaterThan(0);
    expect(at(80).events.filter((event) => event.name === 'overtake' && event.otherCar === 0)).toEqual([]);
  });
});

describe('gaps and intervals', () => {
  it('GAP-1, GAP-4: are times at the same place, also where the speed changes over the lap', () => {
    const wavy =
      (late: number): Drive =>
      (time) => {
        const since = Math.max(0, time - late);
        return since / 30 + 0.01 * Math.sin((2 * Math.PI * since) / 15) - 0.001;
      };
    const state = folded(session(3), ...race([wavy(0), wavy(1.5), wavy(4)], { until: 100 }));
    expect(figuresOf(state, 0)).toMatchObject({ gapMs: null, intervalMs: null });
    expect(figuresOf(state, 1).gapMs).toBeGreaterThan(1_490);
    expect(figuresOf(state, 1).gapMs).toBeLessThan(1_510);
    expect(Math.abs((figuresOf(state, 2).gapMs ?? 0) - 4_000)).toBeLessThan(10);
    expect(Math.abs((figuresOf(state, 2).intervalMs ?? 0) - 2_500)).toBeLessThan(10);
    // Cars 0 and 2 are of one class.
    expect(figuresOf(state, 2).classIntervalMs).toBe(figuresOf(state, 2).gapMs);
    expect(figuresOf(state, 2).provenance).toMatchObject({ gap: 'measured', position: 'measured' });
  });

  it('GAP-1: are known also a few metres behind', () => {
    const state = folded(session(2), ...race([steady(20, 0.01), steady(20, 0.0102)], { until: 30 }));
    expect(figuresOf(state, 1).gapMs).toBe(4);
  });

  it('GAP-2: a lap or more apart are laps', () => {
    const state = folded(session(2), ...race([steady(20), steady(45)], { until: 90 }));
    expect(figuresOf(state, 1)).toMatchObject({ gapMs: null, gapLaps: 2, intervalLaps: 2 });
  });

  it('GAP-3: are unknown before the car ahead was seen there, and for a car that is away', () => {
    const late = race([steady(20), steady(25)], { until: 31 }).filter((each) => each.sessionTime > CLOCK_S + 30.5);
    expect(figuresOf(folded(session(2), ...late), 1)).toMatchObject({ gapMs: null, gapLaps: null });
    const gone: Drive = (time) => (time > 20 ? null : Math.max(0, time) / 21);
    expect(figuresOf(folded(session(2), ...race([steady(20), gone], { until: 25 })), 1)).toMatchObject({
      gapMs: null,
      status: 'notInWorld',
    });
  });

  it('GAP-8: are estimated from the best lap of the class where the car ahead has no history there', () => {
    // Twice as fast in the first half of the lap.
    const wavy =
      (late: number): Drive =>
      (time) => {
        const since = Math.max(0, time - late);
        const part = (since % 30) / 30;
        return Math.floor(since / 30) + (part < 1 / 3 ? part * 1.5 : 0.5 + (part - 1 / 3) * 0.75);
      };
    // Put 10 s further on at 80 s, as no car can drive.
    const jumps: Drive = (time) => (time < 80 ? wavy(0)(time) : wavy(0)(time + 10));
    const at = (time: number) => figuresOf(folded(session(3), ...race([jumps, wavy(9), wavy(4)], { until: time })), 2);
    expect(at(70)).toMatchObject({ gapMs: 4_000, provenance: { gap: 'measured' } });
    const estimated = at(81);
    expect(estimated.provenance).toMatchObject({ gap: 'estimated', interval: 'estimated' });
    expect(Math.abs((estimated.gapMs ?? 0) - 14_000)).toBeLessThan(100);
    expect(at(110)).toMatchObject({ provenance: { gap: 'measured' } });
  });

  it('GAP-9: to a car that crawls shrink as it is caught', () => {
    const crawls: Drive = (time) => (time < 50 ? Math.max(0, time) / 20 : 2.5 + (time - 50) / 2_000);
    const gapAt = (time: number) => {
      const { gapMs, provenance } = figuresOf(
        folded(session(2), ...race([crawls, steady(20, 0.2)], { until: time })),
        1,
      );
      return [gapMs, provenance.gap];
    };
    expect(gapAt(49)).toEqual([4_000, 'measured']);
    const [gap, provenance] = gapAt(52) as [number, string];
    expect(provenance).toBe('estimated');
    // 0.1 laps are left, at 20 s a lap.
    expect(Math.abs(gap - 2_000)).toBeLessThan(60);
  });

  it('GAP-5: between cars that have finished on the same lap are the differences of their finishes', () => {
    const phase = (time: number) => (time < 0 ? 'grid' : time < 40.2 ? 'racing' : 'checkered');
    const drives = [steady(20, 0.01), steady(20.5, 0.02), steady(21, 0.03)];
    const list = standings(folded(session(3), ...race(drives, { until: 60, phase })));
    // They finish at 40.2, 41.41 and 42.63 s.
    expect(list.map(({ figures }) => [figures.gapMs, figures.intervalMs])).toEqual([
      [null, null],
      [1_210, 1_210],
      [2_430, 1_220],
    ]);
  });

  it('GAP-6: in practice are differences of best laps', () => {
    const drives = [steady(20), steady(20.5), steady(21.2)];
    const practice = session(3, { type: 'practice' });
    const list = standings(folded(practice, ...race(drives, { until: 70, phase: () => 'racing' })));
    expect(list.map(({ figures }) => [figures.gapMs, figures.intervalMs])).toEqual([
      [null, null],
      [500, 500],
      [1_200, 700],
    ]);
  });

  it('GAP-7: rest on guesses where the source made the positions up', () => {
    const state = folded(session(2, { positions: 'derived' }), ...race([steady(20), steady(20.5)], { until: 30 }));
    expect(figuresOf(state, 1).provenance).toMatchObject({ gap: 'estimated', lastLap: 'measured' });
  });
});
