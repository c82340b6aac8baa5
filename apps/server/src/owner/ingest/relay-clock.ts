/** Samples are kept for this long, in ms: the one with the least delay among them says the most. */
const WINDOW_MS = 60_000;
/** Samples that say how long the line is now. */
const NEWEST = 2;
/** A step is told of for this long, in ms: as long as percentiles that it is in. */
const STEP_MS = 90_000;
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
  /** The shortest of the newest few round trips: how long the line is now, while the best of a minute says how long it was. */
  readonly roundTripMs: number;
  readonly samples: number;
  /** How often the stamping clock and the PC's own clock were seen to step. */
  readonly steps: number;
  readonly wallSteps: number;
  /** The largest step of late of either, forwards where it is positive; `null` where there was none. */
  readonly stepMs: number | null;
  readonly wallStepMs: number | null;
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
  #step: Step | null = null;
  #wallStep: Step | null = null;
  #at = 0;

  add(exchange: ClockExchange): void {
    const { serverSentAt, relayReceivedAt, relaySentAt, serverReceivedAt, wallAt } = exchange;
    const delay = Math.max(0, serverReceivedAt - serverSentAt - (relaySentAt - relayReceivedAt));
    const offsetMs = (relayReceivedAt - serverSentAt + (relaySentAt - serverReceivedAt)) / 2;
    const sample = { at: serverReceivedAt, offsetMs, boundMs: delay / 2 };
    const best = this.#best();
    if (best !== null && Math.abs(best.offsetMs - offsetMs) > best.boundMs + sample.boundMs + 1) {
      this.#steps += 1;
      this.#step = larger(this.#step, { at: serverReceivedAt, ms: offsetMs - best.offsetMs });
      this.#samples = [];
    }
    this.#samples = [...this.#samples.filter(({ at }) => serverReceivedAt - at < WINDOW_MS), sample];
    this.#count += 1;
    const wallAhead = wallAt - relaySentAt;
    if (this.#wallAhead !== null && Math.abs(wallAhead - this.#wallAhead) > WALL_STEP_MS) {
      this.#wallSteps += 1;
      this.#wallStep = larger(this.#wallStep, { at: serverReceivedAt, ms: wallAhead - this.#wallAhead });
    }
    this.#at = serverReceivedAt;
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
      roundTripMs: round(2 * Math.min(...this.#samples.slice(-NEWEST).map(({ boundMs }) => boundMs))),
      samples: this.#count,
      steps: this.#steps,
      wallSteps: this.#wallSteps,
      stepMs: this.#ofLate(this.#step),
      wallStepMs: this.#ofLate(this.#wallStep),
    };
  }

  /** Measured from the newest exchange: a relay that does not answer any more tells nothing new. */
  #ofLate(step: Step | null): number | null {
    return step === null || this.#at - step.at > STEP_MS ? null : round(step.ms);
  }

  #best(): Sample | null {
    let best: Sample | null = null;
    for (const sample of this.#samples) if (best === null || sample.boundMs < best.boundMs) best = sample;
    return best;
  }
}

interface Step {
  readonly at: number;
  readonly ms: number;
}

function larger(before: Step | null, step: Step): Step {
  const isOver = before === null || step.at - before.at > STEP_MS;
  return isOver || Math.abs(step.ms) >= Math.abs(before.ms) ? step : before;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
