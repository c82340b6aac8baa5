import type { OpsActAnswer } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import type { FollowChoice } from '../../directory/show-desk.js';
import { declareCalls, parseInput, serve } from '../../edge/http/call.js';
import { HttpProblem } from '../../edge/http/problem.js';
import { withoutSecrets } from '../events/free-text.js';
import { ACTION_FIELDS, OPS_ACTION, requireOpsAct } from '../http-call.js';
import type { Operations } from '../operations.js';
import type { OpsActions } from './ops-actions.js';

const id = z.string().min(1).max(200);

/** The calls that choose which session a show follows. */
export const FOLLOW_CALLS = declareCalls({
  session: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/sessions/:sessionId/follow',
    title: 'Let the show follow a session',
    params: z.object({ sessionId: id }),
    body: z.object(ACTION_FIELDS),
    answer: 'OpsActAnswer',
    refusals: { 404: 'There is no such session.', 503: 'It cannot be stored.' },
  },
  mainFeed: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/relays/:relayId/main-feed',
    title: 'Make a relay the main feed of a show',
    params: z.object({ relayId: id }),
    body: z.object({ ...ACTION_FIELDS, show: id.describe('The show of the relay.') }),
    answer: 'OpsActAnswer',
    refusals: { 404: 'No such relay feeds the show.', 503: 'It cannot be stored.' },
  },
});

const UNDO =
  'To undo it, choose the previous session or relay again. Viewers do not get the picture that they miss meanwhile.';

/** Chooses which session a show follows, for operations. */
export function serveFollowActions(
  http: FastifyInstance,
  tokens: Tokens,
  operations: Operations,
  actions: OpsActions,
): void {
  const follow = async (
    asked: { readonly dryRun: boolean; readonly because?: string | undefined },
    { show, who, what, choice }: { show: string; who: string; what: string; choice: FollowChoice },
  ): Promise<OpsActAnswer> => {
    const answer = { act: 'show.follow', what, undo: UNDO } as const;
    if (asked.dryRun) return { ...answer, done: false };
    const because = asked.because === undefined ? undefined : withoutSecrets(asked.because);
    await actions.follow(show, who, choice, because);
    return { ...answer, done: true };
  };

  serve(http, FOLLOW_CALLS.session, async (request) => {
    const who = await requireOpsAct(request, tokens);
    const { sessionId } = parseInput(FOLLOW_CALLS.session.params, request.params);
    const asked = parseInput(FOLLOW_CALLS.session.body, request.body ?? {});
    const session = operations.session(sessionId);
    if (session === null) {
      throw new HttpProblem(404, `There is no session "${sessionId}". GET /api/ops/sessions lists the sessions.`);
    }
    const { show } = session;
    const what =
      `The show "${show}" follows session ${sessionId} until its main feed opens the next one. Live pages go there at ` +
      'once, the public picture when the delay has passed.';
    return follow(asked, { show, who, what, choice: { sessionId } });
  });

  serve(http, FOLLOW_CALLS.mainFeed, async (request) => {
    const who = await requireOpsAct(request, tokens);
    const { relayId } = parseInput(FOLLOW_CALLS.mainFeed.params, request.params);
    const asked = parseInput(FOLLOW_CALLS.mainFeed.body, request.body);
    const { show } = asked;
    if (!operations.feeds(relayId).some((each) => each.show === show)) {
      throw new HttpProblem(
        404,
        `No relay "${relayId}" feeds the show "${show}". GET /api/ops/sessions lists those that do.`,
      );
    }
    const what =
      `Relay ${relayId} is the main feed of the show "${show}": the show follows the session that it feeds, and each one ` +
      'that it opens from now on.';
    return follow(asked, { show, who, what, choice: { relayId } });
  });
}
