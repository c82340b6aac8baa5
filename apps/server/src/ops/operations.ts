import {
  broadcastRoom,
  type ClockVerdict,
  type FlowAnswer,
  liveRoom,
  type OpsClock,
  type OpsRelay,
  type OpsSession,
  type OpsSummary,
  type StageFlow,
} from '@okboxbox/protocol';
import type { Server } from 'socket.io';
import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import type { Clock } from '../clock.js';
import type { ConnectedRelay, ConnectedRelays } from '../ingest/connected-relays.js';
import type { DropCounters } from '../ingest/drop-counters.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Shows } from '../shows/shows.js';
import type { PoolFigures } from '../store/database.js';
import type { StoreHealth } from '../store/write-behind.js';
import { Tap, type Taps } from '../taps.js';
import type { Rate } from './figures.js';
import { listenToTaps } from './listening.js';
import { OpsFigures } from './ops-figures.js';
import type { SessionFigures } from './session-figures.js';
import { statusOf } from './status.js';

/** A session that runs and has had no frame for this long is stale, in ms. */
const STALE_MS = 10_000;
/** A clock that is off by less than this is right, in ms. */
const RIGHT_MS = 500;

/** What operations look at. They change none of it. */
export interface OperationsWorld {
  readonly taps: Taps;
  readonly io: Server;
  readonly registry: SessionRegistry;
  readonly relays: ConnectedRelays;
  readonly drops: DropCounters;
  readonly shows: Shows;
  readonly broadcasts: BroadcastDelayService;
  readonly databaseKind: 'embedded' | 'postgresql';
  readonly poolFigures: () => PoolFigures;
  readonly storeHealth: () => StoreHealth;
  readonly clock: Clock;
  readonly version: string;
  readonly gitSha: string | null;
  readonly environment: string;
  readonly startedAt: number;
}

/** What operations know of one server. Every answer is put together from figures that the taps have moved on already. */
export class Operations {
  readonly figures: OpsFigures;
  readonly #world: OperationsWorld;
  readonly #stop: () => void;

  constructor(world: OperationsWorld) {
    this.#world = world;
    this.figures = new OpsFigures(() => world.clock.now());
    this.#stop = listenToTaps(world, this.figures);
  }

  close(): void {
    this.#stop();
    this.figures.loop.close();
  }

  summary(): OpsSummary {
    const { world, now } = { world: this.#world, now: this.#world.clock.now() };
    const { events, sockets, database, errors, ingest, sent, loop } = this.figures;
    const { rss, heapUsed, external } = process.memoryUsage();
    const bySubsystem = errors.byName(now);
    const { initialized, because, sessions } = world.broadcasts.status;
    const live = [...world.registry.live];
    const looked = {
      version: world.version,
      gitSha: world.gitSha,
      environment: world.environment,
      startedAt: Math.round(world.startedAt),
      uptimeMs: Math.round(now - world.startedAt),
      sessions: { active: live.length, stale: live.filter(({ state }) => isStale(state.receivedAt, now)).length },
      sockets: sockets.counts,
      relays: { connected: world.relays.list().length },
      ingest: {
        framesPerSec: ingest.frames.perSec(now),
        bytesPerSec: ingest.bytes.perSec(now),
        framesTotal: ingest.frames.total,
        dropped: world.drops.all(),
      },
      sent: {
        messagesPerSec: sent.messages.perSec(now),
        messagesTotal: sent.messages.total,
        skippedTotal: sent.skipped.total,
      },
      errors: { last10m: Object.values(bySubsystem).reduce((sum, count) => sum + count, 0), bySubsystem },
      database: {
        kind: world.databaseKind,
        state: world.storeHealth().state,
        pool: world.poolFigures(),
        queryMsP95: database.query.p95(now),
        acquireMsP95: database.acquire.p95(now),
        heldMsP95: database.held.p95(now),
      },
      eventLoop: { delayMaxMs: loop.delayMaxMs, utilization: loop.utilization },
      memory: { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external },
      broadcastDelay: {
        initialized,
        because,
        sessions: sessions.map((each) => {
          const { sessionId, show, delayMs, state, measuredMs, bufferedMs, bufferedEvents, bufferedBytes } = each;
          return { sessionId, show, delayMs, state, measuredMs, bufferedMs, bufferedEvents, bufferedBytes };
        }),
      },
      ops: { ringBytes: events.bytes, evicted: events.evicted, tapFailures: failuresOf(world.taps) },
    };
    return { ...statusOf(looked, world.registry), ...looked };
  }

  /** Sessions that run, and those that have ended lately, newest first. */
  sessions(): OpsSession[] {
    const running = [...this.#world.registry.live].map(({ id }) => id).reverse();
    const ended = this.figures.sessions.ended.filter((sessionId) => !running.includes(sessionId));
    return [...running, ...ended].flatMap((sessionId) => this.#session(sessionId) ?? []);
  }

  /** A session stage by stage, or `null` where nothing is known of it. */
  flow(sessionId: string): FlowAnswer | null {
    const figures = this.figures.sessions.find(sessionId);
    if (figures === undefined) return null;
    const now = this.#world.clock.now();
    const flow = (rate: Rate): StageFlow => ({ total: rate.total, perSec: rate.perSec(now) });
    const { ingest, timeline, timing, liveTicks, broadcastTicks, fanOut, written, skipped } = figures;
    return {
      sessionId,
      stages: {
        ingest: flow(ingest),
        timeline: flow(timeline),
        timing: flow(timing),
        liveTicks: flow(liveTicks),
        broadcastTicks: flow(broadcastTicks),
        fanOut: flow(fanOut),
        written: flow(written),
        skipped: flow(skipped),
      },
    };
  }

  #session(sessionId: string): OpsSession | null {
    const { registry, relays, shows, clock } = this.#world;
    const summary = registry.summary(sessionId);
    if (summary === undefined) return null;
    const now = clock.now();
    const figures = this.figures.sessions.of(sessionId);
    const { state } = registry.liveSession(sessionId) ?? {};
    const primary = state?.merge.primary ?? null;
    const primaryId = primary === null ? null : (state?.streams[primary]?.relayId ?? null);
    const connected = relays.list(sessionId).map((relay) => this.#relay(relay, figures, primaryId, now));
    const first = connected.find((relay) => relay.isPrimary) ?? connected[0];
    const { lastFrameAt, show, status, sim, track } = summary;
    const { frames, duplicates, outOfOrder, dropped, errors } = figures;
    return {
      ...{ sessionId, show, status, sim, track },
      isStale: status === 'live' && isStale(lastFrameAt, now),
      relays: connected,
      framesTotal: state?.framesTotal ?? frames.total,
      framesPerSec: frames.perSec(now),
      lastFrameAgeMs: lastFrameAt === null ? null : Math.round(now - lastFrameAt),
      driftP95: first?.driftP95 ?? null,
      clock: first?.clock ?? clockOf(null),
      queueAgeP95Ms: first?.queueAgeP95Ms ?? null,
      transitP95Ms: first?.transitP95Ms ?? null,
      ...{ duplicates, outOfOrder, dropped, errors },
      viewers: this.#viewers(sessionId, show),
      delayMs: shows.get(show).delayMs,
    };
  }

  #relay(relay: ConnectedRelay, session: SessionFigures, primaryId: string | null, now: number): OpsRelay {
    const { relayId, run, version, source, connectedAt, askedHz, pausedBecause } = relay;
    const { drift, queueAge, apart, waiting, oldestWaitingMs } = session.relay(relayId);
    const clock = clockOf(relay.clock);
    const apartP95 = apart.p95(now);
    return {
      ...{ relayId, run, version, source, connectedAt, askedHz, pausedBecause, waiting, oldestWaitingMs, clock },
      isPrimary: relayId === primaryId,
      driftP95: drift.p95(now),
      queueAgeP95Ms: queueAge.p95(now),
      // What was sent by a clock that is ahead seems to have come sooner.
      transitP95Ms: apartP95 === null || clock.offsetMs === null ? null : tenth(Math.max(0, apartP95 + clock.offsetMs)),
    };
  }

  #viewers(sessionId: string, show: string): { live: number; broadcast: number } {
    const { rooms } = this.#world.io.of('/').adapter;
    const inRoom = (room: string) => rooms.get(room)?.size ?? 0;
    const extras = this.#world.broadcasts.of(show).channel(sessionId)?.extras ?? [0];
    const broadcast = extras.reduce((sum, extraMs) => sum + inRoom(broadcastRoom(sessionId, extraMs)), 0);
    return { live: inRoom(liveRoom(sessionId)), broadcast };
  }
}

function isStale(lastFrameAt: number | null, now: number): boolean {
  return lastFrameAt === null || now - lastFrameAt > STALE_MS;
}

/** What is to be thought of a relay's clock. */
function clockOf(known: { readonly offsetMs: number; readonly boundMs: number } | null): OpsClock {
  if (known === null) return { offsetMs: null, boundMs: null, verdict: 'unknown' };
  const { offsetMs, boundMs } = known;
  return { offsetMs: tenth(offsetMs), boundMs: tenth(boundMs), verdict: verdictOf(offsetMs, boundMs) };
}

function verdictOf(offsetMs: number, boundMs: number): ClockVerdict {
  if (Math.abs(offsetMs) + boundMs <= RIGHT_MS) return 'right';
  if (Math.abs(offsetMs) <= Math.max(boundMs, RIGHT_MS)) return 'inconclusive';
  return offsetMs > 0 ? 'ahead' : 'behind';
}

function failuresOf(taps: Taps): number {
  return Object.values(taps).reduce((sum, tap) => sum + (tap instanceof Tap ? tap.failures : 0), 0);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
