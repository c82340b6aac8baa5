import type { AuditAnswer, Problem } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, get, post, restart } = serverForEachTest({ OPS_UI_ENABLED: '1' });

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
