import type { OpsDatabase } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import type { Tokens } from '../access/tokens.js';
import type { Operations } from './operations.js';
import { requireOpsRead } from './ops-calls.js';

/** `GET /api/ops/database`: there where `OPS_UI_ENABLED` is on. */
export function serveDatabaseCall(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  http.get('/api/ops/database', async (request): Promise<OpsDatabase> => {
    await requireOpsRead(request, tokens);
    return operations.database.read();
  });
}
