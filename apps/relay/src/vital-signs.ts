import type { PaceClock } from '@okboxbox/sims';
import type { CaptureClock } from './agent.js';

/** Figures are of the time since the last look, but of this much at least, in ms. */
const SPAN_MS = 2_000;

/** How the relay's process does. */
export interface Signs {
  /** Frames a second. */
  readonly rateHz: number;
  /** Share of a core. */
  readonly cpu: number;
  readonly memoryBytes: number;
  /** How far the PC's clock has been set since the start, or has run off, in ms. */
  readonly wallStepMs: number;
}

/** Measures what the relay takes of the PC, and how fast it captures. */
export class VitalSigns {
  readonly #clock: PaceClock;
  readonly #capture: CaptureClock;
  readonly #frames: () => number;
  #at: number;
  #framesAt: number;
  #cpuAt: number;
  #rateHz = 0;
  #cpu = 0;

  constructor(clock: PaceClock, capture: CaptureClock, frames: () => number) {
    this.#clock = clock;
    this.#capture = capture;
    this.#frames = frames;
    this.#at = clock.now();
    this.#framesAt = frames();
    this.#cpuAt = cpuMs();
  }

  look(): Signs {
    const now = this.#clock.now();
    const span = now - this.#at;
    if (span >= SPAN_MS) {
      this.#rateHz = ((this.#frames() - this.#framesAt) * 1000) / span;
      this.#cpu = (cpuMs() - this.#cpuAt) / span;
      this.#at = now;
      this.#framesAt = this.#frames();
      this.#cpuAt = cpuMs();
    }
    return {
      rateHz: Math.round(this.#rateHz * 10) / 10,
      cpu: Math.round(this.#cpu * 1000) / 1000,
      memoryBytes: process.memoryUsage.rss(),
      wallStepMs: Math.round(Date.now() - this.#capture.epoch - this.#capture.now()),
    };
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
