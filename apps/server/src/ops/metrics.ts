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
/** What proxies add: then the call comes from elsewhere, even if the proxy is on this machine. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * `GET /metrics`: there where `METRICS_ENABLED` is on; from this machine for anyone, from elsewhere with `ops:read`.
 * `isBehindProxy` says that a proxy may stand before the server (`PUBLIC_URL` or `TRUSTED_PROXIES` is set): one on this
 * machine may add no header at all, so that nobody can tell a stranger's call from a local one, and all need `ops:read`.
 * No label names a session, a user or a socket: there would be no end of them.
 */
export function serveMetrics(
  http: FastifyInstance,
  tokens: Tokens,
  operations: Operations,
  isBehindProxy: boolean,
): void {
  const families = new Families();
  // All metrics of one answer are of one moment.
  let look = lookAt(operations);
  processMetrics(families, operations, () => look);
  frameMetrics(families, operations.figures, () => look);
  findingMetrics(families, operations, () => look);
  databaseMetrics(families, operations.figures, () => look);
  roomMetrics(families, () => look);
  http.get('/metrics', async (request, reply) => {
    if (!isBehindProxy && isFromHere(request)) admitted(request);
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
