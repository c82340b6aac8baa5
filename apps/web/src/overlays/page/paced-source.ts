import type { FeedStore } from '../../feed/feed-store.js';
import type { TopicStore } from '../../feed/topic-store.js';
import type { OverlaySource } from '../define-overlay.js';

/** A source that can be asked to look again. */
export interface PacedSource extends OverlaySource {
  /** To be called when the overlay may be seen again: it gets the newest picture. */
  look(): void;
  /** Hears nothing more. */
  close(): void;
}

/**
 * What a store holds, for an overlay: told once before the next frame of the screen, however much has come, and not while
 * `isSeen` says that nobody can see it.
 */
export function pacedSource(
  store: FeedStore,
  requestFrame: (draw: () => void) => void,
  isSeen: () => boolean,
): PacedSource {
  const listeners = new Set<() => void>();
  let isAsked = false;
  const look = () => {
    if (isAsked || !isSeen()) return;
    isAsked = true;
    requestFrame(() => {
      isAsked = false;
      for (const listener of listeners) listener();
    });
  };
  const unsubscribe = store.subscribe(look);
  let events: { readonly topic: TopicStore<'events'>; readonly unsubscribe: () => void } | null = null;
  return {
    look,
    close: () => {
      unsubscribe();
      events?.unsubscribe();
      listeners.clear();
    },
    picture: () => (store.holding.holding === 'race' ? { race: store.holding.feed, at: store.at } : null),
    events: () => {
      if (events === null) {
        const topic = store.topic('events');
        events = { topic, unsubscribe: topic.subscribe(look) };
      }
      const { rows, isWhole } = events.topic.holding;
      return isWhole && rows.length > 0 ? rows : null;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
