import {
  type DelayState,
  type DeskState,
  type FeedMessage,
  type FeedState,
  type Moment,
  NOTHING_CUED,
  type ShareLink,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import { describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { url, token, socket, relay, get, restart } = serverForEachTest();

const PUBLIC = { show: 'local', audience: 'broadcast' } as const;

/** Joins until the picture is this far. */
async function joinedAt(sessionTimeMs: number): Promise<{ viewer: Socket; heard: FeedMessage[]; joined: Joined }> {
  return eventually(async () => {
    const made = await stranger();
    const joined = await made.viewer.emitWithAck('session:join', PUBLIC);
    expect(joined.state?.clock.sessionTimeMs).toBe(sessionTimeMs);
    return { ...made, joined };
  });
}

/** A socket without a token that waits for the public picture of the show. */
async function stranger(auth: object = {}): Promise<{ viewer: Socket; heard: FeedMessage[] }> {
  const viewer = socket('/', { clientKind: 'public', ...auth });
  const heard: FeedMessage[] = [];
  viewer.on('feed', (message) => heard.push(message));
  return { viewer, heard };
}

type Joined = { readonly ok: boolean; readonly seq: number; readonly state: FeedState; readonly delay: DelayState };

async function director(claims: object = {}): Promise<{ call: Socket['emitWithAck']; desk: () => DeskState | null }> {
  const made = socket('/', { token: await token('director', claims), clientKind: 'director' });
  let newest: DeskState | null = null;
  made.on('desk', (state: DeskState) => {
    newest = state;
  });
  const joined = await made.emitWithAck('director:join', { show: 'local' });
  newest ??= joined.desk ?? null;
  return { call: (event, ...args) => made.emitWithAck(event, ...args), desk: () => newest };
}

describe('a show', () => {
  it('PUB-5: is not there for strangers until it is published, and PUB-6: is gone for them when it is not any more', async () => {
    const { send, sessionId } = await relay();
    await send(race(20), 1);
    const { viewer } = await stranger();
    const withdrawn = vi.fn();
    viewer.on('session:withdrawn', withdrawn);
    const publicTiming = () => get(`/api/public/sessions/${sessionId}/timing`);
    const nowhere = await viewer.emitWithAck('session:join', { ...PUBLIC, show: 'nowhere' });
    const unpublished = await viewer.emitWithAck('session:join', PUBLIC);
    expect(unpublished.error.code).toBe('not_found');
    expect(unpublished.error.message.replace('local', 'nowhere')).toBe(nowhere.error.message);
    expect((await publicTiming()).status).toBe(404);
    expect((await get('/api/sessions')).body).toEqual([]);
    const overlay = socket('/', { token: await token('overlay') });
    expect(await overlay.emitWithAck('session:join', PUBLIC)).toMatchObject({ ok: true, sessionId });

    const { call } = await director();
    expect(await call('broadcast:publish', { show: 'local', published: true })).toMatchObject({ ok: true });
    expect(await viewer.emitWithAck('session:join', PUBLIC)).toMatchObject({ ok: true, sessionId });
    expect((await publicTiming()).status).toBe(200);
    expect((await get<object[]>('/api/sessions')).body).toMatchObject([{ sessionId, status: 'live' }]);

    await call('broadcast:publish', { sessionId, published: false });
    await eventually(() => expect(withdrawn).toHaveBeenCalledWith({ sessionId }));
    expect((await viewer.emitWithAck('session:join', PUBLIC)).error.code).toBe('not_found');
    expect(await overlay.emitWithAck('session:join', PUBLIC)).toMatchObject({ ok: true });
  });

  it('DLY-4: that is published while its picture stands nearer than the delay is shown to strangers when that is due', async () => {
    const { send, sessionId } = await relay();
    await send(race(20), 1);
    const { call } = await director();
    const overlay = socket('/', { token: await token('overlay') });
    await eventually(async () => expect((await overlay.emitWithAck('session:join', PUBLIC)).ok).toBe(true));
    const raisedAt = Date.now();
    await call('broadcast:delay:set', { show: 'local', delayMs: 60_000 });
    await call('broadcast:publish', { show: 'local', published: true });
    // It has aired to the overlay, and to nobody else.
    expect(await overlay.emitWithAck('session:join', PUBLIC)).toMatchObject({ ok: true });
    const { viewer } = await stranger();
    expect((await viewer.emitWithAck('session:join', PUBLIC)).error.code).toBe('not_found');
    expect((await get(`/api/public/sessions/${sessionId}/timing`)).status).toBe(404);
    expect((await get('/api/sessions')).body).toEqual([]);
    // Nobody has to ask in a hurry while it is long; as it is now, it counts from where the picture stood all the same.
    await call('broadcast:delay:set', { show: 'local', delayMs: 1_500 });
    await eventually(async () => expect((await viewer.emitWithAck('session:join', PUBLIC)).ok).toBe(true));
    expect(Date.now() - raisedAt).toBeGreaterThanOrEqual(1_400);
    // From then on what has aired stays shown, however long the delay becomes.
    await call('broadcast:delay:set', { show: 'local', delayMs: 60_000 });
    expect((await (await stranger()).viewer.emitWithAck('session:join', PUBLIC)).ok).toBe(true);
  });

  it('is directed by those who may, for the shows of their token; a refusal names what is missing', async () => {
    const { sessionId } = await relay();
    const ask = async (auth: object, event: string, input: object) => socket('/', auth).emitWithAck(event, input);
    const capability = 'racebox:director:control';
    expect(await ask({}, 'broadcast:delay:get', { sessionId })).toMatchObject({
      error: { code: 'unauthenticated', capability },
    });
    for (const role of ['team', 'overlay', 'viewer', 'ops'] as const) {
      const refused = await ask({ token: await token(role) }, 'broadcast:delay:set', { sessionId, delayMs: 0 });
      expect(refused).toMatchObject({ error: { code: 'forbidden', capability } });
    }
    const elsewhere = { token: await token('director', { shows: ['other'] }) };
    expect(await ask(elsewhere, 'broadcast:publish', { sessionId, published: true })).toMatchObject({
      error: { code: 'forbidden', capability },
    });
    const { call } = await director();
    for (const delayMs of [-1, 120_001, 0.5, 'ten', null]) {
      expect(await call('broadcast:delay:set', { sessionId, delayMs })).toMatchObject({
        error: { code: 'bad_request' },
      });
    }
    expect(await call('broadcast:delay:set', { sessionId: 'sess_none', delayMs: 0 })).toMatchObject({
      error: { code: 'not_found' },
    });
    expect(await call('broadcast:delay:set', { sessionId, delayMs: 120_000 })).toMatchObject({ ok: true });
    expect(await call('broadcast:delay:get', { sessionId })).toMatchObject({ ok: true, delayMs: 120_000 });
  });

  it('is the same for two directors: each hears what the other does', async () => {
    await relay();
    const [one, other] = [await director(), await director({ sub: 'other' })];
    await one.call('broadcast:delay:set', { show: 'local', delayMs: 30_000 });
    await eventually(() => {
      expect(other.desk()?.delay).toMatchObject({ delayMs: 30_000, state: 'holding' });
      expect(other.desk()?.acts[0]).toMatchObject({ who: 'director', act: 'broadcast:delay:set', from: 0, to: 30_000 });
    });
    await other.call('broadcast:pause', { show: 'local' });
    await eventually(() => {
      expect(one.desk()?.delay?.state).toBe('paused');
      expect(one.desk()?.acts[0]).toMatchObject({ who: 'other', act: 'broadcast:pause' });
    });
  });
});

describe('the public picture', () => {
  it('DLY-5, DLY-7: is held by a longer delay and by a pause, and DLY-6: jumps in one message', async () => {
    const { send, sessionId } = await relay();
    await send(race(20), 1);
    const { call } = await director();
    await call('broadcast:publish', { show: 'local', published: true });
    const { viewer, heard, joined } = await joinedAt(101_900);
    const states: string[] = [];
    viewer.on('broadcast:delay:state', ({ state }) => states.push(state));

    await call('broadcast:delay:set', { sessionId, delayMs: 60_000 });
    for (let n = 20; n < 40; n++) await send([frame(n)], n + 2);
    const late = await (await stranger()).viewer.emitWithAck('session:join', PUBLIC);
    expect(late.state).toEqual(joined.state);
    expect(heard).toEqual([]);
    expect(states).toEqual(['holding']);

    await call('broadcast:delay:set', { sessionId, delayMs: 0, mode: 'jump' });
    await eventually(() => expect(heard.at(-1)?.clock?.sessionTimeMs).toBe(103_900));
    // One message for the jump, and one more for what had just come and was not in the line yet; not twenty.
    expect(heard.length).toBeLessThanOrEqual(2);
    expect(states).toEqual(['holding', 'live']);

    await call('broadcast:pause', { sessionId });
    await send([frame(40)], 42);
    await call('broadcast:resume', { sessionId });
    await eventually(() => expect(heard.at(-1)?.clock?.sessionTimeMs).toBe(104_000));
    expect(states).toEqual(['holding', 'live', 'paused', 'live']);
    expect(heard.map(({ seq }) => seq)).toEqual(heard.map((_, i) => joined.seq + i + 1));
  });

  it('DLY-10: has outputs with an extra delay of their own, four different ones at most', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const { call, desk } = await director();
    await call('broadcast:publish', { show: 'local', published: true });
    const overlay = { token: await token('overlay') };
    const join = async (extraDelayMs: number) =>
      (await stranger(overlay)).viewer.emitWithAck('session:join', { ...PUBLIC, extraDelayMs });
    expect(await join(50)).toMatchObject({ error: { code: 'bad_request' } });
    // What has not aired for it is not there for it.
    expect((await join(100_000)).error.code).toBe('not_found');
    const extras = await Promise.all(
      [100, 200, 300].map(async (extraMs) =>
        eventually(async () => {
          const joined = await join(extraMs);
          expect(joined.ok).toBe(true);
          return joined;
        }),
      ),
    );
    expect(new Set(extras.map(({ epoch }) => epoch)).size).toBe(3);
    await eventually(async () => expect((await join(400)).ok).toBe(true));
    expect(await join(500)).toMatchObject({ error: { code: 'bad_request' } });
    expect(desk()?.publicViewers).toBeGreaterThanOrEqual(0);
  });

  it('DLY-10: gives an extra delay to outputs alone, so that viewers cannot use up the four', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const { call } = await director();
    await call('broadcast:publish', { show: 'local', published: true });
    const linkOf = async (kind: string) =>
      (await call('link:create', { show: 'local', kind, ttlMs: 3_600_000 })).link.code as string;
    const join = async (auth: object, extraDelayMs: number) =>
      (await stranger(auth)).viewer.emitWithAck('session:join', { ...PUBLIC, extraDelayMs });
    const mayNot = [
      {},
      { token: await token('viewer') },
      { token: await token('team') },
      { token: await token('ops') },
      { token: await token('viewer', { caps: ['session:live', 'racebox:director:control'] }) },
      { token: await token('overlay', { shows: ['another'] }) },
      { link: await linkOf('public') },
    ];
    for (const [i, auth] of mayNot.entries()) {
      const { error } = await join(auth, (i + 1) * 100);
      expect([i, error.capability]).toEqual([i, 'broadcast:view']);
      expect(error.code).toBe(i === 0 ? 'unauthenticated' : 'forbidden');
      expect(error.message).toMatch(/extra delay needs|does not cover/);
    }
    // Without it, they see what is public.
    for (const auth of mayNot) expect(await join(auth, 0)).toMatchObject({ ok: true });
    const may = [
      { token: await token('overlay') },
      { token: await token('director') },
      { token: await token('admin') },
      { link: await linkOf('overlay') },
    ];
    for (const [i, auth] of may.entries())
      await eventually(async () => expect(await join(auth, (i + 1) * 100)).toMatchObject({ ok: true }));
  });

  it('DLY-11: airs a cue with its picture, or at once onto the one that is on air, and takes it off at its instant', async () => {
    const { send, sessionId } = await relay();
    await send(race(20), 1);
    const { call, desk } = await director();
    await call('broadcast:publish', { show: 'local', published: true });
    const { heard } = await joinedAt(101_900);
    await call('broadcast:pause', { sessionId });
    const message = { title: null, text: 'Box, box' };
    expect(await call('broadcast:cue', { sessionId, set: { driver: { car: 99 } } })).toMatchObject({
      error: { code: 'not_found' },
    });
    await call('broadcast:cue', { sessionId, set: { driver: 'leader' } });
    await eventually(() => expect(desk()?.cued.driver).toEqual({ car: 0, until: null }));
    expect(heard).toEqual([]);
    await call('broadcast:cue', { sessionId, set: { message }, when: 'now' });
    await eventually(() => expect(heard).toHaveLength(1));
    // The driver comes when the picture of that moment does, and not before.
    expect(heard[0]).toMatchObject({ onAir: { message: { ...message, until: null } } });
    expect(heard[0]?.onAir).not.toHaveProperty('driver');
    expect(heard[0]?.clock).toBeUndefined();
    await call('broadcast:resume', { sessionId });
    await eventually(() => expect(heard.at(-1)?.onAir?.driver).toEqual({ car: 0, until: null }));

    await call('broadcast:cue', { sessionId, set: { flag: { flag: 'yellow' } }, forMs: 500 });
    await eventually(() => expect(heard.at(-1)?.onAir).toEqual({ flag: null }));
    const { state } = await (await stranger()).viewer.emitWithAck('session:join', PUBLIC);
    expect(state.onAir).toEqual({
      ...NOTHING_CUED,
      driver: { car: 0, until: null },
      message: { ...message, until: null },
    });
  });

  it('is matched with the stream by a press at a moment that both have seen', async () => {
    const { send, sessionId } = await relay();
    await send(race(300), 1);
    const { call } = await director();
    const { moments } = (await call('broadcast:moments', { sessionId, car: 0 })) as { moments: Moment[] };
    const crossing = moments.find(({ name }) => name === 'crossing');
    expect(crossing).toMatchObject({ car: 0 });
    const matched = await call('broadcast:match', { sessionId, at: (crossing?.at ?? 0) - 5_000, agoMs: 0 });
    expect(matched).toMatchObject({ ok: true, from: 0 });
    expect(matched.delayMs).toBeGreaterThanOrEqual(5_000);
    expect(await call('broadcast:match', { sessionId, at: 0 })).toMatchObject({ error: { code: 'bad_request' } });
    const future = await call('broadcast:match', { sessionId, at: Date.now() + 3_600_000 });
    expect(future).toMatchObject({ error: { message: expect.stringContaining('in the future') } });
  });

  it('notes a delay that is set, and none that was set already', async () => {
    const { sessionId } = await relay();
    const { call, desk } = await director();
    for (const delayMs of [2_000, 2_000, 2_000]) await call('broadcast:delay:set', { sessionId, delayMs });
    await call('broadcast:delay:set', { sessionId, delayMs: 3_000 });
    await eventually(() => expect(desk()?.acts[0]).toMatchObject({ from: 2_000, to: 3_000 }));
    expect(desk()?.acts.map(({ to }) => to)).toEqual([3_000, 2_000]);
  });
});

describe('a share link', () => {
  it('PUB-7: opens one show for everyone who has it, is counted, and ends what rests on it when it is revoked', async () => {
    const { send, sessionId } = await relay();
    await send(race(20), 1);
    const { call, desk } = await director();
    const made = (await call('link:create', { show: 'local', kind: 'overlay', label: 'OBS' })) as {
      link: ShareLink;
      url: string;
    };
    const address = await fetch(`${url()}${made.url}`, { redirect: 'manual' });
    expect(address.headers.get('location')).toContain('/overlay/timing-tower?link=');
    const { viewer } = await stranger({ link: made.link.code });
    const closed = vi.fn();
    viewer.on('session:closed', closed);
    // An overlay is set up before anything is published.
    expect(await viewer.emitWithAck('session:join', PUBLIC)).toMatchObject({ ok: true, sessionId });
    expect(await viewer.emitWithAck('session:join', { show: 'local', audience: 'live' })).toMatchObject({ ok: false });
    expect(await viewer.emitWithAck('broadcast:publish', { show: 'local', published: true })).toMatchObject({
      error: { capability: 'racebox:director:control' },
    });
    await eventually(() => expect(desk()?.links[0]).toMatchObject({ label: 'OBS', viewers: 1, opened: 1 }));

    await call('link:revoke', { show: 'local', code: made.link.code });
    await eventually(() => expect(closed).toHaveBeenCalledWith({ reason: 'link_revoked' }));
    expect((await fetch(`${url()}${made.url}`, { redirect: 'manual' })).status).toBe(404);
    const again = socket('/', { link: made.link.code });
    const refusal = await new Promise<Error>((resolve) => again.on('connect_error', resolve));
    expect(refusal.message).toContain('revoked');
  });
});

it('a link to an overlay names one that exists; a link to the public page names none', async () => {
  const { call } = await director();
  const make = (over: object) => call('link:create', { show: 'local', kind: 'overlay', ...over });
  const made = await make({ overlay: 'timing-tower' });
  expect(made).toMatchObject({ ok: true, link: { kind: 'overlay', overlay: 'timing-tower' } });
  const address = await fetch(`${url()}${made.url}`, { redirect: 'manual' });
  expect(address.headers.get('location')).toMatch(/^\/overlay\/timing-tower\?link=/);
  expect(await make({ overlay: 'hologram' })).toMatchObject({ error: { code: 'bad_request' } });
  expect(await make({ kind: 'public', overlay: 'timing-tower' })).toMatchObject({ error: { code: 'bad_request' } });
});

describe('after a restart', () => {
  it('DLY-9: the show has its delay, switch and links, and nothing is shown before it is due', async () => {
    const first = await relay();
    await first.send(race(30), 1);
    const before = await director();
    await before.call('broadcast:publish', { show: 'local', published: true });
    const { joined: aired } = await joinedAt(102_900);
    await before.call('broadcast:delay:set', { show: 'local', delayMs: 90_000 });
    await before.call('link:create', { show: 'local', kind: 'public' });
    await eventually(async () => {
      const { delay } = await before.call('broadcast:delay:get', { show: 'local' });
      expect(delay.holdMs).toBeLessThan(89_900);
    });
    for (let n = 30; n < 40; n++) await first.send([frame(n)], n + 2);

    await restart();
    const { call, desk } = await director();
    expect(await call('broadcast:delay:get', { show: 'local' })).toMatchObject({ delayMs: 90_000 });
    expect(desk()).toMatchObject({ published: true, links: [{ kind: 'public' }] });
    // What had aired may be shown again, and nothing newer.
    const again = await eventually(async () => {
      const joined = await (await stranger()).viewer.emitWithAck('session:join', PUBLIC);
      expect(joined.ok).toBe(true);
      return joined;
    });
    // The logs of a server that began again are of another epoch.
    const topics = { ...aired.state.topics, epoch: expect.any(String) };
    expect(again.state).toEqual({ ...aired.state, topics });
    expect(again.delay).toMatchObject({ state: 'holding', delayMs: 90_000 });
  });

  it('DLY-13: an output that shows a session of before it is moved to the first one that airs', async () => {
    const first = await relay();
    await first.send(race(30), 1);
    await (await director()).call('broadcast:publish', { show: 'local', published: true });
    await joinedAt(102_900);
    await first.relay.emitWithAck('relay:bye', { reason: 'finished' });
    // So much later nothing of it can still have to air: it comes from the archive.
    await restart(undefined, {}, 200_000);
    const { viewer } = await stranger();
    const shown = await eventually(async () => {
      const joined = await viewer.emitWithAck('session:join', PUBLIC);
      expect(joined).toMatchObject({ ok: true, sessionId: first.sessionId });
      return joined;
    });
    expect(shown.state.session.status).toBe('ended');
    const moved: unknown[] = [];
    viewer.on('session:moved', (to) => moved.push(to));
    const next = await relay({ run: 'run-2', simSessionKey: '78:0' });
    await next.send(race(5), 1);
    await eventually(() =>
      expect(moved).toEqual([{ show: 'local', from: first.sessionId, sessionId: next.sessionId }]),
    );
  });
});
