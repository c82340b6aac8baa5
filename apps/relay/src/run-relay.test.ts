import type { SourceRecord } from '@okboxbox/protocol';
import { SourceError } from '@okboxbox/sims';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { freePort } from '../../../testing/free-port.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { readRelayConfig } from './config.js';
import { type RelayOptions, runRelay } from './run-relay.js';
import { type Deed, type Script, ScriptedServer, type Stream } from './testing/scripted-server.js';
import { frames, session, ToldSource } from './testing/told-source.js';

const inFolder = temporaryFolder();
let spools = 0;
/** A spool folder that no other test has. */
const spoolDir = () => inFolder(`spool-${++spools}`);

let server: ScriptedServer | undefined;
const said: string[] = [];

afterEach(async () => {
  await server?.close();
  server = undefined;
  said.length = 0;
});

async function listen(script: Script = {}): Promise<ScriptedServer> {
  server = await ScriptedServer.listen(script);
  return server;
}

function relay(source: ToldSource, backend: string, over: Partial<RelayOptions> = {}) {
  const config = { ...readRelayConfig({ RELAY_BACKENDS: backend }), spoolDir: spoolDir() };
  return runRelay({
    source,
    speed: null,
    config: { current: config, onChange: () => undefined },
    relayId: 'test',
    signal: new AbortController().signal,
    output: { write: (text) => said.push(text) },
    version: '0',
    random: () => 0,
    ...over,
  });
}

/** Session times of the frames that a stream was given, in tenths: the numbers that `frames` gave them. */
const kept = (stream: Stream | undefined) =>
  stream?.records.flatMap((record) => (record.kind === 'frame' ? [Math.round(record.sessionTime * 10)] : []));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('a relay', () => {
  it('hands over all that the source gives, once and in order, and then says that it has finished', async () => {
    const { url, streams, came } = await listen();
    const outcome = await relay(new ToldSource([session(), ...frames(500)]), url);
    expect(outcome).toEqual({ reason: 'finished', captured: 500, dropped: 0 });
    expect(streams).toHaveLength(1);
    expect(streams[0]?.records[0]?.kind).toBe('session');
    expect(kept(streams[0])).toEqual(upTo(500));
    expect(came).toEqual(upTo(501));
    expect(streams[0]?.byes).toEqual([{ reason: 'finished' }]);
    await eventually(() => expect(server?.connections).toBe(0));
  });

  it('stamps frames with the time of capture on a clock that never steps back', async () => {
    const { url, streams } = await listen();
    const began = Date.now();
    await relay(new ToldSource([session(), ...frames(200)]), url);
    const times = streams[0]?.records.map((record) => record.capturedAt ?? 0) ?? [];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(began - 1_000);
    expect(times.at(-1)).toBeLessThan(Date.now() + 1_000);
  });

  it('hears the answer to its goodbye on a line that takes over half a second', async () => {
    const { url, streams } = await listen({ onBye: () => new Promise((answer) => setTimeout(answer, 700)) });
    const outcome = await relay(new ToldSource([session(), ...frames(20)]), url);
    expect(outcome.reason).toBe('finished');
    // Not heard, it would have been said again on another connection.
    expect(streams[0]?.byes).toHaveLength(1);
    expect(streams[0]?.hellos).toBe(1);
  });

  it('goes on to its next session where the answer to each goodbye is lost', async () => {
    const { url, streams } = await listen({
      onBye: () => {
        server?.cut();
        return new Promise(() => undefined);
      },
      hasEnded: (hello) => streams.some(({ hello: { run }, byes }) => run === hello.run && byes.length > 0),
    });
    const outcome = await relay(new ToldSource([session('1:0'), ...frames(50), session('1:1'), ...frames(70)]), url);
    expect(outcome).toEqual({ reason: 'finished', captured: 120, dropped: 0 });
    expect(streams.map(kept)).toEqual([upTo(50), upTo(70)]);
    expect(streams.map(({ byes }) => byes)).toEqual([[{ reason: 'session-changed' }], [{ reason: 'finished' }]]);
  });

  it('goes on sending to a server that keeps what comes and cannot sync it, and sends none of it twice', async () => {
    let isSynced: () => void = () => undefined;
    const synced = new Promise<void>((resolve) => {
      isSynced = resolve;
    });
    const { url, streams, came } = await listen({ syncs: (count) => (count > 1 ? synced : undefined) });
    const all = relay(new ToldSource([session(), ...frames(20_000)]), url);
    // Far more than a window of the line, of which nothing is known to be slow.
    await eventually(() => expect(kept(streams[0])).toEqual(upTo(20_000)));
    isSynced();
    expect((await all).reason).toBe('finished');
    expect(came).toEqual(upTo(20_001));
  });

  it('WIR-14: feeds a server that does not answer an echo', async () => {
    const { url, came } = await listen({ echoes: false });
    expect((await relay(new ToldSource([session(), ...frames(5_000)]), url)).reason).toBe('finished');
    expect(came).toEqual(upTo(5_001));
  });

  it('sends again what the server did not take, and from there on all of it', async () => {
    let batches = 0;
    const { url, streams } = await listen({ onBatch: () => (++batches % 3 === 2 ? 'lose' : 'take') });
    await relay(new ToldSource([session(), ...frames(5_000)]), url);
    expect(kept(streams[0])).toEqual(upTo(5_000));
    expect(batches).toBeGreaterThan(3);
  });

  it('goes on behind what the server has when it comes back, and sends none of that again', async () => {
    let broken = false;
    const script: Script = {
      onBatch: () => {
        if (broken) return 'take';
        broken = true;
        return 'take, then break';
      },
    };
    const { url, streams, came } = await listen(script);
    await relay(new ToldSource([session(), ...frames(3_000)]), url);
    expect(kept(streams[0])).toEqual(upTo(3_000));
    expect(streams[0]?.hellos).toBe(2);
    // The record of the greeting's `have` is the last that came before the break.
    expect(came.filter((seq) => seq === 1)).toHaveLength(1);
  });

  it('loses and doubles nothing, whatever the server does with its batches', { timeout: 120_000 }, async () => {
    const deeds = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constant<Deed>('take') },
        { weight: 4, arbitrary: fc.constant<Deed>('lose') },
        { weight: 1, arbitrary: fc.constantFrom<Deed>('break', 'take, then break', 'refuse') },
      ),
      { minLength: 5, maxLength: 25 },
    );
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(deeds, fc.integer({ min: 100, max: 3_000 }), async (script, count) => {
        const left = [...script];
        const { url, streams } = await listen({ onBatch: () => left.shift() ?? 'take' });
        await relay(new ToldSource([session(), ...frames(count)]), url, { roomBytes: 20_000 });
        expect(kept(streams[0])).toEqual(upTo(count));
        asked += script.length - left.length;
        await server?.close();
      }),
      { numRuns: 15 },
    );
    expect(asked).toBeGreaterThan(30);
  });

  it('begins a new stream, numbered from 1, where the source goes on to another session', async () => {
    const { url, streams } = await listen();
    await relay(new ToldSource([session('1:0'), ...frames(50), session('1:1'), ...frames(70)]), url);
    expect(streams.map((stream) => stream.hello.simSessionKey)).toEqual(['1:0', '1:1']);
    expect(streams.map((stream) => stream.byes)).toEqual([[{ reason: 'session-changed' }], [{ reason: 'finished' }]]);
    expect(streams.map(kept)).toEqual([upTo(50), upTo(70)]);
  });

  it('reads a file no faster than the server takes it', async () => {
    const source = new ToldSource([session(), ...frames(2_000)]);
    let furthest = 0;
    let taken = 0;
    const { url, streams } = await listen({
      onBatch: (records) => {
        taken += records.length;
        furthest = Math.max(furthest, source.pulled - taken);
        return 'take';
      },
    });
    await relay(source, url, { roomBytes: 2_000 });
    expect(kept(streams[0])).toEqual(upTo(2_000));
    // About thirty frames fill the spool; reading and pacing hold a record or two besides.
    expect(furthest).toBeLessThan(100);
  });

  it('drops a record that fits no wire record, says so, and goes on with the next', async () => {
    const { url, streams } = await listen();
    const [first, second, third] = frames(3);
    const bad = { ...second, cars: [{ car: -7, pct: 0, surface: 'onTrack', onPitRoad: false }] } as SourceRecord;
    const outcome = await relay(new ToldSource([session(), first as SourceRecord, bad, third as SourceRecord]), url);
    expect(outcome).toEqual({ reason: 'finished', captured: 2, dropped: 1 });
    expect(kept(streams[0])).toEqual([1, 3]);
    expect(said.join('')).toMatch(/A record was dropped: .*-7/);
  });
});

describe('a server that is away', () => {
  it('is tried again until it is there', async () => {
    const port = await freePort();
    const done = relay(new ToldSource([session(), ...frames(20)]), `http://127.0.0.1:${port}`);
    await eventually(() => expect(said.join('')).toContain('tries again in'));
    server = await ScriptedServer.listen({}, port);
    expect(await done).toMatchObject({ reason: 'finished' });
    expect(kept(server.streams[0])).toEqual(upTo(20));
  });

  it('is no reason to hang: a relay that is stopped ends', async () => {
    const stop = new AbortController();
    const done = relay(new ToldSource([session(), ...frames(20)]), 'http://127.0.0.1:1', { signal: stop.signal });
    await eventually(() => expect(said.join('')).toContain('tries again in'));
    stop.abort();
    expect(await done).toEqual({ reason: 'stopped', captured: 20, dropped: 0 });
  });
});

describe('a relay that is stopped', () => {
  it('hands over what it has read, says goodbye and lets go of the connection', async () => {
    const stop = new AbortController();
    const { url, streams } = await listen();
    const source = new ToldSource([session(), ...frames(10_000)]);
    // At the pace of the session clock, the source has 1,000 s to go.
    const done = relay(source, url, { speed: 20, signal: stop.signal });
    await eventually(() => expect(kept(streams[0])?.length).toBeGreaterThan(10));
    stop.abort();
    const outcome = await done;
    expect(outcome.reason).toBe('stopped');
    expect(kept(streams[0])).toEqual(upTo(outcome.captured));
    expect(outcome.captured).toBeLessThan(10_000);
    expect(streams[0]?.byes).toEqual([{ reason: 'stopped' }]);
    await eventually(() => expect(server?.connections).toBe(0));
  });
});

describe('a source that ends in damage', () => {
  it('has its good records handed over; then the relay says why it failed, here and to the server', async () => {
    const { url, streams } = await listen();
    const damage = new SourceError('told:42 is cut in the middle of a line.');
    const outcome = await relay(new ToldSource([session(), ...frames(300)], damage), url);
    expect(outcome).toEqual({ reason: 'failed', message: damage.message, captured: 300, dropped: 0 });
    expect(kept(streams[0])).toEqual(upTo(300));
    expect(streams[0]?.byes).toEqual([{ reason: 'failed', message: damage.message }]);
  });

  it('fails where frames come before a session, and sends none of them', async () => {
    const { url, streams } = await listen();
    const outcome = await relay(new ToldSource([...frames(3), session()]), url);
    expect(outcome.message).toContain('begins with a frame and no session');
    expect(streams).toEqual([]);
  });

  it('fails where it holds no session at all', async () => {
    const { url } = await listen();
    const outcome = await relay(new ToldSource([]), url);
    expect(outcome).toMatchObject({ reason: 'failed' });
    expect(outcome.message).toContain('recording:told contains no session');
  });
});

describe('a server that will not have the relay', () => {
  it.each(['unauthenticated', 'forbidden', 'version_mismatch'])('%s: ends a relay that never fed', async (code) => {
    const { url } = await listen({ refuseConnections: { code, message: 'Make a token with relay:feed.' } });
    const outcome = await relay(new ToldSource([session(), ...frames(5)]), url);
    expect(outcome.reason).toBe('failed');
    expect(outcome.message).toBe('The server refuses this relay: Make a token with relay:feed.');
  });

  it('refuses at the greeting, too', async () => {
    const { url } = await listen({
      onHello: () => ({ ok: false, error: { code: 'version_mismatch', message: 'This server speaks version 2.' } }),
    });
    const outcome = await relay(new ToldSource([session(), ...frames(5)]), url);
    expect(outcome.message).toBe('The server refuses this relay: This server speaks version 2.');
  });

  it('does not end one that has fed: it waits, longer, until the refusal is settled', async () => {
    const stop = new AbortController();
    const script: Script = {};
    const { url, streams } = await listen(script);
    script.onBatch = () => {
      script.refuseConnections = { code: 'unauthenticated', message: 'This token was revoked.' };
      return 'break';
    };
    const done = relay(new ToldSource([session(), ...frames(5)]), url, { signal: stop.signal });
    await eventually(() => expect(said.join('')).toMatch(/tries again in (30|29)\.\d s: This token was revoked/));
    expect(streams[0]?.records).toEqual([]);
    stop.abort();
    expect(await done).toMatchObject({ reason: 'stopped', captured: 5 });
  });
});
