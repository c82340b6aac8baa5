import { asTyped, type Capability, ERROR_CODES, type ErrorCode, type Problem } from '@okboxbox/protocol';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { OwnerRefusal, type OwnerRefusalCode } from '../../directory/owner-refusal.js';
import type { Logger } from '../../log.js';
import type { Taps } from '../../taps.js';

/** A call that is answered with an RFC 9457 problem document. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly capability: Capability | undefined;
  /** How long to wait before the next try, in ms: what `Retry-After` is made of. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, detail: string, capability?: Capability, retryAfterMs?: number) {
    super(detail);
    this.status = status;
    this.capability = capability;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The problem of a call that comes too soon; `waitMs` is how long to wait. */
export function limitedProblem(waitMs: number): Problem {
  const detail = `Too many calls from this address or with this token. Wait ${waitMs} ms, then try again.`;
  return { type: 'about:blank', title: TITLES[429] ?? '', status: 429, detail };
}

const TITLES: Readonly<Record<number, string>> = {
  400: ERROR_CODES.bad_request.text,
  401: ERROR_CODES.unauthenticated.text,
  403: ERROR_CODES.forbidden.text,
  404: ERROR_CODES.not_found.text,
  409: ERROR_CODES.conflict.text,
  413: ERROR_CODES.too_large.text,
  415: 'Unsupported media type',
  429: ERROR_CODES.rate_limited.text,
  500: ERROR_CODES.internal.text,
  503: 'Not ready',
};

/** The codes by which refusals are reported to operations: those of socket calls. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
};

/** Answers every failure of a call with a problem document; what is unexpected is logged and not told. */
export function answerProblems(http: FastifyInstance, log: Logger, taps?: Taps): void {
  http.setErrorHandler((failure: FastifyError | HttpProblem | OwnerRefusal, request, reply) => {
    const error = failure instanceof OwnerRefusal ? problemOfRefusal(failure) : failure;
    const path = request.routeOptions.url ?? 'unknown path';
    const status = error instanceof HttpProblem ? error.status : (error.statusCode ?? 500);
    const capability = error instanceof HttpProblem ? error.capability : undefined;
    if (status < 500)
      taps?.refusal.emit?.({
        from: 'http',
        socketId: null,
        where: path,
        code: CODES[status] ?? 'refused',
        message: error.message,
        capability: capability ?? null,
      });
    else if (!(error instanceof HttpProblem)) taps?.failure.emit?.('http', path, error);
    if (error instanceof HttpProblem) {
      const { retryAfterMs } = error;
      if (retryAfterMs !== undefined) void reply.header('retry-after', retryAfterOf(retryAfterMs));
      return sendProblem(reply, status, error.message, capability);
    }
    if (status < 500) return sendProblem(reply, status, error.message);
    log.error({ err: error, method: request.method, path }, 'a call failed');
    return sendProblem(reply, 500, 'The call failed on the server; the cause is in its log.');
  });
}

const STATUS_OF_REFUSAL: Readonly<Record<OwnerRefusalCode, number>> = {
  bad_request: 400,
  not_found: 404,
  conflict: 409,
  not_available: 503,
  internal: 503,
};

/** What an owner refuses, as the problem that it is answered with. */
function problemOfRefusal({ code, message }: OwnerRefusal): HttpProblem {
  return new HttpProblem(STATUS_OF_REFUSAL[code], message);
}

/** Answers a call that comes too soon; `waitMs` is how long to wait. */
export function sendLimited(reply: FastifyReply, waitMs: number): FastifyReply {
  return sendProblem(reply.header('retry-after', retryAfterOf(waitMs)), 429, limitedProblem(waitMs).detail);
}

/** `Retry-After` is in whole seconds. */
export function retryAfterOf(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1_000));
}

/** Answers what Fastify refuses before any call is asked, such as an address that is too long. */
export function answerFrameworkError(error: FastifyError, _request: unknown, reply: FastifyReply): void {
  void sendProblem(reply, error.statusCode ?? 400, 'This address cannot be used: it is too long, or badly encoded.');
}

/** Sends a problem document. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  capability?: Capability,
): FastifyReply {
  const problem: Problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail: asTyped(detail),
    ...(capability && { capability }),
  };
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  // As bytes: to text, Fastify would add a charset, which this media type does not have.
  return reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)));
}
