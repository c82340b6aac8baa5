import type { OpsRooms } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import type { Tokens } from '../../access/tokens.js';
import { declareCalls, serve } from '../../edge/http/call.js';
import { OPS_ACTION, OPS_LOOK, requireOpsAct, requireOpsRead } from '../http-call.js';
import type { Operations } from '../operations.js';
import type { OpsActions } from './ops-actions.js';

/** The calls of rooms. */
export const ROOM_CALLS = declareCalls({
  read: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/rooms',
    title: 'What the newest sweep of rooms has found',
    answer: 'OpsRooms',
  },
  sweep: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/rooms/sweep',
    title: 'Sweep the rooms now, and repair what is wrong',
    answer: 'OpsRooms',
  },
});

/**
 * `GET /api/ops/rooms`: what the newest sweep of rooms has found, with `ops:read`. `POST /api/ops/rooms/sweep`: the same of a
 * sweep that is made now, with `ops:act`, since it repairs what it finds.
 */
export function serveRooms(http: FastifyInstance, tokens: Tokens, operations: Operations, actions: OpsActions): void {
  serve(http, ROOM_CALLS.read, async (request): Promise<OpsRooms> => {
    await requireOpsRead(request, tokens);
    return operations.rooms.found;
  });
  serve(http, ROOM_CALLS.sweep, async (request): Promise<OpsRooms> => {
    const who = await requireOpsAct(request, tokens);
    await operations.rooms.sweep();
    const { found } = operations.rooms;
    actions.audit(who, 'rooms.sweep', { rooms: found.rooms, repaired: found.leakedCount });
    return found;
  });
}
