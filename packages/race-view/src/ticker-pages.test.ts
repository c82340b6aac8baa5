import { describe, expect, it } from 'vitest';
import { eventOf, fieldOf } from './testing/field.js';
import { tickerNews, tickerPages } from './ticker-pages.js';

describe('the ticker', () => {
  it('has all cars in pages, with gaps to the leader or a word', () => {
    const field = fieldOf([
      {},
      { gapMs: 1_200 },
      { gapLaps: 1 },
      { status: 'pit', inPit: true, gapMs: 9 },
      { gapMs: null },
    ]);
    const pages = tickerPages(field, null, 4);
    expect(pages.map((page) => page.length)).toEqual([4, 1]);
    expect(pages.flat().map(({ position, figure }) => [position, figure.text])).toEqual([
      ['1', 'Leader'],
      ['2', '+1.200'],
      ['3', '1 L'],
      ['4', 'PIT'],
      ['5', '–'],
    ]);
  });

  it('tells the newest thing worth a line once, and nothing that is old', () => {
    const events = [
      eventOf(1, 'lead.changed', { car: 1, otherCar: 0, sessionTimeMs: 580_000 }),
      eventOf(2, 'overtake', { car: 1, sessionTimeMs: 590_000 }),
    ];
    const race = { ...fieldOf([{}, {}]), events };
    expect(tickerNews(race, 0)).toEqual({ id: 1, text: '#11 Driver 11 takes the lead from #10 Driver 10' });
    expect(tickerNews(race, 1)).toBeNull();
    expect(tickerNews({ ...race, clock: { ...race.clock, sessionTimeMs: 700_000 } }, 0)).toBeNull();
  });
});
