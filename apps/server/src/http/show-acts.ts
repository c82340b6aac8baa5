import { type ShowFollowed, showFollow, showSlug } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../access/tokens.js';
import type { DirectorDesk } from '../director/director-desk.js';
import { followChoice } from '../director/follow.js';
import type { SessionRegistry } from '../session/registry.js';
import { callerOf, problemOf } from './caller.js';
import { HttpProblem } from './problem.js';

export interface ShowActsWorld {
  readonly registry: SessionRegistry;
  readonly desk: DirectorDesk;
  readonly tokens: Tokens;
}

const params = z.object({ show: showSlug });

/** What directors and operators do to a show over HTTP (contract, section 6): for Stream Deck, Companion and scripts. */
export function serveShowActs(http: FastifyInstance, world: ShowActsWorld): void {
  http.post('/api/shows/:show/acts/follow', async (request): Promise<ShowFollowed & { ok: true }> => {
    const visitor = await callerOf(request, world.tokens);
    const { show } = parse(params, request.params);
    const body = parse(z.looseObject({}), request.body);
    const input = parse(showFollow, { ...body, show });
    const outcome = await followChoice(world, visitor, input);
    if ('denial' in outcome) throw problemOf(outcome.denial);
    if ('failed' in outcome) throw new HttpProblem(outcome.failed === 'not_found' ? 404 : 503, outcome.message);
    return { ok: true, ...outcome.done };
  });
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.length ? `"${issue.path.join('.')}"` : 'The body';
  throw new HttpProblem(400, `${where} cannot be used: ${issue?.message}.`);
}
