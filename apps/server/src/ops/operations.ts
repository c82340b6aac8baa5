import type { FlowAnswer, FollowedShow, OpsSession, OpsSnapshot, OpsSummary, WhyAnswer } from '@okboxbox/protocol';
import { DatabaseInsight } from './database-insight.js';
import { History } from './history.js';
import { historySource } from './history-source.js';
import { listenToTaps } from './listening.js';
import { OpsFigures } from './ops-figures.js';
import { RelayWatch } from './relay-watch.js';
import { RoomSweep } from './room-sweep.js';
import { SelfCost } from './self-cost.js';
import { flowOf, sessionOf, sessionsNow } from './session-answers.js';
import { takeSnapshot } from './snapshot.js';
import { summaryOf } from './summary.js';
import { Traces } from './trace/traces.js';
import { Triage } from './triage.js';
import { lookUp } from './why/look-up.js';
import { whyStale } from './why/why-stale.js';
import type { OperationsWorld } from './world.js';

/** What operations know of one server. Every answer is put together from figures that the taps have moved on already. */
export class Operations {
  readonly figures: OpsFigures;
  readonly history: History;
  readonly cost: SelfCost;
  readonly relays: RelayWatch;
  readonly triage: Triage;
  readonly database: DatabaseInsight;
  readonly traces: Traces;
  readonly rooms: RoomSweep;
  readonly #world: OperationsWorld;
  readonly #stop: () => void;

  constructor(world: OperationsWorld) {
    this.#world = world;
    this.figures = new OpsFigures(() => world.clock.now());
    this.#stop = listenToTaps(world, this.figures);
    const { io, hub, viewers, registry, clock, log } = world;
    this.figures.events.onNoted = (event) => log.debug(event, event.event);
    this.rooms = new RoomSweep(
      {
        ...{ namespace: io.of('/'), hub, log },
        viewers,
        hasSession: (sessionId) => registry.has(sessionId),
        now: () => clock.now(),
        onLeave: (room, socketId, reason) => this.figures.events.note('leave', { room, socketId, reason }),
      },
      this.figures.moves,
    );
    this.cost = new SelfCost(() => world.clock.now());
    this.history = new History(historySource(world, this.figures), () => world.clock.now(), this.cost);
    this.history.start((error) => world.taps.failure.hear?.('process', 'history', error));
    this.database = new DatabaseInsight(world, this.figures);
    this.traces = new Traces(world, this.figures);
    this.relays = new RelayWatch(world.taps, world.relays, () => world.clock.now());
    this.triage = new Triage({
      snapshot: (before) => takeSnapshot(this, before),
      counted: (work) => this.cost.counted(work),
      onFailed: (error) => world.taps.failure.hear?.('process', 'triage', error),
    });
    this.triage.start();
  }

  now(): number {
    return this.#world.clock.now();
  }

  /** What each show follows, of those that have running sessions. */
  shows(): FollowedShow[] {
    const { registry, broadcasts } = this.#world;
    const shows = new Set([...registry.live].map(({ state }) => state.facts.show));
    return [...shows].map((show) => ({
      show,
      mainFeed: broadcasts.followed.mainFeed(show),
      followedSessionId: broadcasts.followed.of(show)?.sessionId ?? null,
      sessions: broadcasts.followed.running(show).map(({ sessionId, relays }) => ({ sessionId, relays })),
    }));
  }

  /** What is known beyond figures and events; `null` where this server does not look. */
  insight(): Pick<OpsSnapshot, 'rooms' | 'database' | 'history' | 'audit' | 'unsaved'> {
    return {
      rooms: this.rooms.found,
      database: this.database.look(),
      history: this.history.read(),
      audit: [],
      unsaved: this.#world.unsaved.list(),
    };
  }

  close(): void {
    this.triage.close();
    this.relays.close();
    this.rooms.close();
    this.#stop();
    this.history.close();
    this.traces.close();
    this.figures.loop.close();
  }

  summary(): OpsSummary {
    return summaryOf(this.#world, this);
  }

  /** Sessions that run, and those that have ended lately, newest first. */
  sessions(): OpsSession[] {
    return sessionsNow(this.#world, this.figures);
  }

  /** One session, however long it has been over; `null` where nobody has ever heard of it. */
  session(sessionId: string): OpsSession | null {
    return sessionOf(this.#world, this.figures, sessionId);
  }

  /** Why a socket shows what it shows; `null` where nothing is known of it. */
  why(socketId: string): WhyAnswer | null {
    const facts = lookUp(this.#world, this, socketId);
    return facts && whyStale(facts);
  }

  /** What relays of a name feed now: one show as a rule, and more where several rigs are called the same. */
  feeds(relayId: string): { readonly show: string; readonly sessionId: string }[] {
    return this.#world.relays
      .list()
      .filter((relay) => relay.relayId === relayId)
      .map(({ show, sessionId }) => ({ show, sessionId }));
  }

  /** A session stage by stage, or `null` where nothing is known of it. */
  flow(sessionId: string): FlowAnswer | null {
    return flowOf(this.figures, sessionId, this.now());
  }
}
