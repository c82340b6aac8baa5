import type { FeedStore } from '../../feed/feed-store.js';
import { freshnessOf } from '../../feed/freshness.js';

/** A picture without news for this long beyond its delay leaves the air, in ms: a short break is not seen. */
export const OFF_AIR_AFTER_MS = 8_000;

type Aired = Pick<FeedStore, 'connection' | 'freshAt' | 'delay' | 'holding' | 'isKept'>;

/** Whether what a store holds may still be on air. What stands still on purpose may, for as long as the line is there. */
export function canStayOnAir(store: Aired, now: number): boolean {
  return now <= leavesAirAfter(store, now);
}

/**
 * Until when what a store holds may be on air if nothing more comes, on the clock of `now`, in ms: it may at that instant itself.
 * `Infinity`: it stays; `-Infinity`: it may not be there at all.
 */
export function leavesAirAfter({ connection, freshAt, delay, holding, isKept }: Aired, now: number): number {
  if (holding.holding !== 'race') return Number.NEGATIVE_INFINITY;
  const ended = holding.feed.session.status === 'ended';
  const freshness = freshnessOf({ connection, freshAt, delay, ended, isKept }, now);
  switch (freshness.is) {
    case 'lost':
    case 'stale':
      return now - freshness.forMs + OFF_AIR_AFTER_MS;
    case 'fresh':
      return (freshAt ?? now) + OFF_AIR_AFTER_MS;
    case 'no frame':
      return Number.NEGATIVE_INFINITY;
    default:
      return Number.POSITIVE_INFINITY;
  }
}
