import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem.js';

/** Pages that exist; the browser's router draws them from one document. */
const PAGES = ['/', '/sessions/:id', '/sessions/:id/director', '/public/:id'] as const;
/** Pages of operations: there where they are switched on. */
const OPS_PAGES = ['/admin/ops', '/admin/ops/:view'] as const;
/** Overlays that exist, as they stand behind `/overlay/`. */
const OVERLAYS: readonly string[] = ['timing-tower'];
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

/**
 * Serves the built pages: hashed files for ever, the document never from a cache. `webDir` is `null` where the
 * pages were not built; addresses that are no page and no call answer 404, and so do those of operations where they are
 * switched off.
 */
export async function servePages(http: FastifyInstance, webDir: string | null, withOps = false): Promise<void> {
  const document = await documentOf(webDir, 'index.html');
  const overlay = await documentOf(webDir, 'overlay.html');
  if (webDir !== null && document !== null) {
    await http.register(fastifyStatic, {
      root: join(webDir, 'assets'),
      prefix: '/assets/',
      immutable: true,
      maxAge: '1y',
    });
    for (const page of withOps ? [...PAGES, ...OPS_PAGES] : PAGES) {
      http.get(page, async (_request, reply) => sendDocument(reply.code(200), document));
    }
    http.get<{ Params: { kind: string } }>('/overlay/:kind', async (request, reply) => {
      if (overlay !== null && OVERLAYS.includes(request.params.kind)) return sendDocument(reply.code(200), overlay);
      return reply.callNotFound();
    });
  }
  http.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
    if (document !== null && wantsPage && !request.url.startsWith('/api/')) {
      return sendDocument(reply.code(404), document);
    }
    return sendProblem(reply, 404, `There is nothing at ${request.method} ${request.url.slice(0, 200)}.`);
  });
}

async function documentOf(webDir: string | null, file: string): Promise<Buffer | null> {
  const path = webDir === null ? null : join(webDir, file);
  return path !== null && existsSync(path) ? readFile(path) : null;
}

function sendDocument(reply: import('fastify').FastifyReply, document: Buffer): import('fastify').FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-security-policy', POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .send(document);
}
