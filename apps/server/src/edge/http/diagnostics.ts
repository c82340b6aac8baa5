import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { denyWholeServer } from '../../access/visitor.js';
import type { Directory } from '../../directory/directory.js';
import type { Parity } from '../../directory/owner.js';
import { declareCalls, OPS_READ, serve } from './call.js';
import { callerOf, problemOf } from './caller.js';
import { HttpProblem } from './problem.js';

export interface DiagnosticsDeps {
  readonly tokens: Tokens;
  readonly directory: Directory;
  readonly version: string;
  readonly gitSha: string | null;
  readonly startedAt: number;
}

/** The calls of diagnostics. */
export const DIAGNOSTICS_CALLS = declareCalls({
  build: {
    method: 'GET',
    path: '/api/diagnostics/build',
    group: 'Diagnostics',
    title: 'Which build runs',
    right: OPS_READ,
    answer: 'Build',
    needs: 'DIAGNOSTICS_ENABLED',
  },
  parity: {
    method: 'GET',
    path: '/api/diagnostics/parity',
    group: 'Diagnostics',
    title: 'Frames per relay against acknowledgements',
    right: OPS_READ,
    query: z.object({
      sessionId: z.string().max(100).optional().describe('One running session; all running sessions without it.'),
    }),
    answer: 'Parity',
    refusals: { 404: 'No such session is running.', 503: 'The owner of the show cannot be reached.' },
    needs: 'DIAGNOSTICS_ENABLED',
  },
});

/** Figures to compare with a relay's own (contract, section 6): served where `DIAGNOSTICS_ENABLED` is on. */
export function serveDiagnostics(
  http: FastifyInstance,
  { tokens, directory, version, gitSha, startedAt }: DiagnosticsDeps,
): void {
  const guard = async (request: Parameters<typeof callerOf>[0]) => {
    const denial = denyWholeServer(await callerOf(request, tokens), 'ops:read');
    if (denial) throw problemOf(denial);
  };

  serve(http, DIAGNOSTICS_CALLS.build, async (request) => {
    await guard(request);
    return {
      version,
      gitSha,
      startedAt: Math.round(startedAt),
      node: process.version,
      platform: process.platform,
      arch: process.arch,
    };
  });

  serve(http, DIAGNOSTICS_CALLS.parity, async (request) => {
    await guard(request);
    const query = DIAGNOSTICS_CALLS.parity.query.safeParse(request.query);
    const sessionId = query.success ? query.data.sessionId : undefined;
    const parity = await parityOf(directory, sessionId);
    if (sessionId !== undefined && parity.sessions.length === 0) {
      throw new HttpProblem(404, `No session ${sessionId} is running. GET /api/sessions lists those that are.`);
    }
    return parity;
  });
}

/** Of one running session, from its owner, or of all that run, from all owners. */
async function parityOf(directory: Directory, sessionId: string | undefined): Promise<Parity> {
  if (sessionId === undefined) {
    const all = await Promise.all((await directory.owners()).map((owner) => owner.parity(null)));
    return { sessions: all.flatMap(({ sessions }) => sessions) };
  }
  const show = directory.session(sessionId)?.summary.show;
  return show === undefined ? { sessions: [] } : (await directory.ownerOf(show)).parity(sessionId);
}
