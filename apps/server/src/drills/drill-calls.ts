import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../access/tokens.js';
import { denyWholeServer } from '../access/visitor.js';
import { callerOf, problemOf } from '../http/caller.js';
import { HttpProblem } from '../http/problem.js';
import { FAULTS, type Fault, type Faults } from './faults.js';

/** `GET /api/drills`, and the answer of a fault that begins or ends. */
export interface DrillsAnswer {
  readonly faults: readonly Fault[];
  /** Those that are there now. */
  readonly on: readonly Fault[];
}

export interface DrillWorld {
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly audit: (who: string, action: string, detail: object) => void;
}

const faultRequest = z.object({ on: z.boolean('true or false') });

/** The calls of drills, for whoever has `ops:act`: there only where `DRILLS_ENABLED` is on. */
export function serveDrills(http: FastifyInstance, { tokens, faults, audit }: DrillWorld): void {
  const answer = (): DrillsAnswer => ({ faults: FAULTS, on: faults.on });

  http.get('/api/drills', async (request) => {
    await requireOpsAct(request, tokens);
    return answer();
  });
  http.post('/api/drills/:fault', async (request) => {
    const who = await requireOpsAct(request, tokens);
    const { fault: name } = request.params as { fault: string };
    const fault = FAULTS.find((each) => each === name);
    if (fault === undefined)
      throw new HttpProblem(404, `There is no fault "${name}". There are: ${FAULTS.join(', ')}.`);
    const parsed = faultRequest.safeParse(request.body);
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
