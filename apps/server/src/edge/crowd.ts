import { WATCHING_MS } from '@okboxbox/protocol';

/**
 * Pages read segments where a show has at least this many viewers, those with a socket and those that read segments together.
 * Fewer cost less than a twentieth of a core over sockets, and see the picture one or two seconds sooner.
 */
export const CROWD = 250;
/** Calls for the pointer by each page that no cache stands before, within `WATCHING_MS`: half of what it makes, at about one a second. */
const CALLS_WITHOUT_CACHE = WATCHING_MS / 2_000;

/** What is counted of a show. */
export interface CrowdCounts {
  /** Viewers over sockets. */
  readonly viewers: number;
  /** About how many pages read segments. */
  readonly spectators: number;
  /** Calls for the pointer that came to the server within `WATCHING_MS`. */
  readonly pointerCalls: number;
}

/**
 * Whether pages are to read segments: there is a crowd, and a cache answers for it. Without one, a page that reads segments
 * costs the server twice what it costs over a socket.
 */
export function isCrowd({ viewers, spectators, pointerCalls }: CrowdCounts): boolean {
  const isCached = pointerCalls <= Math.max(CROWD, spectators) * CALLS_WITHOUT_CACHE;
  return viewers + spectators >= CROWD && isCached;
}
