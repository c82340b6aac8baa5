import { unpackRow } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { demoState } from './demo-race.js';

it('the made-up race is the same every time, changes places, and has each car once', () => {
  expect(demoState(120)).toEqual(demoState(120));
  for (const second of [0, 4, 90, 3_600]) {
    const positions = Object.values(demoState(second).rows).map((row) => unpackRow(row).position);
    expect(positions.sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  }
  expect(demoState(4).rows).not.toEqual(demoState(0).rows);
});

it('it says nowhere on air that it is one', () => {
  const { entries, session } = demoState(0);
  expect(JSON.stringify([entries, session.track])).not.toMatch(/demo|test|sample/i);
});
