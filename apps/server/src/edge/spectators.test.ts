import { WATCHING_MS } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { Spectators } from './spectators.js';

it('pages that call once in the time are each counted once, spread as they are', () => {
  let now = 1_764_000_000_000;
  const spectators = new Spectators(() => now);
  for (let round = 0; round < 3; round++) {
    for (let page = 0; page < 30; page++) {
      now += WATCHING_MS / 30;
      spectators.watches('local');
    }
    expect(spectators.of('local')).toBe(30);
  }
  expect(spectators.of('other')).toBe(0);
});

it('pages that do not call any more are not counted after that time', () => {
  let now = 1_764_000_000_000;
  const spectators = new Spectators(() => now);
  spectators.watches('local');
  now += WATCHING_MS - 1_000;
  spectators.watches('local');
  expect(spectators.of('local')).toBe(2);
  now += 1_000;
  expect(spectators.of('local')).toBe(1);
  now += WATCHING_MS;
  expect(spectators.of('local')).toBe(0);
});
