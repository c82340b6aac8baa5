import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { EntryFigures, RaceEventName, ResultsLine, SourceRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTiming, entryInfos, foldRecord, standings, type TimingState } from './index.js';
import { CLOCK_S, type Drive, folded, frame, race, session, steady } from './testing/drive.js';

const orderOf = (state: TimingState) => standings(state).map(({ car }) => car);
const figuresOf = (state: TimingState, car: number) =>
  standings(state).find((each) => each.car === car)?.figures as EntryFigures;
const eventsOf = (state: TimingState, ...names: RaceEventName[]) =>
  state.events.filter((event) => names.includes(event.name));

describe('pits and status', () => {
  /** Stops in the pit lane from 25 s to 55 s, in the box from 30 s, away for a driver change in between. */
  const stops: Drive = (time) => {
    const before = Math.max(0, time) / 20;
    if (time < 25) return before;
    if (time < 30) return { at: 1.25 + (time - 25) / 200, surface: 'pitApproach', onPitRoad: true };
    if (time > 35 && time < 40) return null;
    if (time < 50) return { at: 1.275, surface: 'pitStall', onPitRoad: true };
    if (time < 55) return { at: 1.275 + (time - 50) / 200, surface: 'pitApproach', onPitRoad: true };
    return 1.3 + (time - 55) / 20;
  };

  it('PIT-1, PIT-2, PIT-3: a stop with a driver change in it is one stop', () => {
    const frames = race([stops], { until: 120 });
    const at = (time: number) =>
      figuresOf(folded(session(1), ...frames.filter((each) => each.sessionTime <= CLOCK_S + time)), 0);
    expect(at(20)).toMatchObject({ inPit: false, pitStops: 0, status: 'running' });
    expect(at(32)).toMatchObject({ inPit: true, pitStops: 1, status: 'pit' });
    expect(at(38)).toMatchObject({ inPit: true, pitStops: 1, status: 'pit' });
    expect(at(60)).toMatchObject({ inPit: false, pitStops: 1, status: 'outLap', stintLaps: 0 });
    expect(at(95)).toMatchObject({ pitStops: 1, status: 'running', stintLaps: 2 });
    const names = folded(session(1), ...frames).events.map((event) => event.name);
    expect(names.filter((name) => name.startsWith('pit.'))).toEqual(['pit.entered', 'pit.left']);
  });

  it('PIT-4: box time is the standing still, lane time from entry to exit', () => {
    const state = folded(session(1), ...race([stops], { until: 80 }));
    const [boxed] = eventsOf(state, 'box.left');
    expect(Math.abs((boxed?.detail?.boxMs as number) - 20_000)).toBeLessThanOrEqual(200);
    const [left] = eventsOf(state, 'pit.left');
    expect(left?.detail).toMatchObject({ stop: 1, boxMs: boxed?.detail?.boxMs });
    expect(Math.abs((left?.detail?.laneMs as number) - 30_000)).toBeLessThanOrEqual(200);
    expect(eventsOf(state, 'box.stopped')).toHaveLength(1);
  });

  it('LAP-10: the lap in which it came in is its in lap, the one in which it left its out lap', () => {
    const { laps } = folded(session(1), ...race([stops], { until: 120 }));
    expect(laps.map(({ lap, inLap, outLap, inPit }) => ({ lap, inLap, outLap, inPit }))).toEqual([
      { lap: 1, inLap: false, outLap: false, inPit: false },
      { lap: 2, inLap: true, outLap: true, inPit: true },
      { lap: 3, inLap: false, outLap: false, inPit: false },
      { lap: 4, inLap: false, outLap: false, inPit: false },
    ]);
    /** A pit lane over the line: in during lap 1, out during lap 2. */
    const over: Drive = (time) => {
      if (time < 19) return Math.max(0, time) / 20;
      if (time < 31) return { at: 0.95 + (time - 19) / 100, surface: 'pitApproach', onPitRoad: true };
      return 1.07 + (time - 31) / 20;
    };
    const across = folded(session(1), ...race([over], { until: 80 })).laps;
    expect(across.map(({ inLap, outLap }) => [inLap, outLap])).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });

  it('PIT-4: a tow to the box has no lane time, and no box time before it has stood a second', () => {
    const towed: Drive = (time) => {
      if (time < 25) return Math.max(0, time) / 20;
      if (time < 40) return { at: 1.95, surface: 'pitStall', onPitRoad: true };
      return 1.95 + (time - 40) / 20;
    };
    const state = folded(session(1), ...race([towed], { until: 60 }));
    expect(eventsOf(state, 'towed', 'pit.entered', 'box.stopped', 'pit.left').map((event) => event.name)).toEqual([
      'towed',
      'pit.entered',
      'box.stopped',
      'pit.left',
    ]);
    expect(eventsOf(state, 'pit.left')[0]?.detail).toMatchObject({ laneMs: null, boxMs: 14_900 });
    const creeps: Drive = (time) => ({ at: time / 200, surface: 'pitStall', onPitRoad: time > 1 });
    expect(eventsOf(folded(session(1), ...race([creeps], { until: 60 })), 'box.stopped')).toEqual([]);
  });

  it('PIT-5: at two samples a second lane times get exact as cars show where the lane begins and ends', () => {
    // The lane is from 0.9 to 0.1 of a lap; cars drive through it 60 s long, each from another moment of a sample.
    const through =
      (late: number): Drive =>
      (time) => {
        const since = Math.max(0, time - late);
        const into = since - 18;
        const at = 0.9 + (into / 60) * 0.2;
        // Slow already before the entry, and a while behind the exit.
        if (into < -6) return since / 20 + 0.28;
        if (into < 0 || (into >= 60 && into < 66)) return at;
        return into < 60 ? { at, surface: 'pitApproach', onPitRoad: true } : 1.12 + (into - 66) / 20;
      };
    const drives = Array.from({ length: 12 }, (_, car) => through(4 + car * 1.137));
    const lanes = eventsOf(folded(session(12), ...race(drives, { until: 120, hz: 2 })), 'pit.left').map((event) =>
      Math.abs((event.detail?.laneMs as number) - 60_000),
    );
    expect(lanes).toHaveLength(12);
    expect(Math.max(...lanes)).toBeLessThanOrEqual(1_000);
    expect(Math.max(...lanes.slice(-3))).toBeLessThanOrEqual(200);
  });

  it('PIT-1: standing in the pits at the start is no stop', () => {
    const fromPits: Drive = (time) =>
      time < 10 ? { at: 0.01, surface: 'pitStall', onPitRoad: true } : 0.01 + (time - 10) / 20;
    expect(figuresOf(folded(session(1), ...race([fromPits], { until: 30 })), 0).pitStops).toBe(0);
  });

  it('STA-1: a car that stands on the track for 5 s has stopped', () => {
    const spins: Drive = (time) => Math.min(Math.max(0, time), 10) / 20;
    const frames = race([spins], { until: 16 });
    expect(figuresOf(folded(session(1), ...frames), 0).status).toBe('stopped');
    expect(figuresOf(folded(session(1), ...frames.slice(0, -30)), 0).status).toBe('running');
  });

  it('STA-3: a car far below the pace of its class is slow, but not under caution', () => {
    const limps: Drive = (time) => (time < 45 ? Math.max(0, time) / 20 : 2.25 + (time - 45) / 100);
    const frames = race([limps], { until: 50 });
    expect(figuresOf(folded(session(1), ...frames), 0).status).toBe('slow');
    expect(figuresOf(folded(session(1), ...frames.slice(0, -30)), 0).status).toBe('running');
    const caution = frames.map((each) => ({ ...each, flags: ['caution'] }));
    expect(figuresOf(folded(session(1), ...caution), 0).status).toBe('running');
  });

  it('EVT-2: a blink is no event, a longer absence is gone and returned', () => {
    const away =
      (seconds: number): Drive =>
      (time) =>
        time > 10 && time < 10 + seconds ? null : Math.max(0, time) / 20;
    const told = (seconds: number) =>
      folded(session(1), ...race([away(seconds)], { until: 30 })).events.map((event) => event.name);
    expect(told(0.5)).not.toContain('gone');
    expect(told(4).filter((name) => name === 'gone' || name === 'returned')).toEqual(['gone', 'returned']);
  });

  it('EVT-3: a best lap is told as the highest it is', () => {
    const quicker: Drive = (time) => (time < 40 ? Math.max(0, time) / 20 : 2 + (time - 40) / 19);
    const state = folded(session(2), ...race([quicker, steady(20.5)], { until: 65 }));
    expect(
      state.events
        .filter((event) => event.name.startsWith('best'))
        .map(({ name, car, detail }) => [name, car, detail?.lapTimeMs]),
    ).toEqual([
      ['best.session', 0, 20_000],
      ['best.class', 1, 20_500],
      ['best.session', 0, 19_000],
    ]);
    expect(figuresOf(state, 0)).toMatchObject({ bestLapMs: 19_000, bestLapMark: 'session', lastLapMark: 'session' });
    expect(figuresOf(state, 1)).toMatchObject({ bestLapMark: 'class' });
  });

  it('EVT-1: phases, flags, messages and driver changes are told', () => {
    const swapped = session(1);
    const state = folded(
      session(1),
      frame(1, [0.9], { state: 'grid', flags: [] }),
      frame(2, [0.9]),
      frame(3, [0.95], { flags: ['yellow'] }),
      { ...swapped, entries: [{ ...swapped.entries[0], car: 0, carNumber: '1', driver: { name: 'Other' } }] },
      { kind: 'message', capturedAt: 0, what: 'penalty', text: 'Drive-through', car: 0 },
    );
    expect(state.events.map((event) => event.name)).toEqual([
      'phase.changed',
      'flag.changed',
      'flag.changed',
      'driver.changed',
      'penalty',
    ]);
    expect(state.events.map((event) => event.id)).toEqual([1, 2, 3, 4, 5]);
    expect(entryInfos(state)[0]).toMatchObject({ driver: 'Other', name: 'Other' });
  });

  it('EVT-4: an overtake is told once, also where two cars swap places many times side by side', () => {
    const wobbles: Drive = (time) => steady(20, 0.01)(time) as number;
    // From behind to 4 m ahead and back, again and again, and away at last.
    const rival: Drive = (time) => {
      const beside = (steady(20, 0.01)(time) as number) + 0.0008 * Math.sin(time * 4);
      return time < 40 ? beside - (time < 5 ? 0.004 : 0) : beside + (time - 40) / 2_000;
    };
    const state = folded(session(2), ...race([wobbles, rival], { until: 60 }));
    expect(eventsOf(state, 'overtake', 'lead.changed').map(({ name, car, otherCar }) => [name, car, otherCar])).toEqual(
      [
        ['overtake', 1, 0],
        ['lead.changed', 1, 0],
      ],
    );
    expect(eventsOf(state, 'overtake')[0]?.detail).toEqual({ position: 1 });
  });

  it('EVT-4: a car that passes one in the pits, away or standing has not overtaken it', () => {
    const pits: Drive = (time) => stops(time);
    const stands: Drive = (time) => Math.min(Math.max(0, time), 30) / 20;
    const away: Drive = (time) => (time > 30 ? null : Math.max(0, time) / 20);
    for (const slower of [pits, stands, away]) {
      const state = folded(session(2), ...race([slower, steady(20, 0.3)], { until: 60 }));
      expect(eventsOf(state, 'overtake')).toEqual([]);
      expect(eventsOf(state, 'lead.changed')).toHaveLength(1);
    }
  });

  it('EVT-5: an excursion and a stop on the track are told once, and again after the car has gone on', () => {
    const wide: Drive = (time) => {
      const at = Math.max(0, time) / 20;
      const isOff = (time > 10 && time < 11) || (time > 12 && time < 12.5) || (time > 30 && time < 31);
      return isOff ? { at, surface: 'offTrack' } : at;
    };
    const state = folded(session(1), ...race([wide], { until: 40 }));
    expect(eventsOf(state, 'off.track').map((event) => Math.round(event.sessionTime - CLOCK_S))).toEqual([10, 30]);

    const spins: Drive = (time) =>
      time < 20 ? Math.min(Math.max(0, time), 10) / 20 : 0.5 + Math.min(time - 20, 10) / 20;
    const stopped = eventsOf(folded(session(1), ...race([spins], { until: 45 })), 'stopped');
    expect(stopped.map((event) => Math.round(event.sessionTime - CLOCK_S))).toEqual([15, 35]);
  });

  it('EVT-6: what happens within a frame is told in the order of its times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 15_000, max: 25_000 }), { minLength: 2, maxLength: 6 }), (laps) => {
        const drives = laps.map((lapMs) => steady(lapMs / 1000));
        const { events } = folded(session(laps.length), ...race(drives, { until: 60, hz: 2 }));
        expect(events.map((event) => event.id)).toEqual(events.map((_, i) => i + 1));
        const times = events.map((event) => event.sessionTime);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });
});

describe('official results', () => {
  const driven = race([steady(20), steady(20.5)], { until: 45 });
  const results = (rows: ResultsLine['rows'], official = true): ResultsLine => ({
    kind: 'results',
    capturedAt: 0,
    official,
    rows,
  });

  it('RES-1: decide the order, and provisional ones do not', () => {
    const swapped = [
      { car: 1, position: 1 },
      { car: 0, position: 2 },
    ];
    expect(orderOf(folded(session(2), ...driven, results(swapped, false)))).toEqual([0, 1]);
    const official = folded(session(2), ...driven, results(swapped));
    expect(orderOf(official)).toEqual([1, 0]);
    expect(figuresOf(official, 1).provenance.position).toBe('official');
    expect(orderOf(folded(session(2), ...driven, results([{ car: 1, position: 1 }])))).toEqual([1, 0]);
  });

  it('RES-2: that differ from what was measured are told once, with both figures', () => {
    const agreeing = [
      { car: 0, position: 1, lapsCompleted: 2, bestLapMs: 20_001.4 },
      { car: 1, position: 2, lapsCompleted: 2, bestLapMs: 20_500 },
    ];
    expect(eventsOf(folded(session(2), ...driven, results(agreeing)), 'official.differs')).toEqual([]);
    const differing = [
      { car: 0, position: 2, lapsCompleted: 1, bestLapMs: 19_000 },
      { car: 1, position: 1, lapsCompleted: 2 },
    ];
    const state = folded(session(2), ...driven, results(differing), results(differing));
    expect(eventsOf(state, 'official.differs').map(({ car, detail }) => [car, detail])).toEqual([
      [
        0,
        {
          position: { official: 2, measured: 1 },
          lapsCompleted: { official: 1, measured: 2 },
          bestLapMs: { official: 19_000, measured: 20_000 },
        },
      ],
      [1, { position: { official: 1, measured: 2 } }],
    ]);
    expect(figuresOf(state, 0)).toMatchObject({ position: 2, bestLapMs: 20_000 });
  });
});

const shared = resolve(
  fileURLToPath(new URL('../../..', import.meta.url)),
  process.env.OKBOXBOX_SHARED ?? '../shared',
  'data/iracing/portimao-driver-swap.jsonl.gz',
);

describe('a real team race at 2 Hz', () => {
  it.skipIf(!existsSync(shared) && process.env.CI !== 'true')(
    'PIT-2: cars 7 and 8 stop once each, and nobody else loses a place by it',
    () => {
      const lines = gunzipSync(readFileSync(shared)).toString().trim().split('\n');
      const state = createTiming();
      const orders: number[][] = [];
      for (const line of lines.slice(1)) {
        const record = JSON.parse(line) as SourceRecord;
        foldRecord(state, record);
        if (record.kind === 'frame') orders.push(orderOf(state).filter((car) => car !== 7 && car !== 8));
      }
      const stops = state.events.filter((event) => event.name === 'pit.entered').map((event) => event.car);
      expect(stops.filter((car) => car === 7)).toHaveLength(1);
      expect(stops.filter((car) => car === 8)).toHaveLength(1);
      expect([figuresOf(state, 7).pitStops, figuresOf(state, 8).pitStops]).toEqual([1, 1]);
      // Read off the data: cars come in and leave, and stand, between these samples.
      const times = eventsOf(state, 'pit.left').map(({ car, detail }) => [car, detail?.laneMs, detail?.boxMs]);
      const expected = [
        [7, 78_500, 48_000],
        [8, 79_500, 46_500],
      ];
      for (const [i, [car, laneMs, boxMs]] of (times as number[][]).entries()) {
        expect(car).toBe(expected[i]?.[0]);
        expect(Math.abs((laneMs as number) - (expected[i]?.[1] as number))).toBeLessThanOrEqual(500);
        expect(Math.abs((boxMs as number) - (expected[i]?.[2] as number))).toBeLessThanOrEqual(500);
      }
      expect(times).toHaveLength(2);
      // Two cars that both see the other ahead would show here as places swapped and swapped back.
      const swaps = orders.slice(1).filter((order, i) => order.some((car, place) => orders[i]?.[place] !== car));
      expect(swaps.length).toBeLessThan(20);
    },
  );
});
