import type { Socket as NetSocket } from 'node:net';
import type { OpsSocketsAnswer } from '@okboxbox/protocol';
import { decodeJwt } from 'jose';
import { Manager } from 'socket.io-client';
import { describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { POLLS_PASS, serverForEachTest } from '../../testing/running-server.js';

const { url, token, socket, relay, viewer, get, restart, pass } = serverForEachTest({ OPS_UI_ENABLED: '1' });

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

describe('a connection that does not read', () => {
  it('ends with its right all the same, and what waits for it is let go of', async () => {
    await relay();
    const lost = await token('team');
    const { viewer: stuck } = await viewer(undefined, lost);
    // The client reads nothing from here on, so that neither a last word nor a close can be answered.
    const stream = (stuck.io.engine.transport as unknown as { ws: { _socket: NetSocket } }).ws._socket;
    stream.pause();
    await revoke(decodeJwt(lost).jti, await token('admin'));
    // The server's end is gone, not only half of it: it takes no more bytes.
    await eventually(() => {
      stream.write(Buffer.alloc(1_024));
      expect(stream.errored ?? (stream.destroyed ? 'gone' : null)).not.toBeNull();
    });
  });

  if (POLLS_PASS)
    it('ends also where it only asks now and then, and does not ask again', async () => {
      await relay();
      const lost = await token('team');
      const polling = new Manager(url(), { transports: ['polling'], reconnection: false, forceNew: true }).socket('/', {
        auth: { token: lost },
      });
      await new Promise<void>((resolve) => polling.on('connect', resolve));
      const ids = async () =>
        (await get<OpsSocketsAnswer>('/api/ops/sockets?state=open', await token('admin'))).body.sockets.map(
          ({ socketId }) => socketId,
        );
      expect(await ids()).toContain(polling.id);
      const { id } = polling;
      await revoke(decodeJwt(lost).jti, await token('admin'));
      await eventually(async () => expect(await ids()).not.toContain(id));
      polling.disconnect();
    });
});
