import { join } from 'node:path';
import { liveRoom, type OpsSummary } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { frame, sessionLine } from '../testing/race.js';
import { serverForEachTest } from '../testing/running-server.js';

const { start, dataDir, token, url, get, relay, viewer } = serverForEachTest({
  DRILLS_ENABLED: '1',
  OPS_UI_ENABLED: '1',
});

async function post(fault: string, body: object, role: 'admin' | 'ops' = 'admin') {
  const response = await fetch(`${url()}/api/drills/${fault}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token(role)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
const summary = async () => (await get<OpsSummary>('/api/ops/summary', await token('ops'))).body;

describe('/api/drills', () => {
  it('is not there unless it is switched on', async () => {
    const without = await start({ DRILLS_ENABLED: '0', DATA_DIR: join(dataDir(), 'other') });
    try {
      const response = await fetch(`${without.url}/api/drills/memory`, { method: 'POST' });
      expect(response.status).toBe(404);
    } finally {
      await without.close();
    }
  });

  it('is for those who may act', async () => {
    expect(await post('memory', { on: true }, 'ops')).toMatchObject({ status: 403, body: { capability: 'ops:act' } });
    expect((await get('/api/drills', await token('ops'))).status).toBe(403);
    expect((await get('/api/drills')).status).toBe(401);
  });

  it('says what faults there are, and what cannot be used', async () => {
    expect((await post('rain', { on: true })).status).toBe(404);
    expect((await post('memory', { on: 'yes' })).status).toBe(400);
    const { body } = await get('/api/drills', await token('admin'));
    expect(body).toMatchObject({ faults: expect.arrayContaining(['event-loop', 'fan-out']), on: [] });
  });

  it('holds the event loop up, and lets it go', async () => {
    expect((await post('event-loop', { on: true })).body).toMatchObject({ on: ['event-loop'] });
    await eventually(async () => expect((await summary()).eventLoop.delayMaxMs).toBeGreaterThan(500));
    expect((await post('event-loop', { on: false })).body).toMatchObject({ on: [] });
  });

  it('takes every connection of the pool, and gives them back', async () => {
    await eventually(async () => expect((await summary()).database.state).toBe('ok'));
    await post('held-connections', { on: true });
    await eventually(async () => expect((await summary()).database.pool).toMatchObject({ idle: 0, waiting: 1 }));
    await post('held-connections', { on: false });
    await eventually(async () => expect((await summary()).database.pool).toMatchObject({ idle: 1, waiting: 0 }));
  });

  it('stops what audiences tell, and lets it through again', async () => {
    const feeding = await relay();
    await feeding.send([sessionLine(), frame(1)], 1);
    const { viewer: page, heard } = await viewer();
    let seq = 3;
    const next = async () => {
      await feeding.send([frame(seq)], seq);
      seq += 1;
    };
    await post('fan-out', { on: true });
    // What was written before has come when this is answered.
    const allHasCome = () => page.emitWithAck('session:leave', { sessionId: 'none' });
    await allHasCome();
    const silentFrom = heard.length;
    for (let i = 0; i < 5; i++) await next();
    await allHasCome();
    expect(heard.length).toBe(silentFrom);
    await post('fan-out', { on: false });
    await eventually(async () => {
      await next();
      expect(heard.length).toBeGreaterThan(silentFrom);
    });
  });

  it('leaves members in rooms that no connection belongs to', async () => {
    const { sessionId, send } = await relay();
    await send([sessionLine(), frame(1)], 1);
    await post('leaked-rooms', { on: true });
    const members = async () =>
      (await get<{ events: { event: string; room: string }[] }>('/api/ops/events?type=socket', await token('ops')))
        .body;
    await eventually(async () => {
      const joins = (await members()).events.filter(
        ({ event, room }) => event === 'join' && room === liveRoom(sessionId),
      );
      expect(joins.length).toBeGreaterThan(1);
    });
  });

  it('makes memory grow, and lets it go', async () => {
    const before = (await summary()).memory.externalBytes;
    await post('memory', { on: true });
    await eventually(async () => expect((await summary()).memory.externalBytes).toBeGreaterThan(before + 60e6));
    expect((await post('memory', { on: false })).body).toMatchObject({ on: [] });
  });
});
