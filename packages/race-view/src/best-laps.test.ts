import { describe, expect, it } from 'vitest';
import { bestLapCard, newBestCard } from './best-laps.js';
import { eventOf, type FieldCar, fieldOf } from './testing/field.js';

const classes = ['a', 'b'].map((id) => ({ id, name: id.toUpperCase(), color: null }));
const inClasses = (cars: readonly FieldCar[]) => {
  const field = fieldOf(cars);
  return { ...field, session: { ...field.session, classes } };
};
const FIELD: readonly FieldCar[] = [
  { class: 'a', bestLapMs: 90_000, bestLapMark: 'session', lapsCompleted: 5 },
  { class: 'b', bestLapMs: 99_000, bestLapMark: 'class', lapsCompleted: 5 },
  { class: 'b', bestLapMs: 99_500, lapsCompleted: 5 },
];

describe('the card of the fastest lap', () => {
  it('has the best lap of the session, with those of all classes', () => {
    const card = bestLapCard(inClasses(FIELD), null);
    expect(card).toMatchObject({ title: 'Fastest lap', carNumber: '10', lap: { text: '1:30.000', tone: 'best' } });
    expect(card?.ofClasses.map(({ className, carNumber, lap }) => [className, carNumber, lap.text])).toEqual([
      ['A', '10', '1:30.000'],
      ['B', '11', '1:39.000'],
    ]);
    expect(bestLapCard(fieldOf(FIELD), null)?.ofClasses).toEqual([]);
  });

  it('has the best of one class where the address names it, and is nothing before there is one', () => {
    expect(bestLapCard(inClasses(FIELD), 'b')).toMatchObject({
      title: 'Fastest lap · B',
      carNumber: '11',
      ofClasses: [],
    });
    expect(bestLapCard(fieldOf([{}]), null)).toBeNull();
  });
});

describe('a new best lap', () => {
  const told = (
    sessionTimeMs: number,
    over: Partial<FieldCar> = {},
    name: 'best.session' | 'best.class' = 'best.session',
  ) => {
    const race = inClasses([{ ...FIELD[0], ...over } as FieldCar, ...FIELD.slice(1)]);
    return { ...race, events: [eventOf(1, name, { car: 0, ms: 90_000, sessionTimeMs })] };
  };

  it('brings the card for some seconds of the session', () => {
    expect(newBestCard(told(595_000), null)).toMatchObject({ title: 'Fastest lap', lap: { text: '1:30.000' } });
    expect(newBestCard(told(595_000, {}, 'best.class'), null)?.title).toBe('Fastest lap · A');
    expect(newBestCard(told(592_000), null)).toBeNull();
    expect(newBestCard(told(595_000), 'b')).toBeNull();
  });

  it('does not come if it was withdrawn, is estimated, or is one of the first laps', () => {
    expect(newBestCard(told(595_000, { bestLapMs: 91_000 }), null)).toBeNull();
    expect(newBestCard(told(595_000, { lapsCompleted: 1 }), null)).toBeNull();
    const provenance = {
      position: 'measured',
      gap: 'measured',
      interval: 'measured',
      lastLap: 'measured',
      bestLap: 'estimated',
      sectors: 'measured',
    } as const;
    expect(newBestCard(told(595_000, { provenance }), null)).toBeNull();
  });
});
