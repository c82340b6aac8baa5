import type { ClockProof } from '../session/latest-capture.js';
import type { ClockExchange } from './relay-clock.js';

/** Exchanges that a proof spans: with one every five seconds, what was captured shortly before a break is within. */
const SPAN = 4;
/** What a PC's clock may gain or lose on the server's, as a share: ten times what a bad one does. */
const DRIFT = 0.000_5;

interface Known {
  /** The relay's stamps when it heard and when it answered. */
  readonly heardAt: number;
  readonly answeredAt: number;
  readonly serverAt: number;
  readonly offsetMs: number;
  readonly boundMs: number;
  /** The least that its clock was ahead then, by this exchange and those before. */
  readonly leastAheadMs: number;
}

/**
 * What the exchanges with the clock of a relay's run prove, from one connection to the next. Exchanges that contradict one
 * another prove nothing: the clock was set, or it lies, and what lies between them may be of any age.
 */
export class ProvenClock {
  #known: Known[] = [];

  /** Whether there has been any exchange. */
  get isKnown(): boolean {
    return this.#known.length > 0;
  }

  add({ serverSentAt, relayReceivedAt, relaySentAt, serverReceivedAt }: ClockExchange): void {
    const offsetMs = (relayReceivedAt - serverSentAt + (relaySentAt - serverReceivedAt)) / 2;
    const boundMs = Math.max(0, serverReceivedAt - serverSentAt - (relaySentAt - relayReceivedAt)) / 2;
    const times = { heardAt: relayReceivedAt, answeredAt: relaySentAt, serverAt: serverReceivedAt, offsetMs, boundMs };
    const before = this.#known.at(-1);
    if (before !== undefined && !agree(before, times)) this.#known = [];
    const last = this.#known.at(-1);
    // An exchange over a slow line says little; the one before it says more.
    const fromBefore = last ? last.leastAheadMs - DRIFT * (serverReceivedAt - last.serverAt) : Number.NEGATIVE_INFINITY;
    this.#known.push({ ...times, leastAheadMs: Math.max(offsetMs - boundMs, fromBefore) });
    if (this.#known.length > SPAN) this.#known.shift();
  }

  /** `null` before two exchanges that agree. */
  get proof(): ClockProof | null {
    const [first] = this.#known;
    const last = this.#known.at(-1);
    if (first === undefined || last === undefined || first === last) return null;
    const leastAheadMs = Math.min(...this.#known.map((known) => known.leastAheadMs));
    return { from: first.answeredAt, to: last.heardAt, leastAheadMs };
  }
}

function agree(a: Omit<Known, 'leastAheadMs'>, b: Omit<Known, 'leastAheadMs'>): boolean {
  const drift = DRIFT * Math.max(0, b.serverAt - a.serverAt);
  return b.heardAt >= a.answeredAt && Math.abs(a.offsetMs - b.offsetMs) <= a.boundMs + b.boundMs + drift + 1;
}
