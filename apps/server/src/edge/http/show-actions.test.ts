import type { DeskState, SlotsSet } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { DIRECTOR_CALLS } from '../director-calls.js';
import { HTTP_ACTS } from './show-actions.js';

const { url, token, relay, socket, post, get } = serverForEachTest();

type Ack = { ok: boolean; [field: string]: unknown };
const act = async (name: string, body: object, bearer?: string) =>
  post<Ack & { detail?: string; capability?: string; link?: { code: string } }>(
    `/api/shows/local/acts/${name}`,
    body,
    bearer ?? (await token('director')),
  );

/** A desk of the show that is open, and its newest state. */
async function openDesk(): Promise<() => DeskState> {
  const made = socket('/', { token: await token('director', { sub: 'watcher' }), clientKind: 'director' });
  let newest: DeskState | null = null;
  made.on('desk', (state: DeskState) => {
    newest = state;
  });
  const joined = await made.emitWithAck('director:join', { show: 'local' });
  newest ??= joined.desk as DeskState;
  return () => newest as DeskState;
}

describe('acts over HTTP', () => {
  it('are all calls of a director that change something', () => {
    const called = Object.values(HTTP_ACTS).flatMap(({ calls }) => calls);
    const reads = ['join', 'delay', 'moments'];
    expect([...called, ...reads].sort()).toEqual(Object.keys(DIRECTOR_CALLS).sort());
  });

  it('answer as their socket events do, and an open desk is told', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const desk = await openDesk();
    const { status, body } = await act('delay', { delayMs: 30_000 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, show: 'local', delayMs: 30_000, stored: true });
    expect(await act('pause', {})).toMatchObject({ status: 200, body: { delay: { state: 'paused' } } });
    expect(await act('resume', {})).toMatchObject({ status: 200, body: { ok: true } });
    expect(await act('publish', { published: true })).toMatchObject({ body: { ok: true, published: true } });
    expect(await act('cue', { set: { driver: { car: 1 } }, scene: 'One' })).toMatchObject({ body: { ok: true } });
    await eventually(() => {
      expect(desk().acts.map(({ act }) => act)).toEqual([
        'broadcast:cue',
        'publish',
        'broadcast:resume',
        'broadcast:pause',
        'broadcast:delay:set',
      ]);
      expect(desk().cued).toMatchObject({ scene: 'One', driver: { car: 1 } });
    });
    const made = await act('link', { kind: 'overlay', ttlMs: 60_000 });
    expect(made.body).toMatchObject({ ok: true, link: { kind: 'overlay' } });
    expect(await act('link', { code: made.body.link?.code })).toMatchObject({ status: 200, body: { ok: true } });
  });

  it('of a scene save it, cue it by its name, and delete it', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const desk = await openDesk();
    const set: SlotsSet = { clock: {}, driver: { car: 1 } };
    expect(await act('scene', { scene: { name: 'Deck', set, forMs: null } })).toMatchObject({ status: 200 });
    expect(await act('scene', { name: 'Deck' })).toMatchObject({ status: 200 });
    await eventually(() => expect(desk().cued).toMatchObject({ scene: 'Deck', clock: { until: null } }));
    expect(await act('scene', { name: 'Deck', delete: true })).toMatchObject({ status: 200 });
    expect(await act('scene', { name: 'Deck' })).toMatchObject({
      status: 404,
      body: { detail: 'There is no scene "Deck".' },
    });
    expect((await act('scene', { name: 'Deck', scene: { name: 'Deck', set, forMs: null } })).status).toBe(400);
    expect((await act('scene', {})).status).toBe(400);
  });

  it('are refused as problems: without the right, with bad input, and for what is not there', async () => {
    const { sessionId } = await relay();
    const elsewhere = await relay({ show: 'other', relayId: 'rig-2', run: 'run-2', simSessionKey: '79:0' });
    const capability = 'racebox:director:control';
    expect(await post('/api/shows/local/acts/pause', {})).toMatchObject({ status: 401, body: { capability } });
    for (const role of ['overlay', 'viewer', 'team', 'ops'] as const) {
      expect(await act('pause', {}, await token(role))).toMatchObject({ status: 403, body: { capability } });
    }
    const other = await token('director', { shows: ['other'] });
    expect(await act('pause', {}, other)).toMatchObject({ status: 403, body: { capability } });
    expect(await act('delay', { delayMs: -1 })).toMatchObject({ status: 400 });
    expect(await act('delay', { delayMs: 0, show: 'other' })).toMatchObject({ status: 400 });
    expect(await act('delay', { delayMs: 0, sessionId })).toMatchObject({ status: 200 });
    expect(await act('delay', { delayMs: 0, sessionId: elsewhere.sessionId })).toMatchObject({ status: 404 });
    expect(await act('delay', { delayMs: 0, sessionId: 'sess_none' })).toMatchObject({ status: 404 });
    expect(await act('follow', { sessionId: elsewhere.sessionId })).toMatchObject({ status: 404 });
    expect((await get('/api/shows/local/acts/pause', await token('director'))).status).toBe(404);
  });

  it('are refused for good with a status that programs do not repeat', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    expect(await act('link', { code: 'no-such-link' })).toMatchObject({ status: 404 });
    expect(await act('cue', { set: { driver: { car: 500 } } })).toMatchObject({ status: 404 });
    for (const at of [0, Date.now() + 60_000]) expect(await act('match', { at })).toMatchObject({ status: 400 });
    const at = Date.now() - 1_000;
    await act('delay', { delayMs: 30_000 });
    expect(await act('match', { at, picture: 'public' })).toMatchObject({ status: 409, body: { title: 'Conflict' } });
    expect(await act('finish', { cancel: true })).toMatchObject({ status: 409 });
    const scene = (name: string) => ({ name, set: { clock: {} }, forMs: null });
    await act('scene', { scene: scene('One') });
    await act('scene', { scene: scene('Two') });
    expect(await act('scene', { scene: scene('One'), replaces: 'Two' })).toMatchObject({ status: 409 });
  });

  it('name a slot that is not known, and those that are', async () => {
    await relay();
    for (const call of [{ set: { nonsense: {} } }, { scene: { name: 'A', set: { nonsense: {} }, forMs: null } }]) {
      const { status, body } = await act('set' in call ? 'cue' : 'scene', call);
      expect(status).toBe(400);
      expect(body.detail).toMatch(/there is no slot "nonsense"; the slots are tower, driver, /);
    }
    expect((await act('cue', { set: {} })).body.detail).toMatch(/it sets no slot; the slots are tower/);
  });

  it('look at the right before anything else of a call', async () => {
    await relay();
    const statusOf = async (type: string, body: string, bearer?: string) => {
      const headers = { 'content-type': type, ...(bearer && { authorization: `Bearer ${bearer}` }) };
      return (await fetch(`${url()}/api/shows/local/acts/scene`, { method: 'POST', headers, body })).status;
    };
    const json = 'application/json';
    for (const [type, body] of [
      [json, '{}'],
      [json, '['],
      [json, '{"scene":5}'],
      ['text/plain', 'a'],
    ] as const) {
      expect(await statusOf(type, body)).toBe(401);
      expect(await statusOf(type, body, await token('overlay'))).toBe(403);
      expect(await statusOf(type, body, await token('director'))).toBe(type === json ? 400 : 415);
    }
  });

  it('take JSON and nothing that a form of another site can send', async () => {
    await relay();
    const send = async (headers: Record<string, string>, body?: string) => {
      const authorization = `Bearer ${await token('director')}`;
      const init = { method: 'POST', headers: { authorization, ...headers }, ...(body !== undefined && { body }) };
      return (await fetch(`${url()}/api/shows/local/acts/pause`, init)).status;
    };
    expect(await send({})).toBe(200);
    expect(await send({ 'content-type': 'application/json; charset=utf-8' }, '{}')).toBe(200);
    expect(await send({ 'content-type': 'text/plain' }, '{}')).toBe(415);
    expect(await send({ 'content-type': 'application/x-www-form-urlencoded' }, 'a=1')).toBe(415);
    expect(await send({ 'content-type': 'application/json' }, '[')).toBe(400);
    expect(await send({ 'content-type': 'application/json' }, '[]')).toBe(400);
    expect(await send({ 'content-type': 'application/json' }, '{"__proto__":{}}')).toBe(400);
    // No body, with the content type that a program sets for each call.
    for (const nothing of [undefined, '', ' '])
      expect(await send({ 'content-type': 'application/json' }, nothing)).toBe(200);
  });

  it('are done once for one requestId, also where one was asked by a socket', async () => {
    await relay();
    const desk = await openDesk();
    const made = await act('link', { kind: 'public', requestId: 'deck-1' });
    const again = await act('link', { kind: 'public', requestId: 'deck-1' });
    expect(again.body.link?.code).toBe(made.body.link?.code);
    const bySocket = socket('/', { token: await token('director') });
    const third = await bySocket.emitWithAck('link:create', { show: 'local', kind: 'public', requestId: 'deck-1' });
    expect(third.link.code).toBe(made.body.link?.code);
    await eventually(() => expect(desk().links).toHaveLength(1));
  });

  it('are limited by the token, each act by itself', async () => {
    await relay();
    const bearer = await token('director', { jti: 'one' });
    const answers = await Promise.all(Array.from({ length: 60 }, () => act('resume', {}, bearer)));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect((await act('publish', { published: false }, bearer)).status).toBe(200);
    expect((await act('resume', {}, await token('director', { jti: 'two' }))).status).toBe(200);
  });
});
