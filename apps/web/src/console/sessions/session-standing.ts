import type { OpsSession } from '@okboxbox/protocol';
import { age } from '../../format.js';

/** How a session does, in a shape and a few words. */
export function sessionStanding(session: OpsSession): {
  readonly shape: 'ok' | 'warn' | 'bad' | 'off';
  readonly word: string;
} {
  const { status, isStale, relays, lastFrameAgeMs } = session;
  if (status === 'ended') return { shape: 'off', word: 'ended' };
  if (relays.length > 0 && relays.every(({ pausedBecause }) => pausedBecause !== null))
    return { shape: 'warn', word: 'paused' };
  if (!isStale) return { shape: 'ok', word: 'live' };
  const since = lastFrameAgeMs === null ? '' : ` for ${age(lastFrameAgeMs)}`;
  return relays.length === 0 ? { shape: 'bad', word: `no relay${since}` } : { shape: 'bad', word: `no frames${since}` };
}
