import { delayStateText, type SessionSummary, standsStill } from '@okboxbox/protocol';
import { age } from '../../format.js';

/** A running session without a frame for this long beyond its delay shows as stale, in ms. */
const STALE_MS = 5_000;

/**
 * How a session of the list stands, in a word or two. A delayed picture is judged by when it was due, and one that stands still or
 * catches up on purpose is not stale. `serverNow` is on the server's clock, in ms.
 */
export function listedFreshness(
  { status, lastFrameAt, delay }: Pick<SessionSummary, 'status' | 'lastFrameAt' | 'delay'>,
  serverNow: number,
): { readonly state: 'ok' | 'warn' | 'off'; readonly text: string } {
  if (status === 'ended') return { state: 'off', text: 'ended' };
  if (delay !== undefined && standsStill(delay)) {
    const { severity, name } = delayStateText(delay.state);
    return { state: severity, text: name.toLowerCase() };
  }
  if (lastFrameAt === null) return { state: 'warn', text: 'no frame yet' };
  const late = serverNow - lastFrameAt - (delay?.delayMs ?? 0);
  // A picture that glides is still further behind than its delay.
  if (late < STALE_MS || delay?.state === 'gliding') return { state: 'ok', text: 'live' };
  return { state: 'warn', text: `stale ${age(late)}` };
}
