import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../log.js';

/** Logs each call with its answer, where the log is as detailed as that: by its route, as an address can hold a code. */
export function logCalls(http: FastifyInstance, log: Logger): void {
  if (!log.isLevelEnabled('debug')) return;
  http.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const path = routeOptions.url ?? 'unknown path';
    log.debug({ method, path, status: reply.statusCode, tookMs: Math.round(reply.elapsedTime) }, 'a call was answered');
  });
}
