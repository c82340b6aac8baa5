import type { FeedState } from '@okboxbox/protocol';

/**
 * Whether the chequered flag has been out: a session that was cut off has ended, but has not finished, and nothing of it
 * is final.
 */
export function hasFinished({ clock }: Pick<FeedState, 'clock'>): boolean {
  return clock.phase === 'checkered' || clock.phase === 'cooldown' || clock.flags.includes('checkered');
}

/** The flags to show: after the end of a session that finished the chequered one, else the last that were shown. */
export function flagsShown(race: Pick<FeedState, 'clock' | 'session'>): readonly string[] {
  return race.session.status === 'ended' && hasFinished(race) ? ['checkered'] : race.clock.flags;
}
