import type { Frame, SessionLine } from '@okboxbox/protocol';

/** A car that is away for less than this was not gone: the sim did not send it. In seconds of the session clock. */
const BLINK_S = 3;
/** Blinks are counted over this time, in s. */
const WINDOW_S = 60;

/** What a sim shows of its field. Sims send no more cars than their settings allow, and then cars blink. */
export type FieldSeen = {
  readonly seen: number;
  readonly entries: number;
  readonly blinksPerMin: number;
};

/** Watches how many of a session's cars the frames have, and how often cars blink out of them. */
export class FieldWatch {
  #entries = 0;
  #seen = 0;
  readonly #goneAt = new Map<number, number>();
  readonly #there = new Set<number>();
  #blinks: number[] = [];
  #hasFrame = false;

  session(session: SessionLine): void {
    this.#entries = session.entries.filter((entry) => !entry.pace).length;
  }

  frame({ cars, sessionTime }: Frame): void {
    this.#hasFrame = true;
    this.#seen = 0;
    for (const { car, pct } of cars) {
      if (pct > -1) {
        this.#seen += 1;
        const goneAt = this.#goneAt.get(car);
        if (goneAt !== undefined && sessionTime - goneAt < BLINK_S && sessionTime > goneAt)
          this.#blinks.push(sessionTime);
        this.#goneAt.delete(car);
        this.#there.add(car);
      } else if (this.#there.delete(car)) {
        this.#goneAt.set(car, sessionTime);
      }
    }
    this.#blinks = this.#blinks.filter((at) => at <= sessionTime && sessionTime - at < WINDOW_S);
  }

  /** `null` before the first frame. */
  get now(): FieldSeen | null {
    if (!this.#hasFrame) return null;
    return { seen: this.#seen, entries: this.#entries, blinksPerMin: this.#blinks.length };
  }
}
