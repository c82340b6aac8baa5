import { performance } from 'node:perf_hooks';
import { HISTORY } from '@okboxbox/protocol';
import type { OperationsDeps } from '../deps.js';
import { viewersOf } from '../figures/session-answers.js';
import type { OpsFigures } from '../ops-figures.js';
import type { HistoryPoint, HistorySource, SessionHistoryPoint } from './history.js';

/**
 * Reads each step's own figures: percentiles and hold-ups are those of the step, so that a line shows when something
 * began and when it was over; the summary's are of longer.
 */
export function historySource(deps: OperationsDeps, figures: OpsFigures): HistorySource {
  const { relays, registry, broadcasts, clock } = deps;
  const { ingest, sent, sessions, sockets, errors, database, loop } = figures;
  let errorsBefore = errors.total;
  let used = performance.eventLoopUtilization();
  return {
    server(): HistoryPoint {
      const now = clock.now();
      const { rss, heapUsed } = process.memoryUsage();
      const viewers = sockets.open().filter(({ role }) => role !== 'relay');
      const newErrors = errors.total - errorsBefore;
      errorsBefore = errors.total;
      const utilization = performance.eventLoopUtilization(used).utilization;
      used = performance.eventLoopUtilization();
      return {
        framesPerSec: ingest.frames.perSec(now),
        sentPerSec: sent.messages.perSec(now),
        skippedPerSec: sent.skipped.perSec(now),
        viewers: viewers.length,
        relays: relays.list().length,
        errors: newErrors,
        queryMsP95: database.queryMsP95(now, deps.database.running, HISTORY.stepMs),
        poolWaiting: deps.database.pool.waiting,
        loopDelayMaxMs: loop.delayMaxOf(HISTORY.stepMs),
        utilization,
        rssBytes: rss,
        heapUsedBytes: heapUsed,
        // Every socket has a room of its own, which is none of ours.
        rooms: new Set(viewers.flatMap(({ socket }) => [...socket.rooms].filter((room) => room !== socket.id))).size,
      };
    },
    sessions(): ReadonlyMap<string, SessionHistoryPoint> {
      const now = clock.now();
      const measured = new Map(broadcasts.status.sessions.map((each) => [each.sessionId, each.measuredMs]));
      return new Map(
        [...registry.live].map(({ id, state }): [string, SessionHistoryPoint] => {
          const session = sessions.of(id);
          const { primary } = state.merge;
          const relayId = primary === null ? undefined : state.streams[primary]?.relayId;
          const relay = relayId === undefined ? undefined : session.relays.get(relayId);
          const { live, broadcast } = viewersOf(deps, id, state.facts.show);
          return [
            id,
            {
              framesPerSec: session.frames.perSec(now),
              driftP95: relay?.drift.p95(now, HISTORY.stepMs) ?? null,
              queueAgeP95Ms: relay?.queueAge.p95(now, HISTORY.stepMs) ?? null,
              measuredDelayMs: measured.get(id) ?? null,
              viewers: live + broadcast,
            },
          ];
        }),
      );
    },
  };
}
