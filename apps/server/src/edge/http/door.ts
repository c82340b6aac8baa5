import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { KeyedLimit, Limits } from '../../access/limits.js';
import { ANSWER_HEADERS } from './answer-headers.js';
import { limitedProblem, retryAfterOf } from './problem.js';

/** Where Socket.IO listens. */
const SOCKETS = /^\/socket\.io(?:\/|\?|$)/;
/** What a token is known by before it is checked: its signature, at its end. */
const SIGNATURE_LENGTH = 43;

/** What the door is guarded with. */
export interface DoorDeps {
  readonly limits: Limits;
  /** Whether there is a connection of this id that may go on polling. */
  readonly isConnected: (connectionId: string) => boolean;
}

/**
 * Counts every request before anything is done for it, calls, pages, polls and upgrades to WebSockets alike, and answers
 * what is too much with 429 and `Retry-After`. To be called when all others listen at the server: they hear of what passes.
 */
export function guardDoor(server: Server, deps: DoorDeps): void {
  guard(server, 'request', deps, (waitMs, _request, response: ServerResponse) => {
    const { headers, body } = limitedAnswer(waitMs);
    response.writeHead(429, headers).end(body);
  });
  // First of all listeners: what refuses a request without any of them has these headers, too.
  server.prependListener('request', (_request, response: ServerResponse) => {
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) response.setHeader(name, value);
  });
  guard(server, 'upgrade', deps, (waitMs, _request, socket: Duplex) => {
    const { headers, body } = limitedAnswer(waitMs);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.on('error', () => socket.destroy());
    socket.end(`HTTP/1.1 429 Too Many Requests\r\n${lines.join('\r\n')}\r\nconnection: close\r\n\r\n${body}`);
  });
}

function guard<A>(
  server: Server,
  event: 'request' | 'upgrade',
  { limits, isConnected }: DoorDeps,
  refuse: (waitMs: number, request: IncomingMessage, answer: A) => void,
): void {
  const inside = server.listeners(event) as ((...args: unknown[]) => void)[];
  server.removeAllListeners(event);
  server.on(event, (request: IncomingMessage, answer: A, ...more: unknown[]) => {
    waitOf(request, limits, isConnected).then((waitMs) => {
      if (waitMs > 0) refuse(waitMs, request, answer);
      else for (const listener of inside) listener.call(server, request, answer, ...more);
    });
  });
}

/** How long a request has to wait, in ms; 0 where it may pass. */
async function waitOf(request: IncomingMessage, limits: Limits, isConnected: (id: string) => boolean): Promise<number> {
  const { url = '/', headers } = request;
  const address = limits.keyOf(request);
  if (SOCKETS.test(url)) {
    const connectionId = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('sid');
    return connectionId !== null && isConnected(connectionId)
      ? limits.take('poll', connectionId)
      : limits.take('connection', address);
  }
  const { authorization } = headers;
  const waitMs = await limits.take(limitOf(url, authorization !== undefined), address);
  if (waitMs > 0 || authorization === undefined) return waitMs;
  return limits.take('token-call', authorization.slice(-SIGNATURE_LENGTH));
}

function limitOf(url: string, isSigned: boolean): KeyedLimit {
  if (url.startsWith('/assets/') || url.startsWith('/ograf/')) return 'file';
  return isSigned ? 'signed-call' : 'call';
}

function limitedAnswer(waitMs: number): { readonly headers: Record<string, string | number>; readonly body: string } {
  const body = JSON.stringify(limitedProblem(waitMs));
  const headers = {
    ...ANSWER_HEADERS,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'retry-after': retryAfterOf(waitMs),
  };
  return { headers, body };
}
