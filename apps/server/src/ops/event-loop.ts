import { type EventLoopUtilization, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';

/** What the monitor itself adds to each reading, in ms: its own timer. */
const RESOLUTION_MS = 10;
const LOOK_MS = 1_000;
/** The longest hold-up is that of so many looks. */
const LOOKS = 60;

/** Watches the event loop and the garbage collector. Reading takes nothing away: readers do not steal from each other. */
export class EventLoopWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  readonly #collections: PerformanceObserver;
  #used: EventLoopUtilization = performance.eventLoopUtilization();
  #utilization = 0;
  readonly #longest: number[] = [];
  /** Pauses of the garbage collector since the beginning, and how long they took in all, in ms. */
  collections = 0;
  collectingMs = 0;

  constructor() {
    this.#delay.enable();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    this.#collections = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        this.collections += 1;
        this.collectingMs += duration;
      }
    });
    this.#collections.observe({ entryTypes: ['gc'] });
  }

  /** The longest hold-up of the last minute, in ms, without the monitor's own. */
  get delayMaxMs(): number {
    return round(Math.max(0, this.#newest(), ...this.#longest), 1);
  }

  /** The share of the last second that was spent working, from 0 to 1. */
  get utilization(): number {
    return round(this.#utilization, 3);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
    this.#collections.disconnect();
  }

  #look(): void {
    const now = performance.eventLoopUtilization();
    this.#utilization = performance.eventLoopUtilization(now, this.#used).utilization;
    this.#used = now;
    this.#longest.push(this.#newest());
    if (this.#longest.length > LOOKS) this.#longest.shift();
    this.#delay.reset();
  }

  #newest(): number {
    return this.#delay.count === 0 ? 0 : this.#delay.max / 1e6 - RESOLUTION_MS;
  }
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
