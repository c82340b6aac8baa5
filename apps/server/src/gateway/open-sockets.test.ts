import { decodeJwt } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { serverForEachTest } from '../testing/running-server.js';

const { url, token, socket, relay, viewer, get, restart, pass } = serverForEachTest();

const revoke = async (jti: string | undefined, bearer: string) =>
  fetch(`${url()}/api/tokens/revoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ jti }),
  });

describe('a token that is revoked', () => {
  it('is worth nothing from then on: open sockets are closed, calls and joins refused, also after a restart', async () => {
    await relay();
    const lost = await token('team');
    const kept = await token('team');
    const { viewer: losing } = await viewer(undefined, lost);
    const { viewer: staying } = await viewer(undefined, kept);
    const closed = vi.fn();
    losing.on('session:closed', closed);
    const answer = await revoke(decodeJwt(lost).jti, await token('admin'));
    expect(answer.status).toBe(200);
    await eventually(() => expect(losing.connected).toBe(false));
    expect(closed).toHaveBeenCalledWith({ reason: 'token_revoked' });
    expect(staying.connected).toBe(true);
    for (const again of [() => Promise.resolve(), restart]) {
      await again();
      expect(await get('/api/sessions', lost)).toMatchObject({
        status: 401,
        body: { detail: 'The token was revoked. Ask for a new one.' },
      });
      const refused = socket('/', { token: lost });
      const error = await new Promise<Error>((resolve) => refused.once('connect_error', resolve));
      expect(error).toMatchObject({ data: { code: 'unauthenticated' } });
      expect((await get('/api/sessions', kept)).status).toBe(200);
    }
  });

  it('ends a relay’s connection, too', async () => {
    const { relay: rig } = await relay();
    const auth = (rig.auth as { token: string }).token;
    await revoke(decodeJwt(auth).jti, await token('admin'));
    await eventually(() => expect(rig.connected).toBe(false));
  });

  it('takes a token with ops:act: nobody else may', async () => {
    const answer = await revoke('x', await token('director'));
    expect([answer.status, await answer.json()]).toMatchObject([403, { capability: 'ops:act' }]);
    expect((await revoke(undefined, await token('admin'))).status).toBe(400);
  });
});

it('a token that runs out ends the connections that it opened', async () => {
  await relay();
  const { viewer: brief } = await viewer(undefined, await token('team', {}, 600));
  const closed = vi.fn();
  brief.on('session:closed', closed);
  expect(brief.connected).toBe(true);
  pass(600_000);
  await eventually(() => expect(closed).toHaveBeenCalledWith({ reason: 'token_expired' }));
  await eventually(() => expect(brief.connected).toBe(false));
});
