import type { DeskState, SessionMoved, SessionSummary } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, hello, relay, get, post, restart } = serverForEachTest();

const key = (number: number) => ({ simSessionKey: `77:${number}`, playback: false });
const PUBLIC = { show: 'local', audience: 'broadcast' };

/** A relay with a session of its own in the show, with something in it. */
async function feeding(relayId: string, number: number, over: object = {}) {
  const made = await relay({ ...key(number), relayId, run: `${relayId}-${number}`, ...over });
  await made.send([sessionLine({ simSessionKey: `77:${number}` }), frame(0), frame(1)], 1);
  return made;
}

/** A viewer that joined by the show and goes where it is moved. */
class Follower {
  readonly on: string[] = [];
  readonly #made: Socket;
  readonly #join: object;

  constructor(join: object, auth: object = {}) {
    this.#join = join;
    this.#made = socket('/', auth);
    this.#made.on('session:moved', (_moved: SessionMoved) => void this.join());
  }

  async join(): Promise<this> {
    const { sessionId } = await this.#made.emitWithAck('session:join', this.#join);
    if (this.on.at(-1) !== sessionId) this.on.push(sessionId);
    return this;
  }
}

async function director(role: 'director' | 'admin' = 'director') {
  const made = socket('/', { token: await token(role) });
  let desk: DeskState | undefined;
  made.on('desk', (state: DeskState) => {
    desk = state;
  });
  const joined = await made.emitWithAck('director:join', { show: 'local' });
  desk ??= joined.desk;
  return { call: (event: string, input: object) => made.emitWithAck(event, input), desk: () => desk };
}

const publicList = async () => (await get<SessionSummary[]>('/api/sessions')).body.map(({ sessionId }) => sessionId);
const joinOf = async (input: object, auth: object = {}) => socket('/', auth).emitWithAck('session:join', input);
const statusOf = async (id: string) => (await get(`/api/public/sessions/${id}/timing`)).status;

describe('a show', () => {
  it('FLW-1: stays with its main feed where another relay opens a session, of which nothing becomes public', async () => {
    const main = await feeding('main', 0);
    const { call } = await director();
    await call('broadcast:publish', { show: 'local', published: true });
    await eventually(async () => expect(await publicList()).toEqual([main.sessionId]));
    const anyone = await new Follower(PUBLIC).join();
    const team = await new Follower({ show: 'local', audience: 'live' }, { token: await token('team') }).join();
    const drive = await feeding('driver', 5);
    expect(drive.sessionId).not.toBe(main.sessionId);
    await drive.send([frame(2), frame(3)], 4);
    await main.send([frame(2)], 4);
    expect(await publicList()).toEqual([main.sessionId]);
    expect(await statusOf(drive.sessionId)).toBe(404);
    expect(await statusOf('local')).toBe(200);
    expect(await joinOf({ sessionId: drive.sessionId, audience: 'broadcast' })).toMatchObject({
      error: { code: 'not_found' },
    });
    for (const join of [PUBLIC, { show: 'local', audience: 'live' }])
      expect((await joinOf(join, { token: await token('team') })).sessionId).toBe(main.sessionId);
    expect([anyone.on, team.on]).toEqual([[main.sessionId], [main.sessionId]]);
    // With the right, it can be seen by its id, live and as a picture.
    expect(
      await joinOf({ sessionId: drive.sessionId, audience: 'live' }, { token: await token('team') }),
    ).toMatchObject({
      ok: true,
    });
    expect(
      await joinOf({ sessionId: drive.sessionId, audience: 'broadcast' }, { token: await token('overlay') }),
    ).toMatchObject({ ok: true });
    // A link to the show opens what that follows, and one to the session that.
    for (const [onlySession, ok] of [
      [false, false],
      [true, true],
    ] as const) {
      const input = { sessionId: onlySession ? drive.sessionId : undefined, show: onlySession ? undefined : 'local' };
      const { link } = await call('link:create', { ...input, kind: 'overlay', onlySession });
      const joined = await joinOf({ sessionId: drive.sessionId, audience: 'broadcast' }, { link: link.code });
      expect([onlySession, joined.ok]).toEqual([onlySession, ok]);
    }
  });

  it('FLW-1: no driver’s relay becomes the main feed by its name, nor ends what that fed', async () => {
    const main = await feeding('main', 0);
    const drive = async (cars: string[], number: number) => {
      const made = socket('/relay', { token: await token('relay', { shows: ['local'], cars }) });
      const run = { ...key(number), relayId: 'main', run: `drive-${number}` };
      return made.emitWithAck('relay:hello', { ...hello, ...run });
    };
    const on = async () =>
      (await joinOf({ show: 'local', audience: 'live' }, { token: await token('team') })).sessionId;
    expect((await drive(['12'], 5)).sessionId).not.toBe(main.sessionId);
    expect(await on()).toBe(main.sessionId);
    main.relay.disconnect();
    await eventually(async () => {
      const relays = (await director()).desk()?.sessions.find(({ sessionId }) => sessionId === main.sessionId)?.relays;
      expect(relays).toEqual([{ relayId: 'main', isConnected: false }]);
    });
    await drive(['12'], 6);
    expect(await on()).toBe(main.sessionId);
    // The one who has the name by right goes on where it was, and with its next session.
    expect((await feeding('main', 0)).sessionId).toBe(main.sessionId);
    const next = await feeding('main', 1);
    expect(await on()).toBe(next.sessionId);
  });

  it('FLW-2: goes on to the main feed’s next session, also where another relay was there first', async () => {
    const main = await feeding('main', 0);
    const { call } = await director();
    await call('broadcast:publish', { show: 'local', published: true });
    const team = await new Follower({ show: 'local', audience: 'live' }, { token: await token('team') }).join();
    const anyone = new Follower(PUBLIC);
    await eventually(async () => expect((await anyone.join()).on).toContain(main.sessionId));
    const early = await feeding('driver', 1);
    expect(team.on).toEqual([main.sessionId]);
    const next = await feeding('main', 1, { sessionTime: 100.2 });
    expect(next.sessionId).toBe(early.sessionId);
    await eventually(() => expect(team.on).toEqual([main.sessionId, next.sessionId]));
    await eventually(() => expect(anyone.on.at(-1)).toBe(next.sessionId));
    await eventually(async () => expect(await statusOf(next.sessionId)).toBe(200));
  });

  it('FLW-3: stays on its session where the main feed stops, until somebody chooses, over a restart, and returns', async () => {
    const main = await feeding('main', 0);
    const { call, desk } = await director();
    await call('broadcast:publish', { show: 'local', published: true });
    const team = await new Follower({ show: 'local', audience: 'live' }, { token: await token('team') }).join();
    main.relay.disconnect();
    const drive = await feeding('driver', 5);
    expect(team.on).toEqual([main.sessionId]);
    await eventually(() =>
      expect(desk()).toMatchObject({
        followedSessionId: main.sessionId,
        mainFeed: { relayId: 'main', isMarked: false },
        sessions: [
          { sessionId: drive.sessionId, relays: [{ relayId: 'driver', isConnected: true }] },
          { sessionId: main.sessionId, relays: [{ relayId: 'main', isConnected: false }] },
        ],
      }),
    );
    expect(await call('show:follow', { sessionId: drive.sessionId })).toEqual({
      ok: true,
      show: 'local',
      sessionId: drive.sessionId,
      mainFeed: { relayId: 'main', isMarked: false },
    });
    await eventually(() => expect(team.on).toEqual([main.sessionId, drive.sessionId]));
    await eventually(async () => expect(await publicList()).toEqual([drive.sessionId]));
    await restart();
    const { sessionId } = await joinOf({ show: 'local', audience: 'live' }, { token: await token('team') });
    expect(sessionId).toBe(drive.sessionId);
    await eventually(async () => expect(await statusOf('local')).toBe(200));
    // The main feed is back in its session, which moves nobody; its next one does.
    const back = await relay({ ...key(0), relayId: 'main', run: 'main-0' });
    expect(back.sessionId).toBe(main.sessionId);
    const live = { show: 'local', audience: 'live' };
    expect((await joinOf(live, { token: await token('team') })).sessionId).toBe(drive.sessionId);
    const next = await feeding('main', 1);
    expect((await joinOf(live, { token: await token('team') })).sessionId).toBe(next.sessionId);
    // The test drive goes on, and no show follows it.
    await eventually(async () => expect(await statusOf(drive.sessionId)).toBe(404));
    expect(await publicList()).not.toContain(drive.sessionId);
  });

  it('FLW-5: is moved for the public when the delay has passed, and FLW-4: what it left is public no more', async () => {
    const main = await feeding('main', 0);
    const drive = await feeding('driver', 5);
    const { call } = await director();
    await call('broadcast:publish', { show: 'local', published: true });
    const anyone = new Follower(PUBLIC);
    await eventually(async () => expect((await anyone.join()).on).toContain(main.sessionId));
    anyone.on.splice(0, anyone.on.length, main.sessionId);
    await call('broadcast:delay:set', { show: 'local', delayMs: 1_500 });
    await call('show:follow', { sessionId: drive.sessionId });
    await call('show:follow', { sessionId: main.sessionId });
    const chosenAt = Date.now();
    await call('show:follow', { sessionId: drive.sessionId });
    expect(await statusOf(drive.sessionId)).toBe(404);
    expect(await publicList()).toEqual([main.sessionId]);
    let movedAt = 0;
    await eventually(() => {
      expect(anyone.on).toEqual([main.sessionId, drive.sessionId]);
      movedAt = Date.now();
    });
    expect(movedAt - chosenAt).toBeGreaterThanOrEqual(1_500);
    expect(await statusOf(drive.sessionId)).toBe(200);
    expect(await statusOf(main.sessionId)).toBe(404);
    expect(await publicList()).toEqual([drive.sessionId]);
    expect(await joinOf({ sessionId: main.sessionId, audience: 'broadcast' })).toMatchObject({
      error: { code: 'not_found' },
    });
    // What goes on there is not public either.
    await main.send([frame(2), frame(3)], 4);
    expect(await statusOf(main.sessionId)).toBe(404);
  });

  it('FLW-6: makes a relay its main feed, by HTTP as well, for directors and operators alone', async () => {
    const main = await feeding('main', 0);
    const other = await feeding('new-pc', 5);
    const path = '/api/shows/local/acts/follow';
    for (const role of ['team', 'viewer', 'overlay', 'ops', 'relay'] as const) {
      expect((await post(path, { relayId: 'new-pc' }, await token(role))).status).toBe(403);
      const refused = await socket('/', { token: await token(role) }).emitWithAck('show:follow', {
        show: 'local',
        relayId: 'new-pc',
      });
      expect(refused.error).toMatchObject({ code: 'forbidden', capability: 'racebox:director:control' });
    }
    expect((await post(path, { relayId: 'new-pc' })).status).toBe(401);
    expect((await post(path, { relayId: 'new-pc' }, await token('director', { shows: ['another'] }))).status).toBe(403);
    expect((await post(path, {}, await token('director'))).status).toBe(400);
    expect((await post(path, { relayId: 'nobody' }, await token('director'))).status).toBe(404);
    expect((await post(path, { sessionId: 'sess_nothing' }, await token('director'))).status).toBe(404);
    const { status, body } = await post(path, { relayId: 'new-pc' }, await token('ops', { caps: ['ops:act'] }));
    expect([status, body]).toEqual([
      200,
      { ok: true, show: 'local', sessionId: other.sessionId, mainFeed: { relayId: 'new-pc', isMarked: true } },
    ]);
    // The old main feed's next session moves nobody; the new one's does.
    await feeding('main', 1);
    const live = { show: 'local', audience: 'live' };
    expect((await joinOf(live, { token: await token('team') })).sessionId).toBe(other.sessionId);
    const next = await feeding('new-pc', 6);
    expect((await joinOf(live, { token: await token('team') })).sessionId).toBe(next.sessionId);
    expect(main.sessionId).not.toBe(next.sessionId);
  });
});
