import { applyChange, type FeedState, type OpsSocketsAnswer } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { operatorOf } from './testing/operator.js';

const server = serverForEachTest({ OPS_UI_ENABLED: '1' });
const { token, socket, relay, viewer, get } = server;
const { act, refusal, trail } = operatorOf(server);

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
    expect((await act(`/api/ops/sockets/${made.id}/move`)).body.what).toContain('This session is not on air yet');
    // What it was sent before it was moved has come when this is answered.
    await made.emitWithAck('session:leave', { sessionId: 'none' });
    const heard: unknown[] = [];
    made.on('feed', (message) => heard.push(message));
    await rig.send([frame(30), frame(31)], 32);
    // Viewers of the live room have them: what the moved one did not get by then, it does not get.
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
