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
      status: 503,
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
