import type { OpsActAnswer } from '@okboxbox/protocol';
import { TIMING_RULES_VERSION } from '@okboxbox/timing';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { declareCalls, parseInput, serve } from '../../edge/http/call.js';
import { HttpProblem } from '../../edge/http/problem.js';
import { PauseStoreError } from '../../owner/ingest/paused-relays.js';
import { STORED } from '../../unsaved-settings.js';
import { withoutSecrets } from '../events/free-text.js';
import { ACTION_FIELDS, OPS_ACTION, requireOpsAct } from '../http-call.js';
import type { Operations } from '../operations.js';
import { serveFollowActions } from './follow-calls.js';
import type { OpsActions } from './ops-actions.js';

const id = z.string().min(1).max(200);
const socketParams = z.object({ socketId: id });
const sessionParams = z.object({ sessionId: id });
const relayParams = z.object({ relayId: id });
const actBody = z.object(ACTION_FIELDS);
const moveBody = z.object({
  ...ACTION_FIELDS,
  sessionId: id.optional().describe('Which of the sessions that it sees live.'),
});
const pauseBody = z.object({
  ...ACTION_FIELDS,
  paused: z.boolean().describe('`false` resumes it.'),
  show: id.optional().describe('The show of the relay, where relays of several shows have its name.'),
});

const COMES_BACK =
  'A page stays closed until somebody presses "Connect again"; an overlay comes back after 30 s, a relay and most ' +
  'scripts reconnect automatically. To keep a client away, revoke its token or link.';
const MOVED_BACK = 'Reload the page or restart the client: a new connection joins what it asks for.';
const WHY_NONE = 'an operator paused the relay';
const MOVE_STATUS = { not_found: 404, forbidden: 403, conflict: 409 } as const;

/** The calls by which operations act on sockets, sessions and relays. */
export const ACTION_CALLS = declareCalls({
  disconnect: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/sockets/:socketId/disconnect',
    title: 'Close a socket',
    params: socketParams,
    body: actBody,
    answer: 'OpsActAnswer',
    refusals: { 404: 'No such socket is connected.' },
  },
  move: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/sockets/:socketId/move',
    title: 'Move a socket from the live to the public picture',
    params: socketParams,
    body: moveBody,
    answer: 'OpsActAnswer',
    refusals: { 404: 'No such socket is connected.', 409: 'The socket is in no live room, or in several.' },
  },
  end: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/sessions/:sessionId/end',
    title: 'End a session',
    params: sessionParams,
    body: actBody,
    answer: 'OpsActAnswer',
    refusals: { 404: 'No such session is running.' },
  },
  refold: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/sessions/:sessionId/refold',
    title: 'Compute an ended session again with the newest timing rules',
    params: sessionParams,
    body: actBody,
    answer: 'OpsActAnswer',
    refusals: { 404: 'No such session has ended.', 409: 'Its timeline is not on this server, or is being written.' },
  },
  acceptLoss: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/sessions/:sessionId/accept-loss',
    title: 'Accept what was lost of a damaged session',
    params: sessionParams,
    body: actBody,
    answer: 'OpsActAnswer',
    refusals: { 404: 'No session of that id is known.', 409: 'Nothing was lost of it, or that is accepted already.' },
  },
  pause: {
    ...OPS_ACTION,
    method: 'POST',
    path: '/api/ops/relays/:relayId/pause',
    title: 'Pause or resume a relay',
    params: relayParams,
    body: pauseBody,
    answer: 'OpsActAnswer',
    refusals: {
      404: 'No such relay is connected.',
      409: 'Relays of several shows have this name: give `show`.',
      503: 'It cannot be stored.',
    },
  },
});

/**
 * What operations may do to a running server: there where `OPS_UI_ENABLED` is on, with
 * `ops:act`. With `dryRun` an act is refused as it would be, or says what it would do, and nothing is done or noted.
 */
export function serveActions(http: FastifyInstance, tokens: Tokens, operations: Operations, actions: OpsActions): void {
  const { sockets } = operations.figures;

  serve(http, ACTION_CALLS.disconnect, async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { socketId } = parseInput(socketParams, request.params);
    const asked = parseInput(actBody, request.body ?? {});
    const connection = sockets.get(socketId);
    if (connection === undefined) throw noSocket(socketId);
    const { role, surface, user } = connection;
    const what = `Closes the connection ${socketId} (${[role, surface, user].filter(Boolean).join(', ')}).`;
    const answer = { act: 'socket.disconnect', what, undo: COMES_BACK } as const;
    if (asked.dryRun) return { ...answer, done: false };
    if (!(await actions.disconnect(socketId, operations.edgeSockets?.edgeOf(socketId)))) throw noSocket(socketId);
    note(who, answer.act, { socketId, role, surface, user }, asked.because);
    return { ...answer, done: true };
  });

  serve(http, ACTION_CALLS.move, async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { socketId } = parseInput(socketParams, request.params);
    const asked = parseInput(moveBody, request.body ?? {});
    const edge = operations.edgeSockets?.edgeOf(socketId);
    const moved = await actions.move(socketId, asked.sessionId, asked.dryRun, edge);
    if (!moved.isMoved) throw new HttpProblem(MOVE_STATUS[moved.code], moved.because);
    const { sessionId, from, to, delayMs, hasAired } = moved;
    const what =
      `Moves the connection ${socketId} from ${from} to ${to}, ${delayMs / 1_000} s behind the race, for as long as it ` +
      `is connected.${hasAired ? '' : ' This session is not on air yet: until then the connection gets no new picture.'}`;
    const answer = { act: 'socket.move', what, undo: MOVED_BACK } as const;
    if (asked.dryRun) return { ...answer, done: false };
    note(who, answer.act, { socketId, sessionId, from, to }, asked.because);
    return { ...answer, done: true };
  });

  serve(http, ACTION_CALLS.end, async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { sessionId } = parseInput(sessionParams, request.params);
    const asked = parseInput(actBody, request.body ?? {});
    const session = operations.sessions().find((each) => each.sessionId === sessionId);
    if (session?.status !== 'live') throw noSession(sessionId);
    const { show, relays, viewers } = session;
    const what =
      `Ends session ${sessionId} of the show "${show}"; the delayed picture still airs to its end. Viewers: ` +
      `${viewers.live + viewers.broadcast}. Relays that feed it: ${relays.length}; they are disconnected and reconnect, and ` +
      'their frames begin a new session.';
    const undo = 'This cannot be undone: the session stays in the archive with its present results.';
    const answer = { act: 'session.end', what, undo } as const;
    if (asked.dryRun) return { ...answer, done: false };
    if (!(await actions.endSession(sessionId))) throw noSession(sessionId);
    note(who, answer.act, { sessionId, show, relays: relays.map(({ relayId }) => relayId) }, asked.because);
    return { ...answer, done: true };
  });

  serve(http, ACTION_CALLS.refold, async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { sessionId } = parseInput(sessionParams, request.params);
    const asked = parseInput(actBody, request.body ?? {});
    const ended = actions.ended(sessionId);
    if (ended === null) {
      throw new HttpProblem(
        404,
        `No session "${sessionId}" has ended. A running session is folded again at the next start.`,
      );
    }
    const { show, rulesVersion } = ended;
    const what =
      `Makes the laps, race events and results of session ${sessionId} of the show "${show}" again from its timeline, with ` +
      `timing rules ${TIMING_RULES_VERSION}. They were made with rules ${rulesVersion}.`;
    const undo = 'This cannot be undone: the earlier results are replaced. The timeline is not changed.';
    const answer = { act: 'session.refold', what, undo } as const;
    if (asked.dryRun) return { ...answer, done: false };
    if (!(await actions.refoldSession(sessionId))) {
      throw new HttpProblem(409, `The timeline of session "${sessionId}" is not on this server, or is being written.`);
    }
    note(who, answer.act, { sessionId, show, from: rulesVersion, to: TIMING_RULES_VERSION }, asked.because);
    return { ...answer, done: true };
  });

  serve(http, ACTION_CALLS.acceptLoss, async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { sessionId } = parseInput(sessionParams, request.params);
    const asked = parseInput(actBody, request.body ?? {});
    const session = operations.session(sessionId);
    if (session === null) throw new HttpProblem(404, `No session "${sessionId}" is known here.`);
    const { show, loss } = session;
    if (loss === undefined || loss.isAccepted) {
      throw new HttpProblem(409, `Nothing was lost of session "${sessionId}", or that is accepted already.`);
    }
    const what =
      `Accepts that ${loss.records ?? 'an unknown number of'} records (${loss.bytes} bytes) of session ${sessionId} of the show ` +
      `"${show}" are lost. The finding clears; how much was lost stays visible.`;
    const undo = 'This cannot be undone, and changes nothing of the session.';
    const answer = { act: 'session.accept_loss', what, undo } as const;
    if (asked.dryRun) return { ...answer, done: false };
    await actions.acceptLoss(sessionId);
    note(who, answer.act, { sessionId, show }, asked.because);
    return { ...answer, done: true };
  });

  serve(http, ACTION_CALLS.pause, async (request): Promise<OpsActAnswer> => {
    const who = await requireOpsAct(request, tokens);
    const { relayId } = parseInput(relayParams, request.params);
    const asked = parseInput(pauseBody, request.body ?? {});
    const { paused } = asked;
    const fed = operations.feeds(relayId);
    // One that is paused and away may be let go on before it comes back.
    const shows = new Set([...fed.map(({ show }) => show), ...(paused ? [] : actions.pausedIn(relayId))]);
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
            `Asks relay ${relayId}, ${where}, for no frames. It stays connected and keeps its frames; viewers see ` +
            'the picture stand still.',
          undo: 'Resume it with { "paused": false }: the kept frames follow then.',
        } as const)
      : ({
          act: 'relay.resume',
          what: `Asks relay ${relayId}, ${where}, to send frames again; the kept frames follow.`,
          undo: 'Pause it again with { "paused": true }.',
        } as const);
    if (asked.dryRun) return { ...answer, done: false };
    const because = asked.because === undefined ? WHY_NONE : withoutSecrets(asked.because);
    if (paused) {
      const pausing = actions.pauseRelay(show, relayId, because);
      note(who, answer.act, { relayId, show, sessionId: feeds }, asked.because);
      return { ...answer, done: true, ...(await pausing) };
    }
    try {
      await actions.resumeRelay(show, relayId, because);
    } catch (error) {
      if (error instanceof PauseStoreError) throw new HttpProblem(503, error.message);
      throw error;
    }
    note(who, answer.act, { relayId, show, sessionId: feeds }, asked.because);
    return { ...answer, done: true, ...STORED };
  });

  serveFollowActions(http, tokens, operations, actions);

  function note(who: string, action: OpsActAnswer['act'], detail: object, because: string | undefined): void {
    actions.audit(who, action, { ...detail, ...(because && { because: withoutSecrets(because) }) });
  }
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
