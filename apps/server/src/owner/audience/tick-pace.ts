/** Viewers are told about ten times a second: a little more often, for a relay whose clock runs fast is not held. */
export const TICK_MS = 95;
/** How much sooner than evenly a tick may come: what jitter there is between the sim and here, in ms. */
export const EARLY_MS = 50;

/**
 * When the next message to viewers may go (the generic cell rate algorithm, ITU-T I.371: ticks have an even beat, and
 * each may come a little before its own). With a shortest time between two ticks instead, one that is late for once
 * makes all that follow late: at ten frames a second each waits for as long as the one before did.
 */
export class TickPace {
  /** Where the next tick lies on the even beat. */
  #beatAt = Number.NEGATIVE_INFINITY;

  /** How long a tick has to wait, in ms. */
  waitMs(now: number): number {
    return Math.max(0, this.#beatAt - EARLY_MS - now);
  }

  /** A tick has been made. */
  ticked(now: number): void {
    this.#beatAt = Math.max(this.#beatAt, now) + TICK_MS;
  }
}
