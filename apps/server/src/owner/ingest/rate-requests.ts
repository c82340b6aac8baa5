import type { RateRequest, RelayStatus } from '@okboxbox/protocol';
import type { Clock } from '../../clock.js';
import type { Logger } from '../../log.js';
import { type Asked, AskedRate, type Condition } from './asked-rate.js';
import { RelayLine } from './relay-line.js';
import { conditionOfLoad, type Load } from './server-load.js';

/** How often it is decided what relays are asked for, in ms. */
const LOOK_MS = 1_000;

export interface RateDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The server's load since it was last asked for. */
  readonly load: () => Load;
}

/** A connection of a relay whose rate is watched. */
export interface WatchedRelay {
  readonly asked: Asked;
  /** Takes what the relay says of itself. */
  heard(status: RelayStatus): void;
  /** The connection is gone; what was asked for is remembered for the next. */
  leave(): void;
}

interface Watched {
  readonly name: string;
  readonly rate: AskedRate;
  readonly line: RelayLine;
  readonly tell: (request: RateRequest) => void;
}

/**
 * Asks running sims' relays for fewer frames while the server is overloaded or their line is slow, and lets them come
 * back up.
 */
export class RateRequests {
  readonly #deps: RateDeps;
  readonly #rates = new Map<string, AskedRate>();
  readonly #watched = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;
  /** How often a relay was asked for another rate. */
  requests = 0;

  constructor(deps: RateDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** A relay feeds, and hears by `tell` what is asked of it: at once where that stands already. */
  watch(name: string, tell: (request: RateRequest) => void): WatchedRelay {
    const now = this.#deps.clock.now();
    const rate = this.#rates.get(name) ?? new AskedRate(now);
    this.#rates.set(name, rate);
    rate.reconnected(now);
    const watched: Watched = { name, rate, line: new RelayLine(), tell };
    this.#watched.add(watched);
    if (rate.asked.maxHz !== null) tell(rate.asked);
    return {
      get asked() {
        return rate.asked;
      },
      heard: (status) => watched.line.heard(this.#deps.clock.now(), status),
      leave: () => this.#leave(watched),
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #leave(watched: Watched): void {
    this.#watched.delete(watched);
    const { name, rate } = watched;
    const isWatched = [...this.#watched].some((each) => each.rate === rate);
    if (!isWatched && rate.asked.maxHz === null) this.#rates.delete(name);
  }

  #look(): void {
    const load = conditionOfLoad(this.#deps.load());
    const now = this.#deps.clock.now();
    for (const { name, rate, line, tell } of this.#watched) {
      const request = rate.judge(now, both(load, line.condition(now)), line.rateHz);
      if (request === null) continue;
      this.requests += 1;
      this.#deps.log.warn({ relay: name, ...request }, 'a relay is asked for another rate');
      tell(request);
    }
  }
}

/** Trouble of either is trouble; well is only what is well in both. */
function both(one: Condition, other: Condition): Condition {
  if (one.state === 'trouble') return one;
  if (other.state === 'trouble') return other;
  return one.state === 'well' ? other : one;
}
