import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { has, kept, liveRelays, upTo } from './testing/live-relays.js';
import type { Stream } from './testing/scripted-server.js';
import { frames, session } from './testing/told-source.js';

const { listen, relay, said } = liveRelays();

it('waits as long as a server asks that will not begin a session yet, and keeps all that it captures', async () => {
  let refusals = 0;
  const server = await listen({
    onHello: () => {
      refusals += 1;
      if (refusals > 1) return undefined;
      const error = { code: 'rate_limited', message: 'Too many sessions began.', retryAfterMs: 1_500 } as const;
      return { ok: false, error };
    },
  });
  const { source } = relay({ RELAY_BACKENDS: server.url });
  source.push(session(), ...frames(20));
  await eventually(() => expect(said()).toContain('Too many sessions began'));
  const refusedAt = performance.now();
  await has(server, upTo(20));
  expect(performance.now() - refusedAt).toBeGreaterThan(1_300);
});

describe('in parallel', () => {
  it('every server that is enabled gets every frame', async () => {
    const [one, two, three] = [await listen(), await listen(), await listen()];
    const { source } = relay({
      RELAY_BACKENDS: `${one.url},${two.url},${three.url}`,
      RELAY_BACKEND_MODE: 'parallel',
      RELAY_TARGETS_ENABLED: '1,1,0',
    });
    source.push(session(), ...frames(50));
    await has(one, upTo(50));
    await has(two, upTo(50));
    expect(three.connections).toBe(0);
  });

  it('a server that takes nothing delays no other, and gets everything when it does', async () => {
    let isAwake: () => void = () => undefined;
    const awake = new Promise<void>((resolve) => {
      isAwake = resolve;
    });
    const slow = await listen({
      onBatch: async () => {
        await awake;
        return 'take' as const;
      },
    });
    const fast = await listen();
    const { source } = relay({ RELAY_BACKENDS: `${slow.url},${fast.url}`, RELAY_BACKEND_MODE: 'parallel' });
    source.push(session(), ...frames(200));
    await has(fast, upTo(200));
    expect(slow.streams[0]?.records ?? []).toEqual([]);
    isAwake();
    await has(slow, upTo(200));
  });

  it('a server that is not there delays no other', async () => {
    const there = await listen();
    const { source } = relay({ RELAY_BACKENDS: `http://127.0.0.1:1,${there.url}`, RELAY_BACKEND_MODE: 'parallel' });
    source.push(session(), ...frames(100));
    await has(there, upTo(100));
  });

  it('one server of several that refuses the relay does not end it', async () => {
    const strict = await listen({ refuseConnections: { code: 'unauthenticated', message: 'No token.' } });
    const there = await listen();
    const { source } = relay({ RELAY_BACKENDS: `${strict.url},${there.url}`, RELAY_BACKEND_MODE: 'parallel' });
    source.push(session(), ...frames(100));
    await has(there, upTo(100));
    await eventually(() => expect(said()).toContain('A server refuses this relay: No token.'));
  });

  it('a server that is enabled later gets the session and what comes from then on', async () => {
    const [one, two] = [await listen(), await listen()];
    const env = { RELAY_BACKENDS: `${one.url},${two.url}`, RELAY_BACKEND_MODE: 'parallel' };
    const { source, change } = relay({ ...env, RELAY_TARGETS_ENABLED: '1,0' });
    source.push(session(), ...frames(30));
    await has(one, upTo(30));
    change({ RELAY_TARGETS_ENABLED: '1,1' });
    await eventually(() => expect(two.connections).toBe(1));
    source.push(...frames(20, 31));
    await has(one, upTo(50));
    await eventually(() => expect(kept(two.streams[0]).at(-1)).toBe(50));
    const [stream] = two.streams as [Stream];
    expect(stream.records[0]?.kind).toBe('session');
    expect(kept(stream)).toEqual(upTo(50, kept(stream)[0]));
    // What the first server had by then is not here any more, and the relay says so.
    expect(stream.lost).toEqual([{ from: 2, to: kept(stream)[0] ?? 0, reason: 'sent_elsewhere' }]);
  });
});

describe('single', () => {
  it('feeds the primary alone; another primary takes over without a lost or doubled frame', async () => {
    const [one, two] = [await listen(), await listen()];
    const { source, change } = relay({ RELAY_BACKENDS: `${one.url},${two.url}` });
    source.push(session());
    for (let i = 0; i < 20; i++) {
      source.push(...frames(10, 1 + i * 10));
      if (i === 9) await eventually(() => expect(kept(one.streams[0]).length).toBeGreaterThan(0));
      if (i === 10) change({ RELAY_PRIMARY_INDEX: '1' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(kept(two.streams[0]).at(-1)).toBe(200));
    const first = kept(one.streams[0]);
    const second = kept(two.streams[0]);
    expect([...first, ...second]).toEqual(upTo(200));
    expect(first.length).toBeGreaterThan(0);
    const message = 'RELAY_TARGETS_ENABLED, RELAY_PRIMARY_INDEX or RELAY_BACKEND_MODE leaves this server out';
    expect(one.streams[0]?.byes).toEqual([{ reason: 'disabled', message }]);
    await eventually(() => expect(one.connections).toBe(0));
  });
});

describe('the kill switch', () => {
  it('says goodbye with its reason and closes; what is captured meanwhile is sent when it is off again', async () => {
    const server = await listen();
    const { source, change } = relay({ RELAY_BACKENDS: server.url });
    source.push(session(), ...frames(30));
    await has(server, upTo(30));
    change({ RELAY_KILL_SWITCH: '1' });
    await eventually(() => expect(server.connections).toBe(0));
    expect(server.streams[0]?.byes).toEqual([{ reason: 'kill-switch' }]);
    source.push(...frames(70, 31));
    await eventually(() => expect(said()).toContain('The kill switch is on'));
    expect(kept(server.streams[0])).toEqual(upTo(30));
    change({ RELAY_KILL_SWITCH: '0' });
    await has(server, upTo(100));
    expect(server.streams).toHaveLength(1);
  });

  it('that is on from the start connects nowhere', async () => {
    const server = await listen();
    let connections = 0;
    server.script.onHello = () => {
      connections += 1;
      return undefined;
    };
    const { source, spoolDir, change } = relay({ RELAY_BACKENDS: server.url, RELAY_KILL_SWITCH: '1' });
    source.push(session(), ...frames(10));
    await eventually(() => expect(existsSync(spoolDir) && readdirSync(spoolDir)).toHaveLength(1));
    expect(connections).toBe(0);
    change({ RELAY_KILL_SWITCH: '0' });
    await has(server, upTo(10));
  });

  it('with RELAY_KILL_DISCARD throws away what is captured meanwhile', async () => {
    const server = await listen();
    const { source, change } = relay({ RELAY_BACKENDS: server.url, RELAY_KILL_DISCARD: '1' });
    source.push(session(), ...frames(30));
    await has(server, upTo(30));
    change({ RELAY_KILL_SWITCH: '1', RELAY_KILL_DISCARD: '1' });
    source.push(...frames(30, 31));
    await eventually(() => expect(server.connections).toBe(0));
    await new Promise((resolve) => setImmediate(resolve));
    change({ RELAY_KILL_SWITCH: '0', RELAY_KILL_DISCARD: '1' });
    source.push(...frames(10, 61));
    await has(server, [...upTo(30), ...upTo(70, 61)]);
  });
});

describe('a server that asks for a pause', () => {
  const pause = { paused: true, because: 'the race is red-flagged' };

  it('gets no frame more, while the line stays; then gets all of them', async () => {
    const server = await listen();
    const { source } = relay({ RELAY_BACKENDS: server.url });
    source.push(session(), ...frames(30));
    await has(server, upTo(30));
    server.ask('relay:pause', pause);
    await eventually(() => expect(said()).toContain('paused by the server (the race is red-flagged)'));
    source.push(...frames(70, 31));
    server.ask('relay:pause', { paused: 'nonsense' });
    // What could come would be here by the time that other calls are answered.
    server.ask('relay:rate', { maxHz: 5, because: 'a test' });
    await eventually(() => expect(said()).toContain('asks for 5 frames a second'));
    server.ask('relay:rate', { maxHz: null, because: 'a test' });
    await eventually(() => expect(said()).toContain('takes every frame again'));
    expect(kept(server.streams[0])).toEqual(upTo(30));
    expect(server.connections).toBe(1);
    server.ask('relay:pause', { ...pause, paused: false });
    await has(server, upTo(100));
    expect(server.streams[0]).toMatchObject({ hellos: 1, byes: [] });
  });

  it('and is lost is not obeyed any more: it says so again where it still wants it', async () => {
    const server = await listen();
    const { source } = relay({ RELAY_BACKENDS: server.url });
    source.push(session(), ...frames(30));
    await has(server, upTo(30));
    server.ask('relay:pause', pause);
    await eventually(() => expect(said()).toContain('paused by the server'));
    source.push(...frames(70, 31));
    server.cut();
    await has(server, upTo(100));
  });

  it('keeps nothing from another server', async () => {
    const [one, two] = [await listen(), await listen()];
    const { source } = relay({ RELAY_BACKENDS: `${one.url},${two.url}`, RELAY_BACKEND_MODE: 'parallel' });
    source.push(session(), ...frames(30));
    await has(one, upTo(30));
    one.ask('relay:pause', pause);
    await eventually(() => expect(said()).toContain('paused by the server'));
    source.push(...frames(70, 31));
    await has(two, upTo(100));
    expect(kept(one.streams[0])).toEqual(upTo(30));
  });
});

describe('a server that asks for fewer frames', () => {
  it('gets fewer, until it takes them all again or is away', async () => {
    const server = await listen();
    const { source } = relay({ RELAY_BACKENDS: server.url });
    source.push(session(), ...frames(10));
    await has(server, upTo(10));
    const asked = (times: number) =>
      eventually(() => expect(said().match(/asks for 5 frames a second at most \(slow\)/g)).toHaveLength(times));
    server.ask('relay:rate', { maxHz: 5, because: 'slow' });
    await asked(1);
    source.push(...frames(10, 11));
    await has(server, [...upTo(10), 12, 14, 16, 18, 20]);
    server.ask('relay:rate', { maxHz: null, because: 'well' });
    await eventually(() => expect(said()).toContain('takes every frame again'));
    source.push(...frames(10, 21));
    await has(server, [...upTo(10), 12, 14, 16, 18, ...upTo(30, 20)]);
    server.ask('relay:rate', { maxHz: 5, because: 'slow' });
    await asked(2);
    server.cut();
    await eventually(() => expect(said()).toContain('tries again in'));
    source.push(...frames(10, 31));
    await has(server, [...upTo(10), 12, 14, 16, 18, ...upTo(40, 20)]);
  });
});
