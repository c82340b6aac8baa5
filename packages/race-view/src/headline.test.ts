import { expect, it } from 'vitest';
import { headline } from './headline.js';
import { fieldOf } from './testing/field.js';

const RACE = fieldOf([{}]);

it('the headline of a race is its lap, and Finish once the chequered flag is out', () => {
  expect(headline(RACE)).toBe('Lap 7/18');
  expect(headline({ ...RACE, clock: { ...RACE.clock, phase: 'checkered' } })).toBe('Finish');
});

it('the headline of a practice is the time that is left, or the session time where no time is given', () => {
  const session = { ...RACE.session, type: 'practice' } as const;
  expect(headline({ ...RACE, session, clock: { ...RACE.clock, remainingMs: 61_000 } })).toBe('0:01:01');
  expect(headline({ ...RACE, session })).toBe('0:10:00');
});
