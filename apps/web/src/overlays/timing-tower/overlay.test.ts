import { expect, it } from 'vitest';
import { readOptions } from '../define-overlay.js';
import { overlay } from './overlay.js';

const read = (given: Readonly<Record<string, unknown>>) => readOptions(overlay.options, given);
const USUAL = { rows: 20, mode: 'full', gap: 'interval', class: null, scale: 1, theme: null };

it('the tower reads its options from an address, or from values of their own types', () => {
  expect(read({ rows: '12', gap: 'leader', class: 'GT3', scale: '1.5' })).toEqual({
    rows: 12,
    mode: 'full',
    gap: 'leader',
    class: 'GT3',
    scale: 1.5,
    theme: null,
  });
  expect(read({ rows: 12, scale: 2 })).toEqual({ ...USUAL, rows: 12, scale: 2 });
  expect(read({ rows: '12.4' }).rows).toBe(12);
  expect(read({ mode: 'battle', gap: 'rotate', theme: 'light' })).toMatchObject({
    mode: 'battle',
    gap: 'rotate',
    theme: 'light',
  });
});

it('an option that is not given, not a number or out of range is the usual', () => {
  expect(read({})).toEqual(USUAL);
  expect(read({ rows: 'many', scale: '-1', gap: 'none', other: 'x' })).toEqual(USUAL);
  expect(read({ rows: '0', scale: '9' })).toEqual(USUAL);
});
