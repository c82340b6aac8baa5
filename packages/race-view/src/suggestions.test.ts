import { describe, expect, it } from 'vitest';
import { suggestionsOf } from './suggestions.js';
import { eventOf, fieldOf } from './testing/field.js';

const words = (...given: Parameters<typeof fieldOf>) => suggestionsOf(fieldOf(...given)).map((each) => each.words);
const unmeasured = { position: null, gap: null, lastLap: null, bestLap: null, sectors: null } as const;

describe('moments worth showing', () => {
  it('a battle names its cars and the closest interval; one for the lead comes first, then the closest', () => {
    const cars = [
      { battle: 0 },
      { battle: 0, intervalMs: 812 },
      {},
      { battle: 3 },
      { battle: 3, intervalMs: 412 },
      { battle: 3, intervalMs: 655 },
    ];
    expect(words(cars)).toEqual([
      'Battle for the lead: #10 Driver 10, #11 Driver 11 · +0.812',
      'Battle for P4: #13, #14, #15 · +0.412',
    ]);
    expect(suggestionsOf(fieldOf(cars))[0]?.set).toEqual({ battle: { cars: [0, 1] }, driver: null });
  });

  it('a battle of estimated intervals, or with a car in the pits, is none', () => {
    const provenance = { ...unmeasured, interval: 'estimated' } as const;
    expect(words([{ battle: 0 }, { battle: 0, intervalMs: 400, provenance }])).toEqual([]);
    expect(words([{ battle: 0 }, { battle: 0, intervalMs: 400, inPit: true }])).toEqual([]);
  });

  it('a car that catches the one ahead is about to be a battle', () => {
    expect(words([{}, { intervalMs: 1_900, trendMs: -450 }])).toEqual([
      '#11 Driver 11 closes on #10 · +1.900, 0.5 s a lap',
    ]);
    expect(words([{}, { intervalMs: 1_900, trendMs: -100 }])).toEqual([]);
    expect(words([{}, { intervalMs: 4_000, trendMs: -450 }])).toEqual([]);
  });

  it('only the newest fastest lap counts, with its time', () => {
    const events = [
      eventOf(1, 'best.session', { car: 0, ms: 108_000 }),
      eventOf(2, 'best.session', { car: 1, ms: 107_309 }),
    ];
    expect(words([{}, {}], { events })).toEqual(['Fastest lap: #11 Driver 11 1:47.309']);
  });

  it('the leader’s stop counts, also once the lead is gone; another car’s does not', () => {
    const pits = eventOf(5, 'pit.entered', { car: 0 });
    expect(words([{}, {}], { events: [pits] })).toEqual(['The leader pits: #10 Driver 10']);
    const lost = eventOf(6, 'lead.changed', { car: 1, otherCar: 0 });
    expect(words([{ position: 2 }, { position: 1 }], { events: [pits, lost] })).toEqual([
      'The leader pits: #10 Driver 10',
    ]);
    expect(words([{}, {}], { events: [eventOf(5, 'pit.entered', { car: 1 })] })).toEqual([]);
  });

  it('a battle of several classes is for a place in its class, by the interval there', () => {
    const classes = [
      { id: 'p', name: 'Prototype', color: null },
      { id: 'g', name: 'GT', color: null },
    ];
    const cars = [
      { class: 'p' },
      { class: 'g', classPosition: 1, battle: 1 },
      { class: 'p', classPosition: 2, battle: 2 },
      { class: 'g', classPosition: 2, battle: 1, intervalMs: 100, classIntervalMs: 700 },
      { class: 'p', classPosition: 3, battle: 2, intervalMs: 100, classIntervalMs: 400 },
    ];
    const race = fieldOf(cars);
    const made = suggestionsOf({ ...race, session: { ...race.session, classes } });
    expect(made.map(({ kind, words }) => [kind, words])).toEqual([
      ['lead-battle', 'Battle for the lead of GT: #11 Driver 11, #13 Driver 13 · +0.700'],
      ['battle', 'Battle for P2 in Prototype: #12 Driver 12, #14 Driver 14 · +0.400'],
    ]);
  });

  it('the grid counts while the cars are on it, the start for a while after it, in a race', () => {
    const { session, clock } = fieldOf([{}]);
    const onGrid = { clock: { ...clock, phase: 'grid' } } as const;
    expect(words([{}], onGrid)).toEqual(['Starting grid']);
    expect(words([{}], { ...onGrid, session: { ...session, type: 'practice' } })).toEqual([]);
    const started = eventOf(1, 'phase.changed', { to: 'racing' });
    expect(suggestionsOf(fieldOf([{}], { events: [started] }))).toMatchObject([{ kind: 'start', atMs: 600_000 }]);
    expect(words([{}], { events: [{ ...started, sessionTimeMs: 500_000 }] })).toEqual([]);
  });

  it('the finish is the winner’s; results count once the first three are in', () => {
    const { clock } = fieldOf([{}]);
    const flagOut = { ...clock, phase: 'checkered', flags: ['checkered'] } as const;
    const finished = { status: 'finished' } as const;
    const events = [eventOf(1, 'finished', { car: 0 })];
    const of = (...cars: Parameters<typeof fieldOf>[0]) => words(cars, { clock: flagOut, events });
    // The flag is out, and the leader is still on its last lap.
    expect(words([{}, {}], { clock: flagOut })).toEqual([]);
    expect(of(finished, {}, {}, {})).toEqual(['Finish: #10 Driver 10']);
    expect(of(finished, finished, finished, {})).toEqual(['Finish: #10 Driver 10', 'Results']);
    expect(of(finished)).toEqual(['Finish: #10 Driver 10', 'Results']);
  });

  it('the stop of a class’s leader counts as well, where there are several classes', () => {
    const classes = ['p', 'g'].map((id) => ({ id, name: id.toUpperCase(), color: null }));
    const cars = [{ class: 'p' }, { class: 'g', classPosition: 1 }, { class: 'g', classPosition: 2 }];
    const of = (car: number) => {
      const race = fieldOf(cars, { events: [eventOf(5, 'pit.entered', { car })] });
      return suggestionsOf({ ...race, session: { ...race.session, classes } }).map((each) => each.words);
    };
    expect(of(0)).toEqual(['The leader pits: #10 Driver 10']);
    expect(of(1)).toEqual(['The leader of G pits: #11 Driver 11']);
    expect(of(2)).toEqual([]);
  });

  it('an incident comes first, once a car, and is forgotten after a minute and a half', () => {
    const events = [
      eventOf(1, 'off.track', { car: 1 }),
      eventOf(2, 'stopped', { car: 1 }),
      eventOf(3, 'best.session', { car: 0, ms: 107_309 }),
    ];
    expect(words([{}, {}], { events })[0]).toBe('#11 Driver 11 has stopped on the track');
    expect(words([{}, {}], { events }).filter((each) => each.includes('#11'))).toHaveLength(1);
    expect(words([{}, {}], { events: [eventOf(1, 'stopped', { car: 1, sessionTimeMs: 500_000 })] })).toEqual([]);
  });
});
