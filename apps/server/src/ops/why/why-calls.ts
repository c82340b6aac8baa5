import type { WhyAnswer } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { declareCalls, parseInput, serve } from '../../edge/http/call.js';
import { HttpProblem } from '../../edge/http/problem.js';
import { OPS_LOOK, requireOpsRead } from '../http-call.js';
import type { Operations } from '../operations.js';

/** The call that explains one socket. */
export const WHY_CALLS = declareCalls({
  socket: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/sockets/:socketId/why',
    title: 'Why a socket shows what it shows',
    params: z.object({ socketId: z.string().min(1).max(200) }),
    answer: 'WhyAnswer',
    refusals: { 404: 'Nothing is known of such a socket.' },
  },
});

/** `GET /api/ops/sockets/:socketId/why`: why a socket, connected or gone, shows what it shows; with `ops:read`. */
export function serveWhy(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  serve(http, WHY_CALLS.socket, async (request): Promise<WhyAnswer> => {
    await requireOpsRead(request, tokens);
    const { socketId } = parseInput(WHY_CALLS.socket.params, request.params);
    const why = operations.why(socketId);
    if (why !== null) return why;
    throw new HttpProblem(
      404,
      `Nothing is known of a socket "${socketId}". GET /api/ops/sockets lists those that are connected, with ?state=closed those that are gone.`,
    );
  });
}
