import { expect, it } from 'vitest';
import type { DeskError } from './desk-error.js';
import { matchedGraphics, matchedPublic } from './matched-delay.js';

/** Why a moment cannot be matched: the code and the text. */
function whyNot(match: () => number): readonly [string, string] {
  try {
    return ['', `it can: ${match()}`];
  } catch (error) {
    const { code, message } = error as DeskError;
    return [code, message];
  }
}

it('a moment within reach gives the delay that shows it', () => {
  expect([matchedGraphics(0), matchedGraphics(120_000), matchedPublic(150_000, 30_000)]).toEqual([0, 120_000, 120_000]);
});

it.each([
  [120_001, 'was 120.0 s ago'],
  [3_700_000, 'was over an hour ago'],
  [-5_000, 'is 5.0 s in the future'],
  [-99_999_964_900, 'is over an hour in the future'],
])('a moment of %i ms ago is out of reach of the graphics', (behindMs, says) => {
  expect(whyNot(() => matchedGraphics(behindMs))).toEqual([
    'bad_request',
    expect.stringMatching(new RegExp(`^That moment ${says}.*; the delay can be 0 to 120 s\\.$`)),
  ]);
});

it('a moment nearer than the graphics is a matter of those, and one out of reach is a bad request', () => {
  expect(whyNot(() => matchedPublic(10_000, 30_000))).toEqual([
    'conflict',
    expect.stringContaining('nearer than the graphics'),
  ]);
  expect(whyNot(() => matchedPublic(-1_000, 30_000))).toEqual([
    'bad_request',
    expect.stringContaining('1.0 s in the future'),
  ]);
  expect(whyNot(() => matchedPublic(150_001, 30_000))).toEqual([
    'bad_request',
    expect.stringContaining('the public picture can be 30.0 to 150 s behind'),
  ]);
});
