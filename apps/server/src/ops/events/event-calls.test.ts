import type { OpsEvent } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { askOperations } from '../../testing/ask-operations.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay, viewer, get, url, hello } = serverForEachTest({ OPS_UI_ENABLED: '1' });
const { asked, events, event } = askOperations({ get, token });
const names = (list: readonly OpsEvent[]) => list.map(({ event: name }) => name);

describe('the events', () => {
  it('tell a session from its first relay to its end', async () => {
    const rig = await relay();
    await rig.send(race(30), 1);
    await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
    expect(names(await events('session')).reverse()).toEqual([
      'created',
      'relay_joined',
      'state_change',
      'state_change',
      'relay_left',
      'ended',
    ]);
    const told = names(await events('relay', `&sessionId=${rig.sessionId}`)).filter((name) => name !== 'drift_warn');
    expect(told.reverse()).toEqual(['relay:connected', 'relay:bye', 'relay:disconnected']);
  });

  it('tell joins with the leaves that belong to them, also of clients that just go', async () => {
    const rig = await relay();
    await rig.send(race(10), 1);
    const { viewer: made } = await viewer();
    const { id } = made;
    made.disconnect();
    await eventually(async () => {
      const own = (await events('socket')).filter(({ socketId }) => socketId === id);
      expect(names(own).reverse()).toEqual(['connect', 'join', 'leave', 'disconnect']);
    });
    expect(await event('socket', 'join')).toMatchObject({ sessionId: rig.sessionId, room: `session:${rig.sessionId}` });
  });

  it('tell what directors set and what the picture does', async () => {
    const rig = await relay();
    await rig.send(race(10), 1);
    const director = socket('/', { token: await token('director'), clientKind: 'director' });
    await director.emitWithAck('broadcast:delay:set', { show: 'local', delayMs: 30_000 });
    await director.emitWithAck('broadcast:publish', { show: 'local', published: true });
    expect(await event('broadcast', 'broadcast:delay:set')).toMatchObject({
      show: 'local',
      delayMs: 30_000,
      fromMs: 0,
    });
    expect(await event('broadcast', 'publish')).toMatchObject({ show: 'local', sessionId: rig.sessionId });
    const holding = await event('broadcast', 'broadcast:delay:holding');
    expect(holding).toMatchObject({ sessionId: rig.sessionId });
    // What follows from an act comes behind it.
    expect(holding.id).toBeGreaterThan((await event('broadcast', 'broadcast:delay:set')).id);
  });

  it('tell who was refused, with what was missing and without what was shown', async () => {
    await relay();
    const secret = await token('relay', { shows: ['local'] });
    const wrong = socket('/', { token: `${secret}x` });
    await new Promise<void>((resolve) => wrong.on('connect_error', () => resolve()));
    const { viewer: made } = await viewer({ show: 'local', audience: 'live' }, await token('viewer'));
    await made.emitWithAck('broadcast:delay:set', { show: 'words-of-a-stranger', delayMs: 1_000 });
    const refused = await eventually(async () => {
      const found = (await events('socket')).filter((each) => each.event === 'auth_fail');
      expect(found.length).toBe(3);
      return found;
    });
    expect(refused).toMatchObject([
      { where: 'broadcast:delay:set', capability: 'racebox:director:control' },
      { where: 'session:join', socketId: made.id, capability: 'session:live', code: 'forbidden', show: 'local' },
      { where: 'handshake', code: 'unauthenticated' },
    ]);
    expect(JSON.stringify(await asked('/api/ops/events'))).not.toContain(secret.slice(0, 20));
    expect(JSON.stringify(refused)).not.toContain('words-of-a-stranger');
  });

  it('tell what was refused in words of our own: what a caller says may be half of a link’s code', async () => {
    const word = 'aB3dE6gH9jK2';
    const rig = await relay();
    const refused = await viewer(
      { sessionId: rig.sessionId, audience: 'live', cars: [word] },
      await token('team', { cars: ['11'] }),
    );
    expect(refused.joined).toMatchObject({ ok: false, error: { message: expect.stringContaining('that car') } });
    const stranger = socket('/relay', { token: await token('relay', { shows: ['local'] }) });
    const refusedHello = await stranger.emitWithAck('relay:hello', { ...hello, show: word.toLowerCase() });
    expect(refusedHello).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    const page = socket('/relay', { token: await token('relay') });
    page.disconnect();
    page.io.opts.extraHeaders = { origin: `https://${word}` };
    const turnedAway = new Promise((resolve) => page.on('connect_error', resolve));
    page.connect();
    await turnedAway;
    const unknown = await fetch(`${url()}/api/ops/support-pack`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await token('ops')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ [word]: 1 }),
    });
    expect(unknown.status).toBe(400);
    await eventually(async () => {
      const told = [...(await events('socket')), ...(await events('error')), ...(await events('relay'))];
      const wheres = told.filter((each) => each.event === 'auth_fail' || each.event === 'validation_error');
      expect(wheres.map(({ where }) => where)).toEqual(
        expect.arrayContaining(['session:join', 'relay:hello', 'handshake', '/api/ops/support-pack']),
      );
      expect(JSON.stringify(told).toLowerCase()).not.toContain(word.toLowerCase());
    });
  });

  it('tell of relays that were refused, once for as often as they try', async () => {
    const bad = await token('viewer');
    for (const _ of [1, 2]) {
      const made = socket('/relay', { token: bad });
      await new Promise<void>((resolve) => made.on('connect_error', () => resolve()));
    }
    const old = socket('/relay', { token: await token('relay') });
    await old.emitWithAck('relay:hello', { ...hello, protocol: 99 });
    expect(await events('relay')).toMatchObject([
      { event: 'relay:disconnected', reason: expect.stringMatching(/^refused_version: .*protocol 99/) },
      { event: 'relay:disconnected', reason: expect.stringMatching(/^refused_token: .*relay:publish/), count: 2 },
    ]);
  });

  it('tell of payloads that cannot be used', async () => {
    const rig = await relay();
    await rig.relay.emitWithAck('relay:frames', Buffer.from('nonsense'), 1);
    expect(await event('relay', 'invalid_payload')).toMatchObject({ reason: 'bad_batch', relayId: 'rig' });
  });
});
