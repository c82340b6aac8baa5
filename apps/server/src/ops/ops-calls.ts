import {
  type FindingsAnswer,
  OPS_EVENT_TYPES,
  type OpsEventsAnswer,
  type OpsSessionsAnswer,
  type OpsSocketsAnswer,
  type OpsSummary,
} from '@okboxbox/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../access/tokens.js';
import { denyWholeServer } from '../access/visitor.js';
import { callerOf, problemOf } from '../http/caller.js';
import { HttpProblem } from '../http/problem.js';
import { parseInput as parse } from './call-input.js';
import { CursorError, findSockets } from './find-sockets.js';
import type { Operations } from './operations.js';
import { admitted } from './self-cost.js';
import { SOCKET_FIGURES } from './socket-registry.js';

/** Rows of one answer, unless fewer or more are asked for; never more than the second. */
const ROWS = 200;
const MOST_ROWS = 1_000;

const limit = z.coerce.number().int().min(1).max(MOST_ROWS).default(ROWS);
const name = z.string().min(1).max(200);
const socketsQuery = z.object({
  role: name.optional(),
  room: name.optional(),
  sessionId: name.optional(),
  code: name.optional(),
  state: z.enum(['open', 'closed']).default('open'),
  sort: z.enum(SOCKET_FIGURES).default('connectedAt'),
  limit,
  cursor: z.string().max(500).optional(),
});
const eventsQuery = z.object({
  type: z.enum(OPS_EVENT_TYPES).optional(),
  sessionId: name.optional(),
  before: z.coerce.number().int().min(1).optional(),
  limit,
});
const flowQuery = z.object({ sessionId: name });

/** The calls of operations (contract, section 6): there where `OPS_UI_ENABLED` is on. All of them only look. */
export function serveOpsCalls(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  const { sockets, events } = operations.figures;

  http.get('/api/ops/summary', async (request): Promise<OpsSummary> => {
    await requireOpsRead(request, tokens);
    return operations.summary();
  });
  http.get('/api/ops/findings', async (request): Promise<FindingsAnswer> => {
    await requireOpsRead(request, tokens);
    return operations.triage.answer;
  });
  http.get('/api/ops/sockets', async (request): Promise<OpsSocketsAnswer> => {
    await requireOpsRead(request, tokens);
    const query = parse(socketsQuery, request.query);
    try {
      return findSockets(sockets, query);
    } catch (error) {
      if (error instanceof CursorError) throw new HttpProblem(400, error.message);
      throw error;
    }
  });
  http.get('/api/ops/sessions', async (request): Promise<OpsSessionsAnswer> => {
    await requireOpsRead(request, tokens);
    return { sessions: operations.sessions() };
  });
  http.get('/api/ops/events', async (request): Promise<OpsEventsAnswer> => {
    await requireOpsRead(request, tokens);
    return events.newest(parse(eventsQuery, request.query));
  });
  http.get('/api/ops/history', async (request, reply) => {
    await requireOpsRead(request, tokens);
    return reply.type('application/json; charset=utf-8').send(operations.history.json());
  });
}

/** `GET /api/diagnostics/flow`: there where `DIAGNOSTICS_ENABLED` is on. */
export function serveFlow(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  http.get('/api/diagnostics/flow', async (request) => {
    await requireOpsRead(request, tokens);
    const { sessionId } = parse(flowQuery, request.query);
    const flow = operations.flow(sessionId);
    if (flow !== null) return flow;
    throw new HttpProblem(404, `Nothing has passed of a session "${sessionId}". GET /api/ops/sessions lists them.`);
  });
}

/** @throws HttpProblem 401 or 403 where the caller may not look. */
export async function requireOpsRead(request: FastifyRequest, tokens: Tokens): Promise<void> {
  const denial = denyWholeServer(await callerOf(request, tokens), 'ops:read');
  if (denial) throw problemOf(denial);
  admitted(request);
}
