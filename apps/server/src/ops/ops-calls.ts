import type { OpsDatabase } from '@okboxbox/protocol';
import {
  type FindingsAnswer,
  OPS_EVENT_TYPES,
  type OpsEventsAnswer,
  type OpsNodesAnswer,
  type OpsSessionsAnswer,
  type OpsSocketsAnswer,
  type OpsSummary,
} from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../access/tokens.js';
import { declareCalls, OPS_READ, parseInput as parse, serve } from '../edge/http/call.js';
import { HttpProblem } from '../edge/http/problem.js';
import { OPS_LOOK, requireOpsRead } from './http-call.js';
import type { Operations } from './operations.js';
import { CursorError, findSockets } from './sockets/find-sockets.js';
import { SOCKET_FIGURES } from './sockets/socket-registry.js';

/** Rows of one answer, unless fewer or more are asked for; never more than the second. */
const ROWS = 200;
const MOST_ROWS = 1_000;

const limit = z.coerce.number().int().min(1).max(MOST_ROWS).default(ROWS).describe('Rows of the answer.');
const name = z.string().min(1).max(200);
const socketsQuery = z.object({
  role: name.optional().describe('What the client calls itself; `relay` for relays.'),
  room: name.optional().describe('Only sockets that have joined this room.'),
  sessionId: name.optional().describe('Only sockets of this session.'),
  code: name.optional().describe('Only sockets that were closed with this code.'),
  state: z.enum(['open', 'closed']).default('open'),
  sort: z.enum(SOCKET_FIGURES).default('connectedAt').describe('The figure to sort by.'),
  limit,
  cursor: z.string().max(500).optional().describe('`cursor` of the page before.'),
});
const eventsQuery = z.object({
  type: z.enum(OPS_EVENT_TYPES).optional(),
  sessionId: name.optional(),
  before: z.coerce.number().int().min(1).optional().describe('Only events with a smaller id.'),
  limit,
});

/** The calls of operations that look at the whole server. */
export const OPS_CALLS = declareCalls({
  summary: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/summary',
    title: 'Summary of the server',
    answer: 'OpsSummary',
  },
  findings: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/findings',
    title: 'What is wrong, and what to do',
    answer: 'FindingsAnswer',
  },
  sockets: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/sockets',
    title: 'List sockets',
    query: socketsQuery,
    answer: 'OpsSocketsAnswer',
  },
  sessions: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/sessions',
    title: 'List sessions with their figures',
    answer: 'OpsSessionsAnswer',
  },
  events: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/events',
    title: 'Events, newest first',
    query: eventsQuery,
    answer: 'OpsEventsAnswer',
  },
  nodes: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/nodes',
    title: 'The processes that are one server',
    about: 'The server itself, and the edge processes that serve its viewers where `EDGE_WORKERS` asks for some.',
    answer: 'OpsNodesAnswer',
  },
  history: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/history',
    title: 'Figures of the last 15 minutes',
    answer: 'OpsHistory',
  },
  database: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/database',
    title: 'State of the database',
    answer: 'OpsDatabase',
  },
  flow: {
    method: 'GET',
    path: '/api/diagnostics/flow',
    group: 'Diagnostics',
    title: 'Rates of a session, stage by stage',
    right: OPS_READ,
    query: z.object({ sessionId: name.describe("The session's id.") }),
    answer: 'FlowAnswer',
    refusals: { 404: 'Nothing has passed of such a session.' },
    needs: 'DIAGNOSTICS_ENABLED',
  },
});

/** The calls of operations (contract, section 6): there where `OPS_UI_ENABLED` is on. All of them only look. */
export function serveOpsCalls(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  const { sockets, events } = operations.figures;

  serve(http, OPS_CALLS.summary, async (request): Promise<OpsSummary> => {
    await requireOpsRead(request, tokens);
    return operations.summary();
  });
  serve(http, OPS_CALLS.findings, async (request): Promise<FindingsAnswer> => {
    await requireOpsRead(request, tokens);
    return operations.triage.answer;
  });
  serve(http, OPS_CALLS.sockets, async (request): Promise<OpsSocketsAnswer> => {
    await requireOpsRead(request, tokens);
    const query = parse(socketsQuery, request.query);
    try {
      return findSockets(sockets, query);
    } catch (error) {
      if (error instanceof CursorError) throw new HttpProblem(400, error.message);
      throw error;
    }
  });
  serve(http, OPS_CALLS.sessions, async (request): Promise<OpsSessionsAnswer> => {
    await requireOpsRead(request, tokens);
    return { sessions: operations.sessions() };
  });
  serve(http, OPS_CALLS.nodes, async (request): Promise<OpsNodesAnswer> => {
    await requireOpsRead(request, tokens);
    return { nodes: operations.nodes() };
  });
  serve(http, OPS_CALLS.events, async (request): Promise<OpsEventsAnswer> => {
    await requireOpsRead(request, tokens);
    return events.newest(parse(eventsQuery, request.query));
  });
  serve(http, OPS_CALLS.history, async (request, reply) => {
    await requireOpsRead(request, tokens);
    return reply.type('application/json; charset=utf-8').send(operations.history.json());
  });
}

/** `GET /api/diagnostics/flow`: there where `DIAGNOSTICS_ENABLED` is on. */
export function serveFlow(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  serve(http, OPS_CALLS.flow, async (request) => {
    await requireOpsRead(request, tokens);
    const { sessionId } = parse(OPS_CALLS.flow.query, request.query);
    const flow = operations.flow(sessionId);
    if (flow !== null) return flow;
    throw new HttpProblem(404, `Nothing has passed of a session "${sessionId}". GET /api/ops/sessions lists them.`);
  });
}

/** `GET /api/ops/database`: there where `OPS_UI_ENABLED` is on. */
export function serveDatabaseCall(http: FastifyInstance, tokens: Tokens, operations: Operations): void {
  serve(http, OPS_CALLS.database, async (request): Promise<OpsDatabase> => {
    await requireOpsRead(request, tokens);
    return operations.database.read();
  });
}
