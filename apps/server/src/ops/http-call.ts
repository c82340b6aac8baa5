import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../access/tokens.js';
import { denyWholeServer } from '../access/visitor.js';
import { OPS_ACT, OPS_READ } from '../edge/http/call.js';
import { callerOf, problemOf } from '../edge/http/caller.js';
import { admitted } from './figures/self-cost.js';

/** What the declarations of all calls that look have in common, and of all that act. */
export const OPS_LOOK = { group: 'Operations', right: OPS_READ, needs: 'OPS_UI_ENABLED' } as const;
export const OPS_ACTION = { group: 'Operations', right: OPS_ACT, needs: 'OPS_UI_ENABLED' } as const;
/** Fields that the body of every action has. */
export const ACTION_FIELDS = {
  dryRun: z.boolean().default(false).describe('Only says what it would do.'),
  because: z.string().trim().max(500).optional().describe('Why; noted in the audit.'),
};

/** @throws HttpProblem 401 or 403 where the caller may not look. */
export async function requireOpsRead(request: FastifyRequest, tokens: Tokens): Promise<void> {
  const denial = denyWholeServer(await callerOf(request, tokens), 'ops:read');
  if (denial) throw problemOf(denial);
  admitted(request);
}

/** Who acts. @throws HttpProblem 401 or 403 where the caller may not */
export async function requireOpsAct(request: FastifyRequest, tokens: Tokens): Promise<string> {
  const visitor = await callerOf(request, tokens);
  const denial = denyWholeServer(visitor, 'ops:act');
  if (denial) throw problemOf(denial);
  return visitor.kind === 'token' ? visitor.claims.sub : '';
}
