import { broadcastRoom, liveRoom } from '@okboxbox/protocol';
import type { OperationsWorld } from './world.js';

/** How many are in a session's live room, and in its broadcast rooms together, extra delays included. */
export function viewersOf(
  { io, broadcasts }: Pick<OperationsWorld, 'io' | 'broadcasts'>,
  sessionId: string,
  show: string,
): { live: number; broadcast: number } {
  const { rooms } = io.of('/').adapter;
  const inRoom = (room: string) => rooms.get(room)?.size ?? 0;
  const extras = broadcasts.of(show).channel(sessionId)?.extras ?? [0];
  const broadcast = extras.reduce((sum, extraMs) => sum + inRoom(broadcastRoom(sessionId, extraMs)), 0);
  return { live: inRoom(liveRoom(sessionId)), broadcast };
}
