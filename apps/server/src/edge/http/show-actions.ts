import { showFollow, showSlug } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import type { Directory } from '../../directory/directory.js';
import { followChoice } from '../follow-choice.js';
import { declareCalls, parseInput, type Right, serve } from './call.js';
import { callerOf, problemOf } from './caller.js';

export interface ShowActionsDeps {
  readonly directory: Directory;
  readonly tokens: Tokens;
}

const DIRECT: Right = { of: 'show', capability: 'racebox:director:control' };

/** What directors and operators do to a show over HTTP. */
export const SHOW_CALLS = declareCalls({
  follow: {
    method: 'POST',
    path: '/api/shows/:show/acts/follow',
    group: 'Shows',
    title: 'Choose the session that a show follows',
    about: 'The same as the socket event `show:follow`: to a session of the show, or to what a relay feeds.',
    right: DIRECT,
    params: z.object({ show: showSlug.describe("The show's slug.") }),
    body: showFollow,
    answer: 'FollowAnswer',
    refusals: { 404: 'There is no such session, or no such relay feeds the show.', 503: 'The show has no owner now.' },
  },
});

/** What directors and operators do to a show over HTTP (contract, section 6): for Stream Deck, Companion and scripts. */
export function serveShowActions(http: FastifyInstance, deps: ShowActionsDeps): void {
  serve(http, SHOW_CALLS.follow, async (request) => {
    const visitor = await callerOf(request, deps.tokens);
    const { show } = parseInput(SHOW_CALLS.follow.params, request.params);
    const body = parseInput(z.looseObject({}), request.body);
    const input = parseInput(SHOW_CALLS.follow.body, { ...body, show });
    const outcome = await followChoice(deps.directory, visitor, input);
    if ('denial' in outcome) throw problemOf(outcome.denial);
    return { ok: true as const, ...outcome.done };
  });
}
