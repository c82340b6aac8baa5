import type { OpsSocket, OpsSocketsAnswer, WhyAnswer } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { relay, viewer, get, token } = serverForEachTest({ OPS_UI_ENABLED: '1' });

/** The WebSocket below a client, as Node has it. */
interface Below {
  on(event: 'ping', heard: () => void): void;
  readonly _socket: { pause(): void };
}
const below = ({ io }: Socket) => (io.engine.transport as unknown as { ws: Below }).ws;

async function seen({ id }: Socket): Promise<OpsSocket | undefined> {
  const { sockets } = (await get<OpsSocketsAnswer>('/api/ops/sockets?limit=100', await token('ops'))).body;
  return sockets.find(({ socketId }) => socketId === id);
}

it('a script that follows a feed and sends no heartbeat is pinged, and known to be dead when it does not answer', async () => {
  const { send } = await relay();
  await send(race(20), 1);
  const script = await viewer();
  await eventually(async () =>
    expect(await seen(script.viewer)).toMatchObject({ beats: 'ok', rttMs: expect.any(Number), shownAgeMs: null }),
  );
  const why = async () => (await get<WhyAnswer>(`/api/ops/sockets/${script.viewer.id}/why`, await token('ops'))).body;
  // That it answers does not say what it shows.
  expect(await why()).not.toMatchObject({ verdict: 'fresh' });
  below(script.viewer)._socket.pause();
  await eventually(async () => expect(await seen(script.viewer)).toMatchObject({ beats: 'dead' }));
  expect(await why()).toMatchObject({ verdict: 'broken', text: expect.stringContaining('Nothing has come from it') });
});

it('a client that sends heartbeats is not pinged, and one that has joined nothing is not', async () => {
  const { send } = await relay();
  await send(race(20), 1);
  const [page, idle, script] = [await viewer(), await viewer(), await viewer()];
  await idle.viewer.emitWithAck('session:leave', { sessionId: idle.joined.sessionId });
  let pings = 0;
  for (const each of [page, idle]) below(each.viewer).on('ping', () => (pings += 1));
  await page.viewer.emitWithAck('feed:beat', { at: null, rttMs: null });
  // By then everyone has had a turn.
  await eventually(async () => expect(await seen(script.viewer)).toMatchObject({ beats: 'ok' }));
  expect(pings).toBe(0);
  expect(await seen(idle.viewer)).not.toHaveProperty('beats');
});
