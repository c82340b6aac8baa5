import {
  decodeRecord,
  encodeRecord,
  type Frame,
  readRecord,
  type SourceRecord,
  sourceRecord,
} from '@okboxbox/protocol';
import { createTiming, foldRecord, standings } from '@okboxbox/timing';
import { describe, expect, it } from 'vitest';
import { isMissing } from '../testing/shared-data.js';
import { DrivenSim, IMAGE } from './testing/driven-sim.js';
import { movingCarsText } from './testing/moving-cars.js';

const framesOf = (records: readonly SourceRecord[]) =>
  records.filter((record): record is Frame => record.kind === 'frame');
const steps = (frames: readonly Frame[]) =>
  frames.slice(1).map((frame, i) => frame.sessionTime - (frames[i] as Frame).sessionTime);

describe.skipIf(isMissing(IMAGE))('a live sim', () => {
  it('gives its session, then frames of all its cars at the rate asked for', async () => {
    const sim = new DrivenSim();
    const records = await sim.run(10_000);
    for (const record of records) expect(sourceRecord.safeParse(record).error).toBeUndefined();
    expect(records[0]).toMatchObject({
      kind: 'session',
      simSessionKey: '77:0',
      type: 'race',
      track: { name: 'Stand-in Park', lengthM: 2_000, sectorStarts: [0, 0.5] },
    });
    const frames = framesOf(records);
    expect(frames.length).toBeGreaterThan(95);
    const mean = steps(frames).reduce((sum, step) => sum + step, 0) / (frames.length - 1);
    expect(mean).toBeCloseTo(0.1, 2);
    expect(records).toHaveLength(frames.length + 1);
    for (const frame of frames) expect(frame.cars.map(({ car }) => car)).toEqual([0, 1, 2, 3, 4]);
    expect(Math.max(...steps(frames))).toBeLessThan(0.12);
    expect(sim.states).toEqual(['sim-not-running', 'connected']);
  });

  it('gives every row where 60 a second are asked for', async () => {
    const frames = framesOf(await new DrivenSim().run(5_000, 60));
    expect(frames.length).toBeGreaterThan(295);
    expect(Math.max(...steps(frames))).toBeLessThan(0.018);
  });

  it('has names as people typed them', async () => {
    const [session] = await new DrivenSim().run(200);
    if (session?.kind !== 'session') throw new Error('no session first');
    expect(session.entries[1]?.driver?.name).toBe('José "Pepe" Núñez: #1');
  });

  it('is waited for until it is there', async () => {
    const sim = new DrivenSim({
      5000: () => {
        sim.isThere = true;
      },
    });
    sim.isThere = false;
    const frames = framesOf(await sim.run(10_000));
    expect(frames.length).toBeGreaterThan(35);
    expect(frames[0]?.sessionTime).toBeGreaterThan(4.9);
    expect(sim.states).toEqual(['sim-not-running', 'connected']);
  });

  it('is waited for while it is in no session', async () => {
    const sim = new DrivenSim({
      3000: () => {
        sim.sim.isConnected = true;
      },
    });
    sim.sim.isConnected = false;
    expect(framesOf(await sim.run(6_000)).length).toBeGreaterThan(15);
  });

  it('tells the session again when something in it changes, and goes on with the frames', async () => {
    const sim = new DrivenSim({
      2000: () => {
        sim.cars = { ...sim.cars, cars: 6 };
        sim.sim.setText(movingCarsText(sim.cars));
      },
      // The sim writes its text again and again, with nothing new for us in it.
      3000: () => sim.sim.setText(movingCarsText(sim.cars)),
    });
    const records = await sim.run(4_000);
    const sessions = records.filter((record) => record.kind === 'session');
    expect(sessions.map(({ entries }) => entries.length)).toEqual([5, 6]);
    expect(framesOf(records).at(-1)?.cars).toHaveLength(6);
    expect(framesOf(records).map(({ seq }) => seq)).toEqual(framesOf(records).map((_, i) => i + 1));
  });

  it('goes on to the next session of the same evening: its clock begins again', async () => {
    const sim = new DrivenSim({
      3000: () => {
        sim.cars = { ...sim.cars, sessionNum: 1 };
        sim.sim.setText(movingCarsText(sim.cars));
        sim.sessionTime = 0;
      },
    });
    const records = await sim.run(6_000);
    const keys = records.flatMap((record) => (record.kind === 'session' ? [record.simSessionKey] : []));
    expect(keys).toEqual(['77:0', '77:1']);
    const at = records.findIndex((record) => record.kind === 'session' && record.simSessionKey === '77:1');
    expect(framesOf(records.slice(0, at)).at(-1)?.sessionTime).toBeGreaterThan(2.8);
    expect(framesOf(records.slice(at))[0]?.sessionTime).toBeLessThan(0.2);
  });

  it('gives no frames of a replay, whose session clock stands still, and says so', async () => {
    const sim = new DrivenSim({
      2000: () => {
        sim.clockStands = true;
      },
      6000: () => {
        sim.clockStands = false;
      },
    });
    const records = await sim.run(8_000);
    expect(framesOf(records).length).toBeLessThan(45);
    expect(sim.states).toEqual(['sim-not-running', 'connected', 'replay', 'connected']);
  });

  it('that is closed is left, and found again when it is started again', async () => {
    const sim = new DrivenSim({
      3000: () => {
        sim.sim.isConnected = false;
      },
      6000: () => {
        sim.sim.restart();
        sim.sim.isConnected = true;
      },
    });
    const records = await sim.run(9_000);
    expect(sim.states).toEqual(['sim-not-running', 'connected', 'left', 'connected']);
    expect(framesOf(records).at(-1)?.sessionTime).toBeGreaterThan(8.8);
    expect(sim.opened).toBeGreaterThan(1);
  });

  it('that writes nothing for half a minute is gone, whatever its memory says', async () => {
    const sim = new DrivenSim({
      2000: () => {
        sim.isWriting = false;
      },
    });
    await sim.run(40_000);
    expect(sim.states).toContain('left');
  });

  it('whose headers make no sense yet is looked at again', async () => {
    const sim = new DrivenSim({
      2500: () => new DataView(sim.sim.bytes.buffer).setInt32(8, 60, true),
    });
    new DataView(sim.sim.bytes.buffer).setInt32(8, -1, true);
    const records = await sim.run(5_000);
    expect(sim.troubles[0]).toContain('tick rate (at byte 8) is -1');
    expect(framesOf(records).length).toBeGreaterThan(10);
  });

  it('tells each flag that it shows a single car once, as it comes out', async () => {
    const flags = Array.from({ length: 64 }, () => 0);
    const show = (car: number, bits: number) => () => {
      flags[car] = bits;
      sim.sim.write({ CarIdxSessionFlags: flags });
    };
    const sim = new DrivenSim({ 1000: show(3, 0x80000), 2000: show(3, 0x10000), 3000: show(2, 0x100000) });
    const records = await sim.run(5_000);
    expect(
      records.flatMap((record) => (record.kind === 'message' ? [[record.car, record.what, record.text]] : [])),
    ).toEqual([
      [3, 'warning', 'Furled black flag: slow down'],
      [3, 'penalty', 'Black flag'],
      [2, 'repair', 'Meatball flag: repairs required'],
    ]);
  });

  describe('that takes lap times back', () => {
    /** The sim counts the laps of the first two cars after 41 s; after 50 s it shows those of car 0 no more. */
    const timesOf = (of: (car: number, sessionTime: number) => number) => (sessionTime: number) => {
      const times = Array.from({ length: 64 }, (_, car) => of(car, sessionTime));
      return { CarIdxLastLapTime: times, CarIdxBestLapTime: times };
    };
    const counted = (car: number, sessionTime: number) => (car < 2 && sessionTime > 41 ? 20 + car / 10 : -1);
    const withdrawn = timesOf((car, time) => (car === 0 && time > 50 ? -1 : counted(car, time)));
    const practice = (plan: Readonly<Record<number, () => void>> = {}) => {
      const sim = new DrivenSim(plan);
      sim.cars = { ...sim.cars, sessionType: 'Practice' };
      sim.sim.setText(movingCarsText(sim.cars));
      return sim;
    };
    const lapsOf = (records: readonly SourceRecord[], car: number) =>
      framesOf(records).map(({ cars, sessionTime }) => ({
        sessionTime,
        sample: cars.find((each) => each.car === car),
      }));

    it('says so, in frames that the wire carries, and the car has no best lap any more', async () => {
      const sim = practice();
      sim.besides = withdrawn;
      const records = (await sim.run(56_000)).map((record, i) => decodeRecord(readRecord(encodeRecord(record, i + 1))));
      for (const { sessionTime, sample } of lapsOf(records, 0)) {
        const shown = sessionTime <= 41 ? undefined : sessionTime <= 50 ? 20_000 : -1;
        expect(sample).toMatchObject({ car: 0, lastLapMs: shown, bestLapMs: shown });
      }
      for (const { sample } of lapsOf(records, 2)) expect(sample?.bestLapMs).toBeUndefined();

      const state = createTiming();
      const figuresOf = (car: number) => standings(state).find((each) => each.car === car)?.figures;
      const before = records.filter((record) => record.kind !== 'frame' || record.sessionTime < 50);
      for (const record of before) foldRecord(state, record);
      expect(figuresOf(0)?.bestLapMs).toBeCloseTo(20_000, -1);
      for (const record of records.slice(before.length)) foldRecord(state, record);
      expect(figuresOf(0)).toMatchObject({ bestLapMs: null, lastLapMs: null });
      expect(figuresOf(1)?.bestLapMs).toBeCloseTo(20_100, -1);
      expect(state.laps.filter((lap) => lap.deleted).map(({ car }) => car)).toEqual([0]);
    });

    it('says nothing of a car that is not in the world: the sim shows none of its times', async () => {
      const sim = practice();
      sim.besides = (sessionTime) => ({
        ...withdrawn(sessionTime),
        CarIdxTrackSurface: Array.from({ length: 64 }, (_, car) => (car === 0 && sessionTime > 48 ? -1 : 3)),
      });
      const after = lapsOf(await sim.run(56_000), 0).filter(({ sessionTime }) => sessionTime > 50);
      expect(after.length).toBeGreaterThan(50);
      for (const { sample } of after) {
        expect(sample?.surface).toBe('notInWorld');
        expect(sample).not.toHaveProperty('bestLapMs');
        expect(sample).not.toHaveProperty('lastLapMs');
      }
    });

    it('says nothing of the times of the session before', async () => {
      const sim = practice({
        3000: () => {
          sim.cars = { ...sim.cars, sessionNum: 1 };
          sim.sim.setText(movingCarsText(sim.cars));
          sim.sessionTime = 0;
        },
      });
      sim.besides = timesOf(() => (sim.cars.sessionNum === 1 ? -1 : 20));
      const records = await sim.run(6_000);
      const next = records.findIndex((record) => record.kind === 'session' && record.simSessionKey === '77:1');
      expect(lapsOf(records.slice(0, next), 0).at(-1)?.sample?.bestLapMs).toBe(20_000);
      expect(lapsOf(records.slice(next), 0).length).toBeGreaterThan(20);
      for (const { sample } of lapsOf(records.slice(next), 0)) expect(sample).not.toHaveProperty('bestLapMs');
    });
  });
});
