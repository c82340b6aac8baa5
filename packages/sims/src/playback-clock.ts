import type { PaceClock } from './pace.js';

/** The clock of a playback that somebody controls: it can stand, run faster or slower, and be put forward. */
export class PlaybackClock implements PaceClock {
  readonly #real: PaceClock;
  #speed: number;
  #isPaused = false;
  /** What this clock and the real one showed when it was last changed. */
  #shown = 0;
  #realThen: number;
  #changed: (() => void)[] = [];

  /** `speed` is seconds of this clock a real second, above 0. */
  constructor(real: PaceClock, speed: number) {
    this.#real = real;
    this.#speed = speed;
    this.#realThen = real.now();
  }

  get speed(): number {
    return this.#speed;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  now(): number {
    return this.#isPaused ? this.#shown : this.#shown + (this.#real.now() - this.#realThen) * this.#speed;
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.now() + ms;
    while (this.now() < until && !signal?.aborted) {
      const changed = new Promise<void>((resolve) => this.#changed.push(resolve));
      const stop = new AbortController();
      const aborted = () => stop.abort();
      signal?.addEventListener('abort', aborted, { once: true });
      // A stopped clock is woken by a change of it, or by the signal.
      const left = this.#isPaused ? 2 ** 31 - 1 : (until - this.now()) / this.#speed;
      await Promise.race([changed, this.#real.wait(Math.min(left, 2 ** 31 - 1), stop.signal)]);
      signal?.removeEventListener('abort', aborted);
      stop.abort();
    }
  }

  pause(): void {
    this.#change(() => {
      this.#isPaused = true;
    });
  }

  resume(): void {
    this.#change(() => {
      this.#isPaused = false;
    });
  }

  setSpeed(speed: number): void {
    this.#change(() => {
      this.#speed = speed;
    });
  }

  /** Puts the clock forward, in milliseconds: what becomes due by that is let out at once. */
  skip(ms: number): void {
    this.#change(() => {
      this.#shown += ms;
    });
  }

  #change(change: () => void): void {
    this.#shown = this.now();
    this.#realThen = this.#real.now();
    change();
    for (const wake of this.#changed.splice(0)) wake();
  }
}
