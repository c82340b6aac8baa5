import { type FollowedFeed, followFeed, subjectOf } from './feed-client.js';
import type { FeedStore } from './feed-store.js';
import { chunkLoader } from './load-chunk.js';
import { browserSignals } from './page-signals.js';
import { askCrowd, SegmentFeed, type SegmentSource } from './segment-feed.js';

/** How often a page that waits for a show asks whether there is a crowd, in ms, and up to half as long again. */
const ASK_MS = 3_000;

/**
 * Follows the public picture of a show or a session into a store: by segments where the server says that a crowd
 * watches the show, otherwise over a socket. A page on a socket stays there, unless it still waits for the show: what
 * a crowd has waited for is not to be answered with a crowd of joins.
 */
export function followPublic(
  id: string,
  link: string | null,
  store: FeedStore,
  server = '/',
  page = browserSignals(),
): Pick<FollowedFeed, 'stop'> {
  const subject = subjectOf(id);
  const following = { subject, audience: 'broadcast', picture: 'public', token: null, link } as const;
  const connect = () => followFeed({ ...following, clientKind: 'public', surface: 'public' }, store, server, page);
  // What a link opens is in no shared cache, and pointers are of shows.
  if (link !== null || !('show' in subject)) return connect();
  return new PublicFeed({ show: subject.show, server }, store, page, connect);
}

class PublicFeed {
  readonly #source: SegmentSource;
  readonly #store: FeedStore;
  readonly #page: ReturnType<typeof browserSignals>;
  readonly #connect: () => FollowedFeed;
  #followed: Pick<FollowedFeed, 'stop'> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isOver = false;

  constructor(
    source: SegmentSource,
    store: FeedStore,
    page: ReturnType<typeof browserSignals>,
    connect: () => FollowedFeed,
  ) {
    this.#source = source;
    this.#store = store;
    this.#page = page;
    this.#connect = connect;
    void this.#choose();
  }

  stop(): void {
    this.#isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#followed?.stop();
  }

  async #choose(): Promise<void> {
    // Without an answer the socket knows how to wait, and what to say.
    const isCrowd = await askCrowd(this.#source).catch(() => false);
    if (this.#isOver) return;
    if (isCrowd && this.#store.holding.holding !== 'race') this.#readSegments();
    else {
      this.#followed ??= this.#connect();
      this.#timer = setTimeout(() => this.#lookAgain(), ASK_MS * (1 + Math.random() / 2));
    }
  }

  /** Asks again for as long as the page waits for a show. */
  #lookAgain(): void {
    const { holding } = this.#store.holding;
    if (holding === 'refusal' || holding === 'nothing') void this.#choose();
  }

  #readSegments(): void {
    this.#followed?.stop();
    this.#store.loadChunksBy(chunkLoader(() => ({ audience: 'broadcast', token: null }), this.#source.server));
    this.#followed = new SegmentFeed(this.#source, this.#store, this.#page, () => {
      this.#followed = this.#connect();
    });
  }
}
