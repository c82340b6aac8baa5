import type { OpsRooms } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import type { Tokens } from '../../access/tokens.js';
import type { Operations } from '../operations.js';
import { requireOpsRead } from '../ops-calls.js';
import { requireOpsAct } from './acts-calls.js';
import type { OpsHands } from './ops-hands.js';

/**
 * `GET /api/ops/rooms`: what the newest sweep of rooms has found, with `ops:read`. `POST /api/ops/rooms/sweep`: the same of a
 * sweep that is made now, with `ops:act`, since it mends what it finds.
 */
export function serveRooms(http: FastifyInstance, tokens: Tokens, operations: Operations, hands: OpsHands): void {
  http.get('/api/ops/rooms', async (request): Promise<OpsRooms> => {
    await requireOpsRead(request, tokens);
    return operations.rooms.found;
  });
  http.post('/api/ops/rooms/sweep', async (request): Promise<OpsRooms> => {
    const who = await requireOpsAct(request, tokens);
    await operations.rooms.sweep();
    const { found } = operations.rooms;
    hands.audit(who, 'rooms.sweep', { rooms: found.rooms, repaired: found.leakedCount });
    return found;
  });
}
