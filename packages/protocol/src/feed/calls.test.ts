import { describe, expect, it } from 'vitest';
import { feedBeat, feedResync, sessionJoin } from './calls.js';

describe('calls of a viewer', () => {
  it('RGT-6: a join names either a session or a show, and its audience', () => {
    const live = { audience: 'live' };
    expect(sessionJoin.safeParse({ ...live, sessionId: 'sess_1' }).success).toBe(true);
    expect(sessionJoin.safeParse({ ...live, show: 'my-league' }).success).toBe(true);
    expect(sessionJoin.safeParse({ ...live, sessionId: 'sess_1', show: 'my-league' }).success).toBe(false);
    expect(sessionJoin.safeParse(live).success).toBe(false);
    expect(sessionJoin.safeParse({ sessionId: 'sess_1' }).success).toBe(false);
    expect(sessionJoin.safeParse({ sessionId: 'sess_1', audience: 'car' }).success).toBe(false);
  });

  it('RGT-6: an extra delay is whole milliseconds from 0 to 120,000', () => {
    const joins = (extraDelayMs: unknown) =>
      sessionJoin.safeParse({ audience: 'broadcast', show: 'local', extraDelayMs }).success;
    expect([0, 120_000].map(joins)).toEqual([true, true]);
    expect([-1, 0.5, 120_001, Number.NaN, '5'].map(joins)).toEqual([false, false, false, false, false]);
  });

  it('FEED-3: asking again needs the epoch and a sequence number from 0', () => {
    expect(feedResync.safeParse({ epoch: 'e', seq: 0 }).success).toBe(true);
    for (const seq of [-1, 1.5, Number.NaN, undefined])
      expect(feedResync.safeParse({ epoch: 'e', seq }).success).toBe(false);
  });

  it('a beat says what is shown and how long the answer before took, or that it has neither', () => {
    const takes = (over: object) => feedBeat.safeParse({ at: 1_764_000_000_000, rttMs: 40, ...over }).success;
    expect([{}, { at: null, rttMs: null }, { hidden: true }].map(takes)).toEqual([true, true, true]);
    for (const over of [{ at: undefined }, { at: Number.POSITIVE_INFINITY }, { at: '5' }, { rttMs: -1 }, { hidden: 1 }])
      expect(takes(over)).toBe(false);
  });
});
