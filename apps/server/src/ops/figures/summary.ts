import { getHeapStatistics } from 'node:v8';
import type { Finding, FindingsAnswer, OpsRooms, OpsSummary } from '@okboxbox/protocol';
import type { SessionRegistry } from '../../owner/session/registry.js';
import { Tap, type Taps } from '../../taps.js';
import type { OperationsDeps } from '../deps.js';
import type { OpsFigures } from '../ops-figures.js';
import type { SelfCost } from './self-cost.js';
import { isStale } from './session-answers.js';

/** What the summary is read off. */
export interface Summed {
  readonly figures: OpsFigures;
  /** Bytes that it takes. */
  readonly history: { readonly bytes: number };
  readonly cost: Pick<SelfCost, 'answers' | 'cpuShare'>;
  readonly rooms: { readonly found: OpsRooms };
  readonly triage: { readonly answer: Pick<FindingsAnswer, 'findings'> };
}

/** The whole server in one answer, with what is wrong with it. */
export function summaryOf(deps: OperationsDeps, { figures, history, cost, rooms, triage }: Summed): OpsSummary {
  const now = deps.clock.now();
  const { events, sockets, database, errors, ingest, sent, loop } = figures;
  const { rss, heapUsed, external } = process.memoryUsage();
  const bySubsystem = errors.byName(now);
  const { initialized, because, sessions } = deps.broadcasts.status;
  const live = [...deps.registry.live];
  const looked = {
    version: deps.version,
    gitSha: deps.gitSha,
    environment: deps.environment,
    startedAt: Math.round(deps.startedAt),
    uptimeMs: Math.round(now - deps.startedAt),
    sessions: { active: live.length, stale: live.filter(({ state }) => isStale(state.receivedAt, now)).length },
    sockets: sockets.counts,
    relays: { connected: deps.relays.list().length },
    ingest: {
      framesPerSec: ingest.frames.perSec(now),
      bytesPerSec: ingest.bytes.perSec(now),
      framesTotal: ingest.frames.total,
      dropped: deps.drops.all(),
    },
    sent: {
      messagesPerSec: sent.messages.perSec(now),
      messagesTotal: sent.messages.total,
      skippedTotal: sent.skipped.total,
    },
    limited: { ...figures.limited },
    errors: { last10m: Object.values(bySubsystem).reduce((sum, count) => sum + count, 0), bySubsystem },
    database: {
      kind: deps.databaseKind,
      state: deps.storeHealth().state,
      pool: deps.database.pool,
      queryMsP95: database.queryMsP95(now, deps.database.running),
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
        const { sessionId, show, published, delayMs, state, measuredMs, publicExtraMs } = each;
        const { bufferedMs, bufferedEvents, bufferedBytes } = each;
        return {
          ...{ sessionId, show, published, delayMs, state, measuredMs, publicExtraMs },
          public: { state: each.public.state, measuredMs: each.public.measuredMs },
          ...{ bufferedMs, bufferedEvents, bufferedBytes },
        };
      }),
    },
    rooms: rooms.found,
    ops: {
      ringBytes: events.bytes,
      evicted: events.evicted,
      tapFailures: failuresOf(deps.taps),
      historyBytes: history.bytes,
      answers: cost.answers,
      cpuShare: cost.cpuShare,
    },
  };
  const { findings } = triage.answer;
  return { ...statusOf(looked, deps.registry, findings), ...looked, findings };
}

function failuresOf(taps: Taps): number {
  return Object.values(taps).reduce((sum, tap) => sum + (tap instanceof Tap ? tap.failures : 0), 0);
}

/** A hold-up of the event loop that everybody notices, in ms. */
const LOOP_MS = 1_000;

/** Whether the show is all right, and if not, why: what can be seen at once, and what has been found. */
export function statusOf(
  looked: Omit<OpsSummary, 'status' | 'because' | 'findings'>,
  registry: SessionRegistry,
  findings: readonly Finding[],
): Pick<OpsSummary, 'status' | 'because'> {
  const critical: string[] = [];
  const degraded: string[] = [];
  const failing = [...registry.live].filter(({ health }) => health.state === 'failing').length;
  if (failing > 0)
    critical.push(
      `The disk refuses writes to the ${failing === 1 ? 'timeline of a session' : `timelines of ${failing} sessions`}.`,
    );
  if (looked.broadcastDelay.because !== null) degraded.push(looked.broadcastDelay.because);
  if (looked.database.state === 'away')
    degraded.push('The database is away. Laps and events are stored when it is back.');
  if (looked.database.pool.waiting > 0 && looked.database.pool.idle === 0)
    degraded.push(`${looked.database.pool.waiting} queries are waiting for a database connection.`);
  if (looked.sessions.stale > 0 && looked.relays.connected > 0)
    degraded.push(
      looked.sessions.stale === 1
        ? 'A session runs and gets no frames.'
        : `${looked.sessions.stale} sessions run and get no frames.`,
    );
  if (looked.eventLoop.delayMaxMs > LOOP_MS)
    degraded.push(`The event loop was blocked for ${Math.round(looked.eventLoop.delayMaxMs)} ms in the last minute.`);
  for (const { severity, summary } of findings) {
    if (severity === 'critical') critical.push(summary);
    if (severity === 'warning') degraded.push(summary);
  }
  const status = critical.length > 0 ? 'critical' : degraded.length > 0 ? 'degraded' : 'ok';
  return { status, because: [...critical, ...degraded] };
}
