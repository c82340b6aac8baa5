import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { readRelayConfig } from '../config.js';
import type { Target } from '../target.js';
import { type DebugServer, openDebugServer } from './debug-server.js';
import { type SituationFacts, situationOf } from './situation.js';

const facts = (over: Partial<SituationFacts> = {}): SituationFacts => ({
  config: readRelayConfig({}, {}, '/'),
  status: {
    version: '0',
    source: 'iracing',
    simState: 'connected',
    rateHz: 10,
    maxHz: null,
    queue: { records: 0, bytes: 0, oldestMs: 0, lost: 0 },
    cars: { seen: 20, entries: 22, blinksPerMin: 0 },
    cpu: 0.01,
    memoryBytes: 1,
    wallStepMs: 0,
  },
  targets: [],
  settingsTrouble: null,
  diskTrouble: null,
  leftAlone: [],
  captured: { frames: 5, dropped: 0, thinned: 0, discarded: 0 },
  relayId: 'rig',
  uptimeMs: 1_000,
  now: 0,
  ...over,
});

let server: DebugServer | null = null;
const said: string[] = [];
afterEach(async () => {
  await server?.close();
  server = null;
  said.length = 0;
});

async function listen(): Promise<number> {
  server = await openDebugServer(
    0,
    (text) => said.push(text),
    () => situationOf(facts()),
  );
  return server?.port ?? 0;
}

/** The status of a GET with a Host header of one's own, from an address. */
function statusFor(port: number, host: string, address = '127.0.0.1'): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request({ host: address, port, path: '/debug/health', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}

describe("the relay's local page", () => {
  it('answers with its JSON and a page', async () => {
    const port = await listen();
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json();
    expect(await get('/debug/health')).toMatchObject({ relayId: 'rig', source: 'iracing', killSwitch: false });
    expect(await get('/debug/targets')).toEqual([]);
    expect(await get('/debug/parity')).toMatchObject({ mode: 'single', killSwitch: false, targets: [] });
    expect(await (await fetch(`http://127.0.0.1:${port}/debug`)).text()).toContain('<title>Relay');
    expect((await fetch(`http://127.0.0.1:${port}/nothing`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/debug`, { method: 'POST' })).status).toBe(405);
    expect(said[0]).toBe(`This relay's page: http://127.0.0.1:${port}/debug`);
  });

  it('is there for this PC alone: not on its other addresses, not under other names', async () => {
    const port = await listen();
    expect(await statusFor(port, `127.0.0.1:${port}`)).toBe(200);
    expect(await statusFor(port, 'localhost')).toBe(200);
    expect(await statusFor(port, 'evil.example')).toBe(403);
    expect(await statusFor(port, 'localhost.evil.example')).toBe(403);
    const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    for (const { address } of others.filter(({ family, internal }) => family === 'IPv4' && !internal)) {
      expect(await statusFor(port, 'localhost', address)).toBe('ECONNREFUSED');
    }
  });

  it('on a port that is taken is missing, and the relay says so and goes on', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(
      await openDebugServer(
        port,
        (text) => said.push(text),
        () => situationOf(facts()),
      ),
    ).toBeNull();
    expect(said.join()).toContain(`port ${port} cannot be used (another program has it`);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('what is wrong', () => {
  const problems = (over: Partial<SituationFacts>) =>
    situationOf(facts(over)).health.problems.map(({ what, doThis }) => `${what} ${doThis}`);
  const { status } = facts();

  it('is nothing but the lack of a server where no server is configured to be fed', () => {
    expect(problems({})).toEqual([
      'No server is enabled. Set RELAY_TARGETS_ENABLED or RELAY_PRIMARY_INDEX in relay.env.',
    ]);
  });

  it('is what a server has paused, by its name and reason', () => {
    const state = { state: 'paused', sessionId: 'sess_1', because: 'it sends nonsense' } as const;
    const target = { url: 'http://there', state, counters: {}, clock: null } as unknown as Target;
    const found = problems({ targets: [{ index: 0, target, enabled: true, primary: true }] });
    expect(found.join()).toMatch(/http:\/\/there has paused this relay: it sends nonsense.*Nothing is lost/);
  });

  it('names no password that stands in the address of a server', () => {
    const url = 'http://rig:hunter2@there?token=hunter3';
    const state = { state: 'waiting', until: 0, attempt: 1, because: 'it is away' } as const;
    const target = { url, state, counters: {}, clock: null, latency: {} } as unknown as Target;
    const situation = situationOf(facts({ targets: [{ index: 0, target, enabled: true, primary: true }] }));
    expect(situation.targets[0]?.url).toBe('http://there?token=…');
    expect(JSON.stringify(situation)).not.toMatch(/hunter/);
  });

  it.each([
    [
      'the kill switch',
      { config: readRelayConfig({ RELAY_KILL_SWITCH: '1' }) },
      /kill switch is on.*RELAY_KILL_SWITCH=0/,
    ],
    [
      'settings that cannot be used',
      { settingsTrouble: 'RELAY_SAMPLE_HZ is "900".' },
      /cannot be used: RELAY_SAMPLE_HZ/,
    ],
    ['a full disk', { diskTrouble: 'ENOSPC' }, /takes nothing \(ENOSPC\).*Make room/],
    ['a sim that is not running', { status: { ...status, simState: 'sim-not-running' } }, /not running.*Start it/],
    ['a replay', { status: { ...status, simState: 'replay' } }, /replay.*live session/],
    [
      'losses',
      { status: { ...status, queue: { ...status.queue, lost: 7 } } },
      /7 records were lost.*RELAY_SPOOL_MAX_MB/,
    ],
    [
      'damage',
      { status: { ...status, queue: { ...status.queue, lost: 7, damaged: 4 } } },
      /3 records were lost: there was no room[\s\S]*4 records were lost: files .* are damaged.*The servers are told/,
    ],
    [
      'what is not sent',
      { leftAlone: [{ dir: '/spool/r', because: 'nobody can tell whose it is' }] },
      /What lies in \/spool\/r is not sent: nobody can tell.*start the relay again/,
    ],
    [
      'cars that blink',
      { status: { ...status, cars: { seen: 12, entries: 40, blinksPerMin: 33 } } },
      /33 times a minute; 12 of 40.*Max Cars/,
    ],
  ])('%s is said with what to do', (_, over, words) => {
    expect(problems(over as Partial<SituationFacts>).join('\n')).toMatch(words);
  });
});
