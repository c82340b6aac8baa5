import type { Moment } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { NOT_MATCHED, proposalOf, stillMatching } from './matching.js';

const moment: Moment = { id: 'm', at: 100_000, name: 'overtake', lap: 3, car: 1, otherCar: 2, to: null };

it('proposes nothing before there are a moment and a press, in either order', () => {
  expect(proposalOf(NOT_MATCHED, 0)).toBeNull();
  expect(proposalOf({ moment, pressedAt: null }, 0)).toBeNull();
  expect(proposalOf({ moment: null, pressedAt: 1 }, 0)).toBeNull();
  expect(proposalOf({ moment, pressedAt: 112_340 }, 0)).toEqual({
    moment,
    pressedAt: 112_340,
    setsMs: 12_340,
    problem: null,
  });
});

it('proposes for the public picture what comes on top of the graphics', () => {
  expect(proposalOf({ moment, pressedAt: 112_340 }, 10_000)?.setsMs).toBe(2_340);
});

it('says why a press cannot be used', () => {
  expect(proposalOf({ moment, pressedAt: 99_000 }, 0)?.problem).toMatch(/before it happened/);
  expect(proposalOf({ moment, pressedAt: 105_000 }, 10_000)?.problem).toMatch(/before the graphics show it/);
  expect(proposalOf({ moment, pressedAt: 230_000 }, 0)?.problem).toMatch(/longer than the 120 s/);
});

it('forgets a press after a minute', () => {
  const matching = { moment, pressedAt: 112_000 };
  expect(stillMatching(matching, 172_000)).toBe(matching);
  expect(stillMatching(matching, 172_001)).toBe(NOT_MATCHED);
});
