import type { TraceStarted, TraceStopped, TracesAnswer } from '@okboxbox/protocol';
import { requestId, TRACE_SECONDS } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { declareCalls, parseInput as parse, serve } from '../../edge/http/call.js';
import { HttpProblem } from '../../edge/http/problem.js';
import { AnsweredOnce } from '../../sockets/answered-once.js';
import { OPS_LOOK, requireOpsRead } from '../http-call.js';
import { TraceRefusedError, type Traces } from './traces.js';

/** Frames whose deliveries one call may ask for: for each of them every socket of the server is looked at. */
const MOST_SEQS = 2;

const startBody = z.object({
  sessionId: z.string().min(1).max(200),
  durationSec: z.number().int().min(TRACE_SECONDS.least).max(TRACE_SECONDS.most),
  when: z
    .object({
      figure: z.enum(['driftP95', 'lastFrameAgeMs', 'queueAgeP95Ms', 'bufferedPackets', 'dropped', 'skipped']),
      above: z.number().min(0),
    })
    .optional(),
  probe: z.boolean().optional(),
  requestId,
});
const traceParams = z.object({ traceId: z.string().min(1).max(100) });
const traceQuery = z.object({
  seq: z
    .string()
    .regex(/^\d{1,12}(,\d{1,12})*$/, 'give numbers of frames, with commas between them')
    .transform((text) => text.split(',').map(Number))
    .refine((seqs) => seqs.length <= MOST_SEQS, `at most ${MOST_SEQS} frames at once`)
    .default([])
    .describe('Numbers of frames, with commas between them: who got them.'),
  download: z.enum(['0', '1']).default('0').describe('With `1`, as a file.'),
});

/** The calls of traces. */
export const TRACE_CALLS = declareCalls({
  start: {
    ...OPS_LOOK,
    method: 'POST',
    path: '/api/ops/trace/start',
    title: 'Start a trace of a session',
    body: startBody,
    answer: 'TraceStarted',
    status: 202,
    refusals: { 404: 'No such session is running.', 429: 'Too many traces are running.' },
  },
  read: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/trace/:traceId',
    title: 'Read a trace',
    params: traceParams,
    query: traceQuery,
    answer: 'Trace',
    refusals: { 404: 'There is no such trace, or not any more.' },
  },
  stop: {
    ...OPS_LOOK,
    method: 'POST',
    path: '/api/ops/trace/:traceId/stop',
    title: 'Stop a trace',
    params: traceParams,
    answer: 'TraceStopped',
    refusals: { 404: 'There is no such trace, or not any more.' },
  },
  list: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/traces',
    title: 'List traces',
    answer: 'TracesAnswer',
  },
});

/** The calls of traces (contract, section 6): there where `OPS_UI_ENABLED` is on. */
export function serveTraceCalls(http: FastifyInstance, tokens: Tokens, traces: Traces): void {
  const once = new AnsweredOnce();
  traces.open();
  serve(http, TRACE_CALLS.start, async (request, reply): Promise<TraceStarted> => {
    await requireOpsRead(request, tokens);
    const { requestId: repeated, ...asked } = parse(startBody, request.body ?? {});
    try {
      const started = await once.answer([asked.sessionId], repeated, () => traces.start(asked));
      void reply.code(202);
      return started;
    } catch (error) {
      if (error instanceof TraceRefusedError) throw new HttpProblem(error.status, error.message);
      throw error;
    }
  });
  serve(http, TRACE_CALLS.read, async (request, reply) => {
    await requireOpsRead(request, tokens);
    const { traceId } = parse(traceParams, request.params);
    const { seq, download } = parse(traceQuery, request.query);
    const json = traces.json(traceId, seq);
    if (json === null) throw unknown(traceId);
    if (download === '1') void reply.header('content-disposition', `attachment; filename="${traceId}.json"`);
    void reply.header('content-type', 'application/json; charset=utf-8');
    return reply.send(json);
  });
  serve(http, TRACE_CALLS.stop, async (request): Promise<TraceStopped> => {
    await requireOpsRead(request, tokens);
    const { traceId } = parse(traceParams, request.params);
    if (!traces.stop(traceId)) throw unknown(traceId);
    return { traceId, state: 'done' };
  });
  serve(http, TRACE_CALLS.list, async (request): Promise<TracesAnswer> => {
    await requireOpsRead(request, tokens);
    return traces.list();
  });
}

function unknown(traceId: string): HttpProblem {
  return new HttpProblem(404, `There is no trace "${traceId}", or not any more. GET /api/ops/traces lists them.`);
}
