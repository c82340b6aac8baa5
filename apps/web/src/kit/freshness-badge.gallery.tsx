import type { DelayState } from '@okboxbox/protocol';
import { useState } from 'react';
import { FeedStore } from '../feed/feed-store.js';
import { feedOf } from '../feed/testing/feed.js';
import { FeedContext } from '../feed/use-feed.js';
import { FreshnessBadge } from './freshness-badge.js';
import type { GalleryStates } from './gallery.js';

function Of({
  audience,
  prepare,
}: {
  audience: 'live' | 'broadcast';
  prepare: (store: FeedStore, now: number) => void;
}) {
  const [store] = useState(() => {
    const made = new FeedStore(audience);
    made.connect({ state: 'live' });
    prepare(made, Date.now());
    return made;
  });
  return (
    <FeedContext value={store}>
      <FreshnessBadge />
    </FeedContext>
  );
}

const begun = (ageMs: number) => (store: FeedStore, now: number) => {
  store.begin('e1', 1, now - ageMs, feedOf([1, 2]), now);
};
const delayed = (state: DelayState['state']) => (store: FeedStore, now: number) => {
  store.setServerClock(now, now);
  store.setDelay({ sessionId: 'sess_1', state, delayMs: 30_000 }, now);
  begun(30_000)(store, now);
};

export const STATES: GalleryStates = {
  live: () => <Of audience="live" prepare={begun(0)} />,
  stale: () => <Of audience="live" prepare={begun(60_000)} />,
  'no frame yet': () => <Of audience="live" prepare={() => undefined} />,
  delayed: () => <Of audience="broadcast" prepare={delayed('running')} />,
  holding: () => <Of audience="broadcast" prepare={delayed('holding')} />,
  paused: () => <Of audience="broadcast" prepare={delayed('paused')} />,
  'connection lost': () => (
    <Of
      audience="live"
      prepare={(store, now) => {
        begun(0)(store, now);
        store.connect({ state: 'lost', since: now - 12_000, because: 'The connection is lost.' });
      }}
    />
  ),
};
