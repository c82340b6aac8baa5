import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DeskState, FeedState, OpsSocketsAnswer, OpsSummary, Picture, Role } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

// No database is there: starts are quick.
const { token, socket, relay, get, restart, dataDir } = serverForEachTest({
  DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none',
  OPS_UI_ENABLED: '1',
});

const BROADCAST = { show: 'local', audience: 'broadcast' } as const;
/** Longer than any of these tests takes. */
const LATER_MS = 100_000;

interface Joined {
  readonly ok: boolean;
  readonly picture?: Picture;
  readonly sessionId?: string;
  readonly at?: number;
  readonly state?: FeedState;
  readonly delay?: object;
  readonly error?: { readonly code: string; readonly message: string };
}

async function direct(event: string, input: object) {
  const director = socket('/', { token: await token('director'), clientKind: 'director' });
  const answer = await director.emitWithAck(event, { show: 'local', ...input });
  director.disconnect();
  return answer;
}

async function joined(auth: object, join: object = {}): Promise<Joined> {
  return socket('/', auth).emitWithAck('session:join', { ...BROADCAST, ...join });
}

/** A published show with twenty frames on air in both pictures, and one that only the graphics have shown. */
async function show() {
  const fed = await relay();
  await fed.send(race(20), 1);
  await direct('broadcast:publish', { published: true });
  await eventually(async () => expect((await joined({})).state?.clock.sessionTimeMs).toBe(101_900));
  expect(await direct('broadcast:delay:set', { publicExtraMs: LATER_MS })).toMatchObject({ ok: true });
  await fed.send([frame(20)], 22);
  await eventually(async () => {
    const overlay = await joined({ token: await token('overlay') });
    expect(overlay.state?.clock.sessionTimeMs).toBe(102_000);
  });
  return fed;
}

const times = async (auth: object, join: object = {}) => {
  const { picture, state } = await joined(auth, join);
  return [picture, state?.clock.sessionTimeMs];
};
const GRAPHICS = ['graphics', 102_000];
const PUBLIC = ['public', 101_900];

describe('the two pictures of a show', () => {
  it('DLY-19: go by the right alone: graphics to outputs and those who make the show, the public one to everyone else', async () => {
    await show();
    const byRole = async (role: Role, claims: object = {}) =>
      times({ token: await token(role, claims), clientKind: 'overlay' });
    for (const role of ['overlay', 'director', 'admin'] as const)
      expect([role, ...(await byRole(role))]).toEqual([role, ...GRAPHICS]);
    for (const role of ['viewer', 'team', 'driver', 'ops'] as const)
      expect([role, ...(await byRole(role))]).toEqual([role, ...PUBLIC]);
    // Of another show, an overlay is one of the public; what a client calls itself counts for nothing.
    expect(await byRole('overlay', { shows: ['another'] })).toEqual(PUBLIC);
    expect(await times({ clientKind: 'overlay' })).toEqual(PUBLIC);
    for (const kind of ['overlay', 'public'] as const) {
      const { link } = await direct('link:create', { kind });
      expect(await times({ link: link.code })).toEqual(kind === 'overlay' ? GRAPHICS : PUBLIC);
    }
    // The later one is for everybody who asks; the graphics are refused.
    expect(await times({ token: await token('overlay') }, { picture: 'public' })).toEqual(PUBLIC);
    expect(await joined({}, { picture: 'graphics' })).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    const both = { picture: 'public', extraDelayMs: 1_000 };
    expect(await joined({ token: await token('overlay') }, both)).toMatchObject({ error: { code: 'bad_request' } });
  });

  it('DLY-19: are told apart by the list, the public calls and chunks, the desk and operations', async () => {
    const { sessionId } = await show();
    const overlay = await token('overlay');
    for (const bearer of [undefined, overlay]) {
      const timing = await get<{ sessionTime: number }>(`/api/public/sessions/${sessionId}/timing`, bearer);
      expect(timing.body.sessionTime).toBe(101.9);
      const [listed] = (await get<{ lastFrameAt: number; delay?: object }[]>('/api/sessions', bearer)).body;
      const { at, delay } = await joined({});
      expect(listed?.lastFrameAt).toBe(at);
      expect(listed?.delay).toEqual(delay);
      expect(delay).toMatchObject({ state: 'holding', delayMs: LATER_MS });
    }
    const page = socket('/', { clientKind: 'overlay' });
    await page.emitWithAck('session:join', BROADCAST);
    const { sockets } = (await get<OpsSocketsAnswer>('/api/ops/sockets?role=overlay', await token('ops'))).body;
    expect(sockets.find(({ socketId }) => socketId === page.id)).toMatchObject({
      picture: 'public',
      joinedRooms: [`broadcast:session:${sessionId}:public`],
    });
    const { desk } = (await direct('director:join', {})) as { desk: DeskState };
    expect(desk.watchers.find(({ socketId }) => socketId === page.id)).toMatchObject({ picture: 'public' });
    expect(desk.delay).toMatchObject({
      delayMs: 0,
      publicExtraMs: LATER_MS,
      state: 'live',
      public: { state: 'holding' },
    });
    const { broadcastDelay } = (await get<OpsSummary>('/api/ops/summary', await token('ops'))).body;
    expect(broadcastDelay.sessions).toMatchObject([
      { delayMs: 0, publicExtraMs: LATER_MS, public: { state: 'holding' } },
    ]);
  });

  it('DLY-17: tell each room of its own delay alone', async () => {
    const { sessionId } = await show();
    const told = { sessionId, state: 'holding', delayMs: LATER_MS };
    expect((await joined({})).delay).toEqual(told);
    expect((await joined({ token: await token('overlay') })).delay).toEqual({ sessionId, state: 'live', delayMs: 0 });
    const heard: object[] = [];
    const viewer = socket('/', {});
    viewer.on('broadcast:delay:state', (state: object) => heard.push(state));
    await viewer.emitWithAck('session:join', BROADCAST);
    // The total stays the same, so viewers are told nothing.
    await direct('broadcast:delay:set', { delayMs: 10_000, publicExtraMs: LATER_MS - 10_000 });
    await direct('broadcast:delay:set', { publicExtraMs: LATER_MS });
    await eventually(() => expect(heard).toEqual([{ ...told, delayMs: LATER_MS + 10_000 }]));
  });

  it('DLY-9, DLY-17: go on after a restart each from where it was, and from a pause, too', async () => {
    await show();
    await restart();
    const overlay = await token('overlay');
    await eventually(async () => {
      expect(await times({ token: overlay })).toEqual(GRAPHICS);
      expect(await times({})).toEqual(PUBLIC);
    });
    await direct('broadcast:pause', {});
    await restart();
    await eventually(async () => {
      expect(await times({ token: overlay })).toEqual(GRAPHICS);
      expect(await times({})).toEqual(PUBLIC);
    });
    // Lowered and resumed, the public picture is where the graphics are.
    await direct('broadcast:delay:set', { publicExtraMs: 0, mode: 'jump' });
    await direct('broadcast:resume', {});
    await eventually(async () => expect((await times({}))[1]).toBe(102_000));
  });

  it('DLY-20: are closed at once and opened when that is stored, also by one call that does both', async () => {
    await relay();
    await direct('broadcast:delay:set', { delayMs: 60_000 });
    const place = join(dataDir(), 'shows', 'local.json.new');
    mkdirSync(place, { recursive: true });
    const answer = await direct('broadcast:delay:set', { delayMs: 20_000, publicExtraMs: 90_000 });
    expect(answer).toMatchObject({ ok: false, error: { message: expect.stringContaining('not in force') } });
    // The graphics are as late as they were, the public picture is as late as it was to be.
    expect(await direct('broadcast:delay:get', {})).toMatchObject({ delayMs: 60_000, publicExtraMs: 50_000 });
    rmdirSync(place);
    const again = await direct('broadcast:delay:set', { delayMs: 20_000, publicExtraMs: 90_000 });
    expect(again).toMatchObject({ ok: true, delayMs: 20_000, publicExtraMs: 90_000 });
  });

  it('are set each alone, and matched each alone', async () => {
    await relay();
    for (const set of [{}, { publicExtraMs: 120_001 }, { publicExtraMs: -1 }, { publicExtraMs: 0.5 }])
      expect(await direct('broadcast:delay:set', set)).toMatchObject({ error: { code: 'bad_request' } });
    await direct('broadcast:delay:set', { delayMs: 5_000, publicExtraMs: 3_000 });
    const ofPublic = await direct('broadcast:match', { at: Date.now() - 40_000, picture: 'public' });
    expect(ofPublic).toMatchObject({ ok: true, picture: 'public', from: 3_000, delayMs: 5_000 });
    expect(Math.abs(ofPublic.publicExtraMs - 35_000)).toBeLessThan(5_000);
    const nearer = await direct('broadcast:match', { at: Date.now() - 1_000, picture: 'public' });
    expect(nearer.error.message).toContain('nearer than the graphics');
    const further = await direct('broadcast:match', { at: Date.now() - 200_000, picture: 'public' });
    expect(further.error.message).toContain('can be 5.0 to 125 s behind');
    const ofGraphics = await direct('broadcast:match', { at: Date.now() - 30_000 });
    expect(ofGraphics).toMatchObject({
      ok: true,
      picture: 'graphics',
      from: 5_000,
      publicExtraMs: ofPublic.publicExtraMs,
    });
  });
});
