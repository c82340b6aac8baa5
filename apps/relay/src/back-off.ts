const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * How long to wait before the next try after `attempt` failures in a row (from 1): doubling from half a second to
 * 15 s, each somewhere between half and the whole of it, so that relays that lost the same server do not return
 * together. `random` gives numbers from 0 up to 1.
 */
export function backOffMs(attempt: number, random: () => number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * random());
}
