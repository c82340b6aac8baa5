import {
  applyChange,
  type CloseReason,
  COLUMN_INDEX,
  type DelayState,
  type EntryInfo,
  type FeedMessage,
  type FeedState,
  type MeasuredDelay,
  type Refusal,
  type Row,
} from '@okboxbox/protocol';

/** How the page's connection stands. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly since: number; readonly because: string };

/** What the page holds: nothing yet, a refusal, a race, or the server's last word. */
export type Holding =
  | { readonly holding: 'nothing' }
  | { readonly holding: 'closed'; readonly reason: CloseReason }
  | { readonly holding: 'refusal'; readonly error: Refusal['error'] }
  | { readonly holding: 'race'; readonly feed: FeedState };

/** What a message did to the store. */
export type Applied = 'applied' | 'known' | 'gap';

const NO_ORDER: readonly number[] = [];

/**
 * What a page holds of an audience's feed, outside React: each row subscribes for itself, so a tick draws only what it
 * changed. All times are of the browser's clock, in ms since the epoch, unless they are the server's by name.
 */
export class FeedStore {
  #holding: Holding = { holding: 'nothing' };
  #connection: Connection = { state: 'connecting' };
  #epoch = '';
  #seq = 0;
  #freshAt: number | null = null;
  #at: number | null = null;
  #serverAhead = 0;
  #delay: DelayState | MeasuredDelay | null = null;
  #order: readonly number[] = NO_ORDER;
  #infos = new Map<number, EntryInfo>();
  readonly #listeners = new Set<() => void>();
  #audience: 'live' | 'broadcast';
  readonly #extraDelayMs: number;

  /** `extraDelayMs` is what this output is behind on top of the session's delay. */
  constructor(audience: 'live' | 'broadcast', extraDelayMs = 0) {
    this.#audience = audience;
    this.#extraDelayMs = extraDelayMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whose picture it is: what happens now, or the public one. */
  get audience(): 'live' | 'broadcast' {
    return this.#audience;
  }

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

  /** When the newest data arrived; for the state of a joining page, when they were due. */
  get freshAt(): number | null {
    return this.#freshAt;
  }

  /** The instant shown, on the server's clock. */
  get at(): number | null {
    return this.#at;
  }

  /** Where the delay stands, as this audience is told; `null` before it was. */
  get delay(): DelayState | MeasuredDelay | null {
    return this.#delay;
  }

  /** How old what is shown is, its delay included, in ms. */
  ageOfPicture(now: number): number | null {
    return this.#at === null ? null : Math.max(0, this.ageOf(this.#at, now));
  }

  /** How long ago an instant of the server's clock was, in ms. */
  ageOf(at: number, now: number): number {
    return now + this.#serverAhead - at;
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
    this.#at = at;
    // A picture that is as old as its delay is fresh.
    const due = at === null ? null : at - this.#serverAhead + (this.#delay?.delayMs ?? 0) + this.#extraDelayMs;
    this.#freshAt = due === null ? null : Math.min(due, now);
    this.#hold({ holding: 'race', feed });
  }

  /** Operations have moved the connection to another audience. */
  setAudience(audience: 'live' | 'broadcast'): void {
    if (audience === this.#audience) return;
    this.#audience = audience;
    this.#delay = null;
    this.#tell();
  }

  refuse(error: Refusal['error']): void {
    this.#hold({ holding: 'refusal', error });
  }

  /** The server has closed the connection for good. */
  close(reason: CloseReason): void {
    this.#hold({ holding: 'closed', reason });
  }

  /** Takes the server's clock, as its answer gives it. */
  setServerClock(serverNow: number, now: number): void {
    this.#serverAhead = serverNow - now;
  }

  /** Takes where the delay stands. A picture that stood still on purpose is fresh again from now on. */
  setDelay(delay: DelayState | MeasuredDelay, now: number): void {
    // Who sees a session live hears of the broadcast's delay, too; it is not theirs.
    if (this.#audience === 'live') return;
    const stoodStill = this.#delay !== null && standsStill(this.#delay);
    this.#delay = delay;
    if (stoodStill && !standsStill(delay) && this.#freshAt !== null) this.#freshAt = now;
    this.#tell();
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
    this.#at = message.at;
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

/** Whether the picture stands still on purpose. */
export function standsStill({ state }: DelayState): boolean {
  return state === 'holding' || state === 'paused';
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
