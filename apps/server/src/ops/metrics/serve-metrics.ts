import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AddressOf } from '../../access/client-address.js';
import type { Tokens } from '../../access/tokens.js';
import { declareCalls, EVERYONE, serve } from '../../edge/http/call.js';
import { admitted } from '../figures/self-cost.js';
import { requireOpsRead } from '../http-call.js';
import type { Operations } from '../operations.js';
import { databaseMetrics } from './database-metrics.js';
import { Families, lookAt } from './families.js';
import { frameMetrics } from './frame-metrics.js';
import { serverMetrics } from './server-metrics.js';

/** The call of metrics. */
export const METRICS_CALLS = declareCalls({
  metrics: {
    method: 'GET',
    path: '/metrics',
    group: 'Operations',
    title: 'Metrics for Prometheus',
    about: 'From this machine for everyone; from elsewhere, or behind a proxy, with `ops:read`.',
    right: EVERYONE,
    answer: { mediaType: 'text/plain', about: "Prometheus text, without any session's figures." },
    refusals: { 403: 'The right is missing; `capability` names it.' },
    needs: 'METRICS_ENABLED',
  },
});

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
  { isBehindProxy, addressOf }: { readonly isBehindProxy: boolean; readonly addressOf: AddressOf },
): void {
  const families = new Families();
  // All metrics of one answer are of one moment.
  let look = lookAt(operations);
  serverMetrics(families, operations, () => look);
  frameMetrics(families, operations.figures, () => look);
  databaseMetrics(families, operations.figures, () => look);
  serve(http, METRICS_CALLS.metrics, async (request, reply) => {
    if (!isBehindProxy && isFromHere(request, addressOf)) admitted(request);
    else await requireOpsRead(request, tokens);
    look = lookAt(operations);
    return reply.type(families.registry.contentType).send(await families.registry.metrics());
  });
}

function isFromHere(request: FastifyRequest, addressOf: AddressOf): boolean {
  const isForwarded = PROXY_HEADERS.some((header) => request.headers[header] !== undefined);
  return LOOPBACK.has(addressOf(request.raw)) && !isForwarded;
}
