import {
  applyChange,
  type Entry,
  type FeedChange,
  type FeedPosition,
  type FeedState,
  type OnAir,
  TOPIC_NAMES,
  type TopicContents,
  unpackTopicRow,
} from '@okboxbox/protocol';
import type { Keyframe } from './channel.js';
import { namedEntries } from './named-timing.js';
import { SharedJson } from './shared-json.js';
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
  readonly camera?: number | null;
  readonly topics?: Partial<FeedState['topics']>;
  readonly appended?: NamedRows;
};

/** The rows that came to topics, with plain named fields. */
type NamedRows = { readonly [N in keyof TopicContents]?: readonly TopicContents[N][] };

/** A change at its position, as the messages of both formats. */
export interface FeedTexts {
  readonly rows: string;
  /** Made when it is asked for: seldom is anybody there that wants it. */
  named(): string;
}

/**
 * The mirror of one output: the state that has been sent, so that a late joiner's state is by construction the state that
 * the others have, and the last messages for those that missed some.
 */
export class Feed {
  readonly #sessionId: string;
  #epoch: string;
  #state: FeedState;
  #at: number | null;
  #seq: number;
  /** Messages that were sent last, as their JSON. */
  #kept: { readonly seq: number; readonly json: string }[] = [];
  #snapshots: Snapshots | null = null;

  constructor(sessionId: string, { epoch, seq }: Pick<FeedPosition, 'epoch' | 'seq'>, { state, at }: Keyframe) {
    this.#sessionId = sessionId;
    this.#epoch = epoch;
    this.#seq = seq;
    this.#state = state;
    this.#at = at;
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

  /** Where the feed is and all it has shown, as JSON that all callers share until something changes. */
  get snapshots(): Snapshots {
    this.#snapshots ??= new Snapshots(this.#position, this.#state);
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
    const changes = missed.map(({ json }) => json).join(',');
    return new SharedJson(`${JSON.stringify(this.#position).slice(0, -1)},"changes":[${changes}]}`);
  }

  /** What was sent before is no longer valid: viewers start again from the whole state. */
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

  /** Takes the next change of the state at an instant, whose text is `json`; returns what viewers are sent. */
  take(change: FeedChange, at: number | null, json: string): FeedTexts {
    this.#state = applyChange(this.#state, change);
    this.#at = at;
    this.#seq += 1;
    this.#snapshots = null;
    const position = { ...this.#position, sessionId: this.#sessionId };
    // A change has a field at least, so its text goes on behind the position's.
    const rows = `${JSON.stringify(position).slice(0, -1)},${json.slice(1)}`;
    this.#kept.push({ seq: this.#seq, json: rows });
    if (this.#kept.length > KEPT_MESSAGES) this.#kept = this.#kept.slice(-KEPT_MESSAGES / 2);
    return { rows, named: () => JSON.stringify({ ...position, ...named(change, this.#state) }) };
  }

  get #position(): FeedPosition {
    return { epoch: this.#epoch, seq: this.#seq, at: this.#at };
  }
}

function named(change: FeedChange, state: FeedState): Omit<NamedFeedMessage, keyof FeedPosition | 'sessionId'> {
  const { clock, rows, gone, session, entries, events, onAir, camera, topics, appended } = change;
  const cars = entries ? Object.keys(state.rows).map(Number) : rows?.map(([car]) => car);
  return {
    ...(clock?.sessionTimeMs !== undefined && {
      sessionTime: clock.sessionTimeMs === null ? null : clock.sessionTimeMs / 1000,
    }),
    ...(clock?.phase !== undefined && { phase: clock.phase }),
    ...(clock?.flags !== undefined && { flags: clock.flags }),
    ...(session && { status: session.status }),
    ...(cars && { entries: namedEntries(state, cars) }),
    ...(gone && { gone }),
    ...(events && { events: events.added }),
    ...(onAir && { onAir }),
    ...(camera !== undefined && { camera }),
    ...(topics && { topics }),
    ...(appended && { appended: namedRows(appended) }),
  };
}

function namedRows(appended: FeedChange['appended'] & object): NamedRows {
  const named = TOPIC_NAMES.flatMap((topic) => {
    const rows = appended[topic];
    return rows === undefined ? [] : [[topic, rows.map((row) => unpackTopicRow(topic, row))]];
  });
  return Object.fromEntries(named);
}
