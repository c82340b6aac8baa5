import type { SessionEntry, SessionLine } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTiming, entryInfos, foldRecord, standings, type TimingState } from './index.js';
import { CLOCK_S, type Drive, folded, frame, race, session, steady } from './testing/drive.js';

const figuresOf = (state: TimingState, car: number) => standings(state).find((each) => each.car === car)?.figures;
const infoOf = (state: TimingState, car: number) => entryInfos(state).find((each) => each.car === car);
const named = (state: TimingState, name: string) => state.events.filter((event) => event.name === name);

/** Two cars drive for 50 s, then the list changes, and they drive on. */
function changed(type: 'race' | 'practice', change: (line: SessionLine) => SessionLine): TimingState {
  const line = session(2, { type });
  const frames = race([steady(20), steady(19, 0.02)], { until: 90 });
  const at = frames.findIndex(({ sessionTime }) => sessionTime > CLOCK_S + 50);
  return folded(line, ...frames.slice(0, at), change(line), ...frames.slice(at));
}
const with1 = (more: Partial<SessionEntry>) => (line: SessionLine) => ({
  ...line,
  entries: line.entries.map((entry) => (entry.car === 1 ? { ...entry, ...more } : entry)),
});

describe('entries', () => {
  it('ENT-1: a slot that passes to another number, or another team and driver, starts empty', () => {
    for (const other of [
      { carNumber: '77', driver: { id: '9', name: 'N' } },
      { carNumber: '02' },
      { teamName: 'Blue', driver: { id: '9', name: 'N' } },
    ]) {
      const line = session(2, { type: 'practice' });
      const first = with1({ teamName: 'Red', driver: { id: '2', name: 'B' } })(line);
      const frames = race([steady(20), steady(19)], { until: 50 });
      const state = folded(
        first,
        ...frames,
        with1({ teamName: 'Red', driver: { id: '2', name: 'B' }, ...other })(line),
      );
      expect(figuresOf(state, 1)).toMatchObject({ bestLapMs: null, lastLapMs: null, progress: null, pitStops: 0 });
      // What another has driven is the best of nobody who is there.
      expect(state.bestSessionCar).toBe(0);
      expect(named(state, 'driver.changed')).toEqual([]);
      for (const each of race([steady(20), steady(21)], { until: 130 }).slice(frames.length)) foldRecord(state, each);
      expect(figuresOf(state, 1)).toMatchObject({ bestLapMs: 21_000 });
    }
  });

  it('ENT-1: a team-mate keeps the figures of the car, and a team that is spelled anew is the same', () => {
    for (const other of [
      { driver: { id: '9', name: 'Team mate' } },
      { teamName: 'RED  team' },
      { teamName: null, driver: { id: '9', name: 'Team mate' } },
    ]) {
      const state = changed('practice', with1(other));
      const unchanged = changed('practice', (line) => line);
      expect(figuresOf(state, 1)).toEqual(figuresOf(unchanged, 1));
    }
  });

  it('ENT-2: a driver is an id: another spelling is nobody else, another id with the same name is', () => {
    const line = with1({ driver: { id: '7', name: 'Ada' } })(session(2));
    const after = (driver: { id?: string; name: string }) =>
      named(folded(line, frame(1, [0, 0]), with1({ driver })(line)), 'driver.changed').map(({ detail }) => detail);
    expect(after({ id: '7', name: 'Ada L.' })).toEqual([]);
    expect(after({ id: '8', name: 'Ada' })).toMatchObject([{ from: 'Ada', to: 'Ada' }]);
    // Without ids names are all there is; a blank one is nobody.
    expect(after({ name: 'Bob' })).toMatchObject([{ from: 'Ada', to: 'Bob' }]);
    expect(after({ name: 'Ada' })).toEqual([]);
    expect(after({ name: '\u200b' })).toEqual([]);
  });

  it('ENT-3: a car that is listed no more stays classified, and in a race has retired', () => {
    const leaves = (line: SessionLine) => ({ ...line, entries: line.entries.filter(({ car }) => car !== 1) });
    const line = session(2);
    const frames = race([steady(20), (time) => (time < 50 ? steady(19, 0.02)(time) : null)], { until: 90 });
    const at = frames.findIndex(({ sessionTime }) => sessionTime > CLOCK_S + 52);
    const state = folded(line, ...frames.slice(0, at), leaves(line), ...frames.slice(at));
    expect(figuresOf(state, 1)).toMatchObject({ status: 'retired', lapsCompleted: 2, position: 2 });
    expect(infoOf(state, 1)?.carNumber).toBe('2');
    expect(named(state, 'retired')).toHaveLength(1);
    const back = folded(line, ...frames.slice(0, at), leaves(line), line, frame(CLOCK_S + 55, [2.7, 2.7]));
    expect(figuresOf(back, 1)?.status).toBe('running');
  });

  it('ENT-3: who leaves before having driven is no part of it', () => {
    const line = session(2);
    const state = folded(line, { ...line, entries: line.entries.slice(0, 1) });
    expect(standings(state).map(({ car }) => car)).toEqual([0]);
  });

  it('ENT-4: blank names fall back to the driver, then the number; what is seen is not changed', () => {
    const line = session(4, { teamRacing: true });
    const names = [
      { teamName: ' ' },
      { teamName: '\u200b' },
      { teamName: '', driver: { name: '\u2060 ' } },
      { teamName: 'Red' },
    ];
    const state = folded({ ...line, entries: line.entries.map((entry, i) => ({ ...entry, ...names[i] })) });
    expect(entryInfos(state).map(({ name }) => name)).toEqual(['Driver 0', 'Driver 1', '3', 'Red']);
    expect(entryInfos(state)[2]).toMatchObject({ teamName: null, driver: null });
  });

  it('ENT-5: a class may be called like anything that objects have of their own', () => {
    const own = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(fc.constantFrom(...own, 'prototype', ''), fc.constantFrom(...own), (one, other) => {
        fc.pre(one !== other);
        const drives: Drive[] = [steady(20), steady(21, 0.01), steady(20.5, 0.02)];
        const as = (ids: readonly string[]) => {
          const line = session(3);
          const classes = ids.map((id) => ({ id, name: id }));
          const entries = line.entries.map((entry, i) => ({ ...entry, classId: ids[i % 2] as string }));
          const state = createTiming();
          for (const record of [{ ...line, classes, entries }, ...race(drives, { until: 70 })])
            foldRecord(state, record);
          return { rows: standings(state), laps: state.laps, events: state.events };
        };
        expect(as([one, other])).toEqual(as(['gt3', 'gte']));
      }),
      { numRuns: 12 },
    );
  });

  it('ENT-7: the crew of a car is who has driven it, in that order, and another entrant begins an empty one', () => {
    const line = session(2);
    const crewAfter = (...steps: Partial<SessionEntry>[]) =>
      infoOf(folded(line, ...steps.map((step) => with1(step)(line))), 1)?.crew;
    expect(crewAfter()).toEqual(['Driver 1']);
    const ada = { driver: { id: '7', name: 'Ada' } };
    const bob = { driver: { id: '8', name: 'Bob' } };
    expect(crewAfter(ada, bob, ada)?.slice(-2)).toEqual(['Ada', 'Bob']);
    // Another spelling is the same driver, and a name that nobody can see is no driver.
    expect(
      crewAfter(ada, bob, { driver: { id: '7', name: 'Ada L.' } }, { driver: { name: '\u200b' } })?.slice(-2),
    ).toEqual(['Ada L.', 'Bob']);
    expect(crewAfter(ada, { carNumber: '77', ...bob })).toEqual(['Bob']);
    expect(infoOf(folded(with1({ carModel: ' Vortex GT3 ' })(line)), 1)?.carModel).toBe('Vortex GT3');
  });

  it('ENT-6: two cars with one number are timed apart, and 07 is not 7', () => {
    const line = session(3);
    const numbers = ['7', '07', '7'];
    const entries = line.entries.map((entry, i) => ({ ...entry, carNumber: numbers[i] as string }));
    const state = folded({ ...line, entries }, ...race([steady(20), steady(21), steady(22)], { until: 70 }));
    expect(
      state.laps.filter(({ lap }) => lap === 2).map(({ car, carNumber, lapTimeMs }) => [car, carNumber, lapTimeMs]),
    ).toEqual([
      [0, '7', 20_000],
      [1, '07', 21_000],
      [2, '7', 22_000],
    ]);
  });
});
