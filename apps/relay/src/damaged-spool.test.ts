import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from '@okboxbox/sims';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { freePort } from '../../../testing/free-port.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { readRelayConfig } from './config.js';
import type { HealthAnswer } from './debug/situation.js';
import { runRelay } from './run-relay.js';
import { PushedSource } from './testing/pushed-source.js';
import { ScriptedServer } from './testing/scripted-server.js';
import { frames, session, ToldSource } from './testing/told-source.js';

const inFolder = temporaryFolder();
let server: ScriptedServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Runs a relay with a spool until it is stopped; `page` asks its local page. */
function relay(source: Source, backend: string, spoolDir: string) {
  const said: string[] = [];
  const stopping = new AbortController();
  const config = { ...readRelayConfig({ RELAY_BACKENDS: backend }), spoolDir, debugPort: 0 };
  const ended = runRelay({
    source,
    speed: null,
    config: { current: config, onChange: () => undefined },
    relayId: 'test',
    signal: stopping.signal,
    output: { write: (text) => said.push(text) },
    version: '0',
    random: () => 0,
    debug: true,
  });
  const page = async () => {
    const [, url] = await eventually(() => {
      const found = /page: (http:\S+)\/debug/.exec(said.join(''));
      if (found === null) throw new Error('There is no page yet.');
      return found;
    });
    return (await (await fetch(`${url}/debug/health`)).json()) as HealthAnswer;
  };
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  return { said, page, stop };
}

it('that takes nothing: a relay that is stopped says how much it loses, here and to the server', async () => {
  // It never says that it has anything.
  server = await ScriptedServer.listen({ syncs: () => new Promise(() => undefined) });
  const file = inFolder('no-folder');
  writeFileSync(file, '');
  const { said, stop } = relay(stillRunning(), server.url, join(file, 'spool'));
  await eventually(() => expect(said.join('')).toContain('takes nothing'));
  await eventually(() => expect(server?.streams[0]?.hello).toBeDefined());
  await stop();
  const [bye] = server.streams[0]?.byes ?? [];
  expect(bye).toMatchObject({ reason: 'stopped' });
  expect(bye?.message).toMatch(/^4 records .*are only in memory and are lost: the spool folder takes nothing \(.+\)$/);
  expect(said.join('')).toMatch(/4 records .*are lost before every server had them: the spool folder takes nothing/);
});

/** A source that has begun another session and has not ended. */
function stillRunning(): Source {
  const source = new PushedSource();
  for (const record of [session('2:0'), ...frames(3)]) source.push(record);
  return source;
}

/** What a relay leaves that captured 155 records while its server was away. */
async function leftBehind(name: string, port: number): Promise<{ spoolDir: string; run: string }> {
  const spoolDir = inFolder(name);
  const first = relay(new ToldSource([session(), ...frames(154)]), `http://127.0.0.1:${port}`, spoolDir);
  await eventually(async () => expect((await first.page()).queue.records).toBe(155));
  await first.stop();
  const [run] = readdirSync(spoolDir) as [string];
  return { spoolDir, run: join(spoolDir, run) };
}

const zeros = (path: string, from: number, to: number) => {
  const bytes = readFileSync(path);
  bytes.fill(0, Math.floor(bytes.length * from), Math.floor(bytes.length * to));
  writeFileSync(path, bytes);
};

describe('what a relay has kept while its server was away, and is damaged', () => {
  const damages: readonly [string, (run: string) => void, isLost: boolean][] = [
    ['a hole of zeros', (run) => zeros(join(run, '0000000001.seg'), 0.4, 0.5), true],
    ['a segment of zeros', (run) => zeros(join(run, '0000000001.seg'), 0, 1), true],
    ['a segment that is cut', (run) => zeros(join(run, '0000000001.seg'), 0.7, 1), true],
    ['an emptied stream.json', (run) => writeFileSync(join(run, 'stream.json'), ''), false],
  ];
  it.each(damages)(
    '%s: the rest is sent, and what is lost is said here, on the page and to the server',
    async (name, hurt, isLost) => {
      const port = await freePort();
      const { spoolDir, run } = await leftBehind(name, port);
      hurt(run);
      server = await ScriptedServer.listen({}, port);
      const again = relay(stillRunning(), server.url, spoolDir);
      await eventually(() => expect(server?.streams).toHaveLength(2));
      const [left] = server.streams;
      await eventually(() => expect(left?.byes).toHaveLength(1));
      // The session line that was among what is lost is sent in its place.
      expect(left?.records[0]).toMatchObject({ kind: 'session', simSessionKey: '1:0' });
      const lost = left?.lost.reduce((sum, { from, to }) => sum + to - from + 1, 0) ?? 0;
      expect((left?.records.length ?? 0) + lost).toBe(155);
      expect(lost > 0).toBe(isLost);
      const { problems, queue } = await again.page();
      const told = problems.find(({ what }) => what.includes('are damaged'));
      if (isLost) {
        expect(left?.lost.every(({ reason }) => reason === 'spool_damaged')).toBe(true);
        // The session line is counted among what the files have lost, and has a file of its own.
        expect(queue.damaged).toBeGreaterThanOrEqual(lost);
        expect(queue.damaged).toBeLessThanOrEqual(lost + 1);
        expect(told?.what).toContain(`${queue.damaged} records were lost`);
        expect(again.said.join('')).toContain(`${queue.damaged} records in it are lost`);
      } else {
        expect(told).toBeUndefined();
        expect(queue.lost).toBe(0);
      }
      await again.stop();
    },
  );

  it('in all that says what it is, stays where it is, and that is said', async () => {
    const port = await freePort();
    const { spoolDir, run } = await leftBehind('both copies', port);
    for (const name of ['stream.json', 'stream.copy.json']) writeFileSync(join(run, name), 'null');
    server = await ScriptedServer.listen({}, port);
    const again = relay(stillRunning(), server.url, spoolDir);
    const { problems } = await again.page();
    expect(problems.map(({ what }) => what)).toContainEqual(expect.stringContaining(`What lies in ${run} is not sent`));
    expect(again.said.join('')).toContain(`What lies in ${run} is not sent`);
    await again.stop();
    expect(readdirSync(run)).toContain('0000000001.seg');
  });
});
