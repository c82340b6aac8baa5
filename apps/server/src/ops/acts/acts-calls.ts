import type { OpsActAnswer } from '@okboxbox/protocol';
import { TIMING_RULES_VERSION } from '@okboxbox/timing';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { denyWholeServer } from '../../access/visitor.js';
import { callerOf, problemOf } from '../../http/caller.js';
import { HttpProblem } from '../../http/problem.js';
import { PauseStoreError } from '../../ingest/paused-relays.js';
import { STORED } from '../../unsaved-settings.js';
import { parseInput } from '../call-input.js';
import { withoutSecrets } from '../free-text.js';
import type { Operations } from '../operations.js';
import { serveFollowActs } from './follow-calls.js';
import type { OpsHands } from './ops-hands.js';

const id = z.string().min(1).max(200);
const socketParams = z.object({ socketId: id });
const sessionParams = z.object({ sessionId: id });
const relayParams = z.object({ relayId: id });
const act = {
  dryRun: z.boolean().default(false),
  because: z.string().trim().max(500).optional(),
};
const actBody = z.object(act);
const moveBody = z.object({ ...act, sessionId: id.optional() });
const pauseBody = z.object({ ...act, paused: z.boolean(), show: id.optional() });

const COMES_BACK =
  'A page stays closed until somebody presses "Connect again"; an overlay comes back after 30 s, a relay and most ' +
  'scripts by themselves. Whoever is to stay away needs its token or link revoked.';
const MOVED_BACK = 'Reload the page or restart the client: a new connection joins what it asks for.';
const WHY_NONE = 'operations want no frames for now';
const MOVE_STATUS = { not_found: 404, forbidden: 403, conflict: 409 } as const;

/**
 * What operations may do to a running server: there where `OPS_UI_ENABLED` is on, with
 * `ops:act`. With `dryRun` an act is refused as it would be, or says what it would do, and nothing is done or noted.
 */
export function serveActs(http: FastifyInstance, tokens: Tokens, operations: Operations, hands: OpsHands): void {
  const { sockets } = operations.figures;

  http.post('/api/ops/sockets/:socketId/disconnect', async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { socketId } = parseInput(socketParams, request.params);
    const asked = parseInput(actBody, request.body ?? {});
    const connection = sockets.get(socketId);
    if (connection === undefined) throw noSocket(socketId);
    const { role, surface, user } = connection;
    const what = `Closes the connection ${socketId} (${[role, surface, user].filter(Boolean).join(', ')}).`;
    const answer = { act: 'socket.disconnect', what, undo: COMES_BACK } as const;
    if (asked.dryRun) return { ...answer, done: false };
    if (!hands.disconnect(socketId)) throw noSocket(socketId);
    note(who, answer.act, { socketId, role, surface, user }, asked.because);
    return { ...answer, done: true };
  });

  http.post('/api/ops/sockets/:socketId/move', async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { socketId } = parseInput(socketParams, request.params);
    const asked = parseInput(moveBody, request.body ?? {});
    const moved = hands.move(socketId, asked.sessionId, asked.dryRun);
    if (!moved.isMoved) throw new HttpProblem(MOVE_STATUS[moved.code], moved.because);
    const { sessionId, from, to, delayMs, hasAired } = moved;
    const what =
      `Moves the connection ${socketId} from ${from} to ${to}, ${delayMs / 1_000} s behind the race, for as long as it ` +
      `is connected.${hasAired ? '' : ' Nothing of this session has aired yet: until then it gets nothing new.'}`;
    const answer = { act: 'socket.move', what, undo: MOVED_BACK } as const;
    if (asked.dryRun) return { ...answer, done: false };
    note(who, answer.act, { socketId, sessionId, from, to }, asked.because);
    return { ...answer, done: true };
  });

  http.post('/api/ops/sessions/:sessionId/end', async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { sessionId } = parseInput(sessionParams, request.params);
    const asked = parseInput(actBody, request.body ?? {});
    const session = operations.sessions().find((each) => each.sessionId === sessionId);
    if (session?.status !== 'live') throw noSession(sessionId);
    const { show, relays, viewers } = session;
    const what =
      `Ends session ${sessionId} of the show "${show}"; what has still to air airs. Viewers: ` +
      `${viewers.live + viewers.broadcast}. Relays that feed it: ${relays.length}; they are let go and greet again, and ` +
      'what they send begins a new session.';
    const undo = 'This cannot be taken back: the session stays in the archive, and its results as they are now.';
    const answer = { act: 'session.end', what, undo } as const;
    if (asked.dryRun) return { ...answer, done: false };
    if (!(await hands.endSession(sessionId))) throw noSession(sessionId);
    note(who, answer.act, { sessionId, show, relays: relays.map(({ relayId }) => relayId) }, asked.because);
    return { ...answer, done: true };
  });

  http.post('/api/ops/sessions/:sessionId/refold', async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { sessionId } = parseInput(sessionParams, request.params);
    const asked = parseInput(actBody, request.body ?? {});
    const ended = hands.ended(sessionId);
    if (ended === null) {
      throw new HttpProblem(
        404,
        `No session "${sessionId}" has ended. A running one is folded anew at the next start.`,
      );
    }
    const { show, rulesVersion } = ended;
    const what =
      `Makes the laps, race events and results of session ${sessionId} of the show "${show}" anew from its timeline, by ` +
      `timing rules ${TIMING_RULES_VERSION}. They were made by rules ${rulesVersion}.`;
    const undo = 'This cannot be undone: the results of before are replaced. The timeline is not changed.';
    const answer = { act: 'session.refold', what, undo } as const;
    if (asked.dryRun) return { ...answer, done: false };
    if (!(await hands.refoldSession(sessionId))) {
      throw new HttpProblem(409, `The timeline of session "${sessionId}" is not on this server, or is being added to.`);
    }
    note(who, answer.act, { sessionId, show, from: rulesVersion, to: TIMING_RULES_VERSION }, asked.because);
    return { ...answer, done: true };
  });

  http.post('/api/ops/relays/:relayId/pause', async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { relayId } = parseInput(relayParams, request.params);
    const asked = parseInput(pauseBody, request.body ?? {});
    const { paused } = asked;
    const fed = operations.feeds(relayId);
    // One that is paused and away may be let go on before it comes back.
    const shows = new Set([...fed.map(({ show }) => show), ...(paused ? [] : hands.pausedIn(relayId))]);
    const show = asked.show ?? [...shows][0];
    if (show === undefined || !shows.has(show)) throw noRelay(relayId, asked.show);
    if (asked.show === undefined && shows.size > 1) {
      const names = [...shows].map((each) => `"${each}"`).join(', ');
      throw new HttpProblem(
        409,
        `Relays of several shows are called "${relayId}": ${names}. Name one of them ("show").`,
      );
    }
    const feeds = fed.find((each) => each.show === show)?.sessionId ?? null;
    const where = feeds === null ? 'which is not connected' : `which feeds session ${feeds}`;
    const answer = paused
      ? ({
          act: 'relay.pause',
          what:
            `Asks relay ${relayId}, ${where}, for no frames. It stays connected and keeps what it captures; viewers see ` +
            'the picture stand still.',
          undo: 'Let it go on with { "paused": false }: what it has kept comes then.',
        } as const)
      : ({
          act: 'relay.resume',
          what: `Asks relay ${relayId}, ${where}, to send frames again; what it has kept comes with them.`,
          undo: 'Pause it again with { "paused": true }.',
        } as const);
    if (asked.dryRun) return { ...answer, done: false };
    const because = asked.because === undefined ? WHY_NONE : withoutSecrets(asked.because);
    if (paused) {
      const pausing = hands.pauseRelay(show, relayId, because);
      note(who, answer.act, { relayId, show, sessionId: feeds }, asked.because);
      return { ...answer, done: true, ...(await pausing) };
    }
    try {
      await hands.resumeRelay(show, relayId, because);
    } catch (error) {
      if (error instanceof PauseStoreError) throw new HttpProblem(503, error.message);
      throw error;
    }
    note(who, answer.act, { relayId, show, sessionId: feeds }, asked.because);
    return { ...answer, done: true, ...STORED };
  });

  serveFollowActs(http, tokens, operations, hands);

  function note(who: string, action: OpsActAnswer['act'], detail: object, because: string | undefined): void {
    hands.audit(who, action, { ...detail, ...(because && { because: withoutSecrets(because) }) });
  }
}

/** Who acts. @throws HttpProblem 401 or 403 where the caller may not */
export async function requireOpsAct(request: FastifyRequest, tokens: Tokens): Promise<string> {
  const visitor = await callerOf(request, tokens);
  const denial = denyWholeServer(visitor, 'ops:act');
  if (denial) throw problemOf(denial);
  return visitor.kind === 'token' ? visitor.claims.sub : '';
}

function noSocket(socketId: string): HttpProblem {
  return new HttpProblem(404, `No socket "${socketId}" is connected. GET /api/ops/sockets lists those that are.`);
}

function noRelay(relayId: string, show: string | undefined): HttpProblem {
  const where = show === undefined ? 'this server' : `the show "${show}"`;
  return new HttpProblem(404, `No relay "${relayId}" feeds ${where}. GET /api/ops/sessions lists those that do.`);
}

function noSession(sessionId: string): HttpProblem {
  return new HttpProblem(404, `No session "${sessionId}" runs. GET /api/ops/sessions lists those that do.`);
}
