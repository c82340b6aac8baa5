import { expect, it } from 'vitest';
import { bestEncoding } from './encodings.js';

it.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1.0, br;q=0', 'gzip'],
  ['GZIP', 'gzip'],
  ['br;q=0.1, gzip;q=0.9', 'br'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['identity', 'identity'],
  ['gzip;q=nonsense', 'identity'],
  ['', 'identity'],
  [undefined, 'identity'],
])('a client that takes %j is sent %s', (accepted, encoding) => {
  expect(bestEncoding(accepted)).toBe(encoding);
});
