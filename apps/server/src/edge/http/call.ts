import type { Capability } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { z } from 'zod';
import type { MessageName } from '../../sockets/messages.js';
import type { AnswerName, Answers } from './answers.js';
import { HttpProblem } from './problem.js';

/** Who may make a call. The handler asks for it, and the rights matrix holds both against the contract. */
export type Right =
  | { readonly of: 'everyone' }
  /** The show is published; or a token, or a link in the query, opens its picture. */
  | { readonly of: 'published' }
  /** A capability for the show or session that the path names; `orLink`, or a link to it in the query. */
  | { readonly of: 'show'; readonly capability: Capability; readonly orLink?: true }
  /** A capability of a token without limits to shows or sessions. */
  | { readonly of: 'server'; readonly capability: Capability };

export const EVERYONE: Right = { of: 'everyone' };
export const PUBLISHED: Right = { of: 'published' };
export const LIVE: Right = { of: 'show', capability: 'session:live' };
export const OPS_READ: Right = { of: 'server', capability: 'ops:read' };
export const OPS_ACT: Right = { of: 'server', capability: 'ops:act' };

/** An answer that is no JSON of a type in `Answers`: a text, a file, a redirect. */
export interface OtherAnswer {
  /** `null` where it has no body. */
  readonly mediaType: string | null;
  readonly about: string;
}

/** The acknowledgement of a socket call, as an answer: `ok: true` and one of these. */
export interface Acknowledged {
  readonly acknowledges: readonly MessageName[];
}

/** Groups of calls in the document. */
export type CallGroup = 'Server' | 'Sessions' | 'Public' | 'Shows' | 'Operations' | 'Diagnostics' | 'Drills';

type AnyAnswer = AnswerName | OtherAnswer | Acknowledged;

/**
 * One HTTP call, declared once: its route, its checks and its place in `/api/openapi.json` are made from this. A new call is
 * one of these, in a table beside its handler, and one `serve`.
 */
export interface Call<A extends AnyAnswer = AnyAnswer> {
  readonly method: 'GET' | 'POST';
  /** As Fastify writes it: `/api/sessions/:id`. */
  readonly path: string;
  readonly group: CallGroup;
  /** What it does, in a few words without a full stop. */
  readonly title: string;
  /** What a caller has to know beyond that. */
  readonly about?: string;
  readonly right: Right;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Its body is a file: of these types, and at most this large. */
  readonly file?: { readonly mediaTypes: readonly string[]; readonly maxBytes: number };
  readonly answer: A;
  /** Its status where that is not 200. */
  readonly status?: 202 | 302;
  /** Refusals that do not follow from the rest of the declaration, and when each comes. */
  readonly refusals?: Readonly<Partial<Record<400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 503, string>>>;
  /** The switch without which the call is not there (404). */
  readonly needs?: 'OPS_UI_ENABLED' | 'METRICS_ENABLED' | 'DIAGNOSTICS_ENABLED' | 'DRILLS_ENABLED';
}

/** Calls by name, each with its own types. */
export function declareCalls<const C extends Readonly<Record<string, Call>>>(calls: C): C {
  return calls;
}

type Answer<A> = A extends AnswerName
  ? Answers[A] | FastifyReply
  : A extends Acknowledged
    ? { readonly ok: true }
    : FastifyReply | string;

/** Serves a call as it is declared. Its handler answers with what the declaration names, or sends finished bytes itself. */
export function serve<A extends AnyAnswer>(
  http: FastifyInstance,
  { method, path, file }: Call<A>,
  handler: (request: FastifyRequest, reply: FastifyReply) => Answer<A> | Promise<Answer<A>>,
  onRequest: onRequestAsyncHookHandler[] = [],
): void {
  const route = {
    method,
    url: path,
    onRequest,
    handler: async (request: FastifyRequest, reply: FastifyReply) => handler(request, reply),
  };
  if (file === undefined) {
    http.route(route);
    return;
  }
  // Other calls go on to refuse such a body.
  void http.register(async (only) => {
    only.addContentTypeParser([...file.mediaTypes], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    only.route({ ...route, bodyLimit: file.maxBytes });
  });
}

/** What a call was given, as its schema reads it. @throws HttpProblem 400, which names the field */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.length ? `"${issue.path.join('.')}"` : 'The body';
  // The name of an unknown field is the caller's own word, and what is refused becomes an event. A schema with its own text
  // has cut that word short.
  const isUsual = issue?.code === 'unrecognized_keys' && issue.message.startsWith('Unrecognized');
  const why = isUsual ? 'it has a field that is not known here' : issue?.message;
  throw new HttpProblem(400, `${where} cannot be used: ${why}.`);
}
