import { broadcastRoom, liveRoom, type TraceCondition } from '@okboxbox/protocol';
import type { OperationsDeps } from '../deps.js';
import type { RelayFigures } from '../figures/session-figures.js';
import type { OpsFigures } from '../ops-figures.js';

/** Figures that a trace can wait for, with those that count up taken from the moment that it was armed. */
export type ConditionFigure = TraceCondition['figure'];

/** What a figure is now; `null` where it is not known. */
export function figureNow(
  { registry, broadcasts }: Pick<OperationsDeps, 'registry' | 'broadcasts'>,
  { sessions, sockets }: Pick<OpsFigures, 'sessions' | 'sockets'>,
  sessionId: string,
  figure: ConditionFigure,
  now: number,
): number | null {
  const session = sessions.find(sessionId);
  const worst = (p95: (relay: RelayFigures) => number | null) =>
    most([...(session?.relays.values() ?? [])].map(p95).filter((value) => value !== null));
  switch (figure) {
    case 'driftP95':
      return worst(({ drift }) => drift.p95(now));
    case 'queueAgeP95Ms':
      return worst(({ queueAge }) => queueAge.p95(now));
    case 'lastFrameAgeMs': {
      const { receivedAt = null } = registry.liveSession(sessionId)?.state ?? {};
      return receivedAt === null ? null : Math.max(0, now - receivedAt);
    }
    case 'dropped':
      return session?.dropped ?? null;
    case 'skipped':
      return session?.skipped.total ?? null;
    case 'bufferedPackets': {
      const show = registry.summary(sessionId)?.show;
      const extras = (show === undefined ? undefined : broadcasts.of(show).session(sessionId))?.extras ?? [];
      const rooms = [liveRoom(sessionId), ...extras.map((extra) => broadcastRoom(sessionId, extra))];
      const inRoom = sockets.open().filter(({ socket }) => rooms.some((room) => socket.rooms.has(room)));
      return most(inRoom.map(({ socket }) => socket.waitingPackets));
    }
    default:
      return figure satisfies never;
  }
}

/** Whether a figure counts up: then what it has gone up by is what is waited for. */
export function countsUp(figure: ConditionFigure): boolean {
  return figure === 'dropped' || figure === 'skipped';
}

function most(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
