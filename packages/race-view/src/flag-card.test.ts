import { type FeedState, NOTHING_CUED } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { flagCard, flagIsOut } from './flag-card.js';
import { fieldOf } from './testing/field.js';

const RACE = fieldOf([{}]);
const race = (clock: Partial<FeedState['clock']>, cued: string | null = null, status: 'live' | 'ended' = 'live') => ({
  ...RACE,
  session: { ...RACE.session, status },
  clock: { ...RACE.clock, ...clock },
  onAir: { ...NOTHING_CUED, flag: cued === null ? null : { flag: cued as 'yellow', until: null } },
});

describe('the flag on air', () => {
  it('is the cued one, beside the race’s own where that is another', () => {
    expect(flagCard(race({}, 'yellow'))).toEqual({ colour: 'yellow', words: 'Yellow', also: null });
    expect(flagCard(race({ flags: ['red'] }, 'yellow'))).toMatchObject({ words: 'Yellow', also: { words: 'Red' } });
    expect(flagCard(race({ flags: ['caution'] }, 'yellow'))?.also).toBeNull();
    expect(flagCard(race({}, 'repair'))).toEqual({ colour: 'none', words: 'Repair', also: null });
  });

  it('is the race’s own without a cue', () => {
    expect(flagCard(race({ flags: ['green', 'white'] }))?.words).toBe('Last lap');
    expect(flagCard(race({ flags: [] }))?.words).toBe('Green');
    expect(flagCard(race({ flags: [], phase: null }))).toBeNull();
  });

  it('says before the start where the field stands, and makes up no lights', () => {
    expect(flagCard(race({ flags: [], phase: 'grid' }))).toEqual({ colour: 'none', words: 'Grid', also: null });
    expect(flagCard(race({ flags: ['green'], phase: 'formation' }))?.words).toBe('Formation lap');
  });

  it('is not the chequered one where the session was cut off', () => {
    expect(flagCard(race({}, 'checkered', 'ended'))?.words).toBe('Session ended');
    expect(flagCard(race({ phase: 'checkered', flags: ['checkered'] }, null, 'ended'))?.words).toBe('Chequered');
  });

  it('is out by itself in a live race with any flag but green, or before the start', () => {
    expect(flagIsOut(race({}))).toBe(false);
    expect(flagIsOut(race({ flags: ['yellow'] }))).toBe(true);
    expect(flagIsOut(race({ flags: [], phase: 'grid' }))).toBe(true);
    expect(flagIsOut(race({ flags: ['yellow'] }, null, 'ended'))).toBe(false);
  });
});
