import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chartTimes } from './chart-times.js';

it('instants of our time are drawn as they are', () => {
  expect(chartTimes([1_764_000_000_000, 1_764_000_005_000])).toEqual([1_764_000_000_000, 1_764_000_005_000]);
});

it('whatever a file says, what is drawn is a date, and so is the day before and after', () => {
  const days = (at: number) => [at - 86_400_000, at + 86_400_000].map((each) => new Date(each).getTime());
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), (times) => {
      for (const at of chartTimes(times)) expect(days(at)).not.toContain(Number.NaN);
    }),
    { examples: [[[1e300, -1e300, 8.64e15, -8.64e15]]] },
  );
});
