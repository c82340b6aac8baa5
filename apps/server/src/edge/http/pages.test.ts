import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nameCommand } from '@okboxbox/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { addAnswerHeaders } from './answer-headers.js';
import { policyFor, servePages } from './pages.js';

let webDir: string;
let http: FastifyInstance;

beforeEach(async () => {
  webDir = mkdtempSync(join(tmpdir(), 'pages-'));
  mkdirSync(join(webDir, 'assets'));
  writeFileSync(join(webDir, 'index.html'), 'the pages');
  writeFileSync(join(webDir, 'overlay.html'), 'an overlay');
  writeFileSync(join(webDir, 'assets', 'app-1a2b.js'), 'the script');
  http = fastify();
  addAnswerHeaders(http);
  http.get('/api/some', async () => ({}));
  await servePages(http, webDir);
});
afterEach(async () => {
  await http.close();
  rmSync(webDir, { recursive: true, force: true });
});

const get = (url: string) => http.inject({ url, headers: { accept: 'text/html' } });

describe('addresses', () => {
  it.each(['/', '/sessions/sess_1', '/sessions/cup/director', '/public/cup', '/public/sess_1'])(
    '%s is a page, never from a cache, and stands in frames of its own address only',
    async (url) => {
      const answer = await get(url);
      expect([answer.statusCode, answer.body]).toEqual([200, 'the pages']);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'self'");
    },
  );

  it('are answered with the pages that were built last, also while the server runs and while they are built', async () => {
    writeFileSync(join(webDir, 'index.html'), 'newer pages');
    expect((await get('/sessions/cup')).body).toBe('newer pages');
    rmSync(join(webDir, 'index.html'));
    expect((await get('/sessions/cup')).body).toBe('newer pages');
  });

  it('the document says how the command is called on this machine', async () => {
    writeFileSync(join(webDir, 'index.html'), '<html><head><title>Pages</title></head></html>');
    nameCommand('npx --no-install okboxbox');
    onTestFinished(() => nameCommand('okboxbox'));
    expect((await get('/sessions/cup')).body).toContain(
      '<meta name="okboxbox-command" content="npx --no-install okboxbox">',
    );
  });

  it('the viewer of support packs is a file to be saved, as it was built, there where operations are', async () => {
    expect((await get('/admin/ops/pack-viewer.html')).statusCode).toBe(404);
    const withOps = fastify();
    onTestFinished(() => withOps.close());
    await servePages(withOps, webDir, { withOps: true });
    const address = '/admin/ops/pack-viewer.html';
    expect((await withOps.inject(address)).statusCode).toBe(404);
    writeFileSync(join(webDir, 'pack-viewer.html'), '<html><head></head></html>');
    const { statusCode, body, headers } = await withOps.inject(address);
    expect([statusCode, body]).toEqual([200, '<html><head></head></html>']);
    expect(headers['content-disposition']).toContain('attachment');
  });

  it('an overlay that exists is a document of its own, with whatever its address asks for', async () => {
    const answer = await get('/overlay/timing-tower?show=cup&rows=12');
    expect([answer.statusCode, answer.body]).toEqual([200, 'an overlay']);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'self'");
  });

  it('the console is a page where operations are switched on, and nowhere else', async () => {
    expect((await get('/admin/ops')).statusCode).toBe(404);
    const withOps = fastify();
    await servePages(withOps, webDir, { withOps: true });
    for (const url of ['/admin/ops', '/admin/ops/sockets?role=overlay']) {
      const answer = await withOps.inject({ url, headers: { accept: 'text/html' } });
      expect([url, answer.statusCode, answer.body]).toEqual([url, 200, 'the pages']);
    }
    await withOps.close();
  });

  it.each(['/overlay/weather', '/overlay/', '/overlay/constructor', '/sessions/cup/stewards', '/public'])(
    '%s is none: 404',
    async (url) => {
      expect((await get(url)).statusCode).toBe(404);
    },
  );
});

describe('headers', () => {
  it.each(['/', '/assets/app-1a2b.js', '/assets/none.js', '/api/some', '/api/none', '/nowhere'])(
    '%s: the type is taken as it is given, and only hashed files stay in caches',
    async (url) => {
      const { headers, statusCode } = await get(url);
      expect(headers['x-content-type-options']).toBe('nosniff');
      const isFile = url.startsWith('/assets/') && statusCode === 200;
      expect(headers['cache-control']).toBe(isFile ? 'public, max-age=31536000, immutable' : 'no-store');
    },
  );

  it('a page may open WebSockets to its own address and to PUBLIC_URL, and to nothing else', async () => {
    const { headers } = await http.inject({ url: '/', headers: { host: 'box.example:3001' } });
    const connect = /connect-src ([^;]*)/.exec(String(headers['content-security-policy']))?.[1];
    expect(connect).toBe("'self' ws://box.example:3001 wss://box.example:3001");
    expect(policyFor('127.0.0.1:3001', 'https://timing.example')).toContain(
      "connect-src 'self' ws://127.0.0.1:3001 wss://127.0.0.1:3001 ws://timing.example wss://timing.example;",
    );
    for (const host of [undefined, '*', "x; script-src 'unsafe-eval'", 'a b', '*.example'])
      expect(policyFor(host, null)).toContain("connect-src 'self';");
    expect(policyFor('[::1]:3001', null)).toContain('ws://[::1]:3001');
  });
});
