import { type Entry, entryOf, SLOTS } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { type DemoChoice, type DemoPhase, USUAL_DEMO } from './demo/demo-choice.js';
import { demoState } from './demo-race.js';

const TOWER = { slot: 'tower' } as const;
const at = (second: number, over: Partial<DemoChoice> = {}) => demoState(second, { ...USUAL_DEMO, ...over }, TOWER);
const cars = (...given: Parameters<typeof at>): readonly Entry[] => {
  const { entries, rows } = at(...given);
  return entries
    .map((info) => entryOf(info, rows[info.car] ?? []))
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
};
const seconds = (from: number, to: number, step = 5) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

it('the demo race of a seed is the same every time, changes positions, and has each car once', () => {
  expect(at(120)).toEqual(at(120));
  for (const second of [0, 4, 90, 3_600, 40_000]) {
    for (const over of [{}, { seed: 7 }, { cars: 60 }, { cars: 1 }]) {
      const positions = cars(second, over).map(({ position }) => position);
      expect(positions).toEqual(Array.from({ length: over.cars ?? 24 }, (_, i) => i + 1));
    }
  }
  const order = (second: number, seed = 0) => cars(second, { seed }).map(({ car }) => car);
  expect(order(60)).not.toEqual(order(0));
  expect(order(40, 7)).not.toEqual(order(40));
});

it('gaps, intervals, laps and places follow from where the cars are', () => {
  for (const second of seconds(0, 600, 60)) {
    const all = cars(second, { cars: 60 });
    for (const [
      i,
      { gapMs, gapLaps, intervalMs, progress, lapsCompleted, class: id, classPosition },
    ] of all.entries()) {
      expect([gapMs !== null && gapLaps !== null, Math.floor(progress ?? -1)]).toEqual([false, lapsCompleted]);
      if (i > 0 && gapMs !== null && intervalMs !== null) expect(gapMs).toBeGreaterThanOrEqual(all[i - 1]?.gapMs ?? 0);
      expect(all.slice(0, i + 1).filter((each) => each.class === id)).toHaveLength(classPosition ?? 0);
      expect(progress).toBeLessThanOrEqual(all[i - 1]?.progress ?? 99);
    }
  }
});

it('has all that a graphic has to draw: classes, crews, stops, battles, marks, estimates and cars that are out', () => {
  const seen = seconds(0, 300).flatMap((second) => cars(second));
  const statuses = new Set(seen.map(({ status }) => status));
  expect([...statuses]).toEqual(expect.arrayContaining(['running', 'pit', 'outLap', 'stopped', 'retired']));
  expect(new Set(seen.flatMap(({ lastLapMark }) => lastLapMark)).size).toBeGreaterThan(2);
  expect(new Set(seen.map((each) => each.class)).size).toBe(3);
  expect(new Set(seen.map(({ provenance }) => provenance.interval))).toEqual(new Set(['measured', 'estimated', null]));
  expect(seen.some(({ battle }) => battle !== null)).toBe(true);
  expect(seen.some(({ name, driver }) => name !== driver)).toBe(true);
  expect(Math.max(...seen.map(({ name }) => name.length))).toBeGreaterThan(30);
});

it('tells what happens, each event once and under the same number at every instant', () => {
  const told = seconds(0, 600).flatMap((second) => at(second).events);
  const byId = new Map(told.map((event) => [event.id, event]));
  for (const event of told) expect(byId.get(event.id)).toEqual(event);
  const names = new Set(told.map(({ name }) => name));
  expect([...names]).toEqual(
    expect.arrayContaining([
      ...['pit.entered', 'box.stopped', 'driver.changed', 'box.left', 'pit.left', 'overtake', 'flag.changed'],
      ...['best.class', 'stopped', 'retired'],
    ]),
  );
});

it('a demo that begins in a phase goes through all of them in a few minutes', () => {
  const phases = (phase: DemoPhase) =>
    seconds(0, 320).map((second) => demoState(second, { ...USUAL_DEMO, phase }, TOWER).clock.phase);
  for (const phase of ['grid', 'racing', 'checkered'] as const) expect(new Set(phases(phase)).size).toBe(5);
  expect([phases('grid')[0], phases('racing')[0]]).toEqual(['grid', 'racing']);
  expect(cars(40, { phase: 'checkered' }).map(({ status }) => status)).toContain('finished');
  expect(at(25, { phase: 'checkered' }).clock.flags).toEqual(['checkered']);
});

it('has something on air in the slot of every overlay, at every time, and everything in turn for a stage', () => {
  for (const slot of SLOTS)
    for (const second of [0, 15, 30]) expect(demoState(second, USUAL_DEMO, { slot }).onAir[slot]).not.toBeNull();
  expect(demoState(0, USUAL_DEMO, { slot: 'results', board: 'grid' }).onAir.results?.of).toBe('grid');
  const shown = seconds(0, 80, 4).map((second) => demoState(second, USUAL_DEMO, { slot: null }).onAir);
  for (const slot of SLOTS) expect(shown.some((onAir) => onAir[slot] !== null)).toBe(true);
});

it('it says nowhere on air that it is one', () => {
  const { entries, session } = at(0);
  expect(JSON.stringify([entries, session.track])).not.toMatch(/demo|test|sample/i);
});
