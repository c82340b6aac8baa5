import type { OpsActAnswer } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { type FollowChoice, FollowError } from '../../audience/followed-sessions.js';
import { HttpProblem } from '../../http/problem.js';
import { ShowStoreError } from '../../shows/shows.js';
import { parseInput } from '../call-input.js';
import { withoutSecrets } from '../free-text.js';
import type { Operations } from '../operations.js';
import { requireOpsAct } from './acts-calls.js';
import type { OpsHands } from './ops-hands.js';

const id = z.string().min(1).max(200);
const act = { dryRun: z.boolean().default(false), because: z.string().trim().max(500).optional() };
const sessionBody = z.object(act);
const relayBody = z.object({ ...act, show: id });

const UNDO =
  'To undo it, choose the previous session or relay again. Viewers do not get back what they miss meanwhile.';

/** Chooses which session a show follows, for operations. */
export function serveFollowActs(http: FastifyInstance, tokens: Tokens, operations: Operations, hands: OpsHands): void {
  const follow = async (
    asked: { readonly dryRun: boolean; readonly because?: string | undefined },
    { show, who, what, choice }: { show: string; who: string; what: string; choice: FollowChoice },
  ): Promise<OpsActAnswer> => {
    const answer = { act: 'show.follow', what, undo: UNDO } as const;
    if (asked.dryRun) return { ...answer, done: false };
    try {
      const because = asked.because === undefined ? undefined : withoutSecrets(asked.because);
      await hands.follow(show, who, choice, because);
    } catch (error) {
      if (error instanceof FollowError) throw new HttpProblem(404, error.message);
      if (error instanceof ShowStoreError) throw new HttpProblem(503, error.message);
      throw error;
    }
    return { ...answer, done: true };
  };

  http.post('/api/ops/sessions/:sessionId/follow', async (request) => {
    const who = await requireOpsAct(request, tokens);
    const { sessionId } = parseInput(z.object({ sessionId: id }), request.params);
    const asked = parseInput(sessionBody, request.body ?? {});
    const session = operations.session(sessionId);
    if (session === null) {
      throw new HttpProblem(
        404,
        `There is no session "${sessionId}". GET /api/ops/sessions lists those that there are.`,
      );
    }
    const { show } = session;
    const what =
      `The show "${show}" follows session ${sessionId} until its main feed opens the next one. Live pages go there at ` +
      'once, the public picture when the delay has passed.';
    return follow(asked, { show, who, what, choice: { sessionId } });
  });

  http.post('/api/ops/relays/:relayId/main-feed', async (request) => {
    const who = await requireOpsAct(request, tokens);
    const { relayId } = parseInput(z.object({ relayId: id }), request.params);
    const asked = parseInput(relayBody, request.body);
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
