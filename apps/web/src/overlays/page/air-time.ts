import type { FeedStore } from '../../feed/feed-store.js';
import { freshnessOf } from '../../feed/freshness.js';

/** A picture without news for this long beyond its delay leaves the air, in ms: a short break is not seen. */
export const OFF_AIR_AFTER_MS = 8_000;

/** Whether what a store holds may still be on air. What stands still on purpose may, for as long as the line is there. */
export function canStayOnAir(
  store: Pick<FeedStore, 'connection' | 'freshAt' | 'delay' | 'holding' | 'isKept'>,
  now: number,
): boolean {
  const { connection, freshAt, delay, holding, isKept } = store;
  if (holding.holding !== 'race') return false;
  const ended = holding.feed.session.status === 'ended';
  const freshness = freshnessOf({ connection, freshAt, delay, ended, isKept }, now);
  switch (freshness.is) {
    case 'lost':
    case 'stale':
      return freshness.forMs <= OFF_AIR_AFTER_MS;
    case 'no frame':
      return false;
    default:
      return true;
  }
}
