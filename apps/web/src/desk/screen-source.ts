import type { FeedState, OnAir } from '@okboxbox/protocol';
import type { FeedStore } from '../feed/feed-store.js';
import type { OverlaySource } from '../overlays/cued-overlays.js';

/** Small screens are drawn so often, in ms: figures can be read, and the desk stays cheap. */
const REDRAW_MS = 500;

/** What a small screen shows, and a way to say that something else is on air. */
export interface ScreenSource extends OverlaySource {
  /** Draws it again soon. */
  look(): void;
}

/**
 * A feed for a small screen: drawn twice a second at most, and not while nobody can see the page. `onAirOf` says what is on air in
 * it; usually what the feed says.
 */
export function screenSource(
  store: FeedStore,
  onAirOf: (race: FeedState) => OnAir = ({ onAir }) => onAir,
): ScreenSource {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let leave: (() => void) | null = null;
  const draw = () => {
    timer = null;
    for (const listener of listeners) listener();
  };
  const look = () => {
    if (listeners.size === 0 || document.hidden) return;
    timer ??= setTimeout(draw, REDRAW_MS);
  };
  return {
    look,
    picture: () => {
      if (store.holding.holding !== 'race') return null;
      const race = store.holding.feed;
      return { race: { ...race, onAir: onAirOf(race) }, at: store.at };
    },
    subscribe: (listener) => {
      listeners.add(listener);
      leave ??= store.subscribe(look);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        leave?.();
        leave = null;
        if (timer) clearTimeout(timer);
        timer = null;
      };
    },
  };
}
