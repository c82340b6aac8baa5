import { SLOTS, unpackRow } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { demoState } from './demo-race.js';

const at = (second: number, seed = 0) => demoState(second, seed, 'tower');

it('the demo race of a seed is the same every time, changes positions, and has each car once', () => {
  expect(at(120)).toEqual(at(120));
  for (const second of [0, 4, 90, 3_600]) {
    for (const seed of [0, 7]) {
      const positions = Object.values(at(second, seed).rows).map((row) => unpackRow(row).position);
      expect(positions.sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    }
  }
  expect(at(4).rows).not.toEqual(at(0).rows);
  expect(at(40, 7).rows).not.toEqual(at(40).rows);
});

it('has something on air in the slot of every overlay, at every time', () => {
  for (const slot of SLOTS)
    for (const second of [0, 15, 30]) expect(demoState(second, 0, slot).onAir[slot]).not.toBeNull();
});

it('it says nowhere on air that it is one', () => {
  const { entries, session } = at(0);
  expect(JSON.stringify([entries, session.track])).not.toMatch(/demo|test|sample/i);
});
