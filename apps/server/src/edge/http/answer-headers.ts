import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';

/**
 * Headers of every answer, calls and pages and files alike: browsers take the type as it is given, and nothing is kept in
 * a cache unless the answer says so itself, as hashed files do.
 */
export const ANSWER_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;

/** Adds `ANSWER_HEADERS` to all that Fastify answers; what an answer has set itself stays. */
export function addAnswerHeaders(http: FastifyInstance): void {
  http.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) {
      if (!reply.hasHeader(name)) void reply.header(name, value);
    }
  });
}

/** The same for what Engine.IO answers itself: handshakes and polls. */
export function addSocketHeaders(io: Server): void {
  io.engine.on('headers', (headers: Record<string, string>) => Object.assign(headers, ANSWER_HEADERS));
}
