import type { FastifyInstance } from 'fastify';
import type { AddressOf } from '../access/client-address.js';
import type { ServerConfig } from '../config.js';
import { serveActions } from './actions/action-calls.js';
import { auditEntry, serveAudit } from './actions/audit-calls.js';
import type { OpsActions } from './actions/ops-actions.js';
import { serveRooms } from './actions/rooms-calls.js';
import type { OperationsDeps } from './deps.js';
import { serveMetrics } from './metrics/serve-metrics.js';
import { Operations } from './operations.js';
import { serveDatabaseCall, serveFlow, serveOpsCalls } from './ops-calls.js';
import { type ServePacksDeps, servePacks } from './pack/serve-packs.js';
import { serveTraceCalls } from './trace/trace-calls.js';
import { serveWhy } from './why/why-calls.js';

/** What operations look at, the ways in which they may act, and what support packs are made safe by. */
export interface ServeOperationsDeps
  extends OperationsDeps,
    Pick<ServePacksDeps, 'tokens' | 'signIn' | 'signingSecret' | 'audit'> {
  readonly actions: OpsActions;
  readonly addressOf: AddressOf;
}

/**
 * Operations with those of their surfaces that are switched on, or `null` where none is: then nobody listens at the taps.
 */
export async function serveOperations(
  http: FastifyInstance,
  config: ServerConfig,
  deps: ServeOperationsDeps,
): Promise<Operations | null> {
  if (!config.opsUiEnabled && !config.metricsEnabled && !config.diagnosticsEnabled) return null;
  const operations = new Operations(deps);
  operations.cost.watch(http);
  const { tokens, actions } = deps;
  if (config.opsUiEnabled) {
    serveOpsCalls(http, tokens, operations);
    serveActions(http, tokens, operations, actions);
    serveAudit(http, tokens, actions);
    serveRooms(http, tokens, operations, actions);
    serveWhy(http, tokens, operations);
    serveDatabaseCall(http, tokens, operations);
    serveTraceCalls(http, tokens, operations.traces);
    await servePacks(http, {
      ...deps,
      operations,
      config,
      now: () => deps.clock.now(),
      // Without the database there is no trail to be had, and all else goes in.
      audits: async (limit) =>
        actions.storeHealth().state === 'ok' ? (await actions.audits(limit)).map(auditEntry) : [],
    });
  }
  if (config.diagnosticsEnabled) serveFlow(http, tokens, operations);
  if (config.metricsEnabled) {
    serveMetrics(http, tokens, operations, { isBehindProxy: isBehindProxy(config), addressOf: deps.addressOf });
  }
  return operations;
}

/** Whether a proxy may stand before the server. */
function isBehindProxy({ publicUrl, trustedProxies }: ServerConfig): boolean {
  return publicUrl !== null || trustedProxies.length > 0;
}
