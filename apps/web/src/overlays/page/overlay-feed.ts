import type { OverlayKind } from '@okboxbox/protocol';
import { version } from '../../../package.json';
import { followFeed, type Subject } from '../../feed/feed-client.js';
import type { FeedStore } from '../../feed/feed-store.js';
import type { ObsSource } from './obs-source.js';

const REPORT_EVERY_MS = 5_000;

/** Whose picture an overlay shows, and by which right. */
export interface OverlayPlace {
  readonly subject: Subject;
  /** Behind on top of the show's delay, in ms. */
  readonly extraDelayMs: number;
  readonly token: string | null;
  readonly link: string | null;
  /** Address of the server; the page's own where absent. */
  readonly server?: string;
}

/** What an overlay reports of itself beside what its store knows. */
export interface Reported {
  readonly kind: OverlayKind;
  readonly obs?: Pick<ObsSource, 'visible' | 'active'>;
  /** The newest error of the page; `null` where there was none. */
  readonly lastError: () => string | null;
}

/** Follows the delayed picture of a show or session into a store, and tells the desk how that goes; the function returned ends both. */
export function followOverlay(
  { server, ...place }: OverlayPlace,
  store: FeedStore,
  { kind, obs, lastError }: Reported,
): () => void {
  const feed = followFeed(
    { ...place, audience: 'broadcast', clientKind: 'overlay', surface: kind, keepsTrying: true },
    store,
    server,
  );
  const report = () => {
    feed.send('overlay:report', {
      name: kind,
      version,
      visible: obs?.visible,
      active: obs?.active,
      frameAgeMs: store.ageOfPicture(Date.now()),
      lastError: store.connection.state === 'lost' ? store.connection.because : lastError(),
    });
  };
  const timer = setInterval(report, REPORT_EVERY_MS);
  let isLive = false;
  const unsubscribe = store.subscribe(() => {
    if (isLive || store.connection.state !== 'live') return;
    isLive = true;
    report();
  });
  return () => {
    clearInterval(timer);
    unsubscribe();
    feed.stop();
  };
}
