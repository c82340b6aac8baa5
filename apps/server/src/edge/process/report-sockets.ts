import type { Server, Socket } from 'socket.io';
import type { AddressOf } from '../../access/client-address.js';
import { farVisitor } from '../../link/link-messages.js';
import type { OwnerLink } from '../../link/owner-link.js';
import type { SocketReport } from '../../link/socket-reports.js';
import { waitingBytes, waitingPackets } from '../../sockets/finished-bytes.js';
import type { SocketHello } from '../../sockets/handshake.js';
import { watchHeartbeat } from '../../sockets/heartbeat.js';
import type { Taps } from '../../taps.js';
import type { Viewers } from '../gateway/viewer-gateway.js';
import type { Hub } from '../hub/hub.js';
import { tellOfTraced } from './traced-messages.js';

/** How often the figures of connections are reported, in ms, and in how many parts, so that no message is large. */
const FIGURES_MS = 1_000;
const PARTS = 4;

export interface ReportSocketsDeps {
  readonly owner: OwnerLink;
  readonly taps: Taps;
  readonly hub: Hub;
  readonly viewers: Pick<Viewers, 'roomsOf'>;
  readonly addressOf: AddressOf;
}

/** What is counted of one connection between two reports. */
interface Counted {
  readonly socket: Socket;
  readonly part: number;
  sent: number;
  skipped: number;
  newestAt: number | null;
  rttMs: number | null;
  lastSeenAt: number;
  /** The figures that were reported last, as text. */
  reported: string;
}

interface SessionCounts {
  fanOut: number;
  written: number;
  skipped: number;
}

/**
 * Tells the owner's operations of the viewers here: who comes and goes, what they are sent and how they do. Writes are
 * counted and told once a second, all else in its order. Returns the way to stop.
 */
export function reportSockets(io: Server, deps: ReportSocketsDeps): () => void {
  const { owner, taps, hub } = deps;
  const open = new Map<string, Counted>();
  const sessions = new Map<string, SessionCounts>();
  const tell = (report: SocketReport) => owner.tellOfSockets(report);
  listenToConnections(io, deps, open, tell);
  const stops = [
    countMessages(taps, open, sessions, tell),
    tellOfTraced(taps, owner, tell),
    taps.beat.listen((id, shownAt, rttMs, isHidden) => tell({ what: 'beat', id, shownAt, rttMs, isHidden })),
    taps.pong.listen((id, rttMs) => tell({ what: 'pong', id, rttMs })),
    taps.refusal.listen((refusal) => tell({ what: 'refusal', refusal: withoutInput(refusal) })),
    taps.limited.listen((limit, id) => tell({ what: 'limited', limit, id })),
    taps.failure.listen((from, where, error) => {
      tell({ what: 'failure', from, where, message: error instanceof Error ? error.message : String(error) });
    }),
  ];
  let turn = 0;
  const reporting = setInterval(() => {
    turn = (turn + 1) % PARTS;
    for (const [sessionId, counts] of sessions) tell({ what: 'session', sessionId, ...counts });
    sessions.clear();
    for (const counted of open.values()) if (counted.part === turn) reportFigures(counted, hub, deps.viewers, tell);
  }, FIGURES_MS / PARTS);
  return () => {
    clearInterval(reporting);
    for (const stop of stops) stop();
  };
}

function listenToConnections(
  io: Server,
  { owner, addressOf }: ReportSocketsDeps,
  open: Map<string, Counted>,
  tell: (report: SocketReport) => void,
): void {
  const namespace = io.of('/');
  let connections = 0;
  namespace.on('connection', (socket: Socket) => {
    const { visitor, clientKind, surface } = socket.data as SocketHello;
    const { id } = socket;
    connections += 1;
    const lastSeenAt = Math.round(owner.clock.now());
    const nothing = { sent: 0, skipped: 0, newestAt: null, rttMs: null, lastSeenAt, reported: '' };
    const counted: Counted = { socket, part: connections % PARTS, ...nothing };
    open.set(id, counted);
    const address = addressOf(socket.request);
    const kind = { clientKind: clientKind ?? null, surface: surface ?? null };
    tell({ what: 'connected', id, visitor: farVisitor(visitor), ...kind, address });
    const unwatch = watchHeartbeat(socket, {
      onSeen: () => {
        counted.lastSeenAt = Math.round(owner.clock.now());
      },
      onRoundTrip: (ms) => {
        counted.rttMs = ms;
      },
    });
    let rooms: string[] = [];
    socket.on('disconnecting', () => {
      rooms = [...socket.rooms].filter((room) => room !== id);
    });
    socket.on('disconnect', (reason) => {
      unwatch();
      open.delete(id);
      const { closedBecause = null } = socket.data as { closedBecause?: string };
      tell({ what: 'gone', id, rooms, reason, closedBecause });
    });
  });
  for (const what of ['join', 'leave'] as const) {
    namespace.adapter.on(`${what}-room`, (room: string, id: string) => {
      if (room !== id) tell({ what, id, room });
    });
  }
}

/** Counts what is written and skipped, by connection and by session. */
function countMessages(
  taps: Taps,
  open: ReadonlyMap<string, Counted>,
  sessions: Map<string, SessionCounts>,
  tell: (report: SocketReport) => void,
): () => void {
  const messages = new WeakMap<object, { readonly counts: string; readonly at: number | null }>();
  let tick = { room: '', sessionId: '', at: null as number | null };
  const countsOf = (sessionId: string): SessionCounts => {
    const counts = sessions.get(sessionId) ?? { fanOut: 0, written: 0, skipped: 0 };
    sessions.set(sessionId, counts);
    return counts;
  };
  const stops = [
    taps.tick.listen((sessionId, room, at) => {
      tick = { room, sessionId, at };
    }),
    taps.room.listen((room, event, message, members) => {
      // A tick is told just before its messages are made.
      if (event !== 'feed' || room !== tick.room) return;
      messages.set(message, { counts: tick.sessionId, at: tick.at });
      countsOf(tick.sessionId).fanOut += members;
    }),
    taps.write.listen((id, message) => {
      const of = messages.get(message);
      if (of !== undefined) countsOf(of.counts).written += 1;
      const counted = open.get(id);
      if (counted === undefined) return;
      counted.sent += 1;
      if (of !== undefined && of.at !== null) counted.newestAt = of.at;
    }),
    taps.skip.listen((id, message, waiting, isClosed) => {
      const of = messages.get(message);
      if (of !== undefined) countsOf(of.counts).skipped += 1;
      const counted = open.get(id);
      if (counted !== undefined) counted.skipped += 1;
      tell({ what: 'skip', id, waitingBytes: waiting, isClosed });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function reportFigures(
  counted: Counted,
  hub: Hub,
  viewers: Pick<Viewers, 'roomsOf'>,
  tell: (report: SocketReport) => void,
): void {
  const { socket, sent, skipped, newestAt, rttMs, lastSeenAt } = counted;
  const line = { waitingBytes: waitingBytes(socket), waitingPackets: waitingPackets(socket), ...hub.lineOf(socket) };
  const joined = [...viewers.roomsOf(socket.id)].filter(({ room }) => hub.isMember(room, socket));
  const figures = { id: socket.id, sent, skipped, newestAt, rttMs, lastSeenAt, ...line, joined };
  const text = JSON.stringify(figures);
  if (text === counted.reported) return;
  counted.reported = text;
  counted.sent = 0;
  counted.skipped = 0;
  tell({ what: 'figures', figures });
}

/** What a call was made with stays here, but for the show or session that it names: an event says which. */
function withoutInput({ input, ...refusal }: Parameters<Taps['refusal']['emit'] & object>[0]) {
  if (typeof input !== 'object' || input === null) return refusal;
  const { show, sessionId } = input as { readonly show?: unknown; readonly sessionId?: unknown };
  return { ...refusal, input: { show, sessionId } };
}
