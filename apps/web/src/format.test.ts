import { expect, it } from 'vitest';
import { age } from './format.js';

it('an age is in the largest unit that says enough', () => {
  expect([age(4_900), age(60_000), age(3_600_000 * 3), age(86_400_000 * 2), age(-1)]).toEqual([
    '4 s',
    '1 min',
    '3 h',
    '2 d',
    '0 s',
  ]);
});
