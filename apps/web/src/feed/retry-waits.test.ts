import fc from 'fast-check';
import { expect, it } from 'vitest';
import { afterLimit, hurriedWait, retryWait, tryWithin } from './retry-waits.js';

const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const failed = fc.nat({ max: 10_000 });
const spread = fc.nat({ max: 60_000 });

it('an overlay is back within two seconds, a page within four and what the server asks for', () => {
  fc.assert(
    fc.property(failed, spread, chance, (count, spreadMs, random) => {
      expect(retryWait(true, count, spreadMs, () => random)).toBeLessThanOrEqual(1_500 + spreadMs);
      expect(retryWait(false, count, spreadMs, () => random)).toBeLessThanOrEqual(4_000 + spreadMs);
    }),
  );
});

it('the first try comes at any time within the spread; later ones are never at once', () => {
  expect([0, 0.5, 0.99].map((random) => retryWait(false, 0, 1_000, () => random))).toEqual([0, 500, 990]);
  fc.assert(
    fc.property(failed, spread, chance, fc.boolean(), (count, spreadMs, random, isOverlay) => {
      expect(retryWait(isOverlay, count + 1, spreadMs, () => random)).toBeGreaterThanOrEqual(125);
    }),
  );
});

it('waits become longer up to the limit, and not longer than that', () => {
  const longest = [1, 2, 3, 4, 5, 60].map((count) => [
    retryWait(true, count, 0, () => 1),
    retryWait(false, count, 0, () => 1),
  ]);
  expect(longest).toEqual([
    [250, 500],
    [500, 1_000],
    [1_000, 2_000],
    [1_500, 4_000],
    [1_500, 4_000],
    [1_500, 4_000],
  ]);
});

it('where the network is back it is tried within a second, whatever the spread', () => {
  expect(hurriedWait(10_000, () => 0.99)).toBe(990);
  expect(hurriedWait(250, () => 0.5)).toBe(125);
});

it('no try is given up before a slow network could have answered', () => {
  expect([null, 40, 3_000].map(tryWithin)).toEqual([12_000, 12_000, 13_000]);
});

it('after a limit it waits for as long as the server says, up to twice that', () => {
  fc.assert(
    fc.property(spread, chance, (ms, random) => {
      const waitMs = afterLimit(ms, () => random);
      expect(waitMs).toBeGreaterThanOrEqual(ms);
      expect(waitMs).toBeLessThanOrEqual(2 * ms);
    }),
  );
  expect(afterLimit(undefined, () => 0)).toBe(1_000);
});
