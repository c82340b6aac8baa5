import { NOTHING_CUED, type OnAir } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { shownInTower } from './tower-window.js';

const field = (cars: number, battle: readonly number[] = []) =>
  Array.from({ length: cars }, (_, car) => ({ car, battle: battle.includes(car) ? (battle[0] ?? null) : null }));
const cued = (over: Partial<OnAir>): OnAir => ({ ...NOTHING_CUED, ...over });
const driver = (car: number) => cued({ driver: { car, until: null } });

describe('a tower without room for all cars', () => {
  const shown = (page: number, onAir = NOTHING_CUED) => shownInTower(field(20), { rows: 9, page }, onAir);

  it('keeps its upper rows, and turns pages with the lower third through the rest, over and over', () => {
    expect(shown(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(shown(1)).toEqual([0, 1, 2, 3, 4, 5, 9, 10, 11]);
    expect(shown(4)).toEqual([0, 1, 2, 3, 4, 5, 17, 18, 19]);
    expect(shown(5)).toEqual(shown(0));
  });

  it('shows every car within its pages', () => {
    for (const [cars, rows] of [
      [60, 20],
      [60, 1],
      [21, 20],
      [3, 2],
    ] as const) {
      const seen = Array.from({ length: 60 }, (_, page) => shownInTower(field(cars), { rows, page }, NOTHING_CUED));
      expect(new Set(seen.flat()).size).toBe(cars);
      for (const rowsShown of seen) expect(rowsShown).toHaveLength(rows);
    }
  });

  it('keeps the page of the featured car open', () => {
    for (const page of [0, 1, 2]) expect(shown(page, driver(13))).toContain(13);
    expect(shown(1, driver(2))).toEqual(shown(1));
  });
});

describe('a tower around a battle', () => {
  const shown = (onAir: OnAir, battle: readonly number[] = []) =>
    shownInTower(field(20, battle), { rows: 20, mode: 'battle' }, onAir);

  it('is the leader and the rows around the cued battle, the featured car, or the first battle', () => {
    expect(shown(cued({ battle: { cars: [10, 11], until: null } }))).toEqual([0, 8, 9, 10, 11, 12, 13, 14]);
    expect(shown(driver(19))).toEqual([0, 13, 14, 15, 16, 17, 18, 19]);
    expect(shown(NOTHING_CUED, [6, 7])).toEqual([0, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('near the front, and without any battle, is the first rows', () => {
    expect(shown(NOTHING_CUED)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(shown(driver(3))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
