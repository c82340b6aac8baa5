import type { OpsNodesAnswer, OpsSocketsAnswer } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { frame, race } from '../testing/race.js';
import { serverForEachTest } from '../testing/running-server.js';

const { restart, relay, viewer, get, post, token } = serverForEachTest({ OPS_UI_ENABLED: '1' });
const nodes = async () => (await get<OpsNodesAnswer>('/api/ops/nodes', await token('ops'))).body.nodes;
const sockets = async () => (await get<OpsSocketsAnswer>('/api/ops/sockets', await token('ops'))).body.sockets;

it('a server alone is one node, whose viewers are its own', async () => {
  await restart(() => undefined, { EDGE_WORKERS: '0' });
  await relay();
  const { viewer: page } = await viewer();
  const [server, ...others] = await nodes();
  expect(others).toEqual([]);
  expect(server).toMatchObject({ node: 'server', role: 'server', pid: process.pid, viewers: 1, heardAgeMs: null });
  expect((await sockets()).find(({ socketId }) => socketId === page.id)).not.toHaveProperty('node');
});

it('edge processes are nodes: their viewers are seen, counted and closed by operations', async () => {
  await restart(() => undefined, { EDGE_WORKERS: '2' });
  const rig = await relay();
  await rig.send(race(5), 1);
  const { viewer: page, heard } = await viewer();
  await rig.send([frame(6)], 7);
  await eventually(() => expect(heard.length).toBeGreaterThan(0));
  await eventually(async () => {
    expect(await nodes()).toMatchObject([
      { node: 'server', viewers: 0 },
      { node: 'edge-1', role: 'edge', viewers: 1, rttMs: expect.any(Number), heardAgeMs: expect.any(Number) },
      { node: 'edge-2', role: 'edge', viewers: 0 },
    ]);
  });
  await eventually(async () => {
    const seen = (await sockets()).find(({ socketId }) => socketId === page.id);
    expect(seen).toMatchObject({ node: 'edge-1', role: 'dashboard', joinedRooms: [`session:${rig.sessionId}`] });
    expect(seen?.newestFrameAgeMs).toEqual(expect.any(Number));
  });
  const closed = new Promise((resolve) => page.on('session:closed', resolve));
  expect((await post(`/api/ops/sockets/${page.id}/disconnect`, {}, await token('admin'))).status).toBe(200);
  expect(await closed).toEqual({ reason: 'by_operations' });
  await eventually(async () => expect((await nodes())[1]).toMatchObject({ viewers: 0 }));
});
