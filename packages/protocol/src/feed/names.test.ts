import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownNames, visibleText } from './names.js';

const UNSEEN = [' ', '\t', '\u00a0', '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u3164', '\u2800'];
const blank = fc.array(fc.constantFrom(...UNSEEN), { maxLength: 8 }).map((parts) => parts.join(''));
const entry = { car: 4, carNumber: '07' };

describe('names that are shown', () => {
  it('a blank name falls back to the driver, then to the number, then to the car', () => {
    fc.assert(
      fc.property(blank, blank, fc.boolean(), (one, other, teamRacing) => {
        const driver = { name: 'Ada' };
        expect(shownNames({ ...entry, teamName: one, driver }, teamRacing).name).toBe('Ada');
        expect(shownNames({ ...entry, teamName: 'Red', driver: { name: one } }, teamRacing).name).toBe('Red');
        const none = { ...entry, teamName: one, driver: { name: other } };
        expect(shownNames(none, teamRacing)).toEqual({ name: '07', teamName: null, driver: null, carNumber: '07' });
        expect(shownNames({ ...none, carNumber: one }, teamRacing).name).toBe('#4');
      }),
    );
  });

  it('the team comes first in team racing, else the driver', () => {
    const both = { ...entry, teamName: 'Red', driver: { name: 'Ada' } };
    expect(shownNames(both, true).name).toBe('Red');
    expect(shownNames(both, false).name).toBe('Ada');
  });

  it('a name with anything to be seen in it is kept, in any script', () => {
    for (const name of ['Ada', '-', '李', 'Γ', '👻', 'a\u200bb']) expect(visibleText(` ${name} `)).toBe(name);
    expect(visibleText(undefined)).toBeNull();
  });
});
