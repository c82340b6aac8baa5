import fc from 'fast-check';
import { expect, it } from 'vitest';
import { retrySpreadMs } from './retry-spread.js';

it('has overlays come back first, then those who work with the picture, then the public', () => {
  const spreads = (viewers: number) =>
    (['overlay', 'dashboard', 'public'] as const).map((kind) => retrySpreadMs(kind, viewers));
  expect(spreads(5)).toEqual([250, 1_000, 2_000]);
  expect(spreads(2_000)).toEqual([250, 10_000, 10_000]);
  expect(retrySpreadMs('director', 5)).toBe(1_000);
  expect(retrySpreadMs(undefined, 5)).toBe(2_000);
});

it('spreads all but overlays so that no more than 200 come in a second, up to a minute', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100_000 }),
      fc.constantFrom('dashboard', 'public', undefined),
      (viewers, kind) => {
        const spread = retrySpreadMs(kind, viewers);
        expect(spread).toBeLessThanOrEqual(60_000);
        if (viewers <= 12_000) expect((viewers * 1_000) / spread).toBeLessThanOrEqual(200);
      },
    ),
  );
});
