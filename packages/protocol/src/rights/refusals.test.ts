import { expect, it } from 'vitest';
import { ERROR_CODES, isFinalRefusal } from './refusals.js';

it('each code of a refusal has a title and a meaning of its own', () => {
  const codes = Object.values(ERROR_CODES);
  expect(new Set(codes.map(({ text }) => text)).size).toBe(codes.length);
  expect(new Set(codes.map(({ meaning }) => meaning)).size).toBe(codes.length);
});

it('a program does not repeat what only a person can change, and repeats everything else', () => {
  expect(Object.keys(ERROR_CODES).filter(isFinalRefusal)).toEqual([
    'bad_request',
    'unauthenticated',
    'forbidden',
    'conflict',
    'version_mismatch',
  ]);
  expect([isFinalRefusal(undefined), isFinalRefusal('new_code'), isFinalRefusal('toString')]).toEqual([
    false,
    false,
    false,
  ]);
});
