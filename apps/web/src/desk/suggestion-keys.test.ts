import type { Suggestion } from '@okboxbox/race-view';
import { expect, it } from 'vitest';
import { keysOf } from './suggestion-keys.js';

const moment = (id: string): Suggestion => ({ id, kind: 'battle', words: id, set: {}, forMs: 1_000, atMs: null });

it('keys stay with their moments while others come and go', () => {
  const first = keysOf([moment('a'), moment('b'), moment('c')], new Map());
  expect([...first]).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ]);
  const second = keysOf([moment('new'), moment('c'), moment('b')], first);
  expect([second.get('b'), second.get('c'), second.get('new')]).toEqual(['2', '3', '1']);
});

it('there are nine keys, for the nine most important moments: one that becomes less important gives its key up', () => {
  const many = Array.from({ length: 12 }, (_, i) => moment(`m${i}`));
  const keys = keysOf(many, new Map());
  expect(keys.size).toBe(9);
  expect(keys.has('m9')).toBe(false);
  const urgent = keysOf([moment('urgent'), ...many], keys);
  expect(urgent.get('urgent')).toBe('9');
  expect(urgent.has('m8')).toBe(false);
});
