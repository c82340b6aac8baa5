import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { freePort } from '../../../testing/free-port.js';
import { has, kept, liveRelays, upTo } from './testing/live-relays.js';
import type { ScriptedServer, Stream } from './testing/scripted-server.js';
import { frames, session } from './testing/told-source.js';

const { listen, relay, said } = liveRelays();

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
    await eventually(() => expect(said()).toContain('has ended this session'));
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
    await eventually(() => expect(said()).toContain('tries again in'));
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
    await eventually(() => expect(said()).toContain('tries again in'));
    await before.stop();

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
    await eventually(() => expect(said()).toContain('tries again in'));
    await before.stop();

    const refuse = { ok: false, error: { code: 'forbidden', message: 'Not this show.' } } as const;
    let covers = false;
    const onHello = (hello: { simSessionKey: string }) =>
      hello.simSessionKey === '5:0' && !covers ? refuse : undefined;
    const server = await listen({ onHello }, port);
    const { source, change } = relay({ RELAY_BACKENDS: server.url }, before.spoolDir);
    source.push(session('6:0'), ...frames(20));
    await has(server, upTo(20));
    expect(said()).toContain('does not take what a run before left (Not this show.)');
    expect(readdirSync(before.spoolDir)).toHaveLength(2);
    // What waits for another show is no backlog of this one.
    await eventually(() => {
      const status = server.streams[0]?.statuses.at(-1);
      expect(status).toMatchObject({ waiting: 0, oldestWaitingMs: 0, unsent: 0, oldestUnsentMs: 0 });
      expect(status?.queue.records).toBeGreaterThan(0);
    });
    covers = true;
    change({ RELAY_TOKEN: 'for-both-shows' });
    await eventually(() => expect(server.streams.map(({ hello }) => hello.simSessionKey)).toContain('5:0'));
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
