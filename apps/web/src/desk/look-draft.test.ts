import type { ShowLook } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import {
  colourIn,
  contrastIn,
  draftOf,
  isSameLook,
  problemsOf,
  savedLook,
  shownLook,
  withColour,
} from './look-draft.js';

const LOOK: ShowLook = { base: 'light', colours: { accent: '#00594c' }, radiusPx: 3, logo: 'a'.repeat(64) };

describe('the draft of a look', () => {
  it('is the look itself while nothing is changed', () => {
    expect(savedLook(draftOf(LOOK))).toEqual(LOOK);
    expect(savedLook(draftOf(null))).toBeNull();
    expect(isSameLook(LOOK, { ...LOOK, colours: { accent: '#00594C' } })).toBe(true);
    expect(isSameLook(LOOK, null)).toBe(false);
  });

  it('takes a colour with and without its sharp, and gives the one of the theme back', () => {
    const typed = withColour(draftOf(null), 'accent', ' 00594c ');
    expect(colourIn(typed, 'accent')).toBe('#00594c');
    expect(shownLook(typed).colours).toEqual({ accent: '#00594c' });
    expect(savedLook(withColour(typed, 'accent', null))).toBeNull();
  });

  it('shows the colour of the theme while one is being typed, and cannot be saved then', () => {
    const typed = withColour(draftOf(null), 'best', '#c79');
    expect(colourIn(typed, 'best')).toBe('#c79');
    expect(shownLook(typed).colours).toEqual({});
    expect(problemsOf(typed)).toEqual(['Best lap of all: “#c79” is not a colour. Write it as #rrggbb.']);
  });

  it('says which text cannot be read on what, with the value', () => {
    const pale = withColour(draftOf(null), 'soft', '#30343a');
    expect(problemsOf(pale)).toEqual([
      'Less important text on background: 1.2 to 1. At least 4.5 to 1 is needed.',
      'Less important text on background of headings and marked rows: 1.1 to 1. At least 4.5 to 1 is needed.',
    ]);
    expect(contrastIn(pale, 'soft')).toBeLessThan(1.2);
    expect(contrastIn(pale, 'surface')).toBeNull();
  });

  it.each(['-1', '25', '1.5', '3px', 'round'])('does not take %j for corners', (radius) => {
    const draft = { ...draftOf(LOOK), radius };
    expect(problemsOf(draft)).toEqual([`Corners: “${radius}” is not a whole number from 0 to 24.`]);
    expect(shownLook(draft).radiusPx).toBeNull();
    expect(problemsOf({ ...draft, radius: '24' })).toEqual([]);
  });
});
