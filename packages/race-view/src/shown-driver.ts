import type { FeedState } from '@okboxbox/protocol';

/**
 * The car that the driver slot shows now, by its index; `null` where it shows none. A slot that follows the camera shows
 * nobody while no relay says which car that is: a name over another car is worse than no name.
 */
export function shownDriver({ onAir, camera }: Pick<FeedState, 'onAir' | 'camera'>): number | null {
  if (onAir.driver === null) return null;
  return onAir.driver.onCamera === true ? (camera ?? null) : onAir.driver.car;
}
