import { carRoom, changeBetween, liveRoom, type OwnCarMessage } from '@okboxbox/protocol';
import type { Clock } from '../clock.js';
import type { Session } from '../session/session.js';
import { Feed, type FeedWorld } from './feed.js';
import { feedStateOf, holdDrift } from './feed-view.js';
import { TickPace } from './tick-pace.js';

export interface AudienceWorld extends FeedWorld {
  readonly clock: Clock;
  /** Names a new epoch. */
  readonly randomId: () => string;
  readonly setTimeout: (run: () => void, ms: number) => NodeJS.Timeout;
}

/** The audience that sees everything at once. */
export class LiveAudience {
  readonly #session: Session;
  readonly #world: AudienceWorld;
  readonly #feed: Feed;
  readonly #unlisten: () => void;
  readonly #pace = new TickPace();
  #timer: NodeJS.Timeout | null = null;
  /** Whether anything has changed since the last tick, and which probes have come. */
  #isBehind = false;
  #probes: string[] = [];
  /** When the own-car data that were sent last came, by car number. */
  readonly #ownAt = new Map<string, number>();

  constructor(session: Session, world: AudienceWorld) {
    this.#session = session;
    this.#world = world;
    const start = { epoch: world.randomId(), state: feedStateOf(session.state, null), at: session.state.receivedAt };
    this.#feed = new Feed({ sessionId: session.id, room: liveRoom(session.id) }, world, start);
    const unlisten = [
      session.onChange(() => {
        this.#isBehind = true;
        this.#touch();
      }),
      session.onProbe((probeId) => {
        this.#probes.push(probeId);
        this.#touch();
      }),
      // What was shown may have been otherwise: viewers start again from the whole state.
      session.onRefold(() => this.#feed.beginEpoch(world.randomId())),
    ];
    this.#unlisten = () => {
      for (const each of unlisten) each();
    };
  }

  /** What its room is sent. */
  get feed(): Feed {
    return this.#feed;
  }

  /** The newest own-car data of each entry that a relay sends some of. */
  ownCars(): OwnCarMessage[] {
    return this.#session.state.own.newest().map(({ carNumber, data: { car: _, ...figures }, at }) => {
      return { sessionId: this.#session.id, carNumber, at, own: figures };
    });
  }

  /** Sends what is still to be sent, and no more after it. */
  close(): void {
    this.#unlisten();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#tick(true);
  }

  /** Something changed: send now, or when the tick is due. Even now is later: what comes in this turn is one message. */
  #touch(): void {
    if (this.#timer) return;
    this.#timer = this.#world.setTimeout(() => this.#tick(false), this.#pace.waitMs(this.#world.clock.now()));
  }

  #tick(last: boolean): void {
    this.#timer = null;
    this.#pace.ticked(this.#world.clock.now());
    // For a probe alone nothing is made: it must not renew a figure that would have waited.
    if (this.#isBehind || last) this.#show(last);
    this.#isBehind = false;
    const room = liveRoom(this.#session.id);
    for (const probeId of this.#probes.splice(0)) {
      this.#world.taps?.probe.hear?.(probeId, this.#session.id, 'tick', room);
      this.#world.hub.publishNothing(room);
    }
  }

  #show(last: boolean): void {
    const { state: shown } = this.#feed;
    const fresh = feedStateOf(this.#session.state, shown);
    const change = changeBetween(shown, last ? fresh : holdDrift(shown, fresh, this.#feed.seq));
    const at = this.#session.state.receivedAt;
    this.#sendOwnCars();
    if (change === null) {
      this.#feed.reach(at);
      this.#world.taps?.unchanged.hear?.(this.#session.id);
    } else this.#feed.send(change, at);
  }

  #sendOwnCars(): void {
    for (const message of this.ownCars()) {
      if (this.#ownAt.get(message.carNumber) === message.at) continue;
      this.#ownAt.set(message.carNumber, message.at);
      const room = carRoom(message.sessionId, message.carNumber);
      if (this.#world.hub.watchers(room, 'json') > 0)
        this.#world.hub.publish(room, 'json', 'own', JSON.stringify(message));
    }
  }
}
