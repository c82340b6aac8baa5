/** Time as the server sees it; passed in everywhere so that tests can drive it. */
export interface Clock {
  /** Milliseconds since the epoch, never falling back while the process runs. */
  now(): number;
}

/** Asked for once: the field is looked up anew at each reading, and the clock is read for every message. */
const ORIGIN = performance.timeOrigin;

/** The process's clock: anchored to the wall once at start, monotonic from then on. */
export const systemClock: Clock = {
  now: () => ORIGIN + performance.now(),
};
