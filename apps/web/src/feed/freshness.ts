import { type DelayState, standsStill } from '@okboxbox/protocol';
import type { Connection } from './feed-store.js';

/** Without news for this long beyond its delay, what a page shows is stale, in ms. */
export const STALE_MS = 3_000;

/** How far what is shown can be trusted. `old` pages grey. */
export type Freshness =
  | { readonly is: 'fresh' | 'final' | 'no frame' | 'holding' | 'paused' }
  | { readonly is: 'stale' | 'lost'; readonly forMs: number };

/** Judges a picture by when it was due, not by when it was captured: one that is as old as its delay is fresh. */
export function freshnessOf(
  picture: {
    readonly connection: Connection;
    readonly freshAt: number | null;
    readonly delay: DelayState | null;
    readonly ended: boolean;
    /** Whether what is shown stays only until the server has come as far. */
    readonly isKept: boolean;
  },
  now: number,
): Freshness {
  const { connection, freshAt, delay, ended, isKept } = picture;
  if (connection.state === 'lost') return { is: 'lost', forMs: Math.max(0, now - connection.since) };
  if (isKept && freshAt !== null) return { is: 'stale', forMs: Math.max(0, now - freshAt) };
  if (ended) return { is: 'final' };
  if (delay !== null && standsStill(delay)) return { is: delay.state === 'paused' ? 'paused' : 'holding' };
  if (freshAt === null) return { is: 'no frame' };
  return now - freshAt > STALE_MS ? { is: 'stale', forMs: now - freshAt } : { is: 'fresh' };
}

/** Whether figures must not be read as of now. */
export function isOld(freshness: Freshness): boolean {
  return freshness.is === 'stale' || freshness.is === 'lost';
}
