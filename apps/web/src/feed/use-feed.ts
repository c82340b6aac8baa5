import type { FeedState, TopicName } from '@okboxbox/protocol';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { FeedStore } from './feed-store.js';
import { type Freshness, freshnessOf } from './freshness.js';
import type { TopicHolding } from './topic-store.js';
import { useNow } from './use-now.js';

/** The feed that the components below stand on. */
export const FeedContext = createContext<FeedStore | null>(null);

/** The store that a component stands on. */
export function useFeedStore(): FeedStore {
  const store = useContext(FeedContext);
  if (store === null) throw new Error('useFeedStore is used outside a FeedContext.');
  return store;
}

/** Reads a part of the store; the component is drawn again only where that part is another value. */
export function useFeed<T>(read: (store: FeedStore) => T): T {
  const store = useFeedStore();
  return useSyncExternalStore(store.subscribe, () => read(store));
}

/** Reads a topic of the feed from its beginning, and follows it. */
export function useTopic<N extends TopicName>(name: N): TopicHolding<N> {
  const topic = useFeedStore().topic(name);
  return useSyncExternalStore(topic.subscribe, () => topic.holding);
}

/** The race that a store holds, or `null`. */
export function raceOf(store: FeedStore): FeedState | null {
  return store.holding.holding === 'race' ? store.holding.feed : null;
}

/** How far what is shown can be trusted; asked twice a second. */
export function useFreshness(): Freshness {
  const now = useNow(500);
  const connection = useFeed((store) => store.connection);
  const freshAt = useFeed((store) => store.freshAt);
  const delay = useFeed((store) => store.delay);
  const ended = useFeed((store) => raceOf(store)?.session.status === 'ended');
  const isKept = useFeed((store) => store.isKept);
  return freshnessOf({ connection, freshAt, delay, ended, isKept }, now);
}
