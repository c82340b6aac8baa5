import { request as ask, createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientAddresses } from '../../access/client-address.js';
import { KEYED_LIMITS, Limits } from '../../access/limits.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { guardDoor } from './door.js';

const PUBLIC = '/api/public/sessions/sess_none/timing';
const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';
const POLLING = '/socket.io/?EIO=4&transport=polling';
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('the door', () => {
  let server: Server;
  let passed: string[];

  beforeEach(async () => {
    passed = [];
    server = createServer((request, response) => {
      passed.push(request.url ?? '');
      response.writeHead(204).end();
    });
    server.on('upgrade', (request, socket) => {
      passed.push(request.url ?? '');
      socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(() => new Promise((done) => server.close(done)));

  /** Guards it, with 3 of everything a second; proxies that are trusted are named. */
  function guarded(...trusted: string[]): void {
    const few = Object.fromEntries(Object.keys(KEYED_LIMITS).map((limit) => [limit, 3])) as never;
    const limits = new Limits({ addressOf: clientAddresses(trusted), log: pino({ level: 'silent' }) }, few, 2);
    guardDoor(server, { limits, isConnected: (id) => id === 'known' });
  }

  function once(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage & { text: string }> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const call = ask({ port, path, headers, agent: false });
      call.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve(Object.assign(response, { text })));
      });
      call.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(Object.assign(response, { text: '' }));
      });
      call.on('error', reject);
      call.end();
    });
  }

  /** The statuses of eight requests at once, in order of their numbers. */
  const eight = async (path: string, headersOf: (i: number) => Record<string, string> = () => ({})) =>
    (await Promise.all(Array.from({ length: 8 }, (_, i) => once(path, headersOf(i))))).map((each) => each.statusCode);
  const refused = (found: readonly (number | undefined)[]) => found.filter((status) => status === 429).length;

  it.each([
    ['calls', PUBLIC, {}],
    ['files of pages', '/assets/app.js', {}],
    ['WebSockets', WEBSOCKET, UPGRADE],
    ['connections that poll', POLLING, {}],
    ['polls of connections that are not there', `${POLLING}&sid=none`, {}],
    ['polls of one connection', `${POLLING}&sid=known`, {}],
  ])('refuses what is too much with 429, Retry-After and a problem document: %s', async (_, path, headers) => {
    guarded();
    const answers = await Promise.all(Array.from({ length: 8 }, () => once(path, headers)));
    const limited = answers.filter(({ statusCode }) => statusCode === 429);
    expect(passed).toHaveLength(8 - limited.length);
    expect(limited.length).toBeGreaterThan(0);
    for (const answer of limited) {
      expect(answer.headers).toMatchObject({
        'retry-after': '1',
        'content-type': 'application/problem+json',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      expect(JSON.parse(answer.text)).toMatchObject({ status: 429, title: 'Too many requests' });
    }
  });

  it('counts by the address of the connection, whatever X-Forwarded-For says', async () => {
    guarded();
    expect(refused(await eight(PUBLIC, (i) => ({ 'x-forwarded-for': `192.0.2.${i}` })))).toBeGreaterThan(0);
    expect(refused(await eight(WEBSOCKET, (i) => ({ ...UPGRADE, 'x-forwarded-for': `192.0.2.${i}` })))).toBeGreaterThan(
      0,
    );
  });

  it('counts by what a trusted proxy says, for calls and for sockets', async () => {
    guarded('127.0.0.1', '::1');
    expect(refused(await eight(PUBLIC, (i) => ({ 'x-forwarded-for': `192.0.2.${i}` })))).toBe(0);
    expect(refused(await eight(WEBSOCKET, (i) => ({ ...UPGRADE, 'x-forwarded-for': `192.0.2.${i}` })))).toBe(0);
    expect(refused(await eight(PUBLIC, () => ({ 'x-forwarded-for': '192.0.2.9' })))).toBeGreaterThan(0);
  });

  it('counts by token as well, from wherever its holders call', async () => {
    guarded('127.0.0.1', '::1');
    const withToken = (i: number, end: string) => ({
      'x-forwarded-for': `192.0.2.${i}`,
      authorization: `Bearer head.body.${end.repeat(43)}`,
    });
    expect(refused(await eight('/api/sessions', (i) => withToken(i, 'a')))).toBeGreaterThan(0);
    expect(refused(await eight('/api/sessions', (i) => withToken(i + 100, 'bcdefghi'[i] ?? '')))).toBe(0);
  });
});

describe('a server', () => {
  const { url, token, get, restart } = serverForEachTest({ OPS_UI_ENABLED: '1' });

  it('lets 500 public calls of one address pass at once', async () => {
    const call = async () => (await fetch(`${url()}${PUBLIC}`)).status;
    const statuses = await Promise.all(Array.from({ length: 500 }, call));
    expect(new Set(statuses)).toEqual(new Set([404]));
  });

  it('tells operations what it refused, a flood as one event', async () => {
    const signIn = async () => (await fetch(`${url()}/api/sign-in`, { method: 'POST' })).status;
    const statuses = await Promise.all(Array.from({ length: 60 }, signIn));
    const refused = statuses.filter((status) => status === 429).length;
    expect(refused).toBeGreaterThan(0);
    const bearer = await token('ops');
    const { limited } = (await get<{ limited: Record<string, number> }>('/api/ops/summary', bearer)).body;
    expect(limited).toMatchObject({ 'sign-in': refused, call: 0 });
    const { events } = (await get<{ events: { code?: string }[] }>('/api/ops/events?type=error', bearer)).body;
    expect(events.filter((event) => event.code === 'rate_limited')).toEqual([
      expect.objectContaining({ event: 'validation_error', code: 'rate_limited', where: 'sign-in', count: refused }),
    ]);
  });

  it('takes X-Forwarded-For from trusted proxies alone, also where PUBLIC_URL is set', async () => {
    const signIns = async () => {
      const signIn = async (_: unknown, i: number) => {
        const headers = { 'x-forwarded-for': `192.0.2.${i}` };
        return (await fetch(`${url()}/api/sign-in`, { method: 'POST', headers })).status;
      };
      return Promise.all(Array.from({ length: 60 }, signIn));
    };
    await restart(() => undefined, { PUBLIC_URL: 'https://timing.example' });
    expect(await signIns()).toContain(429);
    await restart(() => undefined, { PUBLIC_URL: 'https://timing.example', TRUSTED_PROXIES: '127.0.0.1' });
    expect(await signIns()).not.toContain(429);
  });

  it.each(['/api/sign%2Din', '/%61pi/sign-in', 'http://elsewhere.example/api/sign-in'])(
    'counts attempts to sign in however their address is written: %s',
    async (path) => {
      const { hostname, port } = new URL(url());
      const attempt = () =>
        new Promise<IncomingMessage>((resolve, reject) =>
          ask({ hostname, port, path, method: 'POST', agent: false }, resolve).on('error', reject).end(),
        );
      const answers = await Promise.all(Array.from({ length: 60 }, attempt));
      const limited = answers.filter(({ statusCode }) => statusCode === 429);
      expect(limited.length).toBeGreaterThanOrEqual(20);
      expect(limited[0]?.headers).toMatchObject({
        'retry-after': '1',
        'content-type': 'application/problem+json',
      });
    },
  );

  it.each([
    ...['/api/health', '/api/sessions', '/socket.io/?EIO=4&transport=polling', '/api/nothing'],
    ...['/socket.io/?EIO=3&transport=polling', '/socket.io/?EIO=4&transport=none', '/%'],
  ])('%s: nobody guesses its type or keeps it in a cache', async (path) => {
    const { headers } = await fetch(`${url()}${path}`);
    expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual(['nosniff', 'no-store']);
  });
});
