import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servePages } from './pages.js';

let webDir: string;
let http: FastifyInstance;

beforeEach(async () => {
  webDir = mkdtempSync(join(tmpdir(), 'pages-'));
  mkdirSync(join(webDir, 'assets'));
  writeFileSync(join(webDir, 'index.html'), 'the pages');
  writeFileSync(join(webDir, 'overlay.html'), 'an overlay');
  http = fastify();
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

  it('an overlay that exists is a document of its own, with whatever its address asks for', async () => {
    const answer = await get('/overlay/timing-tower?show=cup&rows=12');
    expect([answer.statusCode, answer.body]).toEqual([200, 'an overlay']);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'self'");
  });

  it('the console is a page where operations are switched on, and nowhere else', async () => {
    expect((await get('/admin/ops')).statusCode).toBe(404);
    const withOps = fastify();
    await servePages(withOps, webDir, true);
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
