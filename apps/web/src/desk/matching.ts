import { MAX_DELAY_MS, type Moment } from '@okboxbox/protocol';

/** A press without a moment is kept for so long, in ms; the server takes none that is older. */
export const PRESS_KEPT_MS = 60_000;

/** What was chosen and pressed so far; instants are of the server's clock, in ms. */
export interface Matching {
  readonly moment: Moment | null;
  /** When somebody saw the moment. */
  readonly pressedAt: number | null;
}

export const NOT_MATCHED: Matching = { moment: null, pressedAt: null };

/** What a press would set, before it is set. */
export interface Proposal {
  readonly moment: Moment;
  readonly pressedAt: number;
  /** The figure that it would set, in ms. */
  readonly setsMs: number;
  /** Why it cannot be set; `null` where it can. */
  readonly problem: string | null;
}

/** Forgets a press that is too old to be used, and a moment that has gone with it. */
export function stillMatching(matching: Matching, serverNow: number): Matching {
  const { pressedAt } = matching;
  return pressedAt !== null && serverNow - pressedAt > PRESS_KEPT_MS ? NOT_MATCHED : matching;
}

/**
 * What a matching would set, once there are a moment and a press; `behindMs` is what the picture is behind already by
 * another figure, which the one that is set comes on top of.
 */
export function proposalOf({ moment, pressedAt }: Matching, behindMs: number): Proposal | null {
  if (moment === null || pressedAt === null) return null;
  const setsMs = Math.round(pressedAt - moment.at) - behindMs;
  return { moment, pressedAt, setsMs, problem: problemOf(setsMs, behindMs) };
}

function problemOf(setsMs: number, behindMs: number): string | null {
  if (setsMs >= 0 && setsMs <= MAX_DELAY_MS) return null;
  const most = MAX_DELAY_MS / 1000;
  if (setsMs > MAX_DELAY_MS) return `That is longer than the ${most} s that can be set. Choose a later moment.`;
  return behindMs > 0
    ? 'You saw it before the graphics show it. Choose another moment, or set the graphics first.'
    : 'You pressed before it happened. Choose another moment.';
}
