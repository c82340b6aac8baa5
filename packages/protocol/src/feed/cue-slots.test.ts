import { describe, expect, it } from 'vitest';
import { cueSlots } from './cue-slots.js';
import { slotsSet, USUAL_SCENES } from './on-air.js';
import { SLOTS } from './slots.js';

const whyNot = (set: object) => cueSlots.safeParse(set).error?.issues[0]?.message;

describe('what a cue sets', () => {
  it('has the slots that are kept, and no others', () => {
    expect(Object.keys(cueSlots.shape).sort()).toEqual([...SLOTS].sort());
    expect(Object.keys(slotsSet.shape).sort()).toEqual([...SLOTS].sort());
    for (const { set } of USUAL_SCENES) expect(cueSlots.parse(set)).toEqual(set);
  });

  it('names a slot that is not known, cut short, and those that are', () => {
    expect(whyNot({ tower: {}, nonsense: {} })).toBe(`there is no slot "nonsense"; the slots are ${SLOTS.join(', ')}`);
    expect(whyNot({ ['x'.repeat(500)]: {} })?.length).toBeLessThan(250);
  });

  it('is something', () => {
    expect(whyNot({})).toMatch(/sets no slot/);
    expect(whyNot({ tower: undefined })).toMatch(/sets no slot/);
    expect(cueSlots.parse({ tower: null })).toEqual({ tower: null });
  });

  it.each([
    [{ battle: { cars: [1, 1] } }, /must be different/],
    [{ battle: { cars: [1] } }, />=2/],
    [{ driver: { car: 1, number: 5 } }, /"car": INDEX/],
    [{ driver: 'second' }, /"leader", "onCamera"/],
    [{ tower: { rows: 5 } }, /give \{\}/],
    [{ message: { text: ' \t\u0007\u200b' } }, /no visible character/],
    [{ message: { text: 'Box', title: '  ' } }, /no visible character/],
    [{ message: { text: 'Box', colour: 'red' } }, /./],
    [{ results: { of: 'grid', rows: 5 } }, /./],
  ])('refuses %o, which would draw nothing or something else', (set, because) => {
    expect(whyNot(set)).toMatch(because);
  });

  it('takes every text in which something is seen', () => {
    for (const text of ['5', '!', '赤旗', '🏁', ' a '])
      expect(cueSlots.parse({ message: { text } })).toEqual({ message: { text } });
  });
});
