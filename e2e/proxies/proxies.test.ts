import type { SessionSummary } from '@okboxbox/protocol';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.js';
import { freePort, okboxbox, type Running, run, stop, temporaryData } from '../okboxbox.js';
import { isWithout, type ProxyProgram, ReverseProxy } from './proxy.js';

/** More attempts to sign in than one address may make, however slow this machine is. */
const ATTEMPTS = 80;
const UNKNOWN_CODE = JSON.stringify({ code: 'no-such-code' });
const JSON_BODY = { 'content-type': 'application/json' };

const PROXIES: readonly ProxyProgram[] = ['nginx', 'caddy'];
for (const program of PROXIES) {
  describe.skipIf(isWithout(program))(`a server behind ${program}, by the example in deploy/`, () => {
    const data = temporaryData();
    let proxy: ReverseProxy;
    let port: number;
    let up: Running;
    let relay: Running;

    const serve = async () => {
      const server = okboxbox(['server', '--port', String(port), '--data', data.dir, '--publish', 'local'], {
        ...{ LOG_LEVEL: 'warn', METRICS_ENABLED: '1', TRUSTED_PROXIES: '127.0.0.1,::1' },
        PUBLIC_URL: proxy.url,
      });
      await eventually(() => expect(server.stderr()).toContain('Ok, Box Box serves'));
      return server;
    };
    /** A token, by a sign-in link of the server's machine, as a person gets it. */
    const signedIn = async (): Promise<string> => {
      const link = new URL((await run(['sign-in', '--data', data.dir])).out.trim());
      expect(link.origin).toBe(proxy.url);
      const body = JSON.stringify({ code: link.hash.slice('#code='.length) });
      const answer = await proxy.ask('/api/sign-in', { method: 'POST', headers: JSON_BODY, body });
      expect(answer.status).toBe(200);
      return (JSON.parse(answer.body) as { token: string }).token;
    };
    const attempt = async (from: string, headers = {}) =>
      (
        await proxy.ask('/api/sign-in', {
          method: 'POST',
          headers: { ...JSON_BODY, ...headers },
          body: UNKNOWN_CODE,
          from,
        })
      ).status;

    beforeAll(async () => {
      port = await freePort();
      proxy = await ReverseProxy.start(program, port);
      up = await serve();
      const token = (await run(['token', '--role', 'relay', '--show', 'local', '--data', data.dir])).out.trim();
      relay = okboxbox(['relay', '--source', 'demo:proxy,cars=20,minutes=30', '--speed', '1'], {
        ...{ RELAY_BACKENDS: proxy.url, RELAY_TOKEN: token, NODE_EXTRA_CA_CERTS: proxy.certificateFile },
      });
    });
    afterAll(async () => {
      if (relay) await stop(relay);
      if (up) await stop(up);
      await proxy?.stop();
      data.remove();
    });

    it('signs people in, takes a relay, and carries its race over a WebSocket', async () => {
      const token = await signedIn();
      const headers = { authorization: `Bearer ${token}` };
      await eventually(async () => {
        const sessions = JSON.parse((await proxy.ask('/api/sessions', { headers })).body) as SessionSummary[];
        expect(sessions).toHaveLength(1);
      });
      const socket = io(proxy.url, {
        ...{ auth: { token }, transports: ['websocket'], ca: proxy.certificate, reconnection: false },
      });
      try {
        const feed = new Promise<{ seq: number }>((resolve, reject) => {
          socket.on('feed', resolve);
          socket.on('connect_error', reject);
        });
        const joined = await socket.emitWithAck('session:join', { show: 'local', audience: 'live', format: 'json' });
        expect(joined.ok, JSON.stringify(joined)).toBe(true);
        expect(await feed).toMatchObject({ seq: expect.any(Number) });
        expect(socket.io.engine.transport.name).toBe('websocket');
      } finally {
        socket.disconnect();
      }
    });

    it('counts each client by its own address, whatever it says that it is', async () => {
      const flood = Array.from({ length: ATTEMPTS }, (_, i) =>
        attempt('127.0.0.5', { 'x-forwarded-for': `198.51.100.${i}` }),
      );
      const other = attempt('127.0.0.6');
      expect(await Promise.all(flood)).toContain(429);
      expect(await other).toBe(401);
    });

    it('gives no metrics to those outside', async () => {
      expect((await proxy.ask('/metrics')).status).toBe(404);
      // Without the proxy the server answers, that is: it is the proxy that keeps it.
      expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
    });

    it('keeps the headers of files that never change, and of pages that do', async () => {
      const page = await proxy.ask('/', { headers: { accept: 'text/html' } });
      expect(page.headers['cache-control']).toBe('no-store');
      expect(page.headers['content-security-policy']).toContain(`wss://${new URL(proxy.url).host}`);
      const [asset = ''] = /\/assets\/[^"]+\.js/.exec(page.body) ?? [];
      const file = await proxy.ask(asset);
      expect([file.status, file.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    });

    it('says 503 while the server is away, passes its own answers as they are, and goes on when it is back', async () => {
      const page = await proxy.ask('/', { headers: { accept: 'text/html' } });
      const [asset = ''] = /\/assets\/[^"]+\.js/.exec(page.body) ?? [];
      const script = (await proxy.ask(asset)).body;
      expect(await stop(up)).toBe(0);
      const away = await proxy.ask('/api/health/ready');
      expect([away.status, away.headers['retry-after']]).toEqual([503, '2']);
      expect(JSON.parse(away.body)).toMatchObject({ status: 503 });
      if (program === 'nginx') expect((await proxy.ask(asset)).body).toBe(script);
      up = await serve();
      expect((await proxy.ask('/api/health/ready')).status).toBe(200);
      expect((await proxy.ask('/api/nothing')).headers['content-type']).toBe('application/problem+json');
    });

    // The example of Caddy has no log.
    if (program === 'nginx')
      it('notes no codes of links and no queries in the log of nginx', async () => {
        await proxy.ask('/overlay/stage?show=local&link=QUERYCODE');
        await proxy.ask('/l/PATHCODE');
        await eventually(() => expect(proxy.accessLog()).toMatch(/GET \/l\/- /));
        expect(proxy.accessLog()).toContain('GET /overlay/stage 200');
        expect(proxy.accessLog() + proxy.said).not.toMatch(/QUERYCODE|PATHCODE/);
      });
  });
}
