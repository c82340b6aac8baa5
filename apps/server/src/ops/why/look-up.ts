import { type ExtraDelay, liveRoom, type OpsSession, type OpsSocket } from '@okboxbox/protocol';
import type { JoinedRoom, SocketFigures } from '../../link/socket-reports.js';
import type { OperationsDeps } from '../deps.js';
import type { OpsFigures } from '../ops-figures.js';
import type { DelayFacts, LineFacts, SessionFacts, WhyFacts } from './why-facts.js';

/** Socket events that are looked through for a refusal, newest first. */
const LOOKED_THROUGH = 1_000;

/** What edges in other processes have told of their connections; `undefined` for one that is at none. */
interface SocketsAtEdges {
  figuresOf(
    socketId: string,
  ): (Pick<SocketFigures, 'isSkipping' | 'waitsSince'> & { readonly joined: readonly JoinedRoom[] }) | undefined;
}

/** What is known of every session and socket. */
export interface KnownNow {
  readonly figures: Pick<OpsFigures, 'sockets' | 'events'>;
  readonly edgeSockets: SocketsAtEdges | null;
  sessions(): readonly OpsSession[];
}

/** Looks up all that there is to say why a socket shows what it shows; `null` where nothing is known of it. */
export function lookUp(deps: OperationsDeps, known: KnownNow, socketId: string): WhyFacts | null {
  const now = deps.clock.now();
  const { sockets } = known.figures;
  const connection = sockets.get(socketId);
  if (connection === undefined) {
    const gone = sockets.closed().find((each) => each.socketId === socketId);
    if (gone?.closed == null) return null;
    const { at, code, reason } = gone.closed;
    const nothing = { refusal: null, watches: null, session: null, delay: null, line: NO_LINE };
    return { socketId, connection: { state: 'gone', role: gone.role, agoMs: now - at, code, reason }, ...nothing };
  }
  const seen = sockets.look(connection);
  const { watched, isInRoom, line } = watchingOf(deps, known, socketId);
  const joined = watched.filter(({ room, sessionId, extra }) => extra !== null || room === liveRoom(sessionId)).at(-1);
  return {
    socketId,
    connection: {
      state: 'open',
      role: seen.role,
      caps: seen.caps,
      rooms: seen.joinedRooms,
      connectedForMs: now - seen.connectedAt,
      seenAgoMs: now - seen.lastSeenAt,
      beats: sockets.beatsOf(connection),
    },
    refusal: refusalOf(known, socketId, now),
    watches: joined === undefined ? null : { ...joined, isInRoom: isInRoom(joined.room) },
    session: joined === undefined ? null : sessionOf(deps, known, joined.sessionId),
    delay: joined === undefined || joined.extra === null ? null : delayOf(deps, joined, joined.extra, now),
    line: lineOf(line, seen, now),
  };
}

const NO_LINE: LineFacts = {
  waitingBytes: 0,
  bufferedPackets: 0,
  waitsMs: null,
  isSkipping: false,
  skippedTotal: 0,
  sentPerSec: 0,
  rttMs: null,
  newestFrameAgeMs: null,
};

function refusalOf({ figures }: KnownNow, socketId: string, now: number): WhyFacts['refusal'] {
  const { events } = figures.events.newest({ type: 'socket', limit: LOOKED_THROUGH });
  const told = events.find((each) => each.event === 'auth_fail' && each.socketId === socketId);
  if (told === undefined) return null;
  const { capability } = told;
  return {
    agoMs: now - (told.lastAt ?? told.at),
    where: String(told.where),
    message: String(told.message),
    capability: typeof capability === 'string' ? capability : null,
  };
}

function sessionOf({ registry, broadcasts }: OperationsDeps, known: KnownNow, sessionId: string): SessionFacts | null {
  const seen = known.sessions().find((each) => each.sessionId === sessionId);
  const summary = registry.summary(sessionId);
  if (summary === undefined) return null;
  const current = broadcasts.followed.of(summary.show);
  return {
    ...(seen ?? { relays: [], framesPerSec: 0, lastFrameAgeMs: null, queueAgeP95Ms: null, flow: null }),
    sessionId,
    show: summary.show,
    status: summary.status,
    runsInstead: current?.status === 'live' && current.sessionId !== sessionId ? current.sessionId : null,
    timeline: registry.liveSession(sessionId)?.health ?? null,
  };
}

function delayOf(
  { broadcasts }: OperationsDeps,
  { sessionId, show }: { readonly sessionId: string; readonly show: string },
  extra: ExtraDelay,
  now: number,
): DelayFacts | null {
  const broadcast = broadcasts.of(show);
  const session = broadcast.session(sessionId);
  if (session === undefined) return null;
  const measured = broadcast.measured(sessionId);
  const { delayMs, publicExtraMs } = measured;
  const { state, holdMs } = extra === 'public' ? measured.public : measured;
  const audience = session.audience(extra);
  const { events: bufferedEvents, oldestAt } = audience?.waiting ?? { events: 0, oldestAt: null };
  return {
    state,
    delayMs,
    extraMs: extra === 'public' ? publicExtraMs : extra,
    holdMs,
    bufferedEvents,
    hasAired: (audience?.aired ?? null) !== null,
    oldestAgeMs: oldestAt === null ? null : Math.round(now - oldestAt),
    line: broadcasts.hasFailed(sessionId) ? 'failed' : session.isPreparing ? 'being_made' : 'there',
  };
}

/** What a connection watches, whether it is in a room, and how its line does: as this process, or its edge, has it. */
function watchingOf({ io, hub, viewers }: OperationsDeps, known: KnownNow, socketId: string) {
  const atEdge = known.edgeSockets?.figuresOf(socketId);
  if (atEdge !== undefined) {
    // The edge tells of none that it would send nothing to.
    return { watched: [...atEdge.joined], isInRoom: () => true, line: atEdge };
  }
  const socket = io.of('/').sockets.get(socketId);
  const isInRoom = (room: string) =>
    io.of('/').adapter.rooms.get(room)?.has(socketId) === true && socket !== undefined && hub.isMember(room, socket);
  const line = socket === undefined ? { isSkipping: false, waitsSince: null } : hub.lineOf(socket);
  return { watched: [...viewers.roomsOf(socketId)], isInRoom, line };
}

function lineOf(
  { isSkipping, waitsSince }: { readonly isSkipping: boolean; readonly waitsSince: number | null },
  seen: OpsSocket,
  now: number,
): LineFacts {
  const { bufferedPackets, waitingBytes: waiting = 0, skippedTotal, sentPerSec, rttMs, newestFrameAgeMs } = seen;
  return {
    bufferedPackets,
    skippedTotal,
    sentPerSec,
    rttMs,
    newestFrameAgeMs,
    isSkipping,
    waitingBytes: waiting,
    // Judged at each message: what has left since is not waiting any more.
    waitsMs: waitsSince === null || waiting === 0 ? null : now - waitsSince,
  };
}
