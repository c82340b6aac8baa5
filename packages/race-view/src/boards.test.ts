import { describe, expect, it } from 'vitest';
import { gridPages, resultPages } from './boards.js';
import { type FieldCar, fieldOf } from './testing/field.js';

const classes = ['a', 'b'].map((id) => ({ id, name: id.toUpperCase(), color: null }));
const many = (count: number, of: (i: number) => FieldCar = () => ({})) =>
  Array.from({ length: count }, (_, i) => of(i));
const race = (cars: readonly FieldCar[], over: object = {}) => {
  const field = fieldOf(cars);
  return { ...field, session: { ...field.session, ...over } };
};

describe('the classification', () => {
  it('stands by class, each on pages of its own, in the order and with the gaps of the class', () => {
    const field = race(
      [
        { class: 'a', classPosition: 1, lapsCompleted: 7 },
        { class: 'b', classPosition: 1, gapMs: 900, lapsCompleted: 7 },
        { class: 'a', classPosition: 2, gapMs: 1_500, classGapMs: 1_500, lapsCompleted: 7 },
      ],
      { classes },
    );
    const pages = resultPages(field, null, 12);
    expect(pages.map(({ about, rows }) => [about, rows.map(({ carNumber }) => carNumber)])).toEqual([
      ['A', ['10', '12']],
      ['B', ['11']],
    ]);
    expect(pages[0]?.rows.map(({ position, gap, laps }) => [position, gap.text, laps])).toEqual([
      ['1', '', '7'],
      ['2', '+1.500', '7'],
    ]);
    expect(resultPages(field, 'B', 12).flatMap(({ rows }) => rows)).toHaveLength(1);
  });

  it('spreads many cars over pages of nearly the same length', () => {
    expect(resultPages(race(many(60)), null, 12).map(({ rows }) => rows.length)).toEqual([12, 12, 12, 12, 12]);
    expect(resultPages(race(many(13)), null, 12).map(({ rows }) => rows.length)).toEqual([8, 5]);
    expect(resultPages(race([]), null, 12)).toEqual([]);
  });

  it('is a result only once the session has finished, and says how a car’s race ended', () => {
    const title = (over: object, clock: object = {}) => {
      const field = race([{}], over);
      return resultPages({ ...field, clock: { ...field.clock, ...clock } }, null, 12)[0]?.title;
    };
    const flag = { phase: 'checkered', flags: ['checkered'] };
    expect(title({})).toBe('Race · Lap 7/18');
    expect(title({}, flag)).toBe('Race · provisional result');
    expect(title({ status: 'ended' }, flag)).toBe('Race · result');
    expect(title({ status: 'ended' })).toBe('Race · when it was ended');
    const [page] = resultPages(race([{}, { status: 'retired', officialStatus: 'DNF' }]), null, 12);
    expect(page?.rows[1]).toMatchObject({ stateWord: 'DNF', state: 'out' });
  });
});

describe('the starting grid', () => {
  it('stands by where the cars started, in pages of whole rows', () => {
    const field = race(many(60, (i) => ({ gridPosition: 60 - i })));
    const pages = gridPages(field, null, 16);
    expect(pages.map(({ rows }) => rows.length)).toEqual([16, 16, 16, 12]);
    expect(pages[0]?.rows.slice(0, 2).map(({ place, carNumber }) => [place, carNumber])).toEqual([
      [1, '69'],
      [2, '68'],
    ]);
  });

  it('is the order of now before the start, and nothing where no place is known after it', () => {
    const field = race(many(3));
    expect(gridPages(field, null, 16)).toEqual([]);
    const before = { ...field, clock: { ...field.clock, phase: 'grid' as const } };
    expect(gridPages(before, null, 16)[0]?.rows.map(({ place }) => place)).toEqual([1, 2, 3]);
  });
});
