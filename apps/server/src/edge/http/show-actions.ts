import { showSlug } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { EventWindows, type Limits } from '../../access/limits.js';
import type { Tokens } from '../../access/tokens.js';
import type { Visitor } from '../../access/visitor.js';
import { CallRefused } from '../../sockets/calls.js';
import type { ActInput, ActName, DirectorActs } from '../director-acts.js';
import { DIRECTOR_CALLS, DIRECTOR_RIGHT } from '../director-calls.js';
import { type Acknowledged, type Call, parseInput, serve } from './call.js';
import { callerOf } from './caller.js';
import { HttpProblem } from './problem.js';

export interface ShowActionsDeps {
  readonly acts: DirectorActs;
  readonly tokens: Tokens;
  readonly limits: Limits;
}

/** An act over HTTP: its title, and the calls that it stands for; which of two, its payload says. */
interface HttpAct {
  readonly title: string;
  readonly calls: readonly [ActName, ...ActName[]];
  readonly choose?: (payload: Readonly<Record<string, unknown>>) => ActName;
}

/** Acts over HTTP by their names in the address (contract, section 6). All else of them is in `DIRECTOR_CALLS`. */
export const HTTP_ACTS: Readonly<Record<string, HttpAct>> = {
  delay: { title: 'Set the delay', calls: ['setDelay'] },
  pause: { title: 'Pause the picture', calls: ['pause'] },
  resume: { title: 'Resume the picture', calls: ['resume'] },
  publish: { title: 'Publish a show, or take it off the air', calls: ['publish'] },
  finish: { title: 'Finish the show', calls: ['finish'] },
  match: { title: 'Match the delay with the stream', calls: ['match'] },
  cue: { title: 'Put graphics on air, or take them off', calls: ['cue'] },
  scene: { title: 'Cue, save or delete a scene', calls: ['scene'] },
  auto: { title: 'Let the show run by itself, or take control', calls: ['auto'] },
  follow: { title: 'Choose the session that a show follows', calls: ['follow'] },
  look: { title: "Set a show's own look", calls: ['look'] },
  camera: { title: "Ask the sim's camera for another one, or for a car", calls: ['camera'] },
  undo: { title: 'Undo the newest act', calls: ['undo'] },
  link: {
    title: 'Create a share link, or revoke one',
    calls: ['createLink', 'revokeLink'],
    choose: ({ code }) => (code === undefined ? 'createLink' : 'revokeLink'),
  },
};

type ActCall = Call<Acknowledged> & { readonly params: typeof ofShow; readonly act: HttpAct };

const ofShow = z.object({ show: showSlug.describe("The show's slug.") });

/** What directors and operators do to a show over HTTP: made of the declarations of the socket calls. */
export const SHOW_CALLS: readonly ActCall[] = Object.entries(HTTP_ACTS).map(([name, act]) => {
  const declared = act.calls.map((each) => DIRECTOR_CALLS[each]);
  return {
    act,
    method: 'POST',
    path: `/api/shows/:show/acts/${name}`,
    group: 'Shows',
    title: act.title,
    about: declared.map(({ event, about }) => `The same as the socket event \`${event}\`. ${about}`).join(' '),
    right: { of: 'show', capability: DIRECTOR_RIGHT },
    params: ofShow,
    body: z.union(declared.map(({ input }) => z.object({ ...input.shape, show: showSlug.optional() }))),
    answer: { acknowledges: [...new Set(declared.map(({ answer }) => answer))] },
    refusals: {
      404: 'There is no such session, relay, show, scene, link or car.',
      409: 'It does not fit what there is now; `detail` says what.',
      415: 'The body is not JSON.',
      503: 'It cannot be done now, or the show has no owner now; `detail` says why.',
    },
  };
});

/** Callers that are counted by their calls, at most. */
const MOST_COUNTED = 1_000;

/**
 * What directors and operators do to a show over HTTP (contract, section 6): for Stream Deck, Companion and scripts. Each
 * runs the same function as its socket event.
 */
export function serveShowActions(http: FastifyInstance, { acts, tokens, limits }: ShowActionsDeps): void {
  const counted = new Map<string, EventWindows>();

  /** As on a socket, each event by itself. @throws HttpProblem 429 */
  const limit = (request: FastifyRequest, visitor: Visitor, event: string) => {
    const key = visitor.kind === 'token' ? (visitor.claims.jti ?? visitor.claims.sub) : limits.keyOf(request.raw);
    const windows = counted.get(key) ?? new EventWindows();
    counted.delete(key);
    counted.set(key, windows);
    const oldest = counted.keys().next();
    if (counted.size > MOST_COUNTED && !oldest.done) counted.delete(oldest.value);
    const waitMs = windows.take(event);
    if (waitMs === 0) return;
    limits.refused('event', limits.keyOf(request.raw));
    throw new HttpProblem(429, `${event} came too often. Wait ${waitMs} ms.`, undefined, waitMs);
  };

  const answer = async (call: ActCall, request: FastifyRequest) => {
    const visitor = await callerOf(request, tokens);
    const { show } = parseInput(call.params, request.params);
    const given = payloadOf(request);
    const payload = given instanceof HttpProblem ? {} : given;
    const { calls, choose } = call.act;
    const name = choose?.(payload) ?? calls[0];
    const { event, input } = DIRECTOR_CALLS[name];
    limit(request, visitor, event);
    // A session is of the show of the address, or it is not there. Its own call names both.
    const isOfSession = payload.sessionId !== undefined && name !== 'follow';
    try {
      const sessionId = typeof payload.sessionId === 'string' ? payload.sessionId : undefined;
      acts.check(name, visitor, isOfSession && sessionId !== undefined ? { sessionId } : { show, sessionId });
      if (given instanceof HttpProblem) throw given;
      if (payload.show !== undefined && payload.show !== show) {
        throw new HttpProblem(400, '"show" cannot be used: it is not the show of the address.');
      }
      const { show: _, ...rest } = payload;
      const parsed = parseInput<z.ZodType>(input, isOfSession ? rest : { ...payload, show });
      return { ok: true as const, ...(await acts.run(name, visitor, parsed as ActInput<typeof name>, show)) };
    } catch (error) {
      throw problemOfCall(error);
    }
  };

  void http.register(async (only) => {
    readBodies(only);
    for (const call of SHOW_CALLS) serve(only, call, (request) => answer(call, request));
  });
}

/**
 * Reads every body, and leaves it to the call to refuse one: who may not make the call is told that first. An empty body is
 * none, as programs send it that set the content type of every call.
 */
function readBodies(http: FastifyInstance): void {
  const parse = http.getDefaultJsonParser('error', 'error');
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    if (text.trim() === '') return done(null, undefined);
    return parse(request, text, (error, value) =>
      done(null, error === null ? value : new HttpProblem(400, 'The body cannot be read: it is not JSON.')),
    );
  });
  http.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/**
 * The payload of an act; none is one without fields. A problem where it cannot be used: 415 where it is not JSON, since a form
 * of another site can send texts and forms, and no JSON.
 */
function payloadOf({ headers, body }: FastifyRequest): Readonly<Record<string, unknown>> | HttpProblem {
  if (body instanceof HttpProblem) return body;
  const type = headers['content-type'];
  const isJson = type !== undefined && /^application\/json\b/i.test(type);
  if ((type === undefined || isJson) && (body === undefined || body === null)) return {};
  if (!isJson)
    return new HttpProblem(415, 'The body of this call must be JSON, with the content type application/json.');
  const parsed = z.looseObject({}).safeParse(body);
  return parsed.success ? parsed.data : new HttpProblem(400, 'The body cannot be used: it is not an object.');
}

const STATUS: Readonly<Partial<Record<CallRefused['code'], number>>> = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
};

/** What a call throws, as it is thrown over HTTP: a refusal is a problem document. */
export function problemOfCall(error: unknown): unknown {
  if (!(error instanceof CallRefused)) return error;
  const { code, message, capability, retryAfterMs } = error;
  return new HttpProblem(STATUS[code] ?? 503, message, capability, retryAfterMs);
}
