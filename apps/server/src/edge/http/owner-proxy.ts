import { escape as escaped } from 'node:querystring';
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance } from 'fastify';
import { type AddressOf, EDGE_CLIENT_HEADER } from '../../access/client-address.js';
import { sendProblem } from './problem.js';

/** What an edge in a process of its own does not answer itself. */
const OWNERS = ['/api/*', '/metrics', '/l/*'] as const;

/** Largest body that is passed on, in bytes: no call takes more. Each call has its own limit at the owner. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface OwnerProxyDeps {
  /** The socket of the owner's server. */
  readonly path: string;
  readonly addressOf: AddressOf;
}

/**
 * Hands calls on to the owner in another process of this machine, and its answers back, byte by byte: rights, limits and
 * inputs are looked at there. The owner is told the address of the client; what a client says of that itself is dropped.
 */
export async function passCallsOn(http: FastifyInstance, { path, addressOf }: OwnerProxyDeps): Promise<void> {
  await http.register(async (calls) => {
    calls.removeAllContentTypeParsers();
    calls.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    await calls.register(replyFrom, {
      base: `unix+http://${escaped(path)}/`,
      disableRequestLogging: true,
      // Whether to try again is the client's decision: an answer of 503 is one.
      retryMethods: [],
      // A download that follows a session is silent for as long as nothing comes of it.
      undici: { headersTimeout: 0, bodyTimeout: 0 },
    });
    for (const url of OWNERS) {
      calls.all(url, (request, reply) => {
        // An address may be a whole one: nothing but its path goes on, to the owner.
        const { pathname, search } = new URL(request.raw.url ?? '/', 'http://owner');
        const body = request.body as Buffer | undefined;
        return reply.from(`${pathname}${search}`, {
          ...(body && { body, contentType: request.headers['content-type'] ?? 'application/octet-stream' }),
          rewriteRequestHeaders: (_request, { 'transfer-encoding': _, ...headers }) => ({
            ...headers,
            host: request.raw.headers.host ?? 'owner',
            [EDGE_CLIENT_HEADER]: addressOf(request.raw),
          }),
          onError: () =>
            void sendProblem(reply, 503, 'The server that owns the races does not answer. Try again in a few seconds.'),
        });
      });
    }
  });
}
