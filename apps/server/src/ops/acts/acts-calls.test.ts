import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuditAnswer,
  applyChange,
  type FeedState,
  type OpsActAnswer,
  type OpsEventsAnswer,
  type OpsRooms,
  type OpsSessionsAnswer,
  type OpsSocketsAnswer,
  type OpsSummary,
  type Problem,
} from '@okboxbox/protocol';
import { TIMING_RULES_VERSION } from '@okboxbox/timing';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay, viewer, get, post, restart, hello, dataDir } = serverForEachTest({ OPS_UI_ENABLED: '1' });

const ACTS = [
  '/api/ops/sockets/none/disconnect',
  '/api/ops/sockets/none/move',
  '/api/ops/sessions/none/end',
  '/api/ops/sessions/none/refold',
  '/api/ops/relays/none/pause',
];
const body = { paused: true };

const act = async (path: string, more: object = {}) => post<OpsActAnswer>(path, more, await token('admin'));
const refusal = async (path: string, more: object = {}) => post<Problem>(path, more, await token('admin'));
const trail = async (): Promise<AuditAnswer['entries']> =>
  eventually(async () => {
    const answer = await get<AuditAnswer>('/api/ops/audit', await token('ops'));
    expect(answer.status).toBe(200);
    expect(answer.body.entries.length).toBeGreaterThan(0);
    expect(answer.body.waiting).toBe(0);
    return answer.body.entries;
  });

describe('acting', () => {
  it('is not there where operations are off', async () => {
    await restart(() => undefined, { OPS_UI_ENABLED: '0' });
    for (const path of ACTS) expect([path, (await act(path, body)).status]).toEqual([path, 404]);
    expect((await get('/api/ops/audit', await token('admin'))).status).toBe(404);
  });

  it('needs ops:act, says so, and is told of where it is missing', async () => {
    for (const path of ACTS) {
      expect([path, (await post(path, body)).status]).toEqual([path, 401]);
      expect([path, (await post(path, body, 'nonsense')).status]).toEqual([path, 401]);
      expect(await post(path, body, await token('ops'))).toMatchObject({
        status: 403,
        body: { capability: 'ops:act' },
      });
      // Whoever may act is told what there is not.
      expect((await refusal(path, body)).status).toBe(404);
    }
    const { events } = (await get<OpsEventsAnswer>('/api/ops/events?type=socket', await token('ops'))).body;
    const told = events.filter((each) => each.event === 'auth_fail' && each.capability === 'ops:act');
    expect(told.map(({ where }) => where)).toEqual(
      expect.arrayContaining(['/api/ops/sockets/:socketId/disconnect', '/api/ops/relays/:relayId/pause']),
    );
  });

  it('refuses what it cannot use', async () => {
    expect((await refusal('/api/ops/relays/none/pause', {})).body.detail).toContain('"paused" cannot be used');
    expect((await refusal('/api/ops/sessions/none/end', { dryRun: 'yes' })).status).toBe(400);
    expect((await refusal('/api/ops/sessions/none/end', { because: 'x'.repeat(501) })).status).toBe(400);
  });
});

describe('closing a connection', () => {
  it('is only described where it is asked for, then done, with its code for the client and for the record', async () => {
    const { viewer: made } = await viewer({ show: 'local', audience: 'live' });
    const path = `/api/ops/sockets/${made.id}/disconnect`;
    const closed = new Promise((resolve) => made.on('session:closed', resolve));
    expect((await act(path, { dryRun: true })).body).toMatchObject({ act: 'socket.disconnect', done: false });
    expect(made.connected).toBe(true);
    const { id } = made;
    const answer = await act(path, { because: 'stuck; Bearer abcdef' });
    expect(answer).toMatchObject({ status: 200, body: { done: true } });
    expect(answer.body.what).toContain('dashboard');
    expect(await closed).toEqual({ reason: 'by_operations' });
    const gone = await get<OpsSocketsAnswer>('/api/ops/sockets?state=closed&code=by_operations', await token('ops'));
    expect(gone.body.sockets).toMatchObject([{ socketId: id, closed: { code: 'by_operations' } }]);
    expect((await refusal(path)).status).toBe(404);
    expect(await trail()).toMatchObject([
      { who: 'admin', action: 'socket.disconnect', detail: { socketId: id, because: 'stuck; Bearer [removed]' } },
    ]);
  });

  it('reaches relays, too', async () => {
    const rig = await relay();
    const { id } = rig.relay;
    expect((await act(`/api/ops/sockets/${id}/disconnect`)).status).toBe(200);
    await eventually(() => expect(rig.relay.connected).toBe(false));
  });
});

describe('moving an overlay to the broadcast room', () => {
  /** A client as the contract describes one: changes in order; where they do not follow, it asks for what is missing. */
  async function script(join: object) {
    const made = socket('/', { token: await token('director'), clientKind: 'overlay', surface: 'my-script' });
    let at = { epoch: '', seq: 0 };
    let state: FeedState | null = null;
    const begin = (answer: { epoch: string; seq: number; state: FeedState }) => {
      at = { epoch: answer.epoch, seq: answer.seq };
      state = answer.state;
    };
    const joins = async () => begin(await made.emitWithAck('session:join', join));
    made.on('feed', async (message) => {
      if (message.epoch === at.epoch && message.seq === at.seq + 1) {
        at = { epoch: message.epoch, seq: message.seq };
        if (state !== null) state = applyChange(state, message);
      } else if (message.epoch !== at.epoch) {
        // One that comes no more is of a connection that the test has closed.
        const answer = await made.emitWithAck('feed:resync', { sessionId: message.sessionId, ...at }).catch(() => null);
        if (answer?.ok && answer.state !== undefined) begin(answer);
      }
    });
    made.on('session:moved', () => void joins().catch(() => undefined));
    await joins();
    return { made, shown: () => state };
  }
  const roomsOf = async (socketId: string | undefined) =>
    (await get<OpsSocketsAnswer>('/api/ops/sockets?role=overlay', await token('ops'))).body.sockets.find(
      (each) => each.socketId === socketId,
    )?.joinedRooms;
  const publicState = async () =>
    (await viewer({ show: 'local', audience: 'broadcast' }, await token('overlay'))).joined.state;

  it('goes on with the public picture, for a client that knows the feed alone', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(30), 1);
    const { made, shown } = await script({ show: 'local', audience: 'live' });
    const path = `/api/ops/sockets/${made.id}/move`;
    expect((await act(path, { dryRun: true })).body).toMatchObject({ act: 'socket.move', done: false });
    expect(await roomsOf(made.id)).toEqual([`session:${rig.sessionId}`]);
    expect((await act(path)).body.what).toContain(`broadcast:session:${rig.sessionId}`);
    expect(await roomsOf(made.id)).toEqual([`broadcast:session:${rig.sessionId}`]);
    await eventually(async () => expect(shown()).toEqual(await publicState()));
    await rig.send([frame(30), frame(31)], 32);
    await eventually(async () => {
      expect(shown()?.clock.sessionTimeMs).toBe(103_100);
      expect(shown()).toEqual(await publicState());
    });
    expect((await refusal(path)).body).toMatchObject({ status: 409, detail: expect.stringContaining('no live room') });
    expect(await trail()).toMatchObject([{ action: 'socket.move', detail: { sessionId: rig.sessionId } }]);
  });

  it('stays there through a change of session, and the answer to a live join says where it is', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(30), 1);
    const { made, shown } = await script({ show: 'local', audience: 'live' });
    expect((await act(`/api/ops/sockets/${made.id}/move`)).status).toBe(200);
    await rig.relay.emitWithAck('relay:bye', { reason: 'session-changed' });
    const next = await relay({ playback: false, run: 'run-2', simSessionKey: '77:1' });
    await next.send([sessionLine({ simSessionKey: '77:1' }), frame(0), frame(1)], 1);
    await eventually(async () => {
      expect(await roomsOf(made.id)).toEqual([`broadcast:session:${next.sessionId}`]);
      expect(shown()?.session.sessionId).toBe(next.sessionId);
    });
    const again = await made.emitWithAck('session:join', { show: 'local', audience: 'live' });
    expect(again).toMatchObject({ ok: true, audience: 'broadcast', sessionId: next.sessionId });
    expect(await roomsOf(made.id)).toEqual([`broadcast:session:${next.sessionId}`]);
  });

  it('gets nothing before something has aired, and is said to', async () => {
    const director = socket('/', { token: await token('director'), clientKind: 'director' });
    await director.emitWithAck('broadcast:delay:set', { show: 'local', delayMs: 60_000 });
    const rig = await relay({ playback: false });
    await rig.send(race(30), 1);
    const { made } = await script({ show: 'local', audience: 'live' });
    expect((await act(`/api/ops/sockets/${made.id}/move`)).body.what).toContain(
      'Nothing of this session has aired yet',
    );
    // What it was sent before it was moved has come when this is answered.
    await made.emitWithAck('session:leave', { sessionId: 'none' });
    const heard: unknown[] = [];
    made.on('feed', (message) => heard.push(message));
    await rig.send([frame(30), frame(31)], 32);
    // Whoever sees it live has them: what the moved one did not get by then, it does not get.
    const { joined } = await viewer();
    expect(joined.state.clock.sessionTimeMs).toBeGreaterThan(0);
    expect(heard).toEqual([]);
  });

  it('with format json gets every car by name at once', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(30), 1);
    const { viewer: made, heard } = await viewer({ show: 'local', audience: 'live', format: 'json' });
    expect((await act(`/api/ops/sockets/${made.id}/move`, { sessionId: rig.sessionId })).status).toBe(200);
    await eventually(() => expect(heard.at(-1)).toMatchObject({ entries: [{ carNumber: '11' }, {}, {}] }));
  });
});

describe('folding an ended session anew', () => {
  it('is only said where it is asked for, then done and noted; a running session is refused', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(300), 1);
    const path = `/api/ops/sessions/${rig.sessionId}/refold`;
    expect((await refusal(path)).body).toMatchObject({ status: 404, detail: expect.stringContaining('next start') });
    await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
    const laps = async () =>
      (await get<unknown[]>(`/api/sessions/${rig.sessionId}/laps`, await token('director'))).body;
    await eventually(async () => expect((await act(path, { dryRun: true })).status).toBe(200));
    const before = await laps();
    const asked = (await act(path, { dryRun: true })).body;
    expect(asked).toMatchObject({ act: 'session.refold', done: false });
    expect(asked.what).toContain(`by timing rules ${TIMING_RULES_VERSION}`);
    expect((await act(path, { because: 'new rules' })).body).toMatchObject({ act: 'session.refold', done: true });
    expect(await laps()).toEqual(before);
    const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
    expect(sessions).toMatchObject([{ sessionId: rig.sessionId, rulesVersion: TIMING_RULES_VERSION }]);
    expect(await trail()).toMatchObject([
      {
        action: 'session.refold',
        detail: { sessionId: rig.sessionId, to: TIMING_RULES_VERSION, because: 'new rules' },
      },
    ]);
  });
});

describe('ending a session', () => {
  it('lets viewers see its end and relays go, which begin a new one', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(30), 1);
    const { joined, heard } = await viewer();
    const path = `/api/ops/sessions/${rig.sessionId}/end`;
    const asked = await act(path, { dryRun: true });
    expect(asked.body.what).toContain('Relays that feed it: 1; they are let go and greet again');
    expect(asked.body.done).toBe(false);
    const because = 'wrong car park';
    const [ended, twice] = await Promise.all([act(path, { because }), act(path, { because })]);
    expect([ended.status, twice.status].sort()).toEqual([200, 404]);
    await eventually(() => expect(rig.relay.connected).toBe(false));
    await eventually(() => expect(heard.reduce<FeedState>(applyChange, joined.state).session.status).toBe('ended'));
    const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
    expect(sessions).toMatchObject([{ sessionId: rig.sessionId, status: 'ended', relays: [], framesTotal: 30 }]);
    const gone = await get<OpsSocketsAnswer>('/api/ops/sockets?state=closed&role=relay', await token('ops'));
    expect(gone.body.sockets).toMatchObject([{ closed: { code: 'session_ended' } }]);
    const { events } = (await get<OpsEventsAnswer>('/api/ops/events?type=session', await token('ops'))).body;
    expect(events.find((each) => each.event === 'ended')).toMatchObject({ reason: 'operator' });
    // The same run is told that its session has ended; a relay that still captures begins another run.
    expect((await relay({ playback: false })).sessionId).toBe(rig.sessionId);
    const back = await relay({ playback: false, run: 'run-2' });
    expect(back.sessionId).not.toBe(rig.sessionId);
    expect((await back.send([sessionLine(), frame(30)], 1)).ok).toBe(true);
    expect((await trail())[0]).toMatchObject({ action: 'session.end', detail: { because } });
  });
});

describe('pausing a relay', () => {
  it('asks it for no frames, and for frames again, also when it is away', async () => {
    const rig = await relay({ playback: false });
    const told: unknown[] = [];
    rig.relay.on('relay:pause', (request) => told.push(request));
    const path = `/api/ops/relays/${hello.relayId}/pause`;
    expect((await act(path, { paused: true, dryRun: true })).body).toMatchObject({ act: 'relay.pause', done: false });
    expect((await act(path, { paused: true, because: 'too many relays' })).body.done).toBe(true);
    await eventually(() => expect(told).toEqual([{ paused: true, because: 'too many relays' }]));
    const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
    expect(sessions[0]?.relays[0]?.pausedBecause).toBe('too many relays');
    rig.relay.disconnect();
    await eventually(async () =>
      expect((await act(path, { paused: false, dryRun: true })).body.what).toContain('not connected'),
    );
    expect((await act(path, { paused: false })).body).toMatchObject({ act: 'relay.resume', done: true });
    expect((await refusal(path, { paused: false })).status).toBe(404);
    expect((await trail()).map(({ action }) => action)).toEqual(['relay.resume', 'relay.pause']);
  });

  it('stays paused when the server is started again, until it is let go on', async () => {
    const path = `/api/ops/relays/${hello.relayId}/pause`;
    await relay({ playback: false });
    expect((await act(path, { paused: true, because: 'too many relays' })).body.done).toBe(true);
    await restart();
    const back = await relay({ playback: false });
    expect(back.pauses).toEqual([{ paused: true, because: 'too many relays' }]);
    expect((await act(path, { paused: false })).body).toMatchObject({ act: 'relay.resume', done: true });
    await restart();
    expect((await relay({ playback: false })).pauses).toEqual([]);
  });

  it('says that the disk does not take it, which is in force all the same, and stores it once the disk does', async () => {
    const path = `/api/ops/relays/${hello.relayId}/pause`;
    const rig = await relay({ playback: false });
    // A folder in the place of the file: it cannot be written.
    const place = join(dataDir(), 'paused-relays.json.new');
    mkdirSync(place);
    const paused = await act(path, { paused: true, because: 'too many relays' });
    expect(paused).toMatchObject({
      status: 200,
      body: { done: true, stored: false, storeError: expect.stringMatching(/in force.*Make room/) },
    });
    const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
    expect(sessions[0]?.relays[0]?.pausedBecause).not.toBeNull();
    expect((await trail())[0]).toMatchObject({ action: 'relay.pause' });
    // What opens something is not in force where it cannot be stored.
    const refused = await refusal(path, { paused: false });
    expect([refused.status, refused.body.detail]).toEqual([503, expect.stringMatching(/still paused.*Make room/)]);
    expect(rig.pauses).toEqual([{ paused: true, because: 'too many relays' }]);
    rmdirSync(place);
    await eventually(() => expect(readFileSync(join(dataDir(), 'paused-relays.json'), 'utf8')).toContain('too many'));
    await restart();
    expect((await relay({ playback: false })).pauses).toEqual([{ paused: true, because: 'too many relays' }]);
    expect((await act(path, { paused: false })).body).toMatchObject({ done: true, stored: true });
  });

  it('pauses that of one show where relays of several are called the same', async () => {
    const path = `/api/ops/relays/${hello.relayId}/pause`;
    const [sprint, endurance] = [await relay({ playback: false }), await relay({ playback: false, show: 'endurance' })];
    const told: unknown[] = [];
    sprint.relay.on('relay:pause', () => told.push('sprint'));
    endurance.relay.on('relay:pause', ({ paused }) => told.push(paused));
    const asked = await refusal(path, { paused: true });
    expect([asked.status, asked.body.detail]).toEqual([409, expect.stringContaining('"local", "endurance"')]);
    expect((await refusal(path, { paused: true, show: 'nowhere' })).status).toBe(404);
    expect((await act(path, { paused: true, show: 'endurance' })).body.what).toContain(endurance.sessionId);
    await eventually(() => expect(told).toEqual([true]));
    const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
    const isPaused = (id: string) =>
      sessions.find(({ sessionId }) => sessionId === id)?.relays[0]?.pausedBecause != null;
    expect([isPaused(sprint.sessionId), isPaused(endurance.sessionId)]).toEqual([false, true]);
  });
});

describe('the audit trail', () => {
  it('has what directors did and which tokens were revoked, newest first, page by page', async () => {
    const director = socket('/', { token: await token('director'), clientKind: 'director' });
    await director.emitWithAck('broadcast:delay:set', { show: 'local', delayMs: 30_000 });
    await director.emitWithAck('broadcast:publish', { show: 'local', published: true });
    await post('/api/tokens/revoke', { jti: 'old' }, await token('admin'));
    const bearer = await token('ops');
    const all = await eventually(async () => {
      const { entries, waiting } = (await get<AuditAnswer>('/api/ops/audit', bearer)).body;
      expect(waiting).toBe(0);
      expect(entries).toHaveLength(3);
      return entries;
    });
    expect(all.map(({ action }) => action).sort()).toEqual(['broadcast:delay:set', 'publish', 'token.revoke']);
    expect(all.find(({ action }) => action === 'broadcast:delay:set')).toMatchObject({
      who: 'director',
      detail: { show: 'local', from: 0, to: 30_000 },
    });
    const first = (await get<AuditAnswer>('/api/ops/audit?limit=2', bearer)).body;
    const second = (await get<AuditAnswer>(`/api/ops/audit?limit=2&before=${first.before}`, bearer)).body;
    expect([...first.entries, ...second.entries]).toEqual(all);
    expect(second.before).toBeNull();
  });

  it('answers nobody without a right token', async () => {
    expect((await get('/api/ops/audit')).status).toBe(401);
    expect((await get('/api/ops/audit', 'nonsense')).status).toBe(401);
    const director = await get('/api/ops/audit', await token('director'));
    expect(director).toMatchObject({ status: 403, body: { capability: 'ops:read' } });
    expect((await get('/api/ops/audit?limit=0', await token('ops'))).status).toBe(400);
  });

  it('says that it cannot be read while the database is away', async () => {
    await restart(() => undefined, { DATABASE_URL: 'postgresql://127.0.0.1:1/none' });
    const answer = await get<Problem>('/api/ops/audit', await token('ops'));
    expect(answer).toMatchObject({ status: 503, type: 'application/problem+json' });
    expect(answer.body.detail).toMatch(/database/);
  });
});

describe('the truth of rooms', () => {
  it('is read with ops:read, and swept with ops:act', async () => {
    for (const bearer of [undefined, 'nonsense']) {
      expect((await get('/api/ops/rooms', bearer)).status).toBe(401);
      expect((await post('/api/ops/rooms/sweep', {}, bearer)).status).toBe(401);
    }
    expect((await get('/api/ops/rooms', await token('director'))).status).toBe(403);
    expect(await post('/api/ops/rooms/sweep', {}, await token('ops'))).toMatchObject({
      status: 403,
      body: { capability: 'ops:act' },
    });
    const rig = await relay();
    await rig.send(race(5), 1);
    const { viewer: one } = await viewer();
    await viewer({ show: 'local', audience: 'broadcast' }, await token('overlay'));
    const { viewer: own } = await viewer(
      { show: 'local', audience: 'live', cars: ['11'] },
      await token('team', { cars: ['11'] }),
    );
    one.disconnect();
    await own.emitWithAck('session:leave', { sessionId: rig.sessionId });
    await own.emitWithAck('session:join', { sessionId: rig.sessionId, audience: 'live', cars: ['11'] });
    const swept = await eventually(async () => {
      const { status, body: found } = await post<OpsRooms>('/api/ops/rooms/sweep', {}, await token('admin'));
      expect(status).toBe(200);
      expect(found).toMatchObject({ rooms: 3, memberships: 3, joins: 6, leaves: 3, leakedCount: 0, repairedTotal: 0 });
      return found;
    });
    expect((await get<OpsRooms>('/api/ops/rooms', await token('ops'))).body.rooms).toBe(swept.rooms);
    expect((await get<OpsSummary>('/api/ops/summary', await token('ops'))).body.rooms).toMatchObject({ rooms: 3 });
    expect((await trail())[0]).toMatchObject({ action: 'rooms.sweep', detail: { rooms: 3, repaired: 0 } });
  });

  it('is not there where operations are off', async () => {
    await restart(() => undefined, { OPS_UI_ENABLED: '0' });
    expect((await get('/api/ops/rooms', await token('admin'))).status).toBe(404);
    expect((await post('/api/ops/rooms/sweep', {}, await token('admin'))).status).toBe(404);
  });
});
