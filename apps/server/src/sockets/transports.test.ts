import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedMessage } from '@okboxbox/protocol';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { race } from '../testing/race.js';
import { serverForEachTest } from '../testing/running-server.js';
import { socketTransports } from './transports.js';

const { relay, token, url } = serverForEachTest();

it('a viewer is served by HTTP long-polling, from the join to the ticks', async () => {
  const rig = await relay();
  const records = race(30);
  await rig.send(records.slice(0, 10), 1);
  const auth = { token: await token('team'), clientKind: 'dashboard' };
  const polling = connect(url(), { auth, transports: ['polling'], forceNew: true, reconnection: false });
  const heard: FeedMessage[] = [];
  polling.on('feed', (message) => heard.push(message));
  const joined = await polling.emitWithAck('session:join', { show: 'local', audience: 'live' });
  expect(joined).toMatchObject({ ok: true, sessionId: rig.sessionId });
  await rig.send(records.slice(10), 11);
  await eventually(() => expect(heard.at(-1)?.seq).toBeGreaterThan(joined.seq));
  expect(polling.io.engine.transport.name).toBe('polling');
  polling.disconnect();
});

it('is refused with the reason where a server takes WebSockets only, which it still takes', async () => {
  const http = createServer();
  const sockets = new Server(http, socketTransports(false));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const poll = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
  expect([poll.status, await poll.json()]).toEqual([
    403,
    { code: 4, message: expect.stringMatching(/takes WebSockets only/) },
  ]);
  const socket = connect(url, { transports: ['websocket'], forceNew: true });
  await eventually(() => expect(socket.connected).toBe(true));
  socket.disconnect();
  await sockets.close();
});
