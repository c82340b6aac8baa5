import type { FastifyInstance } from 'fastify';
import type { ServerConfig } from '../config.js';
import { serveActs } from './acts/acts-calls.js';
import { auditEntry, serveAudit } from './acts/audit-calls.js';
import type { OpsHands } from './acts/ops-hands.js';
import { serveRooms } from './acts/rooms-calls.js';
import { serveDatabaseCall } from './database-calls.js';
import { serveMetrics } from './metrics.js';
import { Operations } from './operations.js';
import { serveFlow, serveOpsCalls } from './ops-calls.js';
import { type ServePacksWorld, servePacks } from './pack/serve-packs.js';
import { serveTraceCalls } from './trace/trace-calls.js';
import { serveWhy } from './why/why-calls.js';
import type { OperationsWorld } from './world.js';

/** What operations look at, the ways in which they may act, and what support packs are made safe by. */
export interface ServeOperationsWorld
  extends OperationsWorld,
    Pick<ServePacksWorld, 'tokens' | 'signIn' | 'signingSecret' | 'audit'> {
  readonly hands: OpsHands;
}

/**
 * Operations with those of their surfaces that are switched on, or `null` where none is: then nobody listens at the taps.
 */
export async function serveOperations(
  http: FastifyInstance,
  config: ServerConfig,
  world: ServeOperationsWorld,
): Promise<Operations | null> {
  if (!config.opsUiEnabled && !config.metricsEnabled && !config.diagnosticsEnabled) return null;
  const operations = new Operations(world);
  operations.cost.watch(http);
  const { tokens, hands } = world;
  if (config.opsUiEnabled) {
    serveOpsCalls(http, tokens, operations);
    serveActs(http, tokens, operations, hands);
    serveAudit(http, tokens, hands);
    serveRooms(http, tokens, operations, hands);
    serveWhy(http, tokens, operations);
    serveDatabaseCall(http, tokens, operations);
    serveTraceCalls(http, tokens, operations.traces);
    await servePacks(http, {
      ...{ ...world, operations, config },
      now: () => world.clock.now(),
      // Without the database there is no trail to be had, and all else goes in.
      audits: async (limit) => (hands.storeHealth().state === 'ok' ? (await hands.audits(limit)).map(auditEntry) : []),
    });
  }
  if (config.diagnosticsEnabled) serveFlow(http, tokens, operations);
  if (config.metricsEnabled) serveMetrics(http, tokens, operations, isBehindProxy(config));
  return operations;
}

/** Whether a proxy may stand before the server. */
function isBehindProxy({ publicUrl, trustedProxies }: ServerConfig): boolean {
  return publicUrl !== null || trustedProxies.length > 0;
}
