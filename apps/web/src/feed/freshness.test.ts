import type { DelayState } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { freshnessOf, isOld } from './freshness.js';

const NOW = 100_000;
const picture = {
  connection: { state: 'live' } as const,
  freshAt: NOW - 500,
  delay: null as DelayState | null,
  ended: false,
  isKept: false,
};
const delay = (state: DelayState['state']): DelayState => ({ sessionId: 'sess_1', state, delayMs: 30_000 });

it('a picture is fresh while news come, stale after three seconds without any, and says for how long', () => {
  expect(freshnessOf(picture, NOW)).toEqual({ is: 'fresh' });
  expect(freshnessOf({ ...picture, freshAt: NOW - 3_001 }, NOW)).toEqual({ is: 'stale', forMs: 3_001 });
});

it('a picture that holds or is paused is not stale, however long it stands', () => {
  const old = { ...picture, freshAt: NOW - 60_000 };
  expect(freshnessOf({ ...old, delay: delay('holding') }, NOW)).toEqual({ is: 'holding' });
  expect(freshnessOf({ ...old, delay: delay('paused') }, NOW)).toEqual({ is: 'paused' });
  expect(isOld(freshnessOf({ ...old, delay: delay('running') }, NOW))).toBe(true);
});

it('a picture that stays only until the server has come as far is stale, whatever the server says of its delay', () => {
  const kept = { ...picture, isKept: true, delay: delay('holding') };
  expect(freshnessOf(kept, NOW)).toEqual({ is: 'stale', forMs: 500 });
  expect(freshnessOf({ ...kept, freshAt: null }, NOW)).toEqual({ is: 'holding' });
});

it('a lost connection comes before everything, the end before silence', () => {
  const lost = { state: 'lost', since: NOW - 7_000, because: 'gone' } as const;
  expect(freshnessOf({ ...picture, connection: lost, ended: true }, NOW)).toEqual({ is: 'lost', forMs: 7_000 });
  expect(freshnessOf({ ...picture, freshAt: 0, ended: true }, NOW)).toEqual({ is: 'final' });
  expect(freshnessOf({ ...picture, freshAt: null }, NOW)).toEqual({ is: 'no frame' });
});
