import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Server } from 'socket.io';

/** Lets a page of any origin read an answer; browsers send neither cookies nor tokens with such a call by themselves. */
const READABLE = { 'access-control-allow-origin': '*' } as const;

/**
 * Lets pages of other origins, `null` included, read the answers of calls that name a share link (`?link=`), and connect
 * with one: graphics in programs for playout run from an origin of their own. What a link opens is all that they get: an
 * answer to a call with a token or a cookie stays unreadable for them, and so does every call without a link.
 */
export function allowForeignPages(http: FastifyInstance, io: Server): void {
  http.addHook('onSend', async (request, reply) => {
    if (isByLink(request.raw)) void reply.headers(READABLE);
  });
  io.engine.on('headers', (headers: Record<string, string>, request: IncomingMessage) => {
    if (isByLink(request)) Object.assign(headers, READABLE);
  });
}

/** Lets pages of other origins load a file that is the same for everyone. */
export function setReadable(reply: FastifyReply): void {
  void reply.headers(READABLE);
}

function isByLink({ url = '', headers }: IncomingMessage): boolean {
  if (headers.authorization !== undefined || headers.cookie !== undefined) return false;
  const start = url.indexOf('?');
  return start !== -1 && Boolean(new URLSearchParams(url.slice(start + 1)).get('link'));
}
