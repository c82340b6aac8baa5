/** How often the event loop is asked for, and how late it may be for it, in ms. */
const LOOK_MS = 250;
const LATE_MS = 500;

/**
 * Knows since when this server has read what comes to it. After its event loop was held up, or its process was stopped, what
 * clients have sent meanwhile is still to be read: silence before that says nothing of them.
 */
export class Attention {
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #lookedAt: number;
  #since: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#lookedAt = now();
    this.#since = this.#lookedAt;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Since when it reads without a break. Timers come before what is to be read: the first to ask notices. */
  get since(): number {
    this.#look();
    return this.#since;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = this.#now();
    if (now - this.#lookedAt > LOOK_MS + LATE_MS) this.#since = now;
    this.#lookedAt = now;
  }
}
