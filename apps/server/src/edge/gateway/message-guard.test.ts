import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../../../../testing/eventually.js';
import {
  limitedRefusal,
  MAX_CALL_TEXT,
  MAX_MESSAGES,
  MAX_UNTRUSTED_BYTES,
  tooLargeRefusal,
} from '../../sockets/message-guard.js';
import { race } from '../../testing/race.js';
import { POLLS_PASS, serverForEachTest } from '../../testing/running-server.js';

const { url, token, socket, relay, viewer, get } = serverForEachTest({ OPS_UI_ENABLED: '1' });

const JOIN = { show: 'local', audience: 'live' };
const limited = async () =>
  (await get<{ limited: Record<string, number> }>('/api/ops/summary', await token('ops'))).body.limited;

describe('the size of what a client sends', () => {
  it('closes a WebSocket that sends more than a handshake needs, before it is read', async () => {
    const raw = new WebSocket(`${url().replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const closed = new Promise<number>((resolve) => raw.on('close', resolve));
    raw.on('open', () => raw.send('x'.repeat(MAX_UNTRUSTED_BYTES + 1)));
    expect(await closed).toBe(1009);
    for (const auth of [{}, { token: await token('viewer') }, { token: await token('admin') }]) {
      const client = socket('/', auth);
      const gone = new Promise((resolve) => client.on('disconnect', resolve));
      client.on('connect', () => client.emit('session:join', Buffer.alloc(MAX_UNTRUSTED_BYTES + 1)));
      expect(await gone).toBe('transport close');
    }
  });

  if (POLLS_PASS)
    it('refuses a poll that posts more, and a call with a large body', async () => {
      const polling = `${url()}/socket.io/?EIO=4&transport=polling`;
      const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1)) as { sid: string };
      const body = 'x'.repeat(1024 * 1024);
      const post = await fetch(`${polling}&sid=${sid}`, { method: 'POST', body }).then(
        ({ status }) => status,
        () => 413,
      );
      expect(post).toBe(413);
      const headers = { 'content-type': 'application/json' };
      const call = await fetch(`${url()}/api/sign-in`, { method: 'POST', headers, body: `"${'x'.repeat(20_000)}"` });
      expect(call.status).toBe(413);
    });

  it('answers a call that is too long with the reason, and harms nobody else', async () => {
    const rig = await relay();
    await rig.send(race(5), 1);
    const other = await viewer();
    const big = socket('/', {});
    const answer = await big.emitWithAck('session:join', { ...JOIN, more: 'x'.repeat(MAX_CALL_TEXT) });
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'too_large', message: expect.stringContaining('Send less') },
    });
    expect(big.connected).toBe(true);
    expect(other.viewer.connected).toBe(true);
    expect((await limited())['message-size']).toBe(1);
  });

  if (POLLS_PASS)
    it('lets a relay send its batches, over polling as well', async () => {
      const rig = await relay();
      expect(await rig.send(race(2_000), 1)).toMatchObject({ ok: true, have: [[1, 2_001]] });
      const auth = { token: await token('relay', { shows: ['local'] }) };
      const polling = io(`${url()}/relay`, { auth, transports: ['polling'], forceNew: true, reconnection: false });
      await new Promise((resolve) => polling.on('connect', () => resolve(null)));
      const answer = await polling.emitWithAck('relay:frames', Buffer.alloc(900_000));
      // Read, and refused only because nobody has greeted.
      expect(answer.error.message).toContain('Greet first');
      polling.disconnect();
    });

  it('is for a relay what its batches need only once its right has been shown', async () => {
    const stranger = socket('/relay', { token: 'x'.repeat(9_000) });
    const error = await new Promise<Error>((resolve) => stranger.on('connect_error', resolve));
    expect(error.message).toContain('cannot be used');
    expect(tooLargeRefusal('2/relay,7["x"]', 1)).toMatch(/^3\/relay,7\[\{"ok":false/);
    expect(tooLargeRefusal('212["x"]', 1)).toMatch(/^312\[/);
    expect(limitedRefusal('51-/relay,4["x",{"_placeholder":true,"num":0}]', 1)).toMatch(/^3\/relay,4\[/);
    expect(tooLargeRefusal('2["x"]', 1)).toBeNull();
    expect(tooLargeRefusal(`0${'x'.repeat(9_000)}`, 1)).toBeNull();
  });
});

describe('how often a client calls', () => {
  it('stops the joins of one socket at 5 a second, says how long to wait, and lets others join', async () => {
    const rig = await relay();
    await rig.send(race(5), 1);
    const flooding = (await viewer()).viewer;
    const answers = await Promise.all(Array.from({ length: 60 }, () => flooding.emitWithAck('session:join', JOIN)));
    const refused = answers.filter(({ ok }) => !ok);
    // One has joined before, and a busy machine may come into the next second.
    expect(refused.length).toBeGreaterThanOrEqual(50);
    for (const { error } of refused) expect(error.code).toBe('rate_limited');
    const { retryAfterMs, message } = refused[0]?.error ?? {};
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(1_000);
    expect(message).toContain(`Wait ${retryAfterMs} ms`);
    expect((await viewer()).joined.ok).toBe(true);
    await eventually(async () => expect((await flooding.emitWithAck('session:join', JOIN)).ok).toBe(true));
    const counts = await limited();
    expect(counts.event).toBeGreaterThanOrEqual(50);
    const { errors } = (await get<{ errors: { last10m: number } }>('/api/ops/summary', await token('ops'))).body;
    expect(errors.last10m).toBe(0);
  });

  it('refuses messages of any kind above the limit of a connection, and closes one that goes on and on', async () => {
    const rig = await relay();
    await rig.send(race(5), 1);
    const other = await viewer();
    const flooding = socket('/', {});
    const asked = Array.from({ length: MAX_MESSAGES * 2 }, () =>
      flooding
        .timeout(3_000)
        .emitWithAck('no:such:event', {})
        .then(
          ({ error }) => error.code,
          () => 'none',
        ),
    );
    expect(await Promise.all(asked)).toContain('rate_limited');
    const gone = new Promise((resolve) => flooding.on('disconnect', resolve));
    for (let i = 0; i < 60_000 && flooding.connected; i++) flooding.emit('no:such:event', {});
    await gone;
    expect(other.viewer.connected).toBe(true);
    await rig.send([...race(6).slice(-1)], 7);
    await eventually(() => expect(other.heard.length).toBeGreaterThan(0));
  });
});
