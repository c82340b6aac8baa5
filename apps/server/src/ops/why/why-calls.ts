import type { WhyAnswer } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { HttpProblem } from '../../http/problem.js';
import { parseInput } from '../call-input.js';
import type { Operations } from '../operations.js';
import { requireOpsRead } from '../ops-calls.js';

const params = z.object({ socketId: z.string().min(1).max(200) });

/** `GET /api/ops/sockets/:socketId/why`: why a socket, connected or gone, shows what it shows; with `ops:read`. */
export function serveWhy(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  http.get('/api/ops/sockets/:socketId/why', async (request): Promise<WhyAnswer> => {
    await requireOpsRead(request, tokens);
    const { socketId } = parseInput(params, request.params);
    const why = operations.why(socketId);
    if (why !== null) return why;
    throw new HttpProblem(
      404,
      `Nothing is known of a socket "${socketId}". GET /api/ops/sockets lists those that are connected, with ?state=closed those that are gone.`,
    );
  });
}
