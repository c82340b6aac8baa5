import {
  applyChange,
  carRoom,
  changeBetween,
  type Entry,
  type FeedChange,
  type FeedMessage,
  type FeedPosition,
  type FeedState,
  liveRoom,
  type OwnCarMessage,
  type TimingAnswer,
} from '@okboxbox/protocol';
import type { Clock } from '../clock.js';
import type { FeedFormat, Hub } from '../hub/hub.js';
import type { Session } from '../session/session.js';
import { feedStateOf, holdDrift, namedEntries, namedTiming } from './feed-view.js';

/** Shortest time between two messages to viewers: 10 Hz. */
export const TICK_MS = 100;
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
};

export interface AudienceWorld {
  readonly clock: Clock;
  readonly hub: Hub;
  /** Names a new epoch. */
  readonly randomId: () => string;
  readonly setTimeout: (run: () => void, ms: number) => NodeJS.Timeout;
}

/**
 * The audience that sees everything at once. It mirrors what it has sent, so that a late joiner's state is by
 * construction the state the others have; each change is encoded once and handed to the hub as bytes.
 */
export class LiveAudience {
  readonly #session: Session;
  readonly #world: AudienceWorld;
  readonly #room: string;
  #epoch: string;
  readonly #unlisten: () => void;
  #state: FeedState;
  #at: number | null;
  #seq = 0;
  #lastTickAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  /** When the own-car data that were sent last came, by car number. */
  readonly #ownAt = new Map<string, number>();
  #kept: { readonly seq: number; readonly message: FeedMessage }[] = [];

  constructor(session: Session, world: AudienceWorld) {
    this.#session = session;
    this.#world = world;
    this.#room = liveRoom(session.id);
    this.#epoch = world.randomId();
    this.#state = feedStateOf(session.state, null);
    this.#at = session.state.receivedAt;
    const unlisten = [session.onChange(() => this.#touch()), session.onRefold(() => this.#beginEpoch())];
    this.#unlisten = () => {
      for (const each of unlisten) each();
    };
  }

  /** Where the audience is, and all it has shown. */
  snapshot(): FeedPosition & { readonly state: FeedState } {
    return { epoch: this.#epoch, seq: this.#seq, at: this.#at, state: this.#state };
  }

  /** The same with plain named fields. */
  namedSnapshot(): FeedPosition & { readonly state: TimingAnswer } {
    const { state, ...position } = this.snapshot();
    return { ...position, state: namedTiming(state, this.#at) };
  }

  /** The newest own-car data of each car that sends some. */
  ownCars(): OwnCarMessage[] {
    const { own, timing } = this.#session.state;
    return [...own.values()].flatMap(({ data: { car, ...figures }, at }) => {
      const carNumber = timing.entries[car]?.carNumber;
      return carNumber === undefined ? [] : [{ sessionId: this.#session.id, carNumber, at, own: figures }];
    });
  }

  /** What a viewer at a position has missed, or `null` where only the whole state helps. */
  since(epoch: string, seq: number): readonly FeedMessage[] | null {
    if (epoch !== this.#epoch || seq > this.#seq) return null;
    const missed = this.#kept.filter((kept) => kept.seq > seq);
    return missed.length === this.#seq - seq ? missed.map((kept) => kept.message) : null;
  }

  /** Sends what is still to be sent, and no more after it. */
  close(): void {
    this.#unlisten();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#tick(true);
  }

  /** Something changed: send now, or when the tick is due. */
  #touch(): void {
    if (this.#timer) return;
    const wait = this.#lastTickAt + TICK_MS - this.#world.clock.now();
    if (wait <= 0) {
      // Not at once: all that arrived in this turn goes into one message.
      this.#timer = this.#world.setTimeout(() => this.#tick(false), 0);
    } else {
      this.#timer = this.#world.setTimeout(() => this.#tick(false), wait);
    }
  }

  /** What was shown may have been otherwise: viewers start again from the whole state. */
  #beginEpoch(): void {
    this.#epoch = this.#world.randomId();
    this.#seq = 0;
    this.#kept = [];
  }

  #tick(last: boolean): void {
    this.#timer = null;
    this.#lastTickAt = this.#world.clock.now();
    const fresh = feedStateOf(this.#session.state, this.#state);
    const next = last ? fresh : holdDrift(this.#state, fresh, this.#seq);
    const change = changeBetween(this.#state, next);
    this.#at = this.#session.state.receivedAt;
    this.#sendOwnCars();
    if (change === null) return;
    this.#state = applyChange(this.#state, change);
    this.#seq += 1;
    this.#send(change);
  }

  #send(change: FeedChange): void {
    const position = { epoch: this.#epoch, seq: this.#seq, at: this.#at, sessionId: this.#session.id };
    const message: FeedMessage = { ...position, ...change };
    this.#kept.push({ seq: this.#seq, message });
    if (this.#kept.length > KEPT_MESSAGES) this.#kept = this.#kept.slice(-KEPT_MESSAGES / 2);
    this.#publish('rows', () => message);
    this.#publish('json', () => ({ ...position, ...this.#named(change) }));
  }

  #sendOwnCars(): void {
    if (this.#session.state.own.size === 0) return;
    for (const message of this.ownCars()) {
      if (this.#ownAt.get(message.carNumber) === message.at) continue;
      this.#ownAt.set(message.carNumber, message.at);
      const room = carRoom(message.sessionId, message.carNumber);
      if (this.#world.hub.watchers(room, 'json') > 0) this.#world.hub.publish(room, 'json', 'own', message);
    }
  }

  /** Encodes only for formats that somebody watches. */
  #publish(format: FeedFormat, message: () => object): void {
    if (this.#world.hub.watchers(this.#room, format) > 0)
      this.#world.hub.publish(this.#room, format, 'feed', message());
  }

  #named(change: FeedChange): Omit<NamedFeedMessage, keyof FeedPosition | 'sessionId'> {
    const { clock, rows, gone, session, entries } = change;
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
    };
  }
}
