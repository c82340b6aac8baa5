import { describe, expect, it } from 'vitest';
import { eventOf, fieldOf } from '../../../../packages/race-view/src/testing/field.js';
import { suggestionsOf } from './suggestions.js';

const words = (...given: Parameters<typeof fieldOf>) => suggestionsOf(fieldOf(...given)).map((each) => each.words);
const unmeasured = { position: null, gap: null, lastLap: null, bestLap: null, sectors: null } as const;

describe('moments worth showing', () => {
  it('a battle names its cars and the closest interval; the closest battle comes first', () => {
    const cars = [
      { battle: 0 },
      { battle: 0, intervalMs: 812 },
      {},
      { battle: 3 },
      { battle: 3, intervalMs: 412 },
      { battle: 3, intervalMs: 655 },
    ];
    expect(words(cars)).toEqual([
      'Battle for P4: #13, #14, #15 · +0.412',
      'Battle for P1: #10 Driver 10, #11 Driver 11 · +0.812',
    ]);
    expect(suggestionsOf(fieldOf(cars))[1]?.set).toEqual({ battle: { cars: [0, 1] }, driver: null });
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
