/**
 * Which rules the engine goes by. Raise it with every change by which the same records give other laps, events or
 * figures: a running session is folded again at the next start, an ended one when an operator asks for it.
 */
export const TIMING_RULES_VERSION = 5;

/** The rules of before they had a version: what is stored without one was made by them. */
export const UNNUMBERED_RULES = 1;
