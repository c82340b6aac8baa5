import {
  applyChange,
  COLUMN_INDEX,
  type EntryInfo,
  type FeedMessage,
  type FeedState,
  type Refusal,
  type Row,
} from '@okboxbox/protocol';

/** How the page's connection stands. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly since: number; readonly because: string };

/** What the page holds: nothing yet, a refusal, or a race. */
export type Holding =
  | { readonly holding: 'nothing' }
  | { readonly holding: 'refusal'; readonly error: Refusal['error'] }
  | { readonly holding: 'race'; readonly feed: FeedState };

/** What a message did to the store. */
export type Applied = 'applied' | 'known' | 'gap';

const NO_ORDER: readonly number[] = [];

/**
 * The live page's state, outside React: each row subscribes for itself, so a tick draws only what it changed. All
 * times are of the browser's clock, in ms since the epoch.
 */
export class LiveStore {
  #holding: Holding = { holding: 'nothing' };
  #connection: Connection = { state: 'connecting' };
  #epoch = '';
  #seq = 0;
  #freshAt: number | null = null;
  #order: readonly number[] = NO_ORDER;
  #infos = new Map<number, EntryInfo>();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get holding(): Holding {
    return this.#holding;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Where the store is in the feed. */
  get position(): { readonly epoch: string; readonly seq: number } {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  /** When the newest data arrived; for the state of a joining page, when the server received it. */
  get freshAt(): number | null {
    return this.#freshAt;
  }

  /** Cars by position; the same array while nobody changes places. */
  get order(): readonly number[] {
    return this.#order;
  }

  row(car: number): Row | undefined {
    return this.#holding.holding === 'race' ? this.#holding.feed.rows[car] : undefined;
  }

  info(car: number): EntryInfo | undefined {
    return this.#infos.get(car);
  }

  /** Starts from a whole state, as a join or a resync gives it. `at` is when the server received its newest frame. */
  begin(epoch: string, seq: number, at: number | null, feed: FeedState, now: number): void {
    this.#epoch = epoch;
    this.#seq = seq;
    this.#freshAt = at === null ? null : Math.min(at, now);
    this.#hold({ holding: 'race', feed });
  }

  refuse(error: Refusal['error']): void {
    this.#hold({ holding: 'refusal', error });
  }

  connect(connection: Connection): void {
    this.#connection = connection;
    this.#tell();
  }

  /** Takes the next message; says where it does not follow on what is held. */
  apply(message: FeedMessage, now: number): Applied {
    if (this.#holding.holding !== 'race' || message.epoch !== this.#epoch) return 'gap';
    if (message.seq <= this.#seq) return 'known';
    if (message.seq !== this.#seq + 1) return 'gap';
    this.#seq = message.seq;
    this.#freshAt = now;
    this.#hold({ holding: 'race', feed: applyChange(this.#holding.feed, message) });
    return 'applied';
  }

  #hold(holding: Holding): void {
    const before = this.#holding.holding === 'race' ? this.#holding.feed : null;
    this.#holding = holding;
    const feed = holding.holding === 'race' ? holding.feed : null;
    if (feed?.entries !== before?.entries) this.#infos = new Map(feed?.entries.map((info) => [info.car, info]));
    if (feed === null) this.#order = NO_ORDER;
    else if (feed.rows !== before?.rows || feed.entries !== before?.entries)
      this.#order = keepIfSame(this.#order, orderOf(feed));
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function orderOf(feed: FeedState): readonly number[] {
  const position = (car: number) => feed.rows[car]?.[COLUMN_INDEX.position] ?? Number.MAX_SAFE_INTEGER;
  return feed.entries
    .map((info) => info.car)
    .filter((car) => feed.rows[car] !== undefined)
    .sort((a, b) => position(a) - position(b) || a - b);
}

function keepIfSame(before: readonly number[], next: readonly number[]): readonly number[] {
  return before.length === next.length && before.every((car, i) => car === next[i]) ? before : next;
}
