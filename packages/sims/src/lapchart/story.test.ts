import type { CarSample, Frame, ResultsLine, SessionLine, SourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartFrom, rowsOf, type ShortRow, steady } from '../testing/charts.js';
import { crossingsSeen } from '../testing/crossings.js';
import { framesOf } from '../testing/records.js';
import { playChart } from './lapchart-source.js';
import type { Chart } from './read-chart.js';

const PITTED = { lap_events: ['pitted'] };

function play(chart: Chart, hz = 10): { records: SourceRecord[]; frames: Frame[] } {
  const records = [...playChart(chart, hz)];
  return { records, frames: framesOf(records) };
}

function samplesOf(frames: readonly Frame[], car: number): (CarSample & { time: number })[] {
  return frames.map(({ cars, sessionTime }) => ({ ...cars[car]!, time: sessionTime }));
}

/** Times, in whole seconds, in which a car stands in its stall, with the laps that it has completed there. */
function standsOf(frames: readonly Frame[], car: number): { from: number; seconds: number; laps: number }[] {
  const stands: { from: number; to: number; laps: number }[] = [];
  for (const { time, surface, lapsCompleted = 0 } of samplesOf(frames, car)) {
    const last = stands.at(-1);
    if (surface !== 'pitStall') continue;
    if (last && time - last.to < 0.15) last.to = time;
    else stands.push({ from: time, to: time, laps: lapsCompleted });
  }
  return stands.map(({ from, to, laps }) => ({ from: Math.round(from), seconds: Math.round(to - from), laps }));
}

describe('a stop in the pits', () => {
  it('lies before the line where the lap into the pits is the longer one', () => {
    const rows: ShortRow[] = [
      [0, 100],
      [1, 200],
      [2, 300],
      [3, 440, PITTED],
      [4, 550, PITTED],
      [5, 650],
      [6, 750],
    ];
    const { frames } = play(chartFrom([...rowsOf(1, rows), ...rowsOf(2, steady(7, 100))]));
    const stands = standsOf(frames, 0);
    expect(stands).toHaveLength(1);
    expect(stands[0]).toMatchObject({ laps: 2, seconds: expect.closeTo(32, -0.5) });
    const lane = samplesOf(frames, 0).filter(({ onPitRoad }) => onPitRoad);
    expect(lane[0]).toMatchObject({ pct: expect.closeTo(0.95, 1), lapsCompleted: 2, surface: 'pitApproach' });
    expect(lane.at(-1)).toMatchObject({ pct: expect.closeTo(0.03, 1), lapsCompleted: 3 });
  });

  it('lies after the line where the lap out of the pits is the longer one', () => {
    const rows: ShortRow[] = [
      [0, 100],
      [1, 200],
      [2, 300],
      [3, 408, PITTED],
      [4, 550, PITTED],
      [5, 650],
      [6, 750],
    ];
    const { frames } = play(chartFrom([...rowsOf(1, rows), ...rowsOf(2, steady(7, 100))]));
    expect(standsOf(frames, 0)).toEqual([expect.objectContaining({ laps: 3 })]);
  });

  it('is a drive through where no time was lost, and keeps the lap times anyhow', () => {
    const rows: ShortRow[] = [
      [0, 100],
      [1, 200],
      [2, 300, PITTED],
      [3, 400, PITTED],
      [4, 500],
      [5, 600],
    ];
    const { frames } = play(chartFrom([...rowsOf(1, rows), ...rowsOf(2, steady(6, 100))]));
    expect(standsOf(frames, 0)).toEqual([]);
    expect(samplesOf(frames, 0).some(({ onPitRoad }) => onPitRoad)).toBe(true);
    const seen = crossingsSeen(frames).filter(({ car }) => car === 0);
    expect(seen.slice(1).map(({ time }) => Math.round(time * 1000))).toEqual([200e3, 300e3, 400e3, 500e3, 600e3]);
  });

  it('behind the last crossing is where a car ends that has no lap after it', () => {
    const rows: ShortRow[] = [
      [0, 100],
      [1, 200],
      [2, 320, PITTED],
    ];
    const { frames } = play(chartFrom([...rowsOf(1, rows), ...rowsOf(2, steady(7, 100))]));
    expect(standsOf(frames, 0)).toEqual([expect.objectContaining({ laps: 2, seconds: 15 })]);
    expect(samplesOf(frames, 0).at(-1)).toMatchObject({ surface: 'notInWorld' });
  });
});

describe('a team race', () => {
  const rows: ShortRow[] = [
    [0, 100],
    [1, 200],
    [2, 340, PITTED],
    [3, 450, PITTED],
    [4, 550],
    [5, 650],
    [6, 750, { flags: 0x4000 }],
  ];
  const first = { cust_id: 501, display_name: 'Ann', name: 'Team A' };
  const second = { cust_id: 502, display_name: 'Bo', name: 'Team A' };
  const shared = rowsOf(-7, rows).map((row, i) => ({ ...row, ...(i < 3 ? first : second), car_number: '007' }));
  const other = rowsOf(-8, steady(7, 90)).map((row) => ({ ...row, cust_id: 600, car_class_id: 12 }));
  const { records } = play(chartFrom([...shared, ...other]));
  const sessions = records.filter((record): record is SessionLine => record.kind === 'session');

  it('names the team and who drives', () => {
    expect(sessions[0]).toMatchObject({ teamRacing: true });
    expect(sessions[0]?.entries[0]).toEqual({
      car: 0,
      carNumber: '007',
      teamName: 'Team A',
      driver: { id: '501', name: 'Ann' },
      classId: 'all',
      carModel: null,
      pace: false,
    });
    expect(sessions[0]?.classes).toEqual([
      { id: 'all', name: 'All cars' },
      { id: '12', name: 'Class 12' },
    ]);
  });

  it('gives the session again when the driver changes, in the stop', () => {
    expect(sessions).toHaveLength(2);
    expect(sessions[1]?.entries[0]?.driver).toEqual({ id: '502', name: 'Bo' });
    const next = records[records.indexOf(sessions[1]!) + 1] as Frame;
    expect(next.cars[0]?.surface).toBe('pitStall');
    expect(sessions[1]?.capturedAt).toBe(next.capturedAt);
  });

  it('is classified by class, too', () => {
    const { rows: classified } = records.at(-1) as ResultsLine;
    expect(classified.map(({ car, classPosition }) => [car, classPosition])).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(classified[1]).toMatchObject({ lapsDown: 1, gapMs: null, status: 'finished' });
  });
});

describe('other charts', () => {
  it('of practice and qualifying have no grid, and every car comes from the pits', () => {
    for (const [simsession_type, type] of [
      [3, 'practice'],
      [4, 'qualify'],
      [5, 'qualify'],
    ] as const) {
      const laps = [...rowsOf(1, steady(3, 80, 20)), ...rowsOf(2, steady(4, 79, 90))];
      const { records, frames } = play(chartFrom(laps, { simsession_type }));
      expect(records[0]).toMatchObject({ type });
      expect(records[0]).not.toHaveProperty('grid');
      expect(frames[0]).toMatchObject({ sessionTime: 20, state: 'racing' });
      expect(frames[0]?.cars.map(({ onPitRoad, pct }) => [onPitRoad, pct >= 0])).toEqual([
        [true, true],
        [false, false],
      ]);
      expect((records.at(-1) as ResultsLine).rows.map(({ car }) => car)).toEqual([1, 0]);
    }
  });

  it('whose cars have no start row begin as long before the first crossing as its lap took', () => {
    const rows = rowsOf(1, steady(3, 100)).slice(1);
    const { frames } = play(chartFrom(rows));
    expect(frames.find(({ state }) => state === 'racing')?.sessionTime).toBe(100);
  });

  it('that begin with the session clock have no frames before it', () => {
    const { frames } = play(chartFrom(rowsOf(1, steady(2, 60, 2))));
    expect(frames[0]?.sessionTime).toBe(0);
    expect(frames.find(({ state }) => state === 'racing')?.sessionTime).toBe(2);
  });

  it('in which nobody completes a lap come to an end', () => {
    const { frames, records } = play(chartFrom([...rowsOf(1, [[0, 10]]), ...rowsOf(2, [[0, 10.001]])]));
    expect(frames.at(-1)?.state).toBe('cooldown');
    expect((records.at(-1) as ResultsLine).rows.every(({ status }) => status === 'retired')).toBe(true);
  });

  it('give any number of frames a second, one of them on green', () => {
    const { frames } = play(chartFrom(rowsOf(1, steady(2, 60, 129.65))), 60);
    expect(frames.filter(({ sessionTime }) => sessionTime === 129.65)).toHaveLength(1);
    expect(frames[1]!.sessionTime - frames[0]!.sessionTime).toBeCloseTo(1 / 60, 5);
  });

  it('of any laps and events keep each crossing within 0.5 ms, and no car ever goes back', () => {
    const lap = fc.record({
      seconds: fc.double({ min: 0.85, max: 1.9, noNaN: true }),
      events: fc.subarray(['pitted', 'off track', 'discontinuity', 'tow']),
    });
    const car = fc.record({ start: fc.subarray(['pitted', 'tow']), laps: fc.array(lap, { maxLength: 8 }) });
    const race = fc.record({
      pace: fc.double({ min: 14, max: 300, noNaN: true }),
      cars: fc.array(car, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(race, ({ pace, cars }) => {
        const chart = chartFrom(
          cars.flatMap(({ start, laps }, i) => {
            let time = 50 + i / 1000;
            const rows: ShortRow[] = [[0, time, { lap_events: start, lap_position: i + 1 }]];
            for (const [j, { seconds, events }] of laps.entries()) {
              time += seconds * pace;
              rows.push([j + 1, time, { lap_events: events }]);
            }
            return rowsOf(i + 1, rows);
          }),
        );
        const { frames } = play(chart);
        const seen = crossingsSeen(frames);
        for (const { car: index, crossings } of chart.cars) {
          const progress = samplesOf(frames, index).flatMap(({ pct, lapsCompleted = 0 }) => {
            return pct === -1 ? [] : lapsCompleted + pct;
          });
          expect(progress.filter((each, i) => each < (progress[i - 1] ?? -1))).toEqual([]);
          for (const { lap: number, time, notes } of crossings) {
            if (number === 0 || notes.tow) continue;
            const near = seen.filter((each) => each.car === index && Math.abs(each.time - time) < 0.0005);
            expect([number, time, near.length]).toEqual([number, time, 1]);
          }
        }
      }),
      { numRuns: 80 },
    );
  });
});
