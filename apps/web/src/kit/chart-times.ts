/** How far from the epoch a date can be, in ms; a year less, as an axis reaches beyond what is on it. */
const FARTHEST_MS = 8.64e15 - 366 * 86_400_000;

/** Instants as a chart can have them: what marks its axis never ends where a date is none. */
export function chartTimes(times: readonly number[]): number[] {
  return times.map((at) => Math.min(Math.max(at, -FARTHEST_MS), FARTHEST_MS));
}
