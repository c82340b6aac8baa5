import type { Capability, SessionSummary } from '@okboxbox/protocol';
import type { FastifyRequest } from 'fastify';
import { TokenError, type Tokens } from '../../access/tokens.js';
import { ANONYMOUS, type Denial, deny, type Visitor } from '../../access/visitor.js';
import type { Directory } from '../../directory/directory.js';
import { HttpProblem } from './problem.js';

/**
 * Who makes an HTTP call, from its `Authorization` header. The answer ends when that right does (`held-calls.ts`).
 * @throws HttpProblem 401 where there is a header that cannot be used: a wrong token is never taken for none. 503 where a
 * token cannot be checked now.
 */
export async function callerOf(request: FastifyRequest, tokens: Tokens): Promise<Visitor> {
  const visitor = await bearerOf(request, tokens);
  request.holdRight(visitor);
  return visitor;
}

/**
 * The same for a call that is to be answered even where it ends the right that it is made by.
 * @throws HttpProblem as `callerOf` does
 */
export async function bearerOf(request: FastifyRequest, tokens: Tokens): Promise<Visitor> {
  const header = request.headers.authorization;
  if (header === undefined) return ANONYMOUS;
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined) throw new HttpProblem(401, 'The Authorization header must read "Bearer" and a token.');
  try {
    return await tokens.verify(token);
  } catch (error) {
    if (error instanceof TokenError) throw new HttpProblem(error.fault === 'unchecked' ? 503 : 401, error.message);
    throw error;
  }
}

/** A refusal as the problem that it is answered with. */
export function problemOf({ code, message, capability }: Denial): HttpProblem {
  return new HttpProblem(code === 'unauthenticated' ? 401 : 403, message, capability);
}

/**
 * The session that a call is about, where the caller may see it with a capability. A caller without the
 * capability learns nothing of whether the session is there.
 * @throws HttpProblem 401, 403 or 404
 */
export function sessionFor(
  visitor: Visitor,
  capability: Capability,
  directory: Directory,
  sessionId: string,
): SessionSummary {
  const summary = directory.session(sessionId)?.summary;
  const denial = deny(visitor, capability, summary);
  if (denial) throw problemOf(denial);
  if (summary === undefined)
    throw new HttpProblem(404, `There is no session "${sessionId}". GET /api/sessions lists them.`);
  return summary;
}
