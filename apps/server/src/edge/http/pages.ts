import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { commandName, isOverlayKind, noSuchCall } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setReadable } from './foreign-pages.js';
import { sendProblem } from './problem.js';

/** Pages that exist; the browser's router draws them from one document. */
const PAGES = ['/', '/sessions/:id', '/sessions/:id/director', '/public/:id'] as const;
/** Pages of operations: there where they are switched on. */
const OPS_PAGES = ['/admin/ops', '/admin/ops/:view'] as const;
/** A host with or without a port, as browsers send it: nothing else from the header enters the policy. */
const HOST = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * The policy of a page. `'self'` does not cover WebSockets in every browser that OBS and phones carry, so they are
 * named: those of the address that the page was opened at, and of `PUBLIC_URL`.
 */
export function policyFor(host: string | undefined, publicUrl: string | null): string {
  const hosts = new Set<string>();
  if (host !== undefined && HOST.test(host)) hosts.add(host.toLowerCase());
  if (publicUrl !== null) hosts.add(new URL(publicUrl).host);
  const connect = ["'self'", ...[...hosts].flatMap((each) => [`ws://${each}`, `wss://${each}`])].join(' ');
  return `default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src ${connect}; frame-ancestors 'self'; base-uri 'none'; form-action 'self'`;
}

/** Whether a call comes from the address bar of a browser, which is to be shown a page rather than JSON. */
export function wantsPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true;
}

/** What is served beside the pages that are always there. */
export interface PagesOptions {
  /** Whether the pages of operations are there. */
  readonly withOps?: boolean;
  /** The address that people use, where a proxy stands before the server. */
  readonly publicUrl?: string | null;
}

/**
 * Serves the built pages: hashed files for ever, the document never from a cache. `webDir` is `null` where the
 * pages were not built; addresses that are no page and no call answer 404, and so do those of operations where they are
 * switched off.
 */
export async function servePages(
  http: FastifyInstance,
  webDir: string | null,
  { withOps = false, publicUrl = null }: PagesOptions = {},
): Promise<void> {
  const sendDocument = (request: FastifyRequest, reply: FastifyReply, document: Buffer): FastifyReply =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', policyFor(request.headers.host, publicUrl))
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(document);
  const sendPage = async (request: FastifyRequest, reply: FastifyReply, from: BuiltDocument, status: number) => {
    const document = await from.read();
    return document === null ? sendNothing(request, reply) : sendDocument(request, reply.code(status), document);
  };
  const page = new BuiltDocument(webDir, 'index.html');
  const overlay = new BuiltDocument(webDir, 'overlay.html');
  if (webDir !== null && (await page.read()) !== null) {
    await http.register(fastifyStatic, {
      root: join(webDir, 'assets'),
      prefix: '/assets/',
      immutable: true,
      maxAge: '1y',
    });
    // Graphics for programs of playout, which load them from an origin of their own.
    await http.register(fastifyStatic, {
      root: join(webDir, 'ograf'),
      prefix: '/ograf/',
      decorateReply: false,
      cacheControl: false,
      setHeaders: setReadable,
    });
    if (withOps) serveViewer(http, join(webDir, 'pack-viewer.html'));
    for (const path of withOps ? [...PAGES, ...OPS_PAGES] : PAGES) {
      http.get(path, async (request, reply) => sendPage(request, reply, page, 200));
    }
    http.get<{ Params: { kind: string } }>('/overlay/:kind', async (request, reply) => {
      if (!isOverlayKind(request.params.kind)) return reply.callNotFound();
      return sendPage(request, reply, overlay, 200);
    });
  }
  http.setNotFoundHandler(async (request, reply) => {
    if (wantsPage(request) && !request.url.startsWith('/api/')) return sendPage(request, reply, page, 404);
    return sendNothing(request, reply);
  });
}

/** The viewer that the console puts a support pack into and saves: a file, and no page of this server. */
function serveViewer(http: FastifyInstance, path: string): void {
  http.get('/admin/ops/pack-viewer.html', async (request, reply) => {
    const viewer = await readFile(path).catch(() => null);
    if (viewer === null) return sendNothing(request, reply);
    return reply
      .type('application/octet-stream')
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .header('content-disposition', 'attachment; filename="pack-viewer.html"')
      .send(viewer);
  });
}

function sendNothing({ method, url }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 404, noSuchCall(method, url.slice(0, 200)));
}

/**
 * A document of the built pages, read for each request: one that is kept would name files that are gone once the pages
 * are built again. While a build has taken it away, it is what it was.
 */
class BuiltDocument {
  readonly #path: string | null;
  #last: Buffer | null = null;

  constructor(webDir: string | null, file: string) {
    this.#path = webDir === null ? null : join(webDir, file);
  }

  /** Resolves with `null` where it was never built. */
  async read(): Promise<Buffer | null> {
    if (this.#path !== null) this.#last = await readFile(this.#path).then(withCommandName, () => this.#last);
    return this.#last;
  }
}

/** Pages print commands as they can be typed on the server's machine; its name there stands in their head. */
function withCommandName(document: Buffer): Buffer {
  return Buffer.from(
    document.toString('utf8').replace('<head>', `<head><meta name="okboxbox-command" content="${commandName()}">`),
  );
}
