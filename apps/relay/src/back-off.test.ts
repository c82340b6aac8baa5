import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backOffMs } from './back-off.js';

const longest = (attempt: number) => backOffMs(attempt, () => 1);

it('doubles from half a second and ends at 15 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map(longest)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

it('lies anywhere between half of the longest and the longest, after any number of failures', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, draw) => {
      const wait = backOffMs(attempt, () => draw);
      expect(wait).toBeGreaterThanOrEqual(Math.floor(longest(attempt) / 2));
      expect(wait).toBeLessThanOrEqual(longest(attempt));
    }),
  );
  expect(backOffMs(3, () => 0)).toBe(1_000);
});
