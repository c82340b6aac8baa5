import type { DeskState } from '@okboxbox/protocol';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { FeedStore } from '../feed/feed-store.js';
import { useNow } from '../feed/use-now.js';
import type { DeskClient } from './desk-client.js';
import type { DeskStore } from './desk-store.js';

/** What the parts of the desk stand on: its own connection, the race as it happens, and the two pictures. */
export interface DeskWorld {
  readonly show: string;
  readonly client: DeskClient;
  readonly store: DeskStore;
  readonly live: FeedStore;
  /** The graphics picture. */
  readonly broadcast: FeedStore;
  /** The public picture, as anybody without a right gets it. */
  readonly publicPicture: FeedStore;
}

export const DeskContext = createContext<DeskWorld | null>(null);

export function useDeskWorld(): DeskWorld {
  const world = useContext(DeskContext);
  if (world === null) throw new Error('useDeskWorld is used outside the director’s desk.');
  return world;
}

/** Reads a part of the desk's store. */
export function useDeskStore<T>(read: (store: DeskStore) => T): T {
  const { store } = useDeskWorld();
  return useSyncExternalStore(store.subscribe, () => read(store));
}

/** The desk as the server last told it; only where the page holds one. */
export function useDesk(): DeskState {
  const holding = useDeskStore((store) => store.holding);
  if (holding.holding !== 'desk') throw new Error('useDesk is used before there is a desk.');
  return holding.desk;
}

/** When the desk was last told, by the browser's clock. */
export function useDeskAt(): number {
  return useDeskStore((store) => (store.holding.holding === 'desk' ? store.holding.at : 0));
}

/** What the server's clock shows, in ms, renewed every so often: instants that the server gives are reckoned by it. */
export function useServerNow(everyMs: number): number {
  return useDeskWorld().store.serverNow(useNow(everyMs));
}
