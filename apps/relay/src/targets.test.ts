import { existsSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { freePort } from '../../../testing/free-port.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { type RelayConfig, readRelayConfig } from './config.js';
import { type RelayOutcome, runRelay } from './run-relay.js';
import { PushedSource } from './testing/pushed-source.js';
import { type Script, ScriptedServer, type Stream } from './testing/scripted-server.js';
import { frames, session } from './testing/told-source.js';

const inFolder = temporaryFolder();
let runs = 0;
let said: string[] = [];
let servers: ScriptedServer[] = [];
let stop = new AbortController();
let running: Promise<RelayOutcome>[] = [];

beforeEach(() => {
  said = [];
  servers = [];
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  for (const server of servers) await server.close();
});

async function listen(script: Script = {}, port = 0): Promise<ScriptedServer> {
  const server = await ScriptedServer.listen(script, port);
  servers.push(server);
  return server;
}

/** A relay of a live sim, with a configuration that the test may change, and the way to stop it. */
function relay(env: Record<string, string>, spoolDir = inFolder(`targets-${++runs}`), random = () => 0) {
  const source = new PushedSource();
  const listeners: ((config: RelayConfig) => void)[] = [];
  const read = (more: Record<string, string>) => ({
    ...readRelayConfig({ RELAY_PARITY_SAMPLE_RATE: '1', ...more }),
    spoolDir,
  });
  let current = read(env);
  const outcome = runRelay({
    source,
    speed: 1,
    config: {
      get current() {
        return current;
      },
      onChange: (listener) => listeners.push(listener),
    },
    relayId: 'rig',
    signal: stop.signal,
    output: { write: (text) => said.push(text) },
    version: '0',
    random,
  });
  running.push(outcome);
  return {
    source,
    spoolDir,
    outcome,
    change: (more: Record<string, string>) => {
      current = read({ ...env, ...more });
      for (const listener of listeners) listener(current);
    },
  };
}

/** Session times of the frames that a stream was given, in tenths: the numbers that `frames` gave them. */
const kept = (stream: Stream | undefined) =>
  stream?.records.flatMap((record) => (record.kind === 'frame' ? [Math.round(record.sessionTime * 10)] : [])) ?? [];
const upTo = (count: number, first = 1) => Array.from({ length: count - first + 1 }, (_, i) => first + i);
const has = (server: ScriptedServer, numbers: readonly number[]) =>
  eventually(() => expect(kept(server.streams[0])).toEqual(numbers));

describe('whose session has ended at a server', () => {
  it('hands over what it had, says goodbye, and goes on with a new run, which begins with its session', async () => {
    let isOver = false;
    const server: ScriptedServer = await listen({
      hasEnded: ({ run }) => isOver && run === server.streams[0]?.hello.run,
    });
    const { source } = relay({ RELAY_BACKENDS: server.url });
    source.push(session(), ...frames(20));
    await has(server, upTo(20));
    isOver = true;
    server.cut();
    source.push(...frames(40).slice(20));
    await eventually(() => expect(server.streams).toHaveLength(1));
    await eventually(() => expect(said.join('')).toContain('has ended this session'));
    source.push(...frames(60).slice(40));
    await eventually(() => expect(server.streams).toHaveLength(2));
    const [old, anew] = server.streams;
    await eventually(() => expect([...kept(old), ...kept(anew)]).toEqual(upTo(60)));
    expect(old?.byes).toMatchObject([{ reason: 'stopped' }]);
    expect(anew?.records[0]?.kind).toBe('session');
    expect(anew?.hello).toMatchObject({ simSessionKey: old?.hello.simSessionKey });
    expect(anew?.hello.run).not.toBe(old?.hello.run);
  });

  it('repeats a goodbye whose answer it has not heard, and begins nothing by it', async () => {
    let goodbyes = 0;
    const server: ScriptedServer = await listen({
      onBye: async () => {
        goodbyes += 1;
        if (goodbyes <= 3) server.cut();
      },
    });
    const { source, outcome } = relay({ RELAY_BACKENDS: server.url });
    source.push(session(), ...frames(20));
    source.end();
    expect(await outcome).toMatchObject({ reason: 'finished', captured: 20 });
    expect(server.streams).toHaveLength(1);
    expect(server.streams[0]?.byes).toHaveLength(4);
  });
});

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
  await eventually(() => expect(said.join('')).toContain('Too many sessions began'));
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
    await eventually(() => expect(said.join('')).toContain('A server refuses this relay: No token.'));
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
    await eventually(() => expect(said.join('')).toContain('The kill switch is on'));
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
    await eventually(() => expect(said.join('')).toContain('paused by the server (the race is red-flagged)'));
    source.push(...frames(70, 31));
    server.ask('relay:pause', { paused: 'nonsense' });
    // What could come would be here by the time that other calls are answered.
    server.ask('relay:rate', { maxHz: 5, because: 'a test' });
    await eventually(() => expect(said.join('')).toContain('asks for 5 frames a second'));
    server.ask('relay:rate', { maxHz: null, because: 'a test' });
    await eventually(() => expect(said.join('')).toContain('takes every frame again'));
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
    await eventually(() => expect(said.join('')).toContain('paused by the server'));
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
    await eventually(() => expect(said.join('')).toContain('paused by the server'));
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
      eventually(() => expect(said.join('').match(/asks for 5 frames a second at most \(slow\)/g)).toHaveLength(times));
    server.ask('relay:rate', { maxHz: 5, because: 'slow' });
    await asked(1);
    source.push(...frames(10, 11));
    await has(server, [...upTo(10), 12, 14, 16, 18, 20]);
    server.ask('relay:rate', { maxHz: null, because: 'well' });
    await eventually(() => expect(said.join('')).toContain('takes every frame again'));
    source.push(...frames(10, 21));
    await has(server, [...upTo(10), 12, 14, 16, 18, ...upTo(30, 20)]);
    server.ask('relay:rate', { maxHz: 5, because: 'slow' });
    await asked(2);
    server.cut();
    await eventually(() => expect(said.join('')).toContain('tries again in'));
    source.push(...frames(10, 31));
    await has(server, [...upTo(10), 12, 14, 16, 18, ...upTo(40, 20)]);
  });
});

describe('a server that was away', () => {
  it('for longer than the spool holds gets what is left, and is told what is lost', async () => {
    const port = await freePort();
    const first = await listen({}, port);
    const { source } = relay({ RELAY_BACKENDS: first.url, RELAY_SPOOL_MAX_MB: '1' });
    source.push(session(), ...frames(10));
    await has(first, upTo(10));
    await first.close();
    for (let i = 0; i < 200; i++) {
      source.push(...frames(100, 11 + i * 100));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const again = await listen({}, port);
    await eventually(() => expect(kept(again.streams[0]).at(-1)).toBe(20_010));
    const [stream] = again.streams as [Stream];
    const numbers = kept(stream);
    const lost = stream.lost.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    expect(numbers).toEqual(upTo(20_010, numbers[0]));
    expect(lost).toBeGreaterThan(1_000);
    expect(stream.lost.at(-1)).toMatchObject({ reason: 'spool_full' });
  });

  it('gets all sessions of the evening, each as a stream of its own', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { source } = relay({ RELAY_BACKENDS: url });
    source.push(session('1:0'), ...frames(50), session('1:1'), ...frames(60), session('1:2'), ...frames(70));
    await eventually(() => expect(said.join('')).toContain('tries again in'));
    const server = await listen({}, port);
    await eventually(() => expect(server.streams.map((stream) => kept(stream).length)).toEqual([50, 60, 70]));
    expect(server.streams.map(({ hello }) => hello.simSessionKey)).toEqual(['1:0', '1:1', '1:2']);
    expect(server.streams.map(({ byes }) => byes.map(({ reason }) => reason))).toEqual([
      ['session-changed'],
      ['session-changed'],
      [],
    ]);
  });
});

describe('a relay that is started again', () => {
  it('sends first what its run before could not, then what is new', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const before = relay({ RELAY_BACKENDS: url });
    before.source.push(session('5:0'), ...frames(80));
    await eventually(() => expect(said.join('')).toContain('tries again in'));
    stop.abort();
    await before.outcome;

    stop = new AbortController();
    const server = await listen({}, port);
    const { source } = relay({ RELAY_BACKENDS: server.url }, before.spoolDir);
    source.push(session('5:0'), ...frames(20, 81));
    await eventually(() => expect(server.streams.map(kept)).toEqual([upTo(80), upTo(100, 81)]));
    expect(server.streams[0]?.hello.run).not.toBe(server.streams[1]?.hello.run);
    // Nothing of the first run is left on the disk.
    await eventually(() => expect(readdirSync(before.spoolDir)).toHaveLength(1));
  });

  it('is not held up by what its run before left for a show that its token does not cover', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const before = relay({ RELAY_BACKENDS: url });
    before.source.push(session('5:0'), ...frames(5));
    await eventually(() => expect(said.join('')).toContain('tries again in'));
    stop.abort();
    await before.outcome;

    stop = new AbortController();
    const refuse = { ok: false, error: { code: 'forbidden', message: 'Not this show.' } } as const;
    const server = await listen({ onHello: (hello) => (hello.simSessionKey === '5:0' ? refuse : undefined) }, port);
    const { source } = relay({ RELAY_BACKENDS: server.url }, before.spoolDir);
    source.push(session('6:0'), ...frames(20));
    await has(server, upTo(20));
    expect(said.join('')).toContain('does not take what a run before left (Not this show.)');
    expect(readdirSync(before.spoolDir)).toHaveLength(2);
  });
});

describe('a session clock that falls back', () => {
  it('is another running: it begins a stream of its own, with the session first', async () => {
    const server = await listen();
    const { source } = relay({ RELAY_BACKENDS: server.url });
    source.push(session('0:0'), ...frames(100), ...frames(40));
    await eventually(() => expect(server.streams.map((stream) => kept(stream).length)).toEqual([100, 40]));
    expect(server.streams[1]?.records[0]).toMatchObject({ kind: 'session', simSessionKey: '0:0' });
  });
});
