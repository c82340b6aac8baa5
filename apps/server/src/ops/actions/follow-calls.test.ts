import type { AuditAnswer, OpsActAnswer, OpsSessionsAnswer } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, relay, get, post } = serverForEachTest({ OPS_UI_ENABLED: '1' });

async function twoSessions() {
  const main = await relay({ relayId: 'main', simSessionKey: '1:1' });
  await main.send(race(5), 1);
  const other = await relay({ relayId: 'other', simSessionKey: '2:1' });
  await other.send(race(5), 1);
  return { main, other };
}

const followed = async () => {
  const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
  return sessions.find(({ isFollowed }) => isFollowed)?.sessionId;
};

describe('operations', () => {
  it('choose the session that a show follows, asked first, and noted with who and why', async () => {
    const { main, other } = await twoSessions();
    const path = `/api/ops/sessions/${other.sessionId}/follow`;
    expect((await post(path, {}, await token('ops'))).status).toBe(403);
    expect((await post('/api/ops/sessions/sess_no/follow', {}, await token('admin'))).status).toBe(404);
    const asked = await post<OpsActAnswer>(path, { dryRun: true }, await token('admin'));
    expect(asked.body).toMatchObject({
      act: 'show.follow',
      done: false,
      what: expect.stringContaining(other.sessionId),
    });
    expect(await followed()).toBe(main.sessionId);
    expect((await post<OpsActAnswer>(path, { because: 'the race is here' }, await token('admin'))).body.done).toBe(
      true,
    );
    expect(await followed()).toBe(other.sessionId);
    const trail = async () => get<AuditAnswer>('/api/ops/audit', await token('ops'));
    // The database may still be starting.
    await eventually(async () => expect((await trail()).status).toBe(200));
    await eventually(async () => {
      const { entries } = (await trail()).body;
      expect(entries.find(({ action }) => action === 'show:follow')).toMatchObject({
        who: 'admin',
        detail: {
          show: 'local',
          because: 'the race is here',
          from: { sessionId: main.sessionId, relayId: 'main' },
          to: { sessionId: other.sessionId, relayId: 'main' },
        },
      });
    });
  });

  it('make another relay the main feed of its show', async () => {
    const { other } = await twoSessions();
    const path = '/api/ops/relays/other/main-feed';
    expect((await post(path, {}, await token('admin'))).status).toBe(400);
    expect((await post(path, { show: 'elsewhere' }, await token('admin'))).status).toBe(404);
    expect((await post<OpsActAnswer>(path, { show: 'local' }, await token('admin'))).body.done).toBe(true);
    expect(await followed()).toBe(other.sessionId);
  });
});
