import { describe, expect, it } from 'vitest';
import { raceClock } from './race-clock.js';
import { fieldOf } from './testing/field.js';

const RACE = fieldOf([{}]);
const clockOf = (session: object, clock: object = {}) =>
  raceClock({ ...RACE, session: { ...RACE.session, ...session }, clock: { ...RACE.clock, ...clock } });

describe('the clock on air', () => {
  it('shows laps of a race over laps, with what is left of its time where the sim says it', () => {
    expect(clockOf({})).toEqual({ session: 'Race', main: 'Lap 7/18', beside: '', flag: 'green' });
    expect(clockOf({}, { remainingMs: 61_000 }).beside).toBe('0:01:01');
  });

  it('shows the time that is left of other sessions, else what has gone by', () => {
    expect(clockOf({ limitLaps: null }, { remainingMs: 3_600_000 })).toMatchObject({
      main: '1:00:00',
      beside: 'Lap 7',
    });
    expect(clockOf({ type: 'practice', limitLaps: null })).toMatchObject({
      session: 'Practice',
      main: '0:10:00',
      beside: '',
    });
  });

  it('is finished only under the chequered flag', () => {
    expect(clockOf({}, { phase: 'checkered' })).toMatchObject({ main: 'Finish', flag: 'checkered' });
    expect(clockOf({ status: 'ended' })).toMatchObject({ main: 'Ended', flag: 'none' });
  });
});
