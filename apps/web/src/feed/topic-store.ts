import {
  type FeedTopics,
  TOPICS,
  type TopicContents,
  type TopicName,
  type TopicRow,
  unpackTopicRow,
} from '@okboxbox/protocol';

/** One chunk of a topic: the rows from `chunk` times the topic's `chunkRows` on. */
export interface ChunkName {
  readonly sessionId: string;
  readonly topic: TopicName;
  readonly epoch: string;
  readonly chunk: number;
}
/**
 * Loads the rows of a chunk, as far as there are any.
 * @throws ChunkFailed
 */
export type LoadChunk = (name: ChunkName) => Promise<readonly TopicRow[]>;

/** A chunk that could not be loaded. */
export class ChunkFailed extends Error {
  override readonly name = 'ChunkFailed';
  /** How long to wait before the next try, in ms; `null` where another try would fail, too. */
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfterMs: number | null) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What a page holds of a topic. */
export interface TopicHolding<N extends TopicName> {
  /** The rows from the first one on, as far as they are there without a gap. Another array after each change. */
  readonly rows: readonly TopicContents[N][];
  /** Whether these are all rows of the picture that is shown. */
  readonly isWhole: boolean;
}

/** After a failure of the network, and where the server has not come as far as the picture, in ms. */
const TRY_AGAIN_MS = 2_000;

/**
 * A topic of a feed (packages/protocol/SPEC.md, FEED-11 to FEED-16): the rows of before from chunks, loaded once somebody
 * wants them, and then those that messages bring. Never a row beyond the picture that is shown.
 */
export class TopicStore<N extends TopicName> {
  readonly #topic: N;
  readonly #load: LoadChunk;
  #sessionId = '';
  #epoch = '';
  /** Rows of the picture that is shown. */
  #count = 0;
  /** Rows from the first on, without a gap. */
  #rows: TopicContents[N][] = [];
  /** Rows up to `#count` that came with messages and do not join the others yet. */
  #tail: { readonly from: number; readonly rows: TopicRow[] } = { from: 0, rows: [] };
  #holding: TopicHolding<N> = { rows: [], isWhole: true };
  /** The loading under way; another one, or none, once what it loads is not wanted any more. */
  #loading: object | null = null;
  /** Whether the server has none of these rows any more, or not for this page. */
  #isGone = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(topic: N, load: LoadChunk) {
    this.#topic = topic;
    this.#load = load;
  }

  /** What is held now; the same object until something changes. */
  get holding(): TopicHolding<N> {
    return this.#holding;
  }

  /** Calls a listener after each change. The first one begins the loading. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#loadMissing();
    return () => this.#listeners.delete(listener);
  };

  /** Takes how far a session's topics have come, and the newest rows of this one where a message brought them. */
  take(sessionId: string, topics: FeedTopics, appended: readonly TopicRow[] = []): void {
    const count = topics[this.#topic] ?? 0;
    const isOther = sessionId !== this.#sessionId || topics.epoch !== this.#epoch || count < this.#count;
    if (!isOther && count === this.#count) return;
    if (isOther) this.#beginAgain(sessionId, topics.epoch);
    this.#count = count;
    const from = count - appended.length;
    const end = this.#tail.from + this.#tail.rows.length;
    if (from <= end) this.#tail.rows.push(...appended.slice(end - from));
    else this.#tail = { from, rows: [...appended] };
    this.#join();
    this.#loadMissing();
  }

  /** Lets go of everything: what was shown may not be shown any more. */
  clear(): void {
    this.#beginAgain('', '');
    this.#tell();
  }

  #beginAgain(sessionId: string, epoch: string): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#loading = null;
    this.#isGone = false;
    this.#sessionId = sessionId;
    this.#epoch = epoch;
    this.#count = 0;
    this.#rows = [];
    this.#tail = { from: 0, rows: [] };
  }

  /** Puts the tail behind the other rows where nothing is missing between them. */
  #join(): void {
    const missed = this.#tail.from - this.#rows.length;
    if (missed <= 0) {
      this.#add(this.#tail.rows.slice(-missed));
      this.#tail = { from: this.#rows.length, rows: [] };
    }
    this.#tell();
  }

  #add(rows: readonly TopicRow[]): void {
    for (const row of rows) this.#rows.push(unpackTopicRow(this.#topic, row));
  }

  #loadMissing(): void {
    if (this.#listeners.size === 0 || this.#loading !== null || this.#timer !== null) return;
    if (this.#isGone || this.#rows.length >= this.#tail.from) return;
    const loading = {};
    this.#loading = loading;
    void this.#loadUntilJoined(loading);
  }

  async #loadUntilJoined(loading: object): Promise<void> {
    const { chunkRows } = TOPICS[this.#topic];
    while (this.#rows.length < this.#tail.from) {
      const chunk = Math.floor(this.#rows.length / chunkRows);
      const name = { sessionId: this.#sessionId, topic: this.#topic, epoch: this.#epoch, chunk };
      let rows: readonly TopicRow[] = [];
      let retryAfterMs: number | null = TRY_AGAIN_MS;
      try {
        rows = await this.#load(name);
      } catch (error) {
        if (error instanceof ChunkFailed) retryAfterMs = error.retryAfterMs;
      }
      if (this.#loading !== loading) return;
      const from = chunk * chunkRows;
      // The server may have come further than the picture that is shown.
      const fresh = rows.slice(this.#rows.length - from, this.#count - from);
      if (fresh.length === 0) {
        this.#loading = null;
        if (retryAfterMs === null) this.#isGone = true;
        else this.#again(retryAfterMs);
        return;
      }
      this.#add(fresh);
      this.#join();
    }
    this.#loading = null;
  }

  #again(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#loadMissing();
    }, ms);
  }

  #tell(): void {
    this.#holding = { rows: [...this.#rows], isWhole: this.#rows.length === this.#count };
    for (const listener of this.#listeners) listener();
  }
}
