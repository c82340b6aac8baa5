import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import fastify from 'fastify';
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { OpenRights } from '../../access/open-rights.js';
import type { Visitor } from '../../access/visitor.js';
import { Taps } from '../../taps.js';
import { frame, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { holdCalls } from './held-calls.js';
import { answerProblems } from './problem.js';

const { url, token, relay, get, post, pass } = serverForEachTest({ OPS_UI_ENABLED: '1' });

const revoke = async (bearer: string) =>
  post('/api/tokens/revoke', { jti: decodeJwt(bearer).jti }, await token('admin'));

/** How long a token lasts that is to expire first, in seconds. */
const BRIEF_S = 300;

/** The ways in which a right can end. */
const ENDS: readonly (readonly [string, (bearer: string) => Promise<unknown> | undefined])[] = [
  ['is revoked', revoke],
  [
    'expires',
    () => {
      pass(BRIEF_S * 1_000);
      return undefined;
    },
  ],
];

/** A race that runs, with a frame. */
async function running(): Promise<{ sessionId: string; more(seq: number): Promise<unknown> }> {
  const { sessionId, send } = await relay();
  await send([sessionLine(), frame(1)], 1);
  return { sessionId, more: (seq) => send([frame(seq)], seq) };
}

describe('a recording that is followed', () => {
  it.each(ENDS)('ends when its token %s, in the middle, and nothing that comes after is in it', async (_how, end) => {
    const { sessionId, more } = await running();
    const lost = await token('team', {}, BRIEF_S);
    const answer = await fetch(`${url()}/api/sessions/${sessionId}/recording?follow=1`, {
      headers: { authorization: `Bearer ${lost}` },
    });
    const reader = answer.body?.getReader();
    let text = '';
    const read = (async () => {
      for (;;) {
        const part = await reader?.read();
        if (part === undefined || part.done) return 'ended as if it were whole';
        text += new TextDecoder().decode(part.value);
      }
    })().catch(() => 'cut off');
    let seq = 3;
    await eventually(async () => {
      await more(seq++);
      expect(text).toContain('"kind":"frame"');
    });
    await end(lost);
    expect(await read).toBe('cut off');
    const before = text;
    await more(seq++);
    expect(text).toBe(before);
  });

  it('goes on for those whose right has not ended', async () => {
    const { sessionId, more } = await running();
    const [lost, kept] = [await token('team'), await token('team', {}, 3_600)];
    const follow = async (bearer: string) => {
      const answer = await fetch(`${url()}/api/sessions/${sessionId}/recording?follow=1`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
      const heard = { text: '' };
      void (async () => {
        for await (const part of answer.body ?? []) heard.text += new TextDecoder().decode(part);
      })().catch(() => undefined);
      return heard;
    };
    const [, staying] = [await follow(lost), await follow(kept)];
    await revoke(lost);
    let seq = 3;
    await eventually(async () => {
      await more(seq++);
      expect(staying.text).toContain('"seq":2');
    });
  });
});

it('a token that revokes itself is told that it is done', async () => {
  const own = await token('admin');
  expect(await post('/api/tokens/revoke', { jti: decodeJwt(own).jti }, own)).toMatchObject({
    status: 200,
    body: { revoked: true },
  });
  expect((await get('/api/sessions', own)).status).toBe(401);
});

/** A bare server with one call that never ends, and a right that ends when it is told to. */
async function endless() {
  let isOpen = true;
  const listeners: (() => void)[] = [];
  const rights = new OpenRights({
    revoked: { has: () => false, onRevoked: () => undefined },
    links: { isOpen: () => isOpen, onRevoked: (listener) => listeners.push(() => listener('code')) },
    clock: { now: () => 0 },
    wallNow: () => 0,
  });
  const visitor: Visitor = {
    kind: 'link',
    code: 'code',
    label: null,
    opens: 'overlay',
    show: 'local',
    sessionId: null,
    expiresAt: 1,
  };
  const refusals: unknown[] = [];
  const taps = new Taps();
  taps.refusal.emit = (refusal) => refusals.push(refusal);
  const http = fastify();
  answerProblems(http, pino({ level: 'silent' }));
  holdCalls(http, { rights, log: pino({ level: 'silent' }), taps });
  const given = { over: false, isAsked: false };
  http.get('/', async (request, reply) => {
    request.holdRight(visitor);
    const body = (async function* () {
      try {
        for (;;) yield Buffer.alloc(65_536, 120);
      } finally {
        given.over = true;
      }
    })();
    return reply.send(Readable.from(body));
  });
  http.get('/thinks', async (request) => {
    request.holdRight(visitor);
    given.isAsked = true;
    await new Promise<void>((resolve) => request.raw.socket.once('close', resolve));
    return {};
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    rights.close();
    await http.close();
  });
  const end = () => {
    isOpen = false;
    for (const listener of listeners) listener();
  };
  return { given, refusals, end, port: (http.server.address() as AddressInfo).port };
}

it('an answer that has not begun is refused when its right ends meanwhile, and operations hear of it', async () => {
  const { given, refusals, end, port } = await endless();
  const asked = fetch(`http://127.0.0.1:${port}/thinks`, { headers: { connection: 'close' } });
  await eventually(() => expect(given.isAsked).toBe(true));
  end();
  const answer = await asked;
  const because = 'This link was revoked. Ask for a new one.';
  expect([answer.status, await answer.json()]).toMatchObject([401, { detail: because }]);
  expect(refusals).toEqual([
    { from: 'http', socketId: null, where: '/thinks', code: 'unauthenticated', message: because, capability: null },
  ]);
});

describe('a download that its reader takes slowly', () => {
  it('is cut off with the right, and what waits for the reader is not given any more', async () => {
    const { given, end, port } = await endless();
    const reader = connect(port, '127.0.0.1');
    let last = '';
    reader.on('data', (bytes) => {
      last = bytes.toString('latin1');
    });
    const closed = new Promise<void>((resolve) => reader.once('close', () => resolve()));
    reader.on('error', () => undefined);
    reader.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => reader.once('data', resolve));
    reader.pause();
    end();
    await eventually(() => expect(given.over).toBe(true));
    reader.resume();
    await closed;
    // Not as a whole answer ends.
    expect(last).not.toMatch(/0\r\n\r\n$/);
  });

  it('is not begun with a right that has ended', async () => {
    const { end, port } = await endless();
    end();
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect([answer.status, await answer.json()]).toMatchObject([
      401,
      { detail: 'This link was revoked. Ask for a new one.' },
    ]);
  });
});
