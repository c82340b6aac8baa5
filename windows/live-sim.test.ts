import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lap, SessionSummary, TimingAnswer } from '@okboxbox/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort, getJson, okboxbox, type Running, SHARED, stop, tokenOf } from '../e2e/okboxbox.js';
import { buildProgram, bundle, NODE_EXE } from './build.mjs';
import { openScreen, type Screen } from './screen.js';

const IMAGE = join(SHARED, 'data/iracing/memory/2024.bin.gz');
const KOFFI = join(import.meta.dirname, 'node_modules/@koromix/koffi-win32-x64');
const PATIENCE = { timeout: 60_000, interval: 250 };
/** For calls that may be made three times a second. */
const SLOWLY = { ...PATIENCE, interval: 500 };

let dir: string;
let program: string;
let server: Running;
let url: string;
let token: string;
let screen: Screen;
const windows: ChildProcess[] = [];

/** Starts a Windows program; its output goes to a file, since it cannot start with pipes. */
function startOnWindows(exe: string, args: readonly string[], name: string, env: Record<string, string> = {}) {
  const log = join(dir, `${name}.log`);
  const out = openSync(log, 'a');
  const child = spawn('wine', [exe, ...args], {
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      WINEPREFIX: join(dir, 'wine'),
      WINEDEBUG: '-all',
      DISPLAY: screen.display,
      NODE_SKIP_PLATFORM_CHECK: '1',
      ...env,
    },
    stdio: ['ignore', out, out],
  });
  windows.push(child);
  return { child, log: () => readFileSync(log, 'utf8') };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

/** A path as Windows programs write it. */
const onWindows = (path: string) => `Z:${path.replaceAll('/', '\\')}`;

const order = (orders: object) =>
  writeFileSync(
    join(dir, 'orders.json'),
    JSON.stringify({ cars: 5, subSessionId: 4711, sessionNum: 0, isConnected: true, clockStands: false, ...orders }),
  );
/** What the relay is set to, in the file that it watches. */
const relayEnv = (lines: Readonly<Record<string, string | number>>) =>
  writeFileSync(
    join(dir, 'relay.env'),
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
const startSim = () => {
  const args = [join(dir, 'sim.cjs'), KOFFI, IMAGE, join(dir, 'orders.json')].map(onWindows);
  return startOnWindows(NODE_EXE, args, 'sim');
};
const sessions = () => getJson<SessionSummary[]>(`${url}/api/sessions`, token);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'okboxbox-windows-'));
  screen = await openScreen();
  program = await buildProgram();
  await bundle(join(import.meta.dirname, 'sim.ts'), join(dir, 'sim.cjs'), ['okboxbox:source']);
  await ended(startOnWindows('wineboot', ['-i'], 'wineboot').child);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = okboxbox(['server', '--port', String(port), '--data', join(dir, 'data')], { DIAGNOSTICS_ENABLED: '1' });
  await vi.waitFor(async () => expect((await fetch(`${url}/api/health/ready`)).ok).toBe(true), PATIENCE);
  token = await tokenOf(join(dir, 'data'), 'admin');
}, 300_000);

afterAll(async () => {
  for (const child of windows) child.kill('SIGKILL');
  await stop(server);
  screen?.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

describe('the single-file program on Windows', { timeout: 240_000 }, () => {
  it('says what it can read there: the live sim, too', async () => {
    const { child, log } = startOnWindows(program, ['sources'], 'sources');
    await ended(child);
    expect(log()).toMatch(/^\+ iracing /m);
  });

  it('waits for the sim, feeds its race, follows it to the next session, and says when it is closed', async () => {
    const relayToken = await tokenOf(join(dir, 'data'), 'relay', '--show', 'local');
    const debugPort = await freePort();
    const settings = {
      RELAY_BACKENDS: url,
      RELAY_TOKEN: relayToken,
      RELAY_DEBUG_PORT: debugPort,
      RELAY_SPOOL_DIR: 'spool',
    };
    relayEnv(settings);
    order({});
    const relay = startOnWindows(program, [], 'relay');
    await vi.waitFor(() => expect(relay.log()).toContain('waiting for the sim to be started'), PATIENCE);
    expect(await sessions()).toEqual([]);

    const sim = startSim();
    await vi.waitFor(async () => expect(await sessions()).toHaveLength(1), PATIENCE);
    const [race] = (await sessions()) as [SessionSummary];
    expect(race).toMatchObject({ status: 'live', sim: 'iracing', track: 'Stand-in Park', type: 'race', entryCount: 5 });
    expect(relay.log()).toContain('the sim is in a session');

    // Two laps of the slowest car, which it begins at the start.
    const laps = () => getJson<Lap[]>(`${url}/api/sessions/${race.sessionId}/laps`, token);
    await vi.waitFor(async () => expect((await laps()).filter(({ car }) => car === 4)).toHaveLength(3), {
      ...PATIENCE,
      timeout: 90_000,
    });
    for (const lap of await laps()) {
      if (lap.lap === 1) continue;
      expect([lap.car, Math.abs((lap.lapTimeMs ?? 0) - (20_000 + lap.car * 100)) <= 2]).toEqual([lap.car, true]);
    }
    const timing = await getJson<TimingAnswer>(`${url}/api/sessions/${race.sessionId}/timing`, token);
    expect(timing.entries.map(({ car }) => car)).toEqual([0, 1, 2, 3, 4]);
    expect(timing.entries[1]?.name).toBe('José "Pepe" Núñez: #1');
    const health = await getJson<{ rateHz: number; cpu: number; captured: { frames: number } }>(
      `http://127.0.0.1:${debugPort}/debug/health`,
      '',
    );
    expect(health.rateHz).toBeGreaterThan(9);
    expect(health.rateHz).toBeLessThan(11);
    console.log(JSON.stringify({ rateHz: health.rateHz, cpu: health.cpu, frames: health.captured.frames }));

    order({ sessionNum: 1 });
    await vi.waitFor(async () => expect(await sessions()).toHaveLength(2), PATIENCE);
    await vi.waitFor(async () => {
      const [next] = (await sessions()) as [SessionSummary];
      expect(next.status).toBe('live');
      expect(next.lastFrameAt).toBeGreaterThan(0);
    }, PATIENCE);

    order({ sessionNum: 1, clockStands: true });
    await vi.waitFor(() => expect(relay.log()).toContain('the sim shows a replay'), PATIENCE);
    order({ sessionNum: 1, clockStands: false });

    const relays = async () => {
      const parity = await getJson<{ sessions: { relays: object[] }[] }>(`${url}/api/diagnostics/parity`, token);
      return parity.sessions.flatMap((each) => each.relays);
    };
    await vi.waitFor(async () => expect(await relays()).toMatchObject([{ source: 'iracing' }]), PATIENCE);
    relayEnv({ ...settings, RELAY_KILL_SWITCH: 1 });
    await vi.waitFor(async () => expect(await relays()).toEqual([]), PATIENCE);
    relayEnv({ ...settings, RELAY_KILL_SWITCH: 0 });
    await vi.waitFor(async () => expect(await relays()).toHaveLength(1), PATIENCE);

    order({ sessionNum: 1, isConnected: false });
    await vi.waitFor(() => expect(relay.log()).toContain('the sim was closed'), PATIENCE);
    sim.child.kill('SIGKILL');
    relay.child.kill('SIGKILL');
  });

  it("asks the sim's camera for what a director asks, only once that is allowed there; the picture follows", async () => {
    const ask = async (request: object) => {
      const response = await fetch(`${url}/api/shows/caster/acts/camera`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      return [response.status, await response.json()] as const;
    };
    const onCamera = async () =>
      (await getJson<{ camera: number | null }>(`${url}/api/shows/caster/state`, token)).camera;
    const settings = {
      RELAY_BACKENDS: url,
      RELAY_TOKEN: await tokenOf(join(dir, 'data'), 'camera', '--show', 'caster'),
      RELAY_DEBUG_PORT: await freePort(),
      RELAY_SPOOL_DIR: 'spool-camera',
    };
    relayEnv(settings);
    order({ subSessionId: 4712 });
    const sim = startSim();
    const relay = startOnWindows(program, [], 'relay-camera');
    await vi.waitFor(async () => expect(await onCamera()).toBe(0), PATIENCE);
    await vi.waitFor(async () => {
      const [status, { detail }] = await ask({ next: true });
      expect([status, detail]).toEqual([503, expect.stringContaining('set RELAY_CAMERA_CONTROL=1 there')]);
    }, SLOWLY);
    expect(sim.log()).not.toContain('sim: asked');

    relayEnv({ ...settings, RELAY_CAMERA_CONTROL: 1 });
    await vi.waitFor(async () => expect((await ask({ next: true }))[0]).toBe(200), SLOWLY);
    const asked = (carNumber: number, group: number) =>
      `sim: asked ${JSON.stringify({ message: 1, carNumber, group, camera: 0 })}`;
    // From the cockpit to the first camera beside the track: the scenery between them shows no car.
    await vi.waitFor(() => expect(sim.log()).toContain(asked(10, 11)), PATIENCE);
    await vi.waitFor(async () => expect((await ask({ car: 3 }))[0]).toBe(200), SLOWLY);
    await vi.waitFor(() => expect(sim.log()).toContain(asked(13, 11)), PATIENCE);
    await vi.waitFor(async () => expect(await onCamera()).toBe(3), PATIENCE);
    expect(relay.log()).toContain("has asked the sim's camera for the next camera.");
  });
});
