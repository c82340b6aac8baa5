import { Agent, request as ask, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type AddressOf, EDGE_CLIENT_HEADER } from '../../access/client-address.js';
import { HttpProblem } from './problem.js';

/** What an edge in a process of its own does not answer itself. */
const OWNERS = ['/api/*', '/metrics', '/l/*'] as const;
/** Largest body that is passed on, in bytes: no call takes more. Each call has its own limit at the owner. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Headers that are of one connection alone (RFC 9110, section 7.6.1). */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

export interface OwnerProxyDeps {
  /** The socket of the owner's server. */
  readonly path: string;
  readonly addressOf: AddressOf;
}

/**
 * Hands calls on to the owner in another process of this machine, and its answers back as they come: rights, limits and
 * inputs are looked at there. The owner is told the address of the client; what a client says of that itself is dropped. A
 * call whose client has gone ends at the owner as well. Returns the way to let go of the connections to the owner.
 */
export async function passCallsOn(http: FastifyInstance, { path, addressOf }: OwnerProxyDeps): Promise<() => void> {
  const agent = new Agent({ keepAlive: true });
  const askOwner = ({ raw, body }: FastifyRequest, signal: AbortSignal) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      // An address may be a whole one: nothing but its path goes on, to the owner.
      const { pathname, search } = new URL(raw.url ?? '/', 'http://owner');
      const headers = { ...ownHeaders(raw.headers), [EDGE_CLIENT_HEADER]: addressOf(raw) };
      const options = { socketPath: path, agent, method: raw.method, path: `${pathname}${search}`, headers, signal };
      const asked = ask(options, resolve);
      asked.on('error', reject);
      asked.end(body);
    });
  await http.register(async (calls) => {
    calls.removeAllContentTypeParsers();
    calls.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    for (const url of OWNERS) {
      calls.all(url, async (request, reply) => {
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        const answer = await askOwner(request, gone.signal).catch((error: Error) => {
          if (gone.signal.aborted) throw error;
          throw new HttpProblem(503, 'The server that owns the races does not answer. Try again in a few seconds.');
        });
        return reply
          .code(answer.statusCode ?? 502)
          .headers(ownHeaders(answer.headers))
          .send(answer);
      });
    }
  });
  return () => agent.destroy();
}

/** Headers without those of the connection, and those that it names as its own. */
function ownHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name) && !named.includes(name)),
  );
}
