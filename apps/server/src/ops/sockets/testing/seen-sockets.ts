import type { SeenSocket } from '../socket-registry.js';

/** A connection's socket as operations look at it: in some rooms, with nothing waiting unless it says so. */
export function seenSocket(
  id: string,
  clientKind: string,
  rooms: readonly string[] = [],
  over: Partial<SeenSocket> = {},
) {
  const hello = { clientKind } as SeenSocket['hello'];
  const none = { address: '192.0.2.1', edge: null, waitingPackets: 0, waitingBytes: 0 };
  return { id, hello, rooms: new Set([id, ...rooms]), ...none, ...over };
}
