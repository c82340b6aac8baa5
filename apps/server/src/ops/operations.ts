import type {
  FlowAnswer,
  FollowedShow,
  OpsNodesAnswer,
  OpsSession,
  OpsSnapshot,
  OpsSummary,
  WhyAnswer,
} from '@okboxbox/protocol';
import { RoomSweep } from '../edge/gateway/room-sweep.js';
import { DatabaseInsight } from './database/database-insight.js';
import type { OperationsDeps } from './deps.js';
import { SelfCost } from './figures/self-cost.js';
import { flowOf, sessionOf, sessionsNow } from './figures/session-answers.js';
import { summaryOf } from './figures/summary.js';
import { History } from './history/history.js';
import { historySource } from './history/history-source.js';
import { listenToTaps } from './listening.js';
import { OpsFigures } from './ops-figures.js';
import { RelayWatch } from './relays/relay-watch.js';
import { takeSnapshot } from './snapshot.js';
import { AllRooms } from './sockets/all-rooms.js';
import { EdgeSockets } from './sockets/edge-sockets.js';
import { Traces } from './trace/traces.js';
import { Triage } from './triage.js';
import { lookUp } from './why/look-up.js';
import { whyStale } from './why/why-stale.js';

/** What operations know of one server. Every answer is put together from figures that the taps have moved on already. */
export class Operations {
  readonly figures: OpsFigures;
  /** The connections of edges in other processes; `null` where there are none. */
  readonly edgeSockets: EdgeSockets | null;
  readonly history: History;
  readonly cost: SelfCost;
  readonly relays: RelayWatch;
  readonly triage: Triage;
  readonly database: DatabaseInsight;
  readonly traces: Traces;
  readonly rooms: AllRooms;
  readonly #deps: OperationsDeps;
  readonly #stop: () => void;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
    this.figures = new OpsFigures(() => deps.clock.now());
    this.#stop = listenToTaps(deps, this.figures);
    this.edgeSockets = deps.edges && new EdgeSockets(this.figures, deps.taps, deps.edges);
    const { io, hub, viewers, registry, clock, log } = deps;
    this.figures.events.onNoted = (event) => log.debug(event, event.event);
    const sweep = new RoomSweep(
      {
        namespace: io.of('/'),
        hub,
        log,
        viewers,
        hasSession: (sessionId) => registry.has(sessionId),
        now: () => clock.now(),
        onLeave: (room, socketId, reason) => this.figures.events.note('leave', { room, socketId, reason }),
      },
      this.figures.moves,
    );
    this.rooms = new AllRooms(sweep, this.edgeSockets);
    this.cost = new SelfCost(() => deps.clock.now());
    this.history = new History(historySource(deps, this.figures), () => deps.clock.now(), this.cost);
    this.history.start((error) => deps.taps.failure.emit?.('process', 'history', error));
    this.database = new DatabaseInsight(deps, this.figures);
    this.traces = new Traces(deps, this.figures);
    this.relays = new RelayWatch(deps.taps, deps.relays, () => deps.clock.now());
    this.triage = new Triage({
      snapshot: (before) => takeSnapshot(this, before),
      counted: (work) => this.cost.counted(work),
      onFailed: (error) => deps.taps.failure.emit?.('process', 'triage', error),
    });
    this.triage.start();
  }

  now(): number {
    return this.#deps.clock.now();
  }

  /** The processes that are one server: this one, and its edges. */
  nodes(): OpsNodesAnswer['nodes'] {
    const { version, startedAt, edges, edgeProcesses } = this.#deps;
    const now = this.now();
    const own = this.figures.sockets.open().filter(({ role, socket }) => role !== 'relay' && socket.edge === null);
    const none = { rttMs: null, heardAgeMs: null, waitingBytes: 0, replaced: 0 };
    const server = { node: 'server', role: 'server' as const, pid: process.pid, version, since: startedAt };
    const connected = new Map((edges?.list() ?? []).map((edge) => [edge.name, edge]));
    return [
      { ...server, viewers: own.length, ...none },
      ...edgeProcesses().map(({ name, pid, replaced }) => {
        const { since = now, viewers = 0, rttMs = null, heardAt, waitingBytes = 0 } = connected.get(name) ?? {};
        const heardAgeMs = heardAt === undefined ? null : Math.round(now - heardAt);
        const figures = { since: Math.round(since), viewers, rttMs, heardAgeMs, waitingBytes, replaced };
        return { node: name, role: 'edge' as const, pid, version, ...figures };
      }),
    ];
  }

  /** What each show follows, of those that have running sessions. */
  shows(): FollowedShow[] {
    const { registry, broadcasts } = this.#deps;
    const shows = new Set([...registry.live].map(({ state }) => state.facts.show));
    return [...shows].map((show) => ({
      show,
      mainFeed: broadcasts.followed.mainFeed(show),
      followedSessionId: broadcasts.followed.of(show)?.sessionId ?? null,
      sessions: broadcasts.followed.running(show).map(({ sessionId, relays }) => ({ sessionId, relays })),
    }));
  }

  /** What is known beyond figures and events; `null` where this server does not look. */
  insight(): Pick<OpsSnapshot, 'rooms' | 'database' | 'history' | 'audit' | 'unsaved' | 'disk' | 'unreadable'> {
    return {
      rooms: this.rooms.found,
      database: this.database.look(),
      history: this.history.read(),
      audit: [],
      unsaved: this.#deps.unsaved.list(),
      disk: this.#deps.disk.look(),
      unreadable: this.#deps.registry.damaged.unreadable,
    };
  }

  close(): void {
    this.triage.close();
    this.edgeSockets?.close();
    this.database.close();
    this.relays.close();
    this.rooms.close();
    this.#stop();
    this.history.close();
    this.traces.close();
    this.figures.loop.close();
    this.figures.sockets.close();
  }

  summary(): OpsSummary {
    return summaryOf(this.#deps, this);
  }

  /** Sessions that run, and those that have ended lately, newest first. */
  sessions(): OpsSession[] {
    return sessionsNow(this.#deps, this.figures);
  }

  /** One session, however long it has been over; `null` where nobody has ever heard of it. */
  session(sessionId: string): OpsSession | null {
    return sessionOf(this.#deps, this.figures, sessionId);
  }

  /** Why a socket shows what it shows; `null` where nothing is known of it. */
  why(socketId: string): WhyAnswer | null {
    const facts = lookUp(this.#deps, this, socketId);
    return facts && whyStale(facts);
  }

  /** What relays of a name feed now: one show as a rule, and more where several rigs are called the same. */
  feeds(relayId: string): { readonly show: string; readonly sessionId: string }[] {
    return this.#deps.relays
      .list()
      .filter((relay) => relay.relayId === relayId)
      .map(({ show, sessionId }) => ({ show, sessionId }));
  }

  /** A session stage by stage, or `null` where nothing is known of it. */
  flow(sessionId: string): FlowAnswer | null {
    return flowOf(this.figures, sessionId, this.now());
  }
}
