import type { DelayState } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { fieldOf } from '../../../../../packages/race-view/src/testing/field.js';
import type { Holding } from '../../feed/feed-store.js';
import { canStayOnAir, leavesAirAfter, OFF_AIR_AFTER_MS } from './air-time.js';

const NOW = 100_000;
const FEED = fieldOf([{}]);
const held = {
  connection: { state: 'live' } as const,
  freshAt: NOW as number | null,
  delay: { sessionId: 'sess_1', state: 'running', delayMs: 30_000 } as DelayState,
  holding: { holding: 'race', feed: FEED } as Holding,
  isKept: false,
};
const paused = { ...held.delay, state: 'paused' } as const;
const lostFor = (ms: number) => ({ state: 'lost', since: NOW - ms, because: 'gone' }) as const;

it('a short break in the news is not seen on air; a long one takes the graphic off', () => {
  expect(canStayOnAir({ ...held, freshAt: NOW - OFF_AIR_AFTER_MS }, NOW)).toBe(true);
  expect(canStayOnAir({ ...held, freshAt: NOW - OFF_AIR_AFTER_MS - 1 }, NOW)).toBe(false);
  expect(canStayOnAir({ ...held, connection: lostFor(4_000) }, NOW)).toBe(true);
  expect(canStayOnAir({ ...held, connection: lostFor(9_000) }, NOW)).toBe(false);
});

it('a picture that stands still on purpose stays, for as long as the line is there', () => {
  const still = { ...held, freshAt: NOW - 60_000, delay: paused };
  expect(canStayOnAir(still, NOW)).toBe(true);
  expect(canStayOnAir({ ...still, connection: lostFor(9_000) }, NOW)).toBe(false);
});

it('a picture that stays until the server has come as far leaves the air like any old one', () => {
  expect(canStayOnAir({ ...held, isKept: true, freshAt: NOW - OFF_AIR_AFTER_MS }, NOW)).toBe(true);
  expect(canStayOnAir({ ...held, isKept: true, freshAt: NOW - OFF_AIR_AFTER_MS - 1, delay: paused }, NOW)).toBe(false);
});

it('a finished session stays; nothing held, nothing aired and a refusal are nothing on air', () => {
  const ended = { ...FEED, session: { ...FEED.session, status: 'ended' } } as const;
  expect(canStayOnAir({ ...held, freshAt: 0, holding: { holding: 'race', feed: ended } }, NOW)).toBe(true);
  expect(canStayOnAir({ ...held, freshAt: null }, NOW)).toBe(false);
  const error = { code: 'not_found', message: 'Nothing on air.' } as const;
  expect(canStayOnAir({ ...held, holding: { holding: 'refusal', error } }, NOW)).toBe(false);
});

it('says until when a picture may stay if nothing more comes', () => {
  const until = (store: Parameters<typeof leavesAirAfter>[0]) => leavesAirAfter(store, NOW);
  expect(until({ ...held, freshAt: NOW - 1_000 })).toBe(NOW - 1_000 + OFF_AIR_AFTER_MS);
  expect(until({ ...held, freshAt: NOW - 5_000 })).toBe(NOW - 5_000 + OFF_AIR_AFTER_MS);
  expect(until({ ...held, connection: lostFor(4_000) })).toBe(NOW - 4_000 + OFF_AIR_AFTER_MS);
  expect(until({ ...held, freshAt: 0, delay: paused })).toBe(Number.POSITIVE_INFINITY);
  expect(until({ ...held, freshAt: null })).toBe(Number.NEGATIVE_INFINITY);
});
