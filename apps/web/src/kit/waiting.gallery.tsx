import { useState } from 'react';
import { FeedStore } from '../feed/feed-store.js';
import { FeedContext } from '../feed/use-feed.js';
import type { GalleryStates } from './gallery.js';
import { LoadingRows, Waiting } from './waiting.js';

function Lost() {
  const [store] = useState(() => {
    const made = new FeedStore('live');
    made.connect({ state: 'lost', since: Date.now(), because: 'The connection is lost.' });
    return made;
  });
  return (
    <FeedContext value={store}>
      <Waiting />
    </FeedContext>
  );
}

export const STATES: GalleryStates = {
  loading: () => <LoadingRows />,
  'no answer': () => <Lost />,
};
