import type { Lap, RecordingHeader, SessionSummary } from '@okboxbox/protocol';

import { recordingLines } from '@okboxbox/sources';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Limits } from '../access/limits.js';
import type { RevokedTokens } from '../access/revoked-tokens.js';
import { type SignIn, SignInError } from '../access/sign-in.js';
import type { Tokens } from '../access/tokens.js';
import { denyWholeServer, namedCars, type Visitor } from '../access/visitor.js';
import { timingAnswerOf } from '../audience/feed-view.js';
import type { PastSessions, Rows } from '../audience/past-sessions.js';
import type { SessionRegistry } from '../session/registry.js';
import { segmentsOf } from '../timeline/read-timeline.js';
import { bearerOf, callerOf, problemOf, sessionFor } from './caller.js';
import { Downloads } from './downloads.js';
import { type HealthWorld, healthOf, isReady } from './health.js';
import { HttpProblem, sendLimited } from './problem.js';
import type { PublicWorld } from './public-calls.js';
import { recordsOf } from './recording-records.js';
import { SessionLists } from './session-list.js';
import { LiveTimings, sendShared } from './shared-answers.js';
import { jsonArray } from './slices.js';

export interface HttpWorld extends HealthWorld, PublicWorld {
  readonly registry: SessionRegistry;
  readonly past: PastSessions;
  readonly tokens: Tokens;
  readonly signIn: SignIn;
  readonly revoked: RevokedTokens;
  readonly limits: Limits;
  /** Notes who did what, behind the call. */
  readonly audit: (who: string, action: string, detail: object) => void;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const oneSession = z.object({ id: z.string().max(100) });
/** `sessionTime` asks for the timing as it was then, in seconds on the sim's session clock. */
const timingQuery = z.object({ sessionTime: z.coerce.number().optional() });
/** Of one car: by its index in the session, or by its number exactly as the sim writes it, which two cars may have. */
const lapsQuery = z.object({
  car: z.coerce.number().int().min(0).optional(),
  carNumber: z.string().min(1).max(200).optional(),
});
/** `follow` goes on with a running session until it ends. */
const recordingQuery = z.object({
  follow: z
    .enum(['0', '1'])
    .default('0')
    .transform((value) => value === '1'),
});
const revokeBody = z.object({ jti: z.string().min(1).max(100) });
const signInBody = z.object({ code: z.string().min(1).max(200) });

/** The HTTP calls (contract, section 6). Each translates, asks for the right, and reads. */
export function serveCalls(http: FastifyInstance, world: HttpWorld): void {
  const { registry, tokens } = world;

  http.get('/api/health', async () => healthOf(world));
  http.get('/api/health/ready', async (_request, reply) => {
    return reply.code(isReady(world) ? 200 : 503).send(healthOf(world));
  });

  http.post('/api/sign-in', { onRequest: limitSignIn(world.limits) }, async (request) => {
    const body = parse(signInBody, request.body);
    return world.signIn.redeem(body.code).catch((error: unknown) => {
      throw error instanceof SignInError ? new HttpProblem(401, error.message) : error;
    });
  });

  http.post('/api/tokens/revoke', async (request) => {
    const visitor = await bearerOf(request, tokens);
    const denial = denyWholeServer(visitor, 'ops:act');
    if (denial) throw problemOf(denial);
    const { jti } = parse(revokeBody, request.body);
    const revoking = world.revoked.revoke(jti, Math.round(world.clock.now()));
    world.audit(visitor.kind === 'token' ? visitor.claims.sub : '', 'token.revoke', { jti });
    return { jti, revoked: true, ...(await revoking) };
  });

  const lists = new SessionLists(world);
  http.get('/api/sessions', async (request, reply) => {
    const visitor = await callerOf(request, tokens);
    return sendShared(reply, lists.of(visitor));
  });

  const timings = new LiveTimings();
  http.get('/api/sessions/:id/timing', async (request, reply) => {
    const { sessionTime } = parse(timingQuery, request.query);
    const { summary } = await session(request, world);
    if (sessionTime !== undefined) {
      return timingAnswerOf(there(await registry.stateAt(summary.sessionId, sessionTime), summary));
    }
    const live = registry.liveSession(summary.sessionId);
    if (live) return sendShared(reply, timings.of(live.state));
    const ended = there(await world.audiences.ended(summary.sessionId), summary);
    return sendShared(reply, ended.snapshots.timing);
  });

  const downloads = new Downloads(world.limits);
  http.get('/api/sessions/:id/laps', async (request, reply) => {
    const { car, carNumber } = parse(lapsQuery, request.query);
    const { summary, visitor } = await session(request, world);
    const answer = downloads.begin(request, reply, visitor);
    const all = there(await world.past.laps(summary.sessionId, car), summary);
    const laps = carNumber === undefined ? all : ofNumber(all, carNumber);
    return reply.type(JSON_TYPE).send(answer(jsonArray(laps)));
  });

  http.get('/api/sessions/:id/events', async (request, reply) => {
    const { summary, visitor } = await session(request, world);
    const answer = downloads.begin(request, reply, visitor);
    const events = there(await world.past.events(summary.sessionId), summary);
    return reply.type(JSON_TYPE).send(answer(jsonArray(events)));
  });

  http.get('/api/sessions/:id/recording', async (request, reply) => {
    const { follow } = parse(recordingQuery, request.query);
    const { summary, visitor } = await session(request, world);
    const { sessionId, sim, startedAt } = summary;
    const dir = registry.timelineDir(sessionId);
    if ((await segmentsOf(dir)).length === 0) {
      throw new HttpProblem(404, `Session "${sessionId}" was not recorded by this server: there is no timeline here.`);
    }
    const header: RecordingHeader = { kind: 'recording', version: 1, sim, source: 'server', createdAt: startedAt };
    const ownCars = new Set(namedCars(visitor));
    const live = follow ? registry.liveSession(sessionId) : undefined;
    const answer = downloads.begin(request, reply, visitor, live !== undefined);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const records = recordsOf(dir, { ownCars, signal: gone.signal, ...(live && { live }) });
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

/** The session that a call is about, where the caller has `session:live` for it. */
async function session(
  request: Parameters<typeof callerOf>[0],
  { registry, tokens }: HttpWorld,
): Promise<{ summary: SessionSummary; visitor: Visitor }> {
  const { id } = parse(oneSession, request.params);
  const visitor = await callerOf(request, tokens);
  return { summary: sessionFor(visitor, 'session:live', registry, id), visitor };
}

/** The laps of the cars with a number, which two of them may have. */
async function* ofNumber(laps: Rows<Lap>, carNumber: string): AsyncGenerator<Lap> {
  for await (const lap of laps) if (lap.carNumber === carNumber) yield lap;
}

function there<T>(found: T | null, { sessionId }: SessionSummary): T {
  if (found !== null) return found;
  throw new HttpProblem(404, `There is no timeline of session "${sessionId}" here that can be read.`);
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.length ? `"${issue.path.join('.')}"` : 'The body';
  throw new HttpProblem(400, `${where} cannot be used: ${issue?.message}.`);
}
