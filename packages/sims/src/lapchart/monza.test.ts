import type { CarSample, Frame, ResultsLine, SessionLine, SourceRecord } from '@okboxbox/protocol';
import { sourceRecord } from '@okboxbox/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { crossingsSeen } from '../testing/crossings.js';
import { framesOf } from '../testing/records.js';
import { isMissing, sharedData } from '../testing/shared-data.js';
import { playChart } from './lapchart-source.js';
import { type Chart, type ChartCar, readChart } from './read-chart.js';

const FILE = 'iracing/monza-f3.lapchart.json';

describe.skipIf(isMissing(FILE))('the F3 race at Monza', () => {
  let chart: Chart;
  let records: SourceRecord[];
  let frames: Frame[];

  beforeAll(async () => {
    chart = await readChart(sharedData(FILE));
    records = [...playChart(chart, 10)];
    frames = framesOf(records);
  });

  function carOf(carNumber: string): ChartCar {
    return chart.cars.find((car) => car.carNumber === carNumber)!;
  }

  function frameAt(time: number): Frame {
    return frames.find((frame) => frame.sessionTime >= time)!;
  }

  function sampleOf(carNumber: string, frame: Frame): CarSample {
    const { car } = carOf(carNumber);
    return frame.cars.find((sample) => sample.car === car)!;
  }

  /** What a car's samples show over a time, each state once. */
  function surfacesOf(carNumber: string, from: number, to: number): string[] {
    const surfaces: string[] = [];
    for (const frame of frames) {
      if (frame.sessionTime < from || frame.sessionTime > to) continue;
      const { surface = '' } = sampleOf(carNumber, frame);
      if (surfaces.at(-1) !== surface) surfaces.push(surface);
    }
    return surfaces;
  }

  it('has 28 entries, a frame on green at 129.65 s, and says that its positions are derived', () => {
    const session = records[0] as SessionLine;
    expect(session).toMatchObject({
      kind: 'session',
      simSessionKey: '43625377:0',
      type: 'race',
      track: { id: '239', name: 'Autodromo Nazionale Monza', config: 'Grand Prix', lengthM: null },
      limit: { laps: null, timeS: null },
      teamRacing: false,
      positions: 'derived',
    });
    expect(session.entries).toHaveLength(28);
    expect(session.entries[1]).toMatchObject({
      car: 1,
      carNumber: '11',
      driver: { name: 'Driver 02' },
      teamName: null,
    });
    expect(session.track.sectorStarts).toBeUndefined();
    const green = frames.findIndex(({ state }) => state === 'racing');
    expect(frames[green]?.sessionTime).toBe(129.65);
    expect(frames[green]?.flags).toEqual(['green']);
    expect(green).toBe(50);
    expect(new Set(frames.slice(0, green).map(({ state }) => state))).toEqual(new Set(['grid']));
  });

  it('gives records that fit the schema, with numbers that rise and whole times', () => {
    expect(records.filter((record) => !sourceRecord.safeParse(record).success)).toEqual([]);
    expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, i) => i + 1));
    expect(frames[57]?.capturedAt).toBe(Date.parse('2022-01-02T10:15:00Z') + 130_350);
    expect(records.at(-1)?.kind).toBe('results');
  });

  it('keeps all 359 timed laps behind the first within 2 ms', () => {
    const seen = crossingsSeen(frames);
    let laps = 0;
    let worst = 0;
    for (const { car, crossings } of chart.cars) {
      const times = seen.filter((crossing) => crossing.car === car).map(({ time }) => time);
      for (const { lap, time, lapTimeMs } of crossings) {
        if (lap < 2 || lapTimeMs === null) continue;
        const end = times.findIndex((each) => Math.abs(each - time) < 1);
        const seconds = times[end]! - times[end - 1]!;
        worst = Math.max(worst, Math.abs(seconds * 1000 - lapTimeMs));
        laps += 1;
      }
    }
    expect(laps).toBe(359);
    expect(worst).toBeLessThan(0.5);
  });

  it('has every car at every crossing in the charted order', () => {
    const seen = new Map<number, number>();
    for (const { car, time } of crossingsSeen(frames).sort((a, b) => a.time - b.time)) {
      const crossing = chart.cars[car]!.crossings.find((each) => each.lap > 0 && Math.abs(each.time - time) < 0.002);
      if (crossing === undefined) continue;
      const place = (seen.get(crossing.lap) ?? 0) + 1;
      seen.set(crossing.lap, place);
      const charted = chart.cars.filter(({ crossings }) => {
        return crossings.some(
          ({ lap, time: other, notes }) => lap === crossing.lap && other < crossing.time && !notes.tow,
        );
      });
      expect([crossing.lap, place]).toEqual([crossing.lap, charted.length + 1]);
    }
    expect(seen.get(18)).toBe(18);
  });

  it('has no other leader than the chart, though the way between crossings is made up', () => {
    const leaders: number[] = [];
    for (const { cars, state } of frames) {
      if (state !== 'racing') continue;
      const inWorld = cars.filter(({ pct }) => pct >= 0);
      const leader = inWorld.reduce((a, b) => (b.lapsCompleted! + b.pct > a.lapsCompleted! + a.pct ? b : a)).car;
      if (leaders.at(-1) !== leader) leaders.push(leader);
    }
    expect(leaders.map((car) => chart.cars[car]?.carNumber)).toEqual(['1', '9', '1']);
  });

  it('counts laps as the chart does, and gives neither lap times nor positions', () => {
    const frame = frameAt(1000);
    expect(sampleOf('1', frame)).toEqual({
      car: 0,
      pct: expect.closeTo(0.308, 1),
      lap: 9,
      lapsCompleted: 8,
      surface: 'onTrack',
      onPitRoad: false,
    });
  });

  it('lines the grid up by place behind the line, with who starts from the pits last', () => {
    const { cars } = frames[0]!;
    const places = chart.cars.filter(({ crossings }) => crossings[0].time < 130);
    const sorted = [...places].sort((a, b) => cars[b.car]!.pct - cars[a.car]!.pct);
    expect(sorted.map(({ crossings }) => crossings[0].position)).toEqual(sorted.map((_, i) => i + 1));
    expect(sampleOf('1', frames[0]!)).toMatchObject({ pct: 0.9984, lap: 0, lapsCompleted: -1, surface: 'onTrack' });
    for (const number of ['17', '25', '15']) {
      expect(sampleOf(number, frameAt(129.65))).toMatchObject({
        surface: 'pitStall',
        onPitRoad: true,
        lapsCompleted: -1,
      });
    }
    expect((records[0] as SessionLine).grid).toHaveLength(25);
  });

  it('keeps who starts from the pits in the stall until it must leave', () => {
    expect(surfacesOf('17', 124, 250)).toEqual(['pitStall', 'pitApproach', 'onTrack']);
    expect(sampleOf('15', frameAt(380)).surface).toBe('pitStall');
    expect(sampleOf('15', frameAt(460)).surface).toBe('onTrack');
  });

  it('brings a late car into the pits when it joins, and leaves out who never drove', () => {
    expect(surfacesOf('2', 124, 527.6)).toEqual(['notInWorld']);
    expect(sampleOf('2', frameAt(527.7))).toMatchObject({ onPitRoad: true, lap: 1, lapsCompleted: 0 });
    for (const number of ['21', '27']) expect(surfacesOf(number, 0, 1e9)).toEqual(['notInWorld']);
    expect(sampleOf('21', frames[0]!)).toEqual({
      car: carOf('21').car,
      pct: -1,
      lap: -1,
      lapsCompleted: -1,
      surface: 'notInWorld',
      onPitRoad: false,
    });
  });

  it('tows a car from the side of the track into its stall', () => {
    expect(surfacesOf('14', 129.65, 660)).toEqual([
      'onTrack',
      'offTrack',
      'notInWorld',
      'pitStall',
      'pitApproach',
      'onTrack',
    ]);
    expect(sampleOf('14', frameAt(307.9667))).toMatchObject({
      surface: 'pitStall',
      lapsCompleted: 1,
      pct: expect.closeTo(0.005, 4),
    });
    expect(sampleOf('14', frameAt(307.85)).surface).toBe('notInWorld');
    expect(sampleOf('14', frameAt(530)).surface).toBe('pitStall');
  });

  it('takes a car out of the world for two seconds where the chart says discontinuity', () => {
    const out = frames.filter((frame) => {
      return frame.sessionTime > 990 && frame.sessionTime < 1095 && sampleOf('16', frame).pct === -1;
    });
    expect(out).toHaveLength(20);
  });

  it('stops a car that retires off the track, and takes it out of the world', () => {
    expect(surfacesOf('18', 554.5, 1e9)).toEqual(['onTrack', 'offTrack', 'notInWorld']);
    expect(sampleOf('18', frameAt(580))).toMatchObject({ surface: 'offTrack', lapsCompleted: 4 });
    expect(sampleOf('18', frameAt(580)).pct).toBe(sampleOf('18', frameAt(588)).pct);
    expect(surfacesOf('10', 124, 1e9)).toEqual(['onTrack', 'offTrack', 'notInWorld']);
  });

  it('shows the chequered flag from the winner on, and ends with the classification', () => {
    const checkered = frames.find(({ state }) => state === 'checkered')!;
    expect(checkered.sessionTime).toBeCloseTo(2002.05, 6);
    expect(checkered.flags).toEqual(['checkered']);
    const cooldown = frames.find(({ state }) => state === 'cooldown')!;
    expect(cooldown.sessionTime).toBeCloseTo(2100.15, 6);
    expect(frames.at(-1)?.sessionTime).toBeCloseTo(2110.05, 6);

    const { official, rows } = records.at(-1) as ResultsLine;
    expect(official).toBe(true);
    expect(rows.map(({ position }) => position)).toEqual(rows.map((_, i) => i + 1));
    const finishers = rows.filter(({ status }) => status === 'finished');
    expect(finishers.map(({ car }) => chart.cars[car]!.crossings.at(-1)!.position)).toEqual(
      finishers.map((_, i) => i + 1),
    );
    expect(finishers).toHaveLength(20);
    expect(rows.filter(({ status }) => status === 'retired')).toHaveLength(6);
    expect(rows.filter(({ status }) => status === 'notInWorld').map(({ position }) => position)).toEqual([27, 28]);
    expect(rows[1]).toMatchObject({ gapMs: 6676.8, lapsDown: 0, lapsCompleted: 18, lastLapMs: 104018.8 });
  });

  it('lets finished cars drive on and leave within the lap', () => {
    expect(surfacesOf('1', 2002.1, 2061)).toEqual(['onTrack']);
    expect(surfacesOf('1', 2062.1, 1e9)).toEqual(['notInWorld']);
    expect(sampleOf('1', frameAt(2061)).lapsCompleted).toBe(18);
  });
});
