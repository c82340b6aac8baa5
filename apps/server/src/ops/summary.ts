import { getHeapStatistics } from 'node:v8';
import type { OpsSummary } from '@okboxbox/protocol';
import { Tap, type Taps } from '../taps.js';
import type { History } from './history.js';
import type { OpsFigures } from './ops-figures.js';
import type { RoomSweep } from './room-sweep.js';
import type { SelfCost } from './self-cost.js';
import { isStale } from './session-answers.js';
import { statusOf } from './status.js';
import type { Triage } from './triage.js';
import type { OperationsWorld } from './world.js';

/** What the summary is read off. */
export interface Summed {
  readonly figures: OpsFigures;
  readonly history: Pick<History, 'bytes'>;
  readonly cost: Pick<SelfCost, 'answers' | 'cpuShare'>;
  readonly rooms: Pick<RoomSweep, 'found'>;
  readonly triage: Pick<Triage, 'answer'>;
}

/** The whole server in one answer, with what is wrong with it. */
export function summaryOf(world: OperationsWorld, { figures, history, cost, rooms, triage }: Summed): OpsSummary {
  const now = world.clock.now();
  const { events, sockets, database, errors, ingest, sent, loop } = figures;
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
    limited: { ...figures.limited },
    errors: { last10m: Object.values(bySubsystem).reduce((sum, count) => sum + count, 0), bySubsystem },
    database: {
      kind: world.databaseKind,
      state: world.storeHealth().state,
      pool: world.database.pool,
      queryMsP95: database.query.p95(now),
      acquireMsP95: database.acquire.read(now).p95Ms,
      heldMsP95: database.held.read(now).p95Ms,
    },
    eventLoop: {
      delayMaxMs: loop.delayMaxMs,
      utilization: loop.utilization,
      gcPauseMaxMs: loop.collector.pauseMaxMs(),
    },
    memory: {
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      heapLimitBytes: getHeapStatistics().heap_size_limit,
      externalBytes: external,
    },
    broadcastDelay: {
      initialized,
      because,
      sessions: sessions.map((each) => {
        const { sessionId, show, published, delayMs, state, measuredMs, bufferedMs, bufferedEvents, bufferedBytes } =
          each;
        return { sessionId, show, published, delayMs, state, measuredMs, bufferedMs, bufferedEvents, bufferedBytes };
      }),
    },
    rooms: rooms.found,
    ops: {
      ringBytes: events.bytes,
      evicted: events.evicted,
      tapFailures: failuresOf(world.taps),
      historyBytes: history.bytes,
      answers: cost.answers,
      cpuShare: cost.cpuShare,
    },
  };
  const { findings } = triage.answer;
  return { ...statusOf(looked, world.registry, findings), ...looked, findings };
}

function failuresOf(taps: Taps): number {
  return Object.values(taps).reduce((sum, tap) => sum + (tap instanceof Tap ? tap.failures : 0), 0);
}
