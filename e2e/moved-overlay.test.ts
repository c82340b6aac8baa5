import { expect, it } from 'vitest';
import { frame, race, sessionLine } from '../apps/server/src/testing/race.js';
import { serverForEachTest } from '../apps/server/src/testing/running-server.js';
import { followFeed } from '../apps/web/src/feed/feed-client.js';
import { FeedStore } from '../apps/web/src/feed/feed-store.js';
import { eventually } from '../testing/eventually.js';

const { token, relay, get, post, url } = serverForEachTest({ OPS_UI_ENABLED: '1' });

it('the browser’s own client goes on with the public picture when it is moved, through a change of session, too', async () => {
  const rig = await relay({ playback: false });
  await rig.send(race(30), 1);
  const store = new FeedStore('live');
  const feed = followFeed(
    {
      subject: { show: 'local' },
      audience: 'live',
      token: await token('director'),
      clientKind: 'overlay',
      surface: 'tower',
      keepsTrying: true,
    },
    store,
    url(),
  );
  await eventually(() => expect(store.order).toHaveLength(3));
  const { body } = await get<{ sockets: { socketId: string; joinedRooms: string[] }[] }>(
    '/api/ops/sockets?role=overlay',
    await token('ops'),
  );
  const id = body.sockets[0]?.socketId;
  expect((await post(`/api/ops/sockets/${id}/move`, {}, await token('admin'))).status).toBe(200);
  await eventually(() => expect([store.audience, store.delay?.state]).toEqual(['broadcast', 'live']));
  await rig.send([frame(30), frame(31)], 32);
  const time = () => (store.holding.holding === 'race' ? store.holding.feed.clock.sessionTimeMs : null);
  await eventually(() => expect(time()).toBe(103_100));
  await rig.relay.emitWithAck('relay:bye', { reason: 'session-changed' });
  const next = await relay({ playback: false, run: 'run-2', simSessionKey: '77:1' });
  await next.send([sessionLine({ simSessionKey: '77:1' }), frame(0), frame(1), frame(2)], 1);
  await eventually(() =>
    expect(store.holding.holding === 'race' && store.holding.feed.session.sessionId).toBe(next.sessionId),
  );
  const after = await get<{ sockets: { joinedRooms: string[] }[] }>(
    '/api/ops/sockets?role=overlay',
    await token('ops'),
  );
  expect(after.body.sockets[0]?.joinedRooms).toEqual([`broadcast:session:${next.sessionId}`]);
  feed.stop();
});
