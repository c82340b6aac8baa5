import type { OpsRooms } from '@okboxbox/protocol';
import { visitorFrom } from '../../link/link-messages.js';
import type { JoinedRoom, SocketFigures, SocketOrder, SocketReport } from '../../link/socket-reports.js';
import type { SocketHello } from '../../sockets/handshake.js';
import type { Taps } from '../../taps.js';
import type { OpsFigures } from '../ops-figures.js';
import { noteConnected, noteGone, noteRoom } from './socket-events.js';
import type { Connection, SeenSocket } from './socket-registry.js';

/** What edges in other processes tell of their connections. */
export interface EdgeReports {
  order(edge: string, order: SocketOrder): Promise<unknown>;
  onSockets(listener: (edge: string, reports: readonly SocketReport[]) => void): () => void;
  onEdge(listener: (edge: string, what: 'connected' | 'gone') => void): () => void;
}

/** A connection at an edge, as that told of it last. */
class EdgeSocket implements SeenSocket {
  readonly id: string;
  readonly edge: string;
  readonly hello: Partial<SocketHello>;
  readonly address: string;
  readonly rooms = new Set<string>();
  figures: SocketFigures | null = null;

  constructor(edge: string, { id, visitor, clientKind, surface, address }: SocketReport & { what: 'connected' }) {
    this.id = id;
    this.edge = edge;
    const kind = (clientKind ?? undefined) as SocketHello['clientKind'];
    this.hello = { visitor: visitorFrom(visitor), clientKind: kind, surface: surface ?? undefined };
    this.address = address;
  }

  get waitingPackets(): number {
    return this.figures?.waitingPackets ?? 0;
  }

  get waitingBytes(): number {
    return this.figures?.waitingBytes ?? 0;
  }
}

/**
 * The connections of edges in other processes, taken into the figures of this one as if they were its own: what comes of
 * them (events, findings, why a socket is stale) needs to know nothing of edges.
 */
export class EdgeSockets {
  readonly #figures: OpsFigures;
  readonly #taps: Taps;
  readonly #open = new Map<string, { readonly socket: EdgeSocket; readonly connection: Connection }>();
  readonly #rooms = new Map<string, OpsRooms>();
  readonly #edges: EdgeReports;
  readonly #stops: readonly (() => void)[];

  constructor(figures: OpsFigures, taps: Taps, edges: EdgeReports) {
    this.#figures = figures;
    this.#taps = taps;
    this.#edges = edges;
    this.#stops = [
      edges.onSockets((edge, reports) => {
        for (const report of reports) this.#take(edge, report);
      }),
      edges.onEdge((edge, what) => {
        if (what === 'gone') this.#edgeGone(edge);
      }),
    ];
  }

  /** The edge that a connection is at; `undefined` where it is at none. */
  edgeOf(socketId: string): string | undefined {
    return this.#open.get(socketId)?.socket.edge;
  }

  /** What a connection has joined, and how its line does; `undefined` where it is at no edge. */
  figuresOf(
    socketId: string,
  ):
    | { readonly joined: readonly JoinedRoom[]; readonly isSkipping: boolean; readonly waitsSince: number | null }
    | undefined {
    const found = this.#open.get(socketId);
    return found && (found.socket.figures ?? { joined: [], isSkipping: false, waitsSince: null });
  }

  /** What the newest sweep of each edge has found. */
  rooms(): OpsRooms[] {
    return [...this.#rooms.values()];
  }

  /** Has every edge sweep its rooms, and resolves with all having done it. */
  async sweepRooms(): Promise<void> {
    const names = [...this.#rooms.keys()];
    const found = await Promise.all(names.map((name) => this.#edges.order(name, { what: 'sweep' })));
    for (const [i, name] of names.entries()) {
      const rooms = found[i] as OpsRooms | null;
      if (rooms !== null && this.#rooms.has(name)) this.#rooms.set(name, rooms);
    }
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #take(edge: string, report: SocketReport): void {
    const { sockets, sessions, now } = this.#figures;
    switch (report.what) {
      case 'connected': {
        const socket = new EdgeSocket(edge, report);
        this.#open.set(report.id, { socket, connection: noteConnected(this.#figures, socket, null) });
        return;
      }
      case 'join':
      case 'leave': {
        const found = this.#open.get(report.id);
        if (report.what === 'join') found?.socket.rooms.add(report.room);
        else found?.socket.rooms.delete(report.room);
        noteRoom(this.#figures, report.what, report.room, report.id, found?.connection);
        return;
      }
      case 'gone':
        this.#gone(report.id, report.rooms, report.reason, report.closedBecause ?? undefined);
        return;
      case 'beat':
        sockets.beat(report.id, report.shownAt, report.rttMs, report.isHidden);
        return;
      case 'pong':
        sockets.pong(report.id, report.rttMs);
        return;
      case 'skip': {
        const connection = this.#open.get(report.id)?.connection;
        if (connection !== undefined) connection.skippedAt = now();
        const fields = { socketId: report.id, waitingBytes: report.waitingBytes, isClosed: report.isClosed };
        this.#figures.events.note('slow_consumer', fields, report.isClosed ? undefined : report.id);
        return;
      }
      case 'figures':
        this.#takeFigures(report.figures);
        return;
      case 'session': {
        const session = sessions.find(report.sessionId);
        session?.fanOut.add(report.fanOut, now());
        session?.written.add(report.written, now());
        session?.skipped.add(report.skipped, now());
        this.#figures.stages.fan_out += report.fanOut;
        return;
      }
      case 'rooms':
        this.#rooms.set(edge, report.found);
        return;
      case 'delivery':
        this.#taps.delivery.emit?.(report.delivery);
        return;
      case 'refusal':
        this.#taps.refusal.emit?.(report.refusal);
        return;
      case 'limited':
        this.#taps.limited.emit?.(report.limit, report.id);
        return;
      case 'failure':
        this.#taps.failure.emit?.(report.from, report.where, new Error(`${report.message} (${edge})`));
        return;
      default:
        report satisfies never;
    }
  }

  #takeFigures(figures: SocketFigures): void {
    const { now, sent } = this.#figures;
    const found = this.#open.get(figures.id);
    if (found === undefined) return;
    const { socket, connection } = found;
    socket.figures = figures;
    connection.sent.add(figures.sent, now());
    connection.skippedTotal += figures.skipped;
    connection.newestAt = figures.newestAt;
    connection.rttMs = figures.rttMs;
    connection.lastSeenAt = figures.lastSeenAt;
    sent.messages.add(figures.sent, now());
    sent.skipped.add(figures.skipped, now());
  }

  #gone(socketId: string, rooms: Iterable<string>, reason: string, closedBecause: string | undefined): void {
    const found = this.#open.get(socketId);
    this.#open.delete(socketId);
    if (found === undefined) return;
    noteGone(this.#figures, found.connection, [...rooms], reason, closedBecause);
  }

  /** Its process has ended, or is cut off: what it has not told of its connections nobody will. */
  #edgeGone(edge: string): void {
    this.#rooms.delete(edge);
    for (const [socketId, { socket }] of this.#open) {
      if (socket.edge === edge) this.#gone(socketId, socket.rooms, 'transport error', undefined);
    }
  }
}
