import {
  applyChange,
  type FeedState,
  type OpsEventsAnswer,
  type OpsSessionsAnswer,
  type OpsSocketsAnswer,
} from '@okboxbox/protocol';
import { TIMING_RULES_VERSION } from '@okboxbox/timing';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { operatorOf } from './testing/operator.js';

const server = serverForEachTest({ OPS_UI_ENABLED: '1' });
const { token, relay, viewer, get, post, restart } = server;
const { act, refusal, trail } = operatorOf(server);

const ACTS = [
  '/api/ops/sockets/none/disconnect',
  '/api/ops/sockets/none/move',
  '/api/ops/sessions/none/end',
  '/api/ops/sessions/none/refold',
  '/api/ops/sessions/none/accept-loss',
  '/api/ops/relays/none/pause',
];
const body = { paused: true };

describe('acting', () => {
  it('is not there where operations are off', async () => {
    await restart(() => undefined, { OPS_UI_ENABLED: '0' });
    for (const path of ACTS) expect([path, (await act(path, body)).status]).toEqual([path, 404]);
    expect((await get('/api/ops/audit', await token('admin'))).status).toBe(404);
  });

  it('needs ops:act: a refusal names it and becomes an event', async () => {
    for (const path of ACTS) {
      expect([path, (await post(path, body)).status]).toEqual([path, 401]);
      expect([path, (await post(path, body, 'nonsense')).status]).toEqual([path, 401]);
      expect(await post(path, body, await token('ops'))).toMatchObject({
        status: 403,
        body: { capability: 'ops:act' },
      });
      // A caller with the right is told what does not exist.
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

describe('ending a session', () => {
  it('lets viewers see its end and relays go, which begin a new one', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(30), 1);
    const { joined, heard } = await viewer();
    const path = `/api/ops/sessions/${rig.sessionId}/end`;
    const asked = await act(path, { dryRun: true });
    expect(asked.body.what).toContain('Relays that feed it: 1; they are disconnected and reconnect');
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
    expect(asked.what).toContain(`with timing rules ${TIMING_RULES_VERSION}`);
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
