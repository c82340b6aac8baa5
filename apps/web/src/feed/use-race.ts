import type { FeedState } from '@okboxbox/protocol';
import { useEffect, useState } from 'react';
import type { FeedStore } from './feed-store.js';
import { raceOf } from './use-feed.js';

/** Figures that drift are drawn so often, in ms. */
const REPAINT_MS = 250;

/** The race of a store, renewed every `everyMs` at most, usually four times a second: for lists that are drawn whole. */
export function useRace(store: FeedStore, everyMs = REPAINT_MS): FeedState | null {
  const [race, setRace] = useState(() => raceOf(store));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const take = () => {
      timer = null;
      setRace(raceOf(store));
    };
    const onChange = () => {
      timer ??= setTimeout(take, everyMs);
    };
    take();
    const leave = store.subscribe(onChange);
    return () => {
      leave();
      if (timer) clearTimeout(timer);
    };
  }, [store, everyMs]);
  return race;
}
