import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf } from './layout.js';

const ids = (...given: Parameters<typeof layoutOf>) => layoutOf(...given).columns.map((each) => each.id);

/** Least width in px that a layout needs, read from its grid tracks. */
function least({ tracks, columns, isTight }: ReturnType<typeof layoutOf>): number {
  const sizes = [...tracks.matchAll(/(?:minmax\()?(\d+)px/g)].map(([, px]) => Number(px));
  expect(sizes).toHaveLength(columns.length);
  return sizes.reduce((sum, px) => sum + px, 0) + (columns.length - 1) * (isTight ? 4 : 10) + (isTight ? 16 : 20);
}

describe('the columns of a timing table', () => {
  it('are all there on a wide screen: a place in class where there are several, a sector for each of the track', () => {
    expect(ids(1, 3, 1_880, 'interval')).not.toContain('class-position');
    expect(ids(2, 3, 1_880, 'interval')).toEqual(
      expect.arrayContaining(['class-position', 'sector-1', 'sector-3', 'stint', 'gap', 'interval', 'track']),
    );
  });

  it('fit any table from a phone up, with any number of sectors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 360, max: 2_600 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        (width, sectors, classes, longestNumber) => {
          const layout = layoutOf(classes, sectors, width, 'interval', longestNumber);
          expect(least(layout)).toBeLessThanOrEqual(width);
          expect(layout.columns.map((each) => each.id)).toEqual(
            expect.arrayContaining(['position', 'number', 'name', 'interval', 'last', 'status']),
          );
        },
      ),
    );
  });

  it('are wide enough for the longest car number, at the cost of the names', () => {
    const widthOf = (longestNumber: number) => {
      const { tracks, columns } = layoutOf(2, 3, 390, 'gap', longestNumber);
      return Number.parseFloat(tracks.split(' ')[columns.findIndex(({ id }) => id === 'number')] ?? '');
    };
    // The bar of the class with its gap, and the figures of a phone's table.
    expect(widthOf(3)).toBe(40);
    expect(widthOf(8)).toBeGreaterThanOrEqual(12 + 8 * 7);
  });

  it('that matter least go first as a table gets narrower', () => {
    expect(ids(3, 3, 1_400, 'gap')).not.toContain('track');
    expect(ids(3, 3, 1_400, 'gap')).toContain('sector-1');
    expect(ids(3, 3, 1_100, 'gap')).not.toContain('sector-1');
    expect(ids(3, 3, 1_100, 'gap')).toContain('best');
  });

  it('on a phone have gap or interval, as asked', () => {
    expect(ids(2, 3, 390, 'gap')).toEqual(['position', 'number', 'name', 'gap', 'last', 'last-mark', 'status']);
    expect(ids(2, 3, 390, 'interval')).toContain('interval');
    expect(ids(2, 3, 390, 'interval')).not.toContain('gap');
  });
});
