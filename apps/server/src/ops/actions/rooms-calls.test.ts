import type { OpsRooms, OpsSummary } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { operatorOf } from './testing/operator.js';

const server = serverForEachTest({ OPS_UI_ENABLED: '1' });
const { token, relay, viewer, get, post, restart } = server;
const { trail } = operatorOf(server);

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
