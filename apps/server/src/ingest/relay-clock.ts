/** Samples are kept for this long, in ms: the one with the least delay among them says the most. */
const WINDOW_MS = 60_000;
/** A PC's own clock that moves against the one frames are stamped with by more than this was set, in ms. */
const WALL_STEP_MS = 50;

/** One exchange: when the server asked and heard, and when the relay heard and answered, each by its own clock. */
export interface ClockExchange {
  readonly serverSentAt: number;
  readonly relayReceivedAt: number;
  readonly relaySentAt: number;
  readonly serverReceivedAt: number;
  /** The relay's PC's own clock at the answer. */
  readonly wallAt: number;
}

/** What is known of a relay's clock. */
export interface ClockEstimate {
  /** What the clock that stamps frames is ahead of the server's, within ± `boundMs`. */
  readonly offsetMs: number;
  readonly boundMs: number;
  /** What the PC's own clock is ahead. */
  readonly wallOffsetMs: number;
  readonly samples: number;
  /** How often the stamping clock and the PC's own clock were seen to step. */
  readonly steps: number;
  readonly wallSteps: number;
}

interface Sample {
  readonly at: number;
  readonly offsetMs: number;
  readonly boundMs: number;
}

/**
 * Estimates a relay's clock from four timestamps an exchange, as NTP does (RFC 5905): the offset is off by half of the
 * delay at most, so the exchange of a minute with the least delay is believed. A sample that contradicts it is a step.
 */
export class RelayClock {
  #samples: Sample[] = [];
  #count = 0;
  #steps = 0;
  #wallSteps = 0;
  #wallAhead: number | null = null;
  #wallOffsetMs = 0;

  add(exchange: ClockExchange): void {
    const { serverSentAt, relayReceivedAt, relaySentAt, serverReceivedAt, wallAt } = exchange;
    const delay = Math.max(0, serverReceivedAt - serverSentAt - (relaySentAt - relayReceivedAt));
    const offsetMs = (relayReceivedAt - serverSentAt + (relaySentAt - serverReceivedAt)) / 2;
    const sample = { at: serverReceivedAt, offsetMs, boundMs: delay / 2 };
    const best = this.#best();
    if (best !== null && Math.abs(best.offsetMs - offsetMs) > best.boundMs + sample.boundMs + 1) {
      this.#steps += 1;
      this.#samples = [];
    }
    this.#samples = [...this.#samples.filter(({ at }) => serverReceivedAt - at < WINDOW_MS), sample];
    this.#count += 1;
    const wallAhead = wallAt - relaySentAt;
    if (this.#wallAhead !== null && Math.abs(wallAhead - this.#wallAhead) > WALL_STEP_MS) this.#wallSteps += 1;
    this.#wallAhead = wallAhead;
    this.#wallOffsetMs = (this.#best()?.offsetMs ?? 0) + wallAhead;
  }

  /** `null` before the first exchange. */
  get estimate(): ClockEstimate | null {
    const best = this.#best();
    if (best === null) return null;
    return {
      offsetMs: round(best.offsetMs),
      boundMs: round(best.boundMs),
      wallOffsetMs: round(this.#wallOffsetMs),
      samples: this.#count,
      steps: this.#steps,
      wallSteps: this.#wallSteps,
    };
  }

  #best(): Sample | null {
    let best: Sample | null = null;
    for (const sample of this.#samples) if (best === null || sample.boundMs < best.boundMs) best = sample;
    return best;
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
