import {
  applyChange,
  type Entry,
  type FeedChange,
  type FeedPosition,
  type FeedState,
  type OnAir,
} from '@okboxbox/protocol';
import type { FeedFormat, Hub } from '../hub/hub.js';
import { SharedJson } from '../hub/shared-json.js';
import type { Taps } from '../taps.js';
import { namedEntries } from './feed-view.js';
import { Snapshots } from './snapshots.js';

/** Messages kept for viewers that missed some: about 25 s. */
const KEPT_MESSAGES = 256;

/** A change with plain named fields, for scripts: changed entries whole. */
export type NamedFeedMessage = FeedPosition & {
  readonly sessionId: string;
  readonly sessionTime?: number | null;
  readonly phase?: string | null;
  readonly flags?: readonly string[];
  readonly status?: string;
  readonly entries?: readonly Entry[];
  readonly gone?: readonly number[];
  readonly events?: FeedState['events'];
  readonly onAir?: Partial<OnAir>;
};

/** What a feed sends through, and who may listen. */
export interface FeedWorld {
  readonly hub: Hub;
  readonly taps?: Taps;
}

/** Where a feed stands when it begins. */
export interface FeedStart {
  readonly epoch: string;
  readonly state: FeedState;
  readonly at: number | null;
}

/**
 * What one room is sent of one session. It mirrors what it has sent, so that a late joiner's state is by construction
 * the state the others have; each change is encoded once and handed to the hub as bytes.
 */
export class Feed {
  readonly #sessionId: string;
  readonly #room: string;
  readonly #hub: Hub;
  readonly #taps: Taps | undefined;
  #epoch: string;
  #state: FeedState;
  #at: number | null;
  #seq = 0;
  /** Messages that were sent last, as their JSON. */
  #kept: { readonly seq: number; readonly json: string }[] = [];
  #snapshots: Snapshots | null = null;

  constructor(
    place: { readonly sessionId: string; readonly room: string },
    { hub, taps }: FeedWorld,
    start: FeedStart,
  ) {
    this.#sessionId = place.sessionId;
    this.#room = place.room;
    this.#hub = hub;
    this.#taps = taps;
    this.#epoch = start.epoch;
    this.#state = start.state;
    this.#at = start.at;
  }

  get state(): FeedState {
    return this.#state;
  }

  get seq(): number {
    return this.#seq;
  }

  /** The instant that is shown. */
  get at(): number | null {
    return this.#at;
  }

  /** Where the feed is, and all it has shown. */
  snapshot(): FeedPosition & { readonly state: FeedState } {
    return { epoch: this.#epoch, seq: this.#seq, at: this.#at, state: this.#state };
  }

  /** The same as JSON, which all callers share until something changes. */
  get snapshots(): Snapshots {
    this.#snapshots ??= new Snapshots({ epoch: this.#epoch, seq: this.#seq, at: this.#at }, this.#state);
    return this.#snapshots;
  }

  /**
   * What a viewer at a position has missed, `{ epoch, seq, at, changes }`, or `null` where the whole state helps more: what
   * was missed is not kept any more, or longer than the state.
   */
  since(epoch: string, seq: number): SharedJson | null {
    if (epoch !== this.#epoch || seq > this.#seq) return null;
    const missed = this.#kept.filter((kept) => kept.seq > seq);
    if (missed.length !== this.#seq - seq) return null;
    const length = missed.reduce((sum, { json }) => sum + json.length, 0);
    if (missed.length > 1 && length > this.snapshots.of('rows').text.length) return null;
    const position = { epoch: this.#epoch, seq: this.#seq, at: this.#at };
    const changes = missed.map(({ json }) => json).join(',');
    return new SharedJson(`${JSON.stringify(position).slice(0, -1)},"changes":[${changes}]}`);
  }

  /** What was sent before says nothing any more: viewers start again from the whole state. */
  beginEpoch(epoch: string): void {
    this.#epoch = epoch;
    this.#seq = 0;
    this.#kept = [];
    this.#snapshots = null;
  }

  /** Notes that the state of a later instant is the same. */
  reach(at: number | null): void {
    if (at === this.#at) return;
    this.#at = at;
    this.#snapshots = null;
  }

  /** Sends a change of the state at an instant; `json` is its text, where somebody has encoded it already. */
  send(change: FeedChange, at: number | null, json = JSON.stringify(change)): void {
    this.#state = applyChange(this.#state, change);
    this.#at = at;
    this.#seq += 1;
    this.#snapshots = null;
    this.#taps?.tick.hear?.(this.#sessionId, this.#room, at);
    const position = { epoch: this.#epoch, seq: this.#seq, at, sessionId: this.#sessionId };
    // A change has a field at least, so its text goes on behind the position's.
    const message = `${JSON.stringify(position).slice(0, -1)},${json.slice(1)}`;
    this.#kept.push({ seq: this.#seq, json: message });
    if (this.#kept.length > KEPT_MESSAGES) this.#kept = this.#kept.slice(-KEPT_MESSAGES / 2);
    this.#publish('rows', () => message);
    this.#publish('json', () => JSON.stringify({ ...position, ...this.#named(change) }));
  }

  /** Encodes only for formats that somebody watches. */
  #publish(format: FeedFormat, json: () => string): void {
    if (this.#hub.watchers(this.#room, format) > 0) this.#hub.publish(this.#room, format, 'feed', json());
  }

  #named(change: FeedChange): Omit<NamedFeedMessage, keyof FeedPosition | 'sessionId'> {
    const { clock, rows, gone, session, entries, events, onAir } = change;
    const cars = entries ? Object.keys(this.#state.rows).map(Number) : rows?.map(([car]) => car);
    return {
      ...(clock?.sessionTimeMs !== undefined && {
        sessionTime: clock.sessionTimeMs === null ? null : clock.sessionTimeMs / 1000,
      }),
      ...(clock?.phase !== undefined && { phase: clock.phase }),
      ...(clock?.flags !== undefined && { flags: clock.flags }),
      ...(session && { status: session.status }),
      ...(cars && { entries: namedEntries(this.#state, cars) }),
      ...(gone && { gone }),
      ...(events && { events: events.added }),
      ...(onAir && { onAir }),
    };
  }
}
