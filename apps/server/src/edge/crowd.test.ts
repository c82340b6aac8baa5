import { expect, it } from 'vitest';
import { CROWD, isCrowd } from './crowd.js';

/** Calls of a page for the pointer in 30 s. */
const CALLS = 28;

it.each([
  ['few', { viewers: CROWD - 1, spectators: 0, pointerCalls: 0 }, false],
  ['many with sockets', { viewers: CROWD, spectators: 0, pointerCalls: 0 }, true],
  ['many by segments, behind ten caches', { viewers: 0, spectators: 20_000, pointerCalls: 10 * CALLS }, true],
  ['many by segments, without a cache', { viewers: 250, spectators: 300, pointerCalls: 300 * CALLS }, false],
  ['many, and one script that polls', { viewers: CROWD, spectators: 0, pointerCalls: CALLS }, true],
])('%s: whether pages are to read segments', (_, counts, reads) => {
  expect(isCrowd(counts)).toBe(reads);
});
