import type { SessionPhase } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings, type TimingState } from './index.js';
import { CLOCK_S, type Drive, folded, type Place, race, session, steady } from './testing/drive.js';

const lapsOf = (state: TimingState, car = 0) =>
  state.laps.filter((lap) => lap.car === car).map(({ lap, lapTimeMs, valid }) => [lap, lapTimeMs, valid]);

describe('a line that is passed more than once', () => {
  /** Laps of 20 s; from 40.2 s on, just behind the line, something else for 10 s, and then on from there. */
  const interrupted = (what: (since: number) => number): Drive => {
    const drive = steady(20, 0.01);
    return (time) => (time < 40.3 ? drive(time) : time < 50.3 ? 2.005 + what(time - 40.3) : drive(time - 10)) as Place;
  };
  const ways: Record<string, (since: number) => number> = {
    'rolling back over it': (since) => (since < 9 ? -0.003 * since : -0.027 + 0.032 * (since - 9)),
    'spinning over it and back': (since) => 0.01 * Math.sin(since * 2),
    'trembling on it': (since) => -0.005 + 0.0002 * (Math.round(since * 10) % 2 === 0 ? 1 : -1),
    'driving the wrong way': (since) => (since < 8 ? -0.03 * since : -0.24 + 0.12 * (since - 8)),
  };

  it.each(Object.entries(ways))('PROG-8: %s, counts once', (_, what) => {
    const state = folded(session(1), ...race([interrupted(what)], { until: 95 }));
    expect(lapsOf(state).map(([lap, ms]) => [lap, ms])).toEqual([
      [1, 20_200],
      [2, 20_000],
      [3, 30_000],
      [4, 20_000],
    ]);
    expect(standings(state)[0]?.figures).toMatchObject({ bestLapMs: 20_000, lapsCompleted: 4 });
  });

  it('PROG-8: whatever it does on the line, at 2 to 60 Hz, no lap is lost or invented', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.03, max: 0.03, noNaN: true }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(2, 10, 60),
        (places, hz) => {
          // From place to place around the line, as fast as a car drives.
          const what = (since: number) => {
            const leg = (since / 10) * (places.length + 1);
            const at = [0, ...places, 0];
            const n = Math.min(Math.floor(leg), places.length);
            return (at[n] as number) + ((at[n + 1] as number) - (at[n] as number)) * (leg - n);
          };
          const state = folded(session(1), ...race([interrupted(what)], { until: 95, hz }));
          expect(lapsOf(state).map(([lap]) => lap)).toEqual([1, 2, 3, 4]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('PROG-6: what no car can drive was moved by hand, and its lap has no time', () => {
    const drive = steady(20, 0.01);
    const moved: Drive = (time) => (drive(time) as number) + (time < 30 ? 0 : 0.3);
    const state = folded(session(1), ...race([moved], { until: 70 }));
    expect(lapsOf(state)).toEqual([
      [1, 20_200, true],
      [2, null, false],
      [3, 20_000, true],
    ]);
  });

  it('PROG-9: where the fraction goes on above 1, laps end at 1 and begin where it begins anew', () => {
    /** 20 s from start to finish, and 4 s from there to the start. */
    const touring: Drive = (time) => {
      const since = Math.max(0, time) % 24;
      return { at: 0, pct: since < 20 ? since / 20 : 1 + (since - 20) / 22 } as Place;
    };
    const state = folded(session(1, { type: 'practice' }), ...race([touring], { until: 100, phase: () => 'racing' }));
    expect(lapsOf(state).map(([lap, ms]) => [lap, ms])).toEqual([
      [1, null],
      [2, 20_000],
      [3, 20_000],
      [4, 20_000],
    ]);
    expect(state.events.filter(({ name }) => name === 'stopped')).toEqual([]);
  });

  it('PROG-10: a gap in frames voids only what was not measured, and laps that were driven in it count', () => {
    const frames = race([steady(20, 0.01)], { until: 190 });
    const without = (from: number, to: number) =>
      frames.filter(({ sessionTime }) => sessionTime < CLOCK_S + from || sessionTime > CLOCK_S + to);
    // In the middle of lap 3: both of its crossings were measured.
    expect(lapsOf(folded(session(1), ...without(46, 53)))[2]).toEqual([3, 20_000, true]);
    // Over the line: the two laps beside it have an estimated time.
    const over = folded(session(1), ...without(57, 63));
    expect(lapsOf(over).slice(1, 5)).toEqual([
      [2, 20_000, true],
      [3, 20_000, false],
      [4, 20_000, false],
      [5, 20_000, true],
    ]);
    expect(over.laps[2]?.sectorsMs).toEqual([8_000, null]);
    // Three laps were driven unseen.
    const long = lapsOf(folded(session(1), ...without(65, 130))).map(([lap]) => lap);
    expect(long).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

it('PROG-10: a gap that ends near the line, where the sim’s counter is a lap behind, loses no lap', () => {
  const drive = steady(20, 0.01);
  const counted: Drive = (time) => {
    const at = drive(time) as number;
    // It counts a second late.
    return { at, lapsCompleted: Math.floor(at - 0.05), lap: Math.floor(at - 0.05) + 1 };
  };
  for (const to of [120.3, 120.6, 121]) {
    const frames = race([counted], { until: 190 }).filter(
      ({ sessionTime }) => sessionTime < CLOCK_S + 65 || sessionTime > CLOCK_S + to,
    );
    expect(lapsOf(folded(session(1), ...frames)).map(([lap]) => lap)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
});

describe('a lap that nobody can have driven', () => {
  const track = (lengthM: number) => ({ track: { name: 'x', sectorStarts: [0, 0.4], lengthM } });
  /** Laps of 60 s, but one of a few. */
  const quick = (lap: number, lapS: number): Drive => {
    const begin = (lap - 1) * 60;
    return (time) => {
      if (time < begin) return Math.max(0, time) / 60;
      return time < begin + lapS ? lap - 1 + (time - begin) / lapS : lap + (time - begin - lapS) / 60;
    };
  };

  it('LAP-11: faster than 110 m/s is no lap and no best', () => {
    for (const lap of [1, 2]) {
      const state = folded(
        session(2, track(4_000)),
        ...race([quick(lap, 25), steady(60, 0.01)], { until: 200, hz: 5 }),
      );
      expect(state.laps.filter(({ car }) => car === 0).map(({ lap }) => lap)).toEqual([1, 2]);
      expect(state.bestSessionMs ?? 60_000).toBeGreaterThanOrEqual(59_998);
      expect(standings(state).find(({ car }) => car === 0)?.figures.lapsCompleted).toBe(2);
    }
  });

  it('LAP-11: where all drive faster than that, the length of the track is wrong, and laps count', () => {
    const state = folded(session(2, track(4_000)), ...race([steady(30), steady(31, 0.01)], { until: 100 }));
    expect(state.laps).toHaveLength(6);
  });

  it('LAP-11: one slow car among those does not make the laps of the others impossible', () => {
    for (const slow of [44, 60, 90]) {
      const cars = [steady(30), steady(31, 0.01), steady(slow, 0.02)];
      const state = folded(session(3, track(4_000)), ...race(cars, { until: 100 }));
      const first = state.laps.filter(({ car }) => car === 0).map(({ lap, lapTimeMs }) => [lap, lapTimeMs]);
      expect(first, `${slow} s`).toEqual([1, 2, 3].map((lap) => [lap, 30_000]));
    }
  });

  it('LAP-11: below 70 % of the median of five clean laps of the class is none, but a lap as fast as 75 % is one', () => {
    const others = [steady(60, 0.01), steady(61, 0.02), steady(60.5, 0.03)];
    const of = (lapS: number, simLastMs?: number) => {
      const drive = quick(5, lapS);
      const driven: Drive = (time) =>
        ({ at: drive(time) as number, ...(simLastMs && { lastLapMs: simLastMs }) }) as Place;
      const classes = Array.from({ length: 4 }, (_, car) => ({ car, carNumber: String(car), classId: 'a' }));
      const frames = race([driven, ...others], { until: 300, hz: 5 });
      return folded(session(4, { entries: classes }), ...frames).laps.filter(({ car }) => car === 0);
    };
    expect(of(38).map(({ lapTimeMs }) => lapTimeMs)).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(
      of(45)
        .map(({ lapTimeMs }) => lapTimeMs)
        .slice(3),
    ).toEqual([60_000, 45_000]);
    // The sim's own figure confirms it.
    expect(
      of(38, 38_000)
        .map(({ lapTimeMs }) => lapTimeMs)
        .slice(3),
    ).toEqual([60_000, 38_000]);
  });
});

it('FIN-6: a car that drives through the pits after the flag keeps its stint', () => {
  const drive: Drive = (time) => ({ at: steady(20, 0.01)(time) as number, onPitRoad: time > 70 && time < 75 });
  const frames = race([drive], { until: 90 });
  const state = folded(session(1, { limit: { laps: 3 } }), ...frames);
  expect(standings(state)[0]?.figures).toMatchObject({ status: 'finished', stintLaps: 3 });
});

describe('a race that was joined under way', () => {
  const counted = (drive: Drive): Drive => {
    return (time) => {
      const at = drive(time) as number;
      return { at, lapsCompleted: Math.floor(at), lap: Math.floor(at) + 1 };
    };
  };
  const phase = (): SessionPhase => 'racing';
  const drives = [steady(20, 0.01), steady(20.4, 0.02), steady(30, 0.03)];
  const joined = (cars: readonly Drive[], until = 200) =>
    race(cars, { until, phase }).filter(({ sessionTime }) => sessionTime > CLOCK_S + 70);

  it('JOIN-1: places at the end of laps that others may have completed before are unknown', () => {
    const state = folded(session(3), ...joined(drives.map(counted)));
    const places = (car: number) =>
      state.laps.filter((lap) => lap.car === car).map(({ lap, position }) => [lap, position]);
    // All had done three laps at most when they were first seen.
    expect(places(0).slice(0, 2)).toEqual([
      [4, 1],
      [5, 1],
    ]);
    expect(places(2).slice(0, 3)).toEqual([
      [3, null],
      [4, 3],
      [5, 3],
    ]);
  });

  it('JOIN-1: stops and stint are unknown until one was seen', () => {
    const stops: Drive = (time) => {
      const at = steady(20, 0.01)(Math.min(time, 85) + Math.max(0, time - 95)) as number;
      if (time < 82 || time > 98) return counted(() => at)(time);
      return { ...(counted(() => at)(time) as object), at, onPitRoad: true, surface: 'pitStall' };
    };
    const frames = joined([stops, counted(drives[1] as Drive)]);
    const at = (time: number) =>
      standings(folded(session(2), ...frames.filter(({ sessionTime }) => sessionTime < CLOCK_S + time)));
    const of = (time: number, car: number) => at(time).find((each) => each.car === car)?.figures;
    expect(of(80, 0)).toMatchObject({ pitStops: null, driveThroughs: null, stintLaps: null });
    expect(of(140, 0)).toMatchObject({ pitStops: 1, stintLaps: 2 });
    expect(of(140, 1)).toMatchObject({ pitStops: null, stintLaps: null });
  });

  it('JOIN-2: from positions alone lap times are measured, and lap numbers, places and gaps are not known', () => {
    const state = folded(session(3), ...joined(drives));
    const times = state.laps.filter(({ car, lap }) => car === 0 && lap > 1).map(({ lapTimeMs }) => lapTimeMs);
    expect(new Set(times)).toEqual(new Set([20_000]));
    expect(state.laps.every(({ countedFrom, position }) => countedFrom === 'seen' && position === null)).toBe(true);
    for (const { figures } of standings(state)) {
      expect(figures).toMatchObject({
        position: null,
        lap: null,
        lapsCompleted: null,
        gapMs: null,
        intervalLaps: null,
      });
    }
  });

  it('JOIN-2: the sim’s own places are taken, and said to be its', () => {
    const placed = drives.map(
      (drive, car): Drive =>
        (time) => ({ at: drive(time) as number, position: 3 - car }),
    );
    const list = standings(folded(session(3), ...joined(placed)));
    expect(list.map(({ car, figures }) => [car, figures.position])).toEqual([
      [2, 1],
      [1, 2],
      [0, 3],
    ]);
    expect(list[0]?.figures.provenance.position).toBe('official');
  });

  it('JOIN-2: everyone’s race ends with its first crossing under the flag', () => {
    const flag = (time: number): SessionPhase => (time < 160.2 ? 'racing' : 'checkered');
    const frames = race(drives, { until: 240, phase: flag }).filter(({ sessionTime }) => sessionTime > CLOCK_S + 70);
    const state = folded(session(3), ...frames);
    const told = state.events.filter(({ name }) => name === 'finished').map(({ car }) => car);
    expect(told).toEqual([0, 1, 2]);
  });

  it('JOIN-1, FIN-1: a lapped car that crosses under the flag before the leader does not end the race', () => {
    // The lapped car completes its fourth lap at 123 s, the leader its seventh at 140.2 s.
    const flag = (time: number): SessionPhase => (time < 122 ? 'racing' : 'checkered');
    const lapped: Drive = steady(30, 0.1);
    const frames = race([counted(steady(20, 0.01)), counted(lapped)], { until: 180, phase: flag });
    const state = folded(session(2), ...frames.filter(({ sessionTime }) => sessionTime > CLOCK_S + 121));
    expect(state.events.flatMap(({ name, car }) => (name === 'finished' ? [car] : []))).toEqual([0, 1]);
  });

  it('JOIN-2: the sim’s count holds where only a car in the pits is there at first', () => {
    const inPits: Drive = () => ({ at: 3.02, lapsCompleted: 3, lap: 4, onPitRoad: true, surface: 'pitStall' });
    const away: Drive = (time) => (time < 75 ? null : counted(steady(20, 0.01))(time));
    const state = folded(session(2), ...joined([away, inPits]));
    expect(state.laps.map(({ lap, countedFrom }) => [lap, countedFrom])[0]).toEqual([4, undefined]);
  });

  it('GRN-4, JOIN-1: a race joined on the grid under a red flag goes on with the sim’s count', () => {
    const red = (time: number): SessionPhase => (time < 80 ? 'grid' : 'racing');
    const stands: Drive = (time) => counted(() => 3.3 + Math.max(0, time - 80) / 20)(time);
    const frames = race([stands], { until: 130, phase: red })
      .filter(({ sessionTime }) => sessionTime > CLOCK_S + 70)
      .map((each) => (each.state === 'grid' ? { ...each, flags: ['red'] } : each));
    const state = folded(session(1), ...frames);
    expect(state.greenAt).toBeNull();
    expect(state.laps.map(({ lap, lapTimeMs }) => [lap, lapTimeMs])).toEqual([
      [4, null],
      [5, 20_000],
    ]);
  });

  it('JOIN-3: a session that is cut off has not finished: nobody is told to have taken a flag', () => {
    const frames = race(drives, { until: 100 });
    const state = folded(session(3, { limit: { laps: 6 } }), ...frames);
    expect(state.finish).toBeNull();
    expect(standings(state).map(({ figures }) => figures.status)).not.toContain('finished');
  });
});

describe('a driver change', () => {
  const entriesOf = (driver: string) => [{ car: 0, carNumber: '1', driver: { name: driver } }];
  /** In the lane from 45 s on, in its box before or behind the line from 50 to 70 s, away from 55 to 62 s, out at 75 s. */
  const changes = (box: number): Drive => {
    const drive = steady(20);
    return (time) => {
      if (time < 45) return drive(time);
      const from = drive(45) as number;
      if (time < 50) return { at: from + ((box - from) * (time - 45)) / 5, onPitRoad: true, surface: 'pitApproach' };
      if (time > 55 && time < 62) return null;
      if (time < 70) return { at: box, onPitRoad: true, surface: 'pitStall' };
      if (time < 75) return { at: box + (time - 70) / 100, onPitRoad: true, surface: 'pitApproach' };
      return box + 0.05 + (time - 75) / 20;
    };
  };
  const folds = (box: number) => {
    const frames = race([changes(box)], { until: 130 });
    const second = frames.findIndex(({ sessionTime }) => sessionTime > CLOCK_S + 60);
    return folded(
      session(1, { entries: entriesOf('First') }),
      ...frames.slice(0, second),
      session(1, { entries: entriesOf('Second') }),
      ...frames.slice(second),
    );
  };

  it('LAP-12: the in lap belongs to the driver who drove it, wherever the box lies', () => {
    for (const box of [2.95, 3.05]) {
      const state = folds(box);
      expect(state.laps.slice(0, 4).map(({ lap, driver, inLap }) => [lap, driver, inLap])).toEqual([
        [1, 'First', false],
        [2, 'First', false],
        [3, 'First', true],
        [4, 'Second', false],
      ]);
    }
  });

  it('PIT-7: a car that leaves the world in its box is in the pits throughout, and its laps are measured', () => {
    for (const box of [2.95, 3.05]) {
      const frames = race([changes(box)], { until: 130 });
      for (const time of [52, 56, 61, 65]) {
        const state = folded(session(1), ...frames.filter(({ sessionTime }) => sessionTime < CLOCK_S + time));
        expect(standings(state)[0]?.figures).toMatchObject({ status: 'pit', inPit: true });
      }
      const state = folds(box);
      expect(state.laps.every(({ valid, sectorsMs }) => valid && !sectorsMs.includes(null))).toBe(true);
      const told = state.events.map(({ name }) => name);
      expect(told.filter((name) => ['gone', 'returned', 'towed'].includes(name))).toEqual([]);
      expect(told.filter((name) => name === 'pit.entered')).toHaveLength(1);
    }
  });

  it('PIT-7: one that does not come back for two minutes has left', () => {
    const frames = race([(time) => (time > 55 ? null : changes(2.95)(time))], { until: 180 });
    const state = folded(session(1), ...frames);
    expect(standings(state)[0]?.figures).toMatchObject({ status: 'notInWorld', inPit: false });
  });

  it('PIT-8: a car whose place trembles in its box, also on the line, has stood there', () => {
    const drive = steady(20);
    const trembles: Drive = (time) => {
      if (time < 40)
        return { at: drive(time) as number, ...(time > 38 && { onPitRoad: true, surface: 'pitApproach' }) };
      const at = 2 + (time < 60 ? 0.0001 * (Math.round(time * 10) % 3) - 0.0001 : (time - 60) / 20);
      return time < 62 ? { at, onPitRoad: true, surface: time < 60 ? 'pitStall' : 'pitApproach' } : at;
    };
    const track = { name: 'x', sectorStarts: [0, 0.4], lengthM: 4_000 };
    const state = folded(session(1, { track }), ...race([trembles], { until: 90 }));
    expect(standings(state)[0]?.figures).toMatchObject({ pitStops: 1, driveThroughs: 0 });
    const boxMs = state.events.find(({ name }) => name === 'pit.left')?.detail?.boxMs as number;
    expect(Math.abs(boxMs - 20_000)).toBeLessThanOrEqual(300);
    expect(lapsOf(state).map(([lap]) => lap)).toEqual([1, 2, 3]);
  });
});
