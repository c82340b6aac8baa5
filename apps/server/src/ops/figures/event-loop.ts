import { type EventLoopUtilization, type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { GarbageCollectorWatch } from './garbage-collector.js';

/** What the monitor itself adds to each reading, in ms: its own timer. */
const RESOLUTION_MS = 10;
const LOOK_MS = 1_000;
/** The longest hold-up is that of so long. */
const KEPT_MS = 60_000;

/** The longest hold-up between two looks, both on the axis of `performance.now()`, in ms. */
interface Looked {
  readonly from: number;
  readonly to: number;
  readonly ms: number;
}

/** Watches the event loop and the garbage collector. Reading takes nothing away: readers do not steal from each other. */
export class EventLoopWatch {
  readonly #delay: IntervalHistogram;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #used: EventLoopUtilization = performance.eventLoopUtilization();
  #utilization = 0;
  readonly #looks: Looked[] = [];
  #from: number;
  readonly collector = new GarbageCollectorWatch();

  constructor(delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS }), now = () => performance.now()) {
    this.#delay = delay;
    this.#now = now;
    this.#from = now();
    this.#delay.enable();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** The longest hold-up of the last minute, in ms, without the monitor's own. */
  get delayMaxMs(): number {
    return this.delayMaxOf(KEPT_MS);
  }

  /** The longest hold-up of a shorter while, in ms, to a second: nothing falls between two that ask in turn. */
  delayMaxOf(windowMs: number): number {
    const from = this.#now() - windowMs - LOOK_MS;
    return this.#longestOf(({ to }) => to >= from);
  }

  /** Ends the look that goes on, and returns where the next begins: what `delayMaxSince` takes. */
  mark(): number {
    const now = this.#now();
    this.#looks.push({ from: this.#from, to: now, ms: this.#newest() });
    while ((this.#looks[0] as Looked).to < now - KEPT_MS) this.#looks.shift();
    this.#from = now;
    this.#delay.reset();
    return now;
  }

  /** The longest hold-up since a mark, in ms, as far as it is within the last minute. */
  delayMaxSince(mark: number): number {
    return this.#longestOf(({ from }) => from >= mark);
  }

  /** The share of the last second that was spent working, from 0 to 1. */
  get utilization(): number {
    return round(this.#utilization, 3);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
    this.collector.close();
  }

  #look(): void {
    const now = performance.eventLoopUtilization();
    this.#utilization = performance.eventLoopUtilization(now, this.#used).utilization;
    this.#used = now;
    this.mark();
  }

  #longestOf(isMeant: (look: Looked) => boolean): number {
    const looks = [...this.#looks, { from: this.#from, to: Number.POSITIVE_INFINITY, ms: this.#newest() }];
    return round(Math.max(0, ...looks.filter(isMeant).map(({ ms }) => ms)), 1);
  }

  #newest(): number {
    return this.#delay.count === 0 ? 0 : this.#delay.max / 1e6 - RESOLUTION_MS;
  }
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
