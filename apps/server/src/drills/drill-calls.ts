import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../access/tokens.js';
import { denyWholeServer } from '../access/visitor.js';
import type { Answers } from '../edge/http/answers.js';
import { declareCalls, OPS_ACT, serve } from '../edge/http/call.js';
import { callerOf, problemOf } from '../edge/http/caller.js';
import { HttpProblem } from '../edge/http/problem.js';
import { FAULTS, type Faults } from './faults.js';

const DRILL = { group: 'Drills', right: OPS_ACT, needs: 'DRILLS_ENABLED' } as const;

/** The calls of drills. */
export const DRILL_CALLS = declareCalls({
  list: {
    ...DRILL,
    method: 'GET',
    path: '/api/drills',
    title: 'List the faults that can be made',
    answer: 'Drills',
  },
  set: {
    ...DRILL,
    method: 'POST',
    path: '/api/drills/:fault',
    title: 'Begin or end a fault',
    params: z.object({ fault: z.string().describe('Name of the fault.') }),
    body: z.object({ on: z.boolean('true or false') }),
    answer: 'Drills',
    refusals: { 404: 'There is no such fault.' },
  },
});

export interface DrillDeps {
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly audit: (who: string, action: string, detail: object) => void;
}

/** The calls of drills, with `ops:act`: there only where `DRILLS_ENABLED` is on. */
export function serveDrills(http: FastifyInstance, { tokens, faults, audit }: DrillDeps): void {
  const answer = (): Answers['Drills'] => ({ faults: FAULTS, on: faults.on });

  serve(http, DRILL_CALLS.list, async (request) => {
    await requireOpsAct(request, tokens);
    return answer();
  });
  serve(http, DRILL_CALLS.set, async (request) => {
    const who = await requireOpsAct(request, tokens);
    const { fault: name } = request.params as { fault: string };
    const fault = FAULTS.find((each) => each === name);
    if (fault === undefined)
      throw new HttpProblem(404, `There is no fault "${name}". There are: ${FAULTS.join(', ')}.`);
    const parsed = DRILL_CALLS.set.body.safeParse(request.body);
    if (!parsed.success)
      throw new HttpProblem(400, 'Send { "on": true } to begin the fault, { "on": false } to end it.');
    const { on } = parsed.data;
    if (on) faults.begin(fault);
    else await faults.end(fault);
    audit(who, on ? 'drill.begin' : 'drill.end', { fault });
    return answer();
  });
}

async function requireOpsAct(request: FastifyRequest, tokens: Tokens): Promise<string> {
  const visitor = await callerOf(request, tokens);
  const denial = denyWholeServer(visitor, 'ops:act');
  if (denial) throw problemOf(denial);
  return visitor.kind === 'token' ? visitor.claims.sub : '';
}
