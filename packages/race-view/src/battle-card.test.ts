import { describe, expect, it } from 'vitest';
import { battleCard } from './battle-card.js';
import { type FieldCar, fieldOf } from './testing/field.js';

const ESTIMATED = {
  position: 'measured',
  gap: 'estimated',
  interval: 'estimated',
  lastLap: 'measured',
  bestLap: 'measured',
  sectors: 'measured',
} as const;

const carsOf = (cars: readonly FieldCar[], cued: readonly number[]) => battleCard(fieldOf(cars), cued)?.cars;

describe('the battle box', () => {
  const FIELD: readonly FieldCar[] = [
    { lapsCompleted: 6, lastLapMs: 90_000 },
    { lapsCompleted: 6, lastLapMs: 90_213, intervalMs: 800, gapMs: 800, trendMs: -320 },
    { lapsCompleted: 6, lastLapMs: 89_900, intervalMs: 300, gapMs: 1_100, trendMs: 120 },
  ];

  it('stands in the order of the race, with intervals, trends and last laps compared', () => {
    const card = battleCard(fieldOf(FIELD), [2, 0, 1]);
    expect(card?.title).toBe('Battle for P1');
    expect(card?.cars.map(({ carNumber, interval }) => [carNumber, interval?.text])).toEqual([
      ['10', undefined],
      ['11', '+0.800'],
      ['12', '+0.300'],
    ]);
    expect(card?.cars.map(({ trend }) => trend.mark)).toEqual(['', '▴ 0.3', '▾ 0.1']);
    expect(card?.cars.map(({ lapDifference }) => lapDifference)).toEqual([
      null,
      { text: '+0.213', isFaster: false },
      { text: '−0.313', isFaster: true },
    ]);
  });

  it('takes the difference of the gaps where a car between them is not shown, and no trend', () => {
    const cars = carsOf(FIELD, [0, 2]);
    expect(cars?.[1]).toMatchObject({ interval: { text: '+1.100', isEstimated: false }, trend: { mark: '' } });
  });

  it('shows an estimated interval as one, without a trend', () => {
    const cars = carsOf([{}, { intervalMs: 849, trendMs: -400, provenance: ESTIMATED }], [0, 1]);
    expect(cars?.[1]).toMatchObject({ interval: { text: '~0.8', isEstimated: true }, trend: { mark: '' } });
  });

  it('does not compare laps of which one is not driven yet, or was driven through the pits', () => {
    const compared = (more: FieldCar) =>
      carsOf(
        [
          { lapsCompleted: 6, lastLapMs: 90_000 },
          { lapsCompleted: 6, lastLapMs: 91_000, ...more },
        ],
        [0, 1],
      )?.[1]?.lapDifference?.text;
    expect(compared({})).toBe('+1.000');
    expect(compared({ lapsCompleted: 5 })).toBeUndefined();
    expect(compared({ lastLapMs: 121_000 })).toBeUndefined();
    expect(compared({ provenance: { ...ESTIMATED, lastLap: 'estimated' } })).toBeUndefined();
  });

  it('says what a car does that does not race, and is nothing without two cars', () => {
    expect(carsOf([{}, { inPit: true, status: 'pit', intervalMs: 9_000 }], [0, 1])?.[1]?.stateWord).toBe('PIT');
    expect(battleCard(fieldOf(FIELD), [1, 9])).toBeNull();
  });

  it('is a battle of the class where there are several and all are of one', () => {
    const classes = ['a', 'b'].map((id) => ({ id, name: id.toUpperCase(), color: null }));
    const field = fieldOf([
      { class: 'a', classPosition: 1 },
      { class: 'b', classPosition: 1, gapMs: 500 },
      { class: 'a', classPosition: 2, intervalMs: 200, classIntervalMs: 700, gapMs: 700, trendMs: -200 },
    ]);
    const race = { ...field, session: { ...field.session, classes } };
    expect(battleCard(race, [0, 2])).toMatchObject({
      title: 'Battle for P1 · A',
      cars: [{ position: '1' }, { position: '2', interval: { text: '+0.700' }, trend: { mark: '▴ 0.2' } }],
    });
    expect(battleCard(race, [1, 2])?.title).toBe('Battle for P2');
  });
});
