import { MAX_DELAY_MS, MAX_PUBLIC_EXTRA_MS } from '@okboxbox/protocol';
import { DeskError } from './desk-error.js';

/** Further away than this, no figure is told, in ms: nobody reads it. */
const FAR_MS = 3_600_000;

/**
 * The delay of the graphics that shows a moment now, which was `behindMs` ago.
 * @throws DeskError where that is no delay
 */
export function matchedGraphics(behindMs: number): number {
  if (behindMs >= 0 && behindMs <= MAX_DELAY_MS) return behindMs;
  throw new DeskError(`${whenWas(behindMs)}; the delay can be 0 to ${MAX_DELAY_MS / 1000} s.`, 'bad_request');
}

/**
 * How much later than graphics with a delay the public picture shows a moment now, which was `behindMs` ago.
 * @throws DeskError where the public picture cannot be there
 */
export function matchedPublic(behindMs: number, delayMs: number): number {
  const extraMs = behindMs - delayMs;
  if (extraMs >= 0 && extraMs <= MAX_PUBLIC_EXTRA_MS) return extraMs;
  const when = whenWas(behindMs);
  if (behindMs >= 0 && extraMs < 0) {
    const because = `which is nearer than the graphics: these are ${inS(delayMs)} s behind`;
    throw new DeskError(`${when}, ${because}. Match the graphics first.`, 'conflict');
  }
  const most = (delayMs + MAX_PUBLIC_EXTRA_MS) / 1000;
  throw new DeskError(`${when}; the public picture can be ${inS(delayMs)} to ${most} s behind.`, 'bad_request');
}

function whenWas(behindMs: number): string {
  if (behindMs < -FAR_MS) return "That moment is over an hour in the future by the server's clock";
  if (behindMs < 0) return `That moment is ${inS(-behindMs)} s in the future by the server's clock`;
  if (behindMs > FAR_MS) return "That moment was over an hour ago by the server's clock";
  return `That moment was ${inS(behindMs)} s ago`;
}

function inS(ms: number): string {
  return (ms / 1000).toFixed(1);
}
