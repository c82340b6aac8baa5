import { applyChange, type FeedState, unpackRow } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { restart, url, token, socket, relay, viewer, hello } = serverForEachTest();

describe('a viewer', () => {
  it('FEED-1: gets the whole state, and with each change has what a later viewer gets whole', async () => {
    const { send } = await relay();
    await send(race(50), 1);
    const { joined, heard } = await viewer();
    for (let n = 50; n < 450; n += 40) {
      await send(
        Array.from({ length: 40 }, (_, i) => frame(n + i)),
        n + 2,
      );
    }
    await eventually(async () => {
      const { joined: late } = await viewer();
      expect(heard.at(-1)?.seq).toBe(late.seq);
      expect(heard.reduce<FeedState>(applyChange, joined.state)).toEqual(late.state);
      expect(late.state.clock.sessionTimeMs).toBe(144_900);
    });
    expect(heard.map((message) => message.seq)).toEqual(heard.map((_, i) => joined.seq + 1 + i));
    expect(new Set(heard.map((message) => message.epoch))).toEqual(new Set([joined.epoch]));
    const instants = heard.map(({ at }) => at as number);
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect(Math.abs(Date.now() - (instants.at(-1) as number))).toBeLessThan(60_000);
    const leader = heard.reduce<FeedState>(applyChange, joined.state).rows[0];
    expect(unpackRow(leader ?? [])).toMatchObject({ position: 1, lapsCompleted: 2, gapMs: null });
  });

  it('that says what it shows gets the server’s clock and when to come back, joined or not', async () => {
    await relay();
    const overlay = socket('/', { token: await token('team'), clientKind: 'overlay' });
    expect(await overlay.emitWithAck('feed:beat', { at: null, rttMs: null })).toEqual({
      ok: true,
      now: expect.any(Number),
      retrySpreadMs: 250,
    });
    const { viewer: page, joined } = await viewer();
    expect(joined).toMatchObject({ ok: true, retrySpreadMs: 1_000 });
    expect(await page.emitWithAck('feed:beat', { at: 1_764_000_000_000, rttMs: 3, hidden: true })).toMatchObject({
      ok: true,
    });
    expect(await page.emitWithAck('feed:beat', { at: 'now' })).toMatchObject({ error: { code: 'bad_request' } });
    const beats = Array.from({ length: 8 }, () => page.emitWithAck('feed:beat', { at: 1_764_000_000_000, rttMs: 3 }));
    const refused = (await Promise.all(beats)).filter(({ ok }) => !ok);
    expect(refused[0]).toMatchObject({ error: { code: 'rate_limited', retryAfterMs: expect.any(Number) } });
    expect(page.connected).toBe(true);
  });

  it('with format json gets plain named fields', async () => {
    const { send, sessionId } = await relay();
    await send(race(50), 1);
    const { joined, heard } = await viewer({ sessionId, audience: 'live', format: 'json' });
    expect(joined.state).toMatchObject({
      sessionId,
      flags: ['green'],
      entries: [{ carNumber: '11', position: 1, status: 'running' }, {}, {}],
      onAir: { tower: { until: null }, message: null },
    });
    expect((joined as { now?: number }).now).toBeGreaterThan(0);
    await send(
      Array.from({ length: 200 }, (_, i) => frame(50 + i)),
      52,
    );
    // Each message has what changed since the one before.
    await eventually(() => expect(heard.at(-1)).toMatchObject({ sessionTime: 124.9 }));
    expect(heard.flatMap((message) => (message as { entries?: readonly object[] }).entries ?? [])).toEqual(
      expect.arrayContaining([expect.objectContaining({ carNumber: '11', lapsCompleted: 1 })]),
    );
  });

  it('FEED-3: that missed something gets what is missing, and FEED-4: for another epoch the whole state', async () => {
    const { send, sessionId } = await relay();
    await send(race(20), 1);
    const { viewer: page, joined, heard } = await viewer();
    await send([frame(20)], 22);
    await eventually(() => expect(heard.length).toBeGreaterThan(0));
    const resync = await page.emitWithAck('feed:resync', { sessionId, epoch: joined.epoch, seq: joined.seq });
    expect(resync.changes).toEqual(heard);
    const other = await page.emitWithAck('feed:resync', { sessionId, epoch: 'before', seq: 3 });
    expect(other).toMatchObject({ ok: true, epoch: joined.epoch, state: { session: { sessionId } } });
    await page.emitWithAck('session:leave', { sessionId });
    expect(await page.emitWithAck('feed:resync', { epoch: joined.epoch, seq: 1 })).toMatchObject({
      error: { code: 'not_joined' },
    });
  });

  it('that joins by show while the show goes on is left behind in no session', async () => {
    const first = await relay();
    await first.send(race(300), 1);
    await first.relay.emitWithAck('relay:bye', { reason: 'finished' });
    await restart();
    const pages = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const page = socket('/', { token: await token('team'), clientKind: 'dashboard' });
        await new Promise<void>((resolve) => page.on('connect', () => resolve()));
        let at: string | null = null;
        page.on('session:moved', (to: { sessionId: string }) => {
          at = to.sessionId;
        });
        return { page, at: () => at };
      }),
    );
    // The first of them has the ended session read from its timeline, while the next one begins.
    const next = relay({ simSessionKey: '78:0', run: 'run-2' });
    const joined = await Promise.all(
      pages.map(({ page }) => page.emitWithAck('session:join', { show: 'local', audience: 'live' })),
    );
    const { sessionId } = await next;
    await eventually(() =>
      expect(pages.map(({ at }, i) => at() ?? joined[i].sessionId)).toEqual(pages.map(() => sessionId)),
    );
  });

  it('that joined by show is moved when the show goes on with another session', async () => {
    const first = await relay();
    const { viewer: page } = await viewer();
    const moved = new Promise((resolve) => page.on('session:moved', resolve));
    await first.relay.emitWithAck('relay:bye', { reason: 'session-changed' });
    const second = await first.relay.emitWithAck('relay:hello', { ...hello, simSessionKey: '77:1' });
    expect(await moved).toEqual({ show: 'local', from: first.sessionId, sessionId: second.sessionId });
  });

  it('is refused what its token does not allow, with the capability, and never given something else', async () => {
    await relay();
    const stranger = socket('/', {});
    expect(await stranger.emitWithAck('session:join', { show: 'local', audience: 'live' })).toMatchObject({
      ok: false,
      error: { code: 'unauthenticated', capability: 'session:live' },
    });
    const { joined } = await viewer({ show: 'local', audience: 'live' }, await token('overlay'));
    expect(joined).toMatchObject({ ok: false, error: { code: 'forbidden', capability: 'session:live' } });
    const other = await viewer({ show: 'local', audience: 'live' }, await token('team', { shows: ['other'] }));
    expect(other.joined).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    expect((await viewer({ show: 'nowhere', audience: 'live' })).joined).toMatchObject({
      error: { code: 'not_found' },
    });
    expect((await viewer({ audience: 'live' })).joined).toMatchObject({ error: { code: 'bad_request' } });
  });

  it('never sees own-car data, in the feed or in a recording', async () => {
    const { send, sessionId } = await relay();
    await send([...race(5), frame(5, { own: { car: 1, fuelL: 31.4 } })], 1);
    const { joined } = await viewer();
    expect(JSON.stringify(joined)).not.toContain('fuelL');
    const recording = await fetch(`${url()}/api/sessions/${sessionId}/recording`, {
      headers: { authorization: `Bearer ${await token('team')}` },
    });
    const lines = (await recording.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line.kind)).toEqual(['recording', 'session', ...Array(6).fill('frame')]);
    expect(lines.filter((line) => line.kind === 'frame').map((line) => line.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(lines.some((line) => 'own' in line)).toBe(false);
    const mine = await fetch(`${url()}/api/sessions/${sessionId}/recording`, {
      headers: { authorization: `Bearer ${await token('team', { cars: ['12'] })}` },
    });
    expect(await mine.text()).toContain('"fuelL":31.4');
  });

  it('whose token names a car gets that car’s own data, and no other does', async () => {
    const { send } = await relay();
    await send([...race(5), frame(5, { own: { car: 1, fuelL: 31.4 } })], 1);
    const join = { show: 'local', audience: 'live', cars: ['12'] };
    for (const claims of [{}, { cars: ['11'] }]) {
      const { joined } = await viewer(join, await token('admin', claims));
      expect(joined).toMatchObject({
        ok: false,
        error: { code: 'forbidden', capability: 'session:live', message: expect.stringContaining('car 12') },
      });
    }
    const mine = await viewer(join, await token('driver', { cars: ['12'] }));
    expect(mine.joined).toMatchObject({ ok: true, own: { carNumber: '12', own: { fuelL: 31.4 } } });
    const heard: unknown[] = [];
    mine.viewer.on('own', (message) => heard.push(message));
    const other = await viewer(undefined, await token('driver', { cars: ['12'] }));
    const overheard: unknown[] = [];
    other.viewer.onAny((event: string) => event === 'own' && overheard.push(event));
    await send([frame(6, { own: { car: 1, fuelL: 31.3 } }), frame(7, { own: { car: 2, fuelL: 9 } })], 8);
    await send([frame(8, { own: { car: 1, fuelL: 31.2 } })], 10);
    await eventually(() => expect(heard.at(-1)).toMatchObject({ carNumber: '12', own: { fuelL: 31.2 } }));
    expect(JSON.stringify(heard)).not.toContain('"car":');
    expect(overheard).toEqual([]);
  });
});
