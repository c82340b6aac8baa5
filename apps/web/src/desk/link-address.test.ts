import { expect, it } from 'vitest';
import { linkAddress } from './link-address.js';

it('a link begins with the public address, wherever the desk was opened', () => {
  const here = 'http://127.0.0.1:3001';
  expect(linkAddress('abc', 'https://race.example', here)).toBe('https://race.example/l/abc');
  expect(linkAddress('abc', null, here)).toBe('http://127.0.0.1:3001/l/abc');
  expect(linkAddress('abc', undefined, here)).toBe('http://127.0.0.1:3001/l/abc');
});
