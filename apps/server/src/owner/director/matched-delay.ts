import { MAX_DELAY_MS, MAX_PUBLIC_EXTRA_MS } from '@okboxbox/protocol';
import { DeskError } from './desk-error.js';

/**
 * The delay of the graphics, in ms, at which a moment of `behindMs` ago is on air now.
 * @throws DeskError where that is further than it can be
 */
export function matchedGraphics(behindMs: number): number {
  if (behindMs >= 0 && behindMs <= MAX_DELAY_MS) return behindMs;
  throw new DeskError(`That moment was ${inS(behindMs)} s ago; the delay can be 0 to ${MAX_DELAY_MS / 1000} s.`);
}

/**
 * How much later than graphics of `delayMs` the public picture has to be for it, in ms.
 * @throws DeskError where that is nearer than the graphics, or further than it can be
 */
export function matchedPublic(behindMs: number, delayMs: number): number {
  const extraMs = behindMs - delayMs;
  if (extraMs < 0) {
    throw new DeskError(
      `That moment was ${inS(behindMs)} s ago, which is nearer than the graphics: these are ${inS(delayMs)} s behind. Match the graphics first.`,
    );
  }
  if (extraMs <= MAX_PUBLIC_EXTRA_MS) return extraMs;
  const most = (delayMs + MAX_PUBLIC_EXTRA_MS) / 1000;
  throw new DeskError(
    `That moment was ${inS(behindMs)} s ago; the public picture can be ${inS(delayMs)} to ${most} s behind.`,
  );
}

function inS(ms: number): string {
  return (ms / 1000).toFixed(1);
}
