import type { CameraRequest } from '@okboxbox/protocol';
import { CameraError } from '@okboxbox/sims';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { type RelayConfig, readRelayConfig } from './config.js';
import { runRelay } from './run-relay.js';
import { PushedSource } from './testing/pushed-source.js';
import { ScriptedServer } from './testing/scripted-server.js';
import { frames, session } from './testing/told-source.js';

const inFolder = temporaryFolder();
let folders = 0;
const tokenOf = (claims: object) => {
  const payload = Buffer.from(JSON.stringify({ sub: 'rig', exp: 2_000_000_000, ...claims })).toString('base64url');
  return `e30.${payload}.signature`;
};
const CAMERA = tokenOf({ role: 'camera' });

/** A sim whose camera can be asked. */
class AskedSim extends PushedSource {
  readonly asked: CameraRequest[] = [];
  /** What it throws where it is asked. */
  failure: Error | null = null;

  readonly askCamera = (request: CameraRequest) => {
    if (this.failure !== null) throw this.failure;
    this.asked.push(request);
  };
}

let ended: (() => Promise<void>) | undefined;
afterEach(async () => {
  await ended?.();
  ended = undefined;
});

/** A relay that feeds a race to a server, and the way to change its settings. */
async function feeding(source: PushedSource, env: Record<string, string>) {
  const server = await ScriptedServer.listen();
  const stop = new AbortController();
  const said: string[] = [];
  const listeners: ((config: RelayConfig) => void)[] = [];
  const spoolDir = inFolder(`spool-${++folders}`);
  const config = (more: Record<string, string>) => ({
    ...readRelayConfig({ RELAY_BACKENDS: server.url, ...more }),
    spoolDir,
  });
  const live = { current: config(env), onChange: (listener: (next: RelayConfig) => void) => listeners.push(listener) };
  const relay = runRelay({
    source,
    speed: null,
    config: live,
    relayId: 'caster',
    signal: stop.signal,
    output: { write: (text) => said.push(text) },
    version: '0',
  });
  ended = async () => {
    stop.abort();
    await relay;
    await server.close();
  };
  source.push(session(), ...frames(3));
  const newest = () => server.streams[0]?.statuses.at(-1);
  await eventually(() => expect(newest()).toBeDefined());
  const set = (more: Record<string, string>) => {
    live.current = config(more);
    for (const listener of listeners) listener(live.current);
  };
  return { server, said, newest, set };
}

describe("requests to the sim's camera", () => {
  it('are taken only where that is switched on, which the server is told at once; a change needs no restart', async () => {
    const sim = new AskedSim();
    const { server, said, newest, set } = await feeding(sim, { RELAY_TOKEN: CAMERA });
    expect(newest()?.camera).toBe('off');
    expect(await server.askCamera({ next: true })).toEqual([
      { asked: false, because: 'RELAY_CAMERA_CONTROL is not on there' },
    ]);
    expect(sim.asked).toEqual([]);
    set({ RELAY_TOKEN: CAMERA, RELAY_CAMERA_CONTROL: '1' });
    await eventually(() => expect(newest()?.camera).toBe('accepts'));
    expect(await server.askCamera({ next: true })).toEqual([{ asked: true }]);
    expect(await server.askCamera({ car: 3 })).toEqual([{ asked: true }]);
    expect(sim.asked).toEqual([{ next: true }, { car: 3 }]);
    expect(said.join('')).toContain("has asked the sim's camera for the next camera.");
  });

  it('are refused with the reason of the sim, and where nobody can read them', async () => {
    const sim = new AskedSim();
    const { server } = await feeding(sim, { RELAY_TOKEN: CAMERA, RELAY_CAMERA_CONTROL: '1' });
    sim.failure = new Error('user32.dll is missing');
    expect(await server.askCamera({ next: true })).toEqual([
      { asked: false, because: 'It failed there: user32.dll is missing' },
    ]);
    sim.failure = new CameraError('The sim is in no session on that PC.');
    expect(await server.askCamera({ next: true })).toEqual([
      { asked: false, because: 'The sim is in no session on that PC.' },
    ]);
    for (const request of [{}, { next: false }, { car: -1 }, { car: 'seven' }]) {
      expect(await server.askCamera(request)).toEqual([{ asked: false, because: expect.stringContaining('kind') }]);
    }
    expect(sim.asked).toEqual([]);
  });

  it('need the capability in the token, whatever the settings say', async () => {
    const sim = new AskedSim();
    const { server, newest } = await feeding(sim, {
      RELAY_TOKEN: tokenOf({ role: 'relay' }),
      RELAY_CAMERA_CONTROL: '1',
    });
    expect(newest()).toBeDefined();
    expect(newest()?.camera).toBeUndefined();
    expect(await server.askCamera({ next: true })).toEqual([
      { asked: false, because: expect.stringContaining('broadcast:camera') },
    ]);
    expect(sim.asked).toEqual([]);
  });

  it('are for sims that have a camera which can be asked', async () => {
    const { server, newest } = await feeding(new PushedSource(), { RELAY_TOKEN: CAMERA, RELAY_CAMERA_CONTROL: '1' });
    expect(newest()?.camera).toBe('unable');
    expect(await server.askCamera({ next: true })).toEqual([{ asked: false, because: 'its sim takes no requests' }]);
  });
});
