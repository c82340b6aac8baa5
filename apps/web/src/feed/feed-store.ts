import {
  type AppendedRows,
  applyChange,
  type CloseReason,
  COLUMN_INDEX,
  type DelayState,
  type EntryInfo,
  type FeedMessage,
  type FeedState,
  type LookChanged,
  type MeasuredDelay,
  type Refusal,
  type Row,
  standsStill,
  type TopicName,
} from '@okboxbox/protocol';
import { ChunkFailed, type LoadChunk, TopicStore } from './topic-store.js';

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

/** What was shown lies this far ahead of the server's clock only where that was set back, in ms. */
const CLOCK_SET_BACK_MS = 1_000;

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
  /** The newest state while it is older than the one that is shown. */
  #behind: FeedState | null = null;
  #delay: DelayState | MeasuredDelay | null = null;
  #look: LookChanged | null = null;
  #order: readonly number[] = NO_ORDER;
  #infos = new Map<number, EntryInfo>();
  readonly #topics = new Map<TopicName, TopicStore<TopicName>>();
  #loadChunk: LoadChunk = async () => {
    throw new ChunkFailed('This feed has no server.', null);
  };
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

  /** Whether what is shown stays only until the server has come as far. */
  get isKept(): boolean {
    return this.#behind !== null;
  }

  /** The instant shown, on the server's clock. */
  get at(): number | null {
    return this.#at;
  }

  /** Where the delay stands, as this audience is told; `null` before it was. */
  get delay(): DelayState | MeasuredDelay | null {
    return this.#delay;
  }

  /** The show and its own look, if it has one; `null` before that is known. The same object until the look is another one. */
  get look(): LookChanged | null {
    return this.#look;
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

  /** A topic of the feed; what came before is loaded once somebody subscribes to it. */
  topic<N extends TopicName>(name: N): TopicStore<N> {
    const known = this.#topics.get(name) as TopicStore<N> | undefined;
    if (known !== undefined) return known;
    const made = new TopicStore(name, (chunk) => this.#loadChunk(chunk));
    this.#topics.set(name, made as unknown as TopicStore<TopicName>);
    if (this.#holding.holding === 'race') this.#takeTopics(this.#holding.feed);
    return made;
  }

  /** Takes the way in which the chunks of topics are loaded. */
  loadChunksBy(load: LoadChunk): void {
    this.#loadChunk = load;
  }

  /**
   * Starts from a whole state, as a join or a resync gives it. `at` is when the server received its newest frame. What is
   * shown stays until a state of another start has come as far: no picture goes back in time.
   */
  begin(epoch: string, seq: number, at: number | null, feed: FeedState, now: number): void {
    this.#epoch = epoch;
    this.#seq = seq;
    if (this.#wouldGoBack(at, feed, now)) {
      this.#behind = feed;
      this.#tell();
      return;
    }
    this.#behind = null;
    this.#at = at;
    // A picture that is as old as its delay is fresh.
    const due = at === null ? null : at - this.#serverAhead + (this.#delay?.delayMs ?? 0) + this.#extraDelayMs;
    this.#freshAt = due === null ? null : Math.min(due, now);
    this.#takeTopics(feed);
    this.#hold({ holding: 'race', feed });
  }

  /** Operations have moved the connection to another audience. */
  setAudience(audience: 'live' | 'broadcast'): void {
    if (audience === this.#audience) return;
    this.#audience = audience;
    this.#delay = null;
    // Another audience is at an instant of its own.
    this.#at = null;
    this.#tell();
  }

  refuse(error: Refusal['error']): void {
    this.#hold({ holding: 'refusal', error });
  }

  /** The server has closed the connection for good. */
  close(reason: CloseReason): void {
    this.#hold({ holding: 'closed', reason });
  }

  /** Takes the server's clock, as its answer gives it, where it is off by more than the answer may be wrong. */
  setServerClock(serverNow: number, now: number, uncertainMs = 0): void {
    const ahead = serverNow - now;
    if (Math.abs(ahead - this.#serverAhead) > uncertainMs) this.#serverAhead = ahead;
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

  /** Takes the show's look as the server tells it; each join tells it again. */
  setLook(changed: LookChanged): void {
    if (JSON.stringify(changed) === JSON.stringify(this.#look)) return;
    this.#look = changed;
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
    const feed = applyChange(this.#behind ?? this.#holding.feed, message);
    if (this.#behind !== null && this.#wouldGoBack(message.at, feed, now)) {
      this.#behind = feed;
      return 'applied';
    }
    this.#behind = null;
    this.#at = message.at;
    this.#freshAt = now;
    this.#takeTopics(feed, message.appended);
    this.#hold({ holding: 'race', feed });
    return 'applied';
  }

  /** Whether a state is older than the one that is shown of the same session, and what is newer is still to come of it. */
  #wouldGoBack(at: number | null, { session }: FeedState, now: number): boolean {
    const held = this.#holding.holding === 'race' ? this.#holding.feed.session : null;
    if (this.#at === null || held?.sessionId !== session.sessionId) return false;
    // Nothing comes of a session that has ended; and an instant that is still to come says that the server's clock was set back.
    if (session.status === 'ended' || this.ageOf(this.#at, now) < -CLOCK_SET_BACK_MS) return false;
    return at === null || at < this.#at;
  }

  #takeTopics({ session, topics }: FeedState, appended: AppendedRows = {}): void {
    for (const [name, store] of this.#topics) store.take(session.sessionId, topics, appended[name]);
  }

  #hold(holding: Holding): void {
    if (holding.holding !== 'race') this.#behind = null;
    const before = this.#holding.holding === 'race' ? this.#holding.feed : null;
    this.#holding = holding;
    const feed = holding.holding === 'race' ? holding.feed : null;
    if (feed?.entries !== before?.entries) this.#infos = new Map(feed?.entries.map((info) => [info.car, info]));
    if (feed === null) for (const store of this.#topics.values()) store.clear();
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
