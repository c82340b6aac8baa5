import type { Parity } from '../../directory/owner.js';
import type { SessionRegistry } from '../session/registry.js';
import { durableUpTo } from '../session/stream.js';
import type { ConnectedRelays } from './connected-relays.js';

/** Frames of one running session, or of all, per stream and relay, against what was acknowledged. */
export function parityOf(registry: SessionRegistry, relays: ConnectedRelays, sessionId: string | null): Parity {
  const sessions = [...registry.live].filter((session) => sessionId === null || session.id === sessionId);
  return {
    sessions: sessions.map((session) => ({
      sessionId: session.id,
      framesTotal: session.state.framesTotal,
      streams: session.state.streams.map((stream) => ({
        relayId: stream.relayId,
        run: stream.run,
        first: stream.first,
        taken: stream.last,
        acknowledged: durableUpTo(stream),
        missing: stream.gaps.map(({ next, to }) => [next, to]),
      })),
      relays: relays.list(session.id),
    })),
  };
}
