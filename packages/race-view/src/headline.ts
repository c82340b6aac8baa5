import type { FeedState } from '@okboxbox/protocol';
import { hasFinished } from './finished.js';
import { clock, lapLabel } from './format.js';

/** `Lap 7/18` of a race, else what is left of the session; nothing has finished before the chequered flag. */
export function headline(feed: FeedState): string {
  const { session, clock: race } = feed;
  const lap = session.type === 'race' ? lapLabel(race.leaderLap, session.limitLaps) : '';
  if (hasFinished(feed)) return 'Finish';
  return lap !== '' ? lap : clock(race.remainingMs ?? race.sessionTimeMs);
}
