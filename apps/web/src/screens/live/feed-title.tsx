import type { FeedState } from '@okboxbox/protocol';
import { lapLabel } from '@okboxbox/race-view';
import { useEffect } from 'react';
import type { FeedStore } from '../../feed/feed-store.js';
import { raceOf, useFeed } from '../../feed/use-feed.js';

/** The browser's title says who leads and where the race is, as of what the page shows. */
export function FeedTitle() {
  const title = useFeed((store) => {
    const race = raceOf(store);
    return race === null ? '' : titleOf(store, race);
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

function titleOf(store: FeedStore, { session, clock }: FeedState): string {
  const leader = store.info(store.order[0] ?? -1);
  const parts = [
    leader && `P1 #${leader.carNumber} ${leader.name}`,
    lapLabel(clock.leaderLap, session.limitLaps),
    session.track,
    'Ok, Box Box',
  ];
  return parts.filter((part) => part).join(' · ');
}
