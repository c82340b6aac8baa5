/**
 * The clock that a show runs on, in ms: its delay, positions and instants are all on it. On one node it is the clock of the
 * process. A node that takes a show over must go on with a clock that never falls back and never runs ahead of the one
 * before it, so audiences ask this one and no other.
 */
export interface ShowClock {
  now(): number;
}
