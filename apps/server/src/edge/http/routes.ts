import { type Lap, liveRoom, type RecordingHeader, type SessionSummary } from '@okboxbox/protocol';
import { recordingLines } from '@okboxbox/sims';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Limits } from '../../access/limits.js';
import type { RevokedTokens } from '../../access/revoked-tokens.js';
import { type SignIn, SignInError } from '../../access/sign-in.js';
import type { Tokens } from '../../access/tokens.js';
import { denyWholeServer, namedCars, type Visitor } from '../../access/visitor.js';
import type { Owner, Rows } from '../../directory/owner.js';
import { declareCalls, EVERYONE, LIVE, OPS_ACT, parseInput, serve } from './call.js';
import { bearerOf, callerOf, problemOf, sessionFor } from './caller.js';
import { Downloads } from './downloads.js';
import { type HealthDeps, healthOf, isReady } from './health.js';
import { HttpProblem, sendLimited } from './problem.js';
import type { PublicDeps } from './public-calls.js';
import { RunningTimings } from './running-timings.js';
import { SessionLists } from './session-list.js';
import { sendShared } from './shared-answers.js';
import { jsonArray } from './slices.js';

export interface HttpDeps extends HealthDeps, PublicDeps {
  readonly tokens: Tokens;
  readonly signIn: SignIn;
  readonly revoked: RevokedTokens;
  readonly limits: Limits;
  /** Notes who did what, behind the call. */
  readonly audit: (who: string, action: string, detail: object) => void;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const SESSION = z.object({ id: z.string().max(100).describe("The session's id.") });
const NO_SESSION = 'There is no such session, or its timeline cannot be read.';
const BUSY = { 429: 'Too many long answers at once.', 503: 'The owner of the show is busy or cannot be reached.' };

/** The calls of everyone who signs in and of those who see sessions live. */
export const SESSION_CALLS = declareCalls({
  health: {
    method: 'GET',
    path: '/api/health',
    group: 'Server',
    title: 'Health of the server',
    right: EVERYONE,
    answer: 'Health',
  },
  ready: {
    method: 'GET',
    path: '/api/health/ready',
    group: 'Server',
    title: 'Whether the server can do its work',
    about: 'The body is the health in either case.',
    right: EVERYONE,
    answer: 'Health',
    refusals: { 503: 'A required part is down.' },
  },
  signIn: {
    method: 'POST',
    path: '/api/sign-in',
    group: 'Server',
    title: 'Sign in with a one-time code',
    right: EVERYONE,
    body: z.object({ code: z.string().min(1).max(200).describe('The one-time code of a sign-in link.') }),
    answer: 'SignInAnswer',
    refusals: { 401: 'The code is unknown, used or expired.' },
  },
  revokeToken: {
    method: 'POST',
    path: '/api/tokens/revoke',
    group: 'Server',
    title: 'Revoke a token',
    about: 'Effective within 1 s, open sockets and downloads included.',
    right: OPS_ACT,
    body: z.object({ jti: z.string().min(1).max(100).describe('The `jti` of the token to revoke.') }),
    answer: 'TokenRevoked',
  },
  sessions: {
    method: 'GET',
    path: '/api/sessions',
    group: 'Sessions',
    title: 'List sessions, newest first',
    about:
      'With `session:live` all sessions that the token covers. Without it only published ones, as of the delayed instant.',
    right: EVERYONE,
    answer: 'Sessions',
  },
  timing: {
    method: 'GET',
    path: '/api/sessions/:id/timing',
    group: 'Sessions',
    title: 'Live timing of a session',
    right: LIVE,
    params: SESSION,
    query: z.object({
      sessionTime: z.coerce
        .number()
        .optional()
        .describe("The timing as it was then, in seconds on the sim's session clock."),
    }),
    answer: 'TimingAnswer',
    refusals: { 404: NO_SESSION, 503: BUSY[503] },
  },
  laps: {
    method: 'GET',
    path: '/api/sessions/:id/laps',
    group: 'Sessions',
    title: 'Laps of a session, in the order of crossing',
    right: LIVE,
    params: SESSION,
    query: z.object({
      car: z.coerce.number().int().min(0).optional().describe('Laps of one car, by its index in the session.'),
      carNumber: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('Laps of the cars with this number, exactly as the sim writes it. Two cars may have it.'),
    }),
    answer: 'Laps',
    refusals: { 404: NO_SESSION, ...BUSY },
  },
  events: {
    method: 'GET',
    path: '/api/sessions/:id/events',
    group: 'Sessions',
    title: 'Race events of a session, in order',
    right: LIVE,
    params: SESSION,
    answer: 'Events',
    refusals: { 404: NO_SESSION, ...BUSY },
  },
  recording: {
    method: 'GET',
    path: '/api/sessions/:id/recording',
    group: 'Sessions',
    title: 'Download a session as a recording',
    about: 'Own-car data only of the cars that the token names.',
    right: LIVE,
    params: SESSION,
    query: z.object({
      follow: z
        .enum(['0', '1'])
        .default('0')
        .transform((value) => value === '1')
        .describe('With `1`, goes on with a running session until it ends.'),
    }),
    answer: { mediaType: 'application/x-ndjson', about: 'The recording, one JSON object per line.' },
    refusals: { 404: NO_SESSION, ...BUSY },
  },
});

/** The HTTP calls (contract, section 6). Each translates, asks for the right, and reads. */
export function serveCalls(http: FastifyInstance, deps: HttpDeps): void {
  const { tokens } = deps;

  serve(http, SESSION_CALLS.health, () => healthOf(deps));
  serve(http, SESSION_CALLS.ready, (_request, reply) => reply.code(isReady(deps) ? 200 : 503).send(healthOf(deps)));

  const signIn = async (request: FastifyRequest) => {
    const { code } = parseInput(SESSION_CALLS.signIn.body, request.body);
    return deps.signIn.redeem(code).catch((error: unknown) => {
      throw error instanceof SignInError ? new HttpProblem(401, error.message) : error;
    });
  };
  serve(http, SESSION_CALLS.signIn, signIn, [limitSignIn(deps.limits)]);

  serve(http, SESSION_CALLS.revokeToken, async (request) => {
    const visitor = await bearerOf(request, tokens);
    const denial = denyWholeServer(visitor, 'ops:act');
    if (denial) throw problemOf(denial);
    const { jti } = parseInput(SESSION_CALLS.revokeToken.body, request.body);
    const revoking = deps.revoked.revoke(jti, Math.round(deps.clock.now()));
    deps.audit(visitor.kind === 'token' ? visitor.claims.sub : '', 'token.revoke', { jti });
    return { jti, revoked: true as const, ...(await revoking) };
  });

  const lists = new SessionLists(deps);
  serve(http, SESSION_CALLS.sessions, async (request, reply) => {
    const visitor = await callerOf(request, tokens);
    return sendShared(reply, lists.of(visitor));
  });

  const timings = new RunningTimings();
  serve(http, SESSION_CALLS.timing, async (request, reply) => {
    const { sessionTime } = parseInput(SESSION_CALLS.timing.query, request.query);
    const { summary, owner } = await session(request, deps);
    const { sessionId } = summary;
    if (sessionTime !== undefined) {
      return sendShared(reply, there(await owner.timingAt(sessionId, sessionTime), summary));
    }
    const timing = await owner.timing(sessionId);
    const view = deps.channel.view(liveRoom(sessionId));
    return sendShared(reply, view ? timings.of(timing, view) : there(timing, summary));
  });

  const downloads = new Downloads(deps.limits);
  serve(http, SESSION_CALLS.laps, async (request, reply) => {
    const { car, carNumber } = parseInput(SESSION_CALLS.laps.query, request.query);
    const { summary, visitor, owner } = await session(request, deps);
    const answer = downloads.begin(request, reply, visitor);
    const all = there(await owner.laps(summary.sessionId, car), summary);
    const laps = carNumber === undefined ? all : ofNumber(all, carNumber);
    return reply.type(JSON_TYPE).send(answer(jsonArray(laps)));
  });

  serve(http, SESSION_CALLS.events, async (request, reply) => {
    const { summary, visitor, owner } = await session(request, deps);
    const answer = downloads.begin(request, reply, visitor);
    const events = there(await owner.events(summary.sessionId), summary);
    return reply.type(JSON_TYPE).send(answer(jsonArray(events)));
  });

  serve(http, SESSION_CALLS.recording, async (request, reply) => {
    const { follow } = parseInput(SESSION_CALLS.recording.query, request.query);
    const { summary, visitor, owner } = await session(request, deps);
    const { sessionId, sim, startedAt, status } = summary;
    const ownCars = new Set(namedCars(visitor));
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const records = await owner.recording(sessionId, { ownCars, follow, signal: gone.signal });
    if (records === null) {
      throw new HttpProblem(404, `Session "${sessionId}" was not recorded by this server: there is no timeline here.`);
    }
    const header: RecordingHeader = { kind: 'recording', version: 1, sim, source: 'server', createdAt: startedAt };
    const answer = downloads.begin(request, reply, visitor, follow && status === 'live');
    const lines = recordingLines(header, records);
    return reply
      .type('application/x-ndjson; charset=utf-8')
      .header('content-disposition', `attachment; filename="${sessionId}.jsonl"`)
      .send(answer(lines));
  });
}

/** Counts attempts to sign in where the route is known: an address can be written in many ways, and all of them come here. */
function limitSignIn(limits: Limits) {
  return async ({ raw }: FastifyRequest, reply: FastifyReply) => {
    const waitMs = await limits.take('sign-in', limits.keyOf(raw));
    return waitMs === 0 ? undefined : sendLimited(reply, waitMs);
  };
}

/** The session that a call is about, where the caller has `session:live` for it, and the owner of its show. */
async function session(
  request: Parameters<typeof callerOf>[0],
  { directory, tokens }: HttpDeps,
): Promise<{ summary: SessionSummary; visitor: Visitor; owner: Owner }> {
  const { id } = parseInput(SESSION, request.params);
  const visitor = await callerOf(request, tokens);
  const summary = sessionFor(visitor, 'session:live', directory, id);
  return { summary, visitor, owner: await directory.ownerOf(summary.show) };
}

/** The laps of the cars with a number, which two of them may have. */
async function* ofNumber(laps: Rows<Lap>, carNumber: string): AsyncGenerator<Lap> {
  for await (const lap of laps) if (lap.carNumber === carNumber) yield lap;
}

function there<T>(found: T | null, { sessionId }: SessionSummary): T {
  if (found !== null) return found;
  throw new HttpProblem(404, `There is no timeline of session "${sessionId}" here that can be read.`);
}
