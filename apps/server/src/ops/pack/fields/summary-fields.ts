import { DELAY_STATES, type OpsSummary } from '@okboxbox/protocol';
import {
  byName,
  code,
  fields,
  flag,
  gitSha,
  listOf,
  number,
  type Rule,
  sessionId,
  showName,
  text,
  version,
  word,
} from '../allow-list.js';
import { rooms } from './insight-fields.js';
import { environment, role, surface } from './names.js';

type Summary = Omit<OpsSummary, 'findings'>;
type Delayed = Summary['broadcastDelay']['sessions'][number];

const pool = fields<Summary['database']['pool']>({ max: number, total: number, idle: number, waiting: number });

/** What operations say of the whole server. */
export const summary: Rule = fields<Summary>({
  status: word('ok', 'degraded', 'critical'),
  because: listOf(text),
  version,
  gitSha,
  environment,
  startedAt: number,
  uptimeMs: number,
  sessions: fields<Summary['sessions']>({ active: number, stale: number }),
  sockets: fields<Summary['sockets']>({
    total: number,
    byRole: byName(role, number),
    bySurface: byName(surface, number),
  }),
  relays: fields<Summary['relays']>({ connected: number }),
  ingest: fields<Summary['ingest']>({
    framesPerSec: number,
    bytesPerSec: number,
    framesTotal: number,
    dropped: byName(code, number),
  }),
  sent: fields<Summary['sent']>({ messagesPerSec: number, messagesTotal: number, skippedTotal: number }),
  limited: byName(code, number),
  errors: fields<Summary['errors']>({ last10m: number, bySubsystem: byName(code, number) }),
  database: fields<Summary['database']>({
    kind: word('embedded', 'postgresql'),
    state: word('starting', 'ok', 'away'),
    pool,
    queryMsP95: number,
    acquireMsP95: number,
    heldMsP95: number,
  }),
  eventLoop: fields<Summary['eventLoop']>({
    delayMaxMs: number,
    utilization: number,
    gcPauseMaxMs: number,
  }),
  memory: fields<Summary['memory']>({
    rssBytes: number,
    heapUsedBytes: number,
    heapLimitBytes: number,
    externalBytes: number,
  }),
  broadcastDelay: fields<Summary['broadcastDelay']>({
    initialized: flag,
    because: text,
    sessions: listOf(
      fields<Delayed>({
        sessionId,
        show: showName,
        published: flag,
        delayMs: number,
        state: word(...DELAY_STATES),
        measuredMs: number,
        bufferedMs: number,
        bufferedEvents: number,
        bufferedBytes: number,
      }),
    ),
  }),
  rooms,
  ops: fields<Summary['ops']>({
    ringBytes: number,
    evicted: number,
    tapFailures: number,
    historyBytes: number,
    answers: fields<Summary['ops']['answers']>({ count: number, p95Ms: number, maxMs: number }),
    cpuShare: number,
  }),
});
