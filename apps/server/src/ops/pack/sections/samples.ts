import { setTimeout as later } from 'node:timers/promises';
import { type OpsSummary, type PackSample, packSample } from '@okboxbox/protocol';
import { fields, number } from '../allow-list.js';
import { ruleOf } from '../rules.js';
import { type Section, USUAL_TIMEOUT_MS } from '../section.js';

/** How far apart samples are, in ms. */
const STEP_MS = 1_000;

/** Figures once a second for as long as was asked: what is going on while somebody makes it happen again. */
export const samples: Section = {
  name: 'samples',
  timeoutMs: ({ sampleSec }) => sampleSec * 1_000 + USUAL_TIMEOUT_MS,
  collect: async ({ operations, now }, { sampleSec, signal }) => {
    if (sampleSec === 0) return { skipped: 'No samples were asked for ("sampleSec").' };
    const rows: PackSample[] = [sampleOf(operations.summary(), now())];
    const until = performance.now() + sampleSec * 1_000;
    while (performance.now() < until) {
      await later(Math.max(0, Math.min(STEP_MS, until - performance.now())), undefined, { signal });
      rows.push(sampleOf(operations.summary(), now()));
    }
    return {
      head: { stepMs: STEP_MS },
      rule: fields<{ stepMs: number }>({ stepMs: number }),
      lists: [{ name: 'samples', rows, rule: ruleOf(packSample) }],
    };
  },
};

function sampleOf(summary: OpsSummary, now: number): PackSample {
  const { ingest, sent, sockets, relays, errors, database, eventLoop, memory } = summary;
  return {
    at: Math.round(now),
    framesPerSec: ingest.framesPerSec,
    messagesPerSec: sent.messagesPerSec,
    skippedTotal: sent.skippedTotal,
    sockets: sockets.total,
    relays: relays.connected,
    errors: errors.last10m,
    queryMsP95: database.queryMsP95,
    poolWaiting: database.pool.waiting,
    loopDelayMaxMs: eventLoop.delayMaxMs,
    utilization: eventLoop.utilization,
    rssBytes: memory.rssBytes,
    heapUsedBytes: memory.heapUsedBytes,
  };
}
