import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sparkOf } from './sparkline-path.js';

it('a line goes from the oldest figure to the newest, with zero at its foot', () => {
  expect(sparkOf([0, 5, 10], 100, 20)).toEqual({
    path: 'M0.0 20.0L50.0 10.0L100.0 0.0',
    last: { x: 100, y: 0 },
    least: 0,
    most: 10,
  });
});

it('what was not known is a gap, not a zero', () => {
  expect(sparkOf([4, null, 4], 100, 20)?.path).toBe('M0.0 0.0M100.0 0.0');
  expect(sparkOf([4, null], 100, 20)?.last).toBeNull();
});

it('nothing is drawn where nothing was ever known', () => {
  expect(sparkOf([null, null], 100, 20)).toBeNull();
  expect(sparkOf([], 100, 20)).toBeNull();
});

it('whatever the figures are, the line stays in its box', () => {
  const figures = fc.array(fc.option(fc.double({ min: -1e12, max: 1e12, noNaN: true })), { minLength: 1 });
  fc.assert(
    fc.property(figures, (values) => {
      const numbers = (sparkOf(values, 100, 20)?.path.match(/-?[\d.]+/g) ?? []).map(Number);
      numbers.forEach((at, index) => {
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(index % 2 === 0 ? 100 : 20);
      });
    }),
  );
});

it('a line of more figures than a call takes arguments is drawn, too', () => {
  expect(sparkOf(new Array<number>(300_000).fill(2), 100, 20)).toMatchObject({ least: 2, most: 2 });
});
