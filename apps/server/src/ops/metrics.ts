import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Tokens } from '../access/tokens.js';
import { databaseMetrics } from './metrics/database-metrics.js';
import { Families } from './metrics/families.js';
import { findingMetrics } from './metrics/finding-metrics.js';
import { frameMetrics } from './metrics/frame-metrics.js';
import { lookAt } from './metrics/look.js';
import { processMetrics } from './metrics/process-metrics.js';
import { roomMetrics } from './metrics/room-metrics.js';
import type { Operations } from './operations.js';
import { requireOpsRead } from './ops-calls.js';
import { admitted } from './self-cost.js';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** What a proxy adds: then the call comes from elsewhere, however near the proxy is. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

/**
 * `GET /metrics`: there where `METRICS_ENABLED` is on; from this machine for everybody, from elsewhere with `ops:read`.
 * No label names a session, a user or a socket: there would be no end of them.
 */
export function serveMetrics(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  const families = new Families();
  // All metrics of one answer are of one moment.
  let look = lookAt(operations);
  processMetrics(families, operations, () => look);
  frameMetrics(families, operations.figures, () => look);
  findingMetrics(families, operations, () => look);
  databaseMetrics(families, operations.figures, () => look);
  roomMetrics(families, () => look);
  http.get('/metrics', async (request, reply) => {
    if (isFromHere(request)) admitted(request);
    else await requireOpsRead(request, tokens);
    look = lookAt(operations);
    return reply.type(families.registry.contentType).send(await families.registry.metrics());
  });
}

function isFromHere(request: FastifyRequest): boolean {
  const { remoteAddress } = request.raw.socket;
  const isForwarded = PROXY_HEADERS.some((header) => request.headers[header] !== undefined);
  return remoteAddress !== undefined && LOOPBACK.has(remoteAddress) && !isForwarded;
}
