import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { ConfigError, type RelayConfig, readRelayConfig } from './config.js';
import { Settings } from './settings.js';

const inFolder = temporaryFolder();

describe("a relay's configuration", () => {
  it('has what the contract says where nothing is given', () => {
    expect(readRelayConfig({}, {}, '/races')).toMatchObject({
      backends: ['http://127.0.0.1:3001'],
      mode: 'single',
      primaryIndex: 0,
      connectTimeoutMs: 1_500,
      sendTimeoutMs: 250,
      killSwitch: false,
      killDiscard: false,
      paritySampleRate: 0.05,
      debugPort: 8_765,
      sampleHz: 10,
      ownFields: 'all',
      cameraControl: false,
    });
  });

  it('is read from the variables of the runbook', () => {
    const config = readRelayConfig(
      {
        RELAY_BACKENDS: 'https://one.example/, http://127.0.0.1:4000',
        RELAY_BACKEND_MODE: 'parallel',
        RELAY_PRIMARY_INDEX: '1',
        RELAY_TARGETS_ENABLED: '1,0',
        RELAY_KILL_SWITCH: 'true',
        RELAY_SAMPLE_HZ: '2.5',
        RELAY_OWN_FIELDS: 'fuelL, speed',
        RELAY_SPOOL_DIR: 'spool',
        RELAY_SPOOL_MAX_MB: '5',
      },
      {},
      '/races',
    );
    expect(config).toMatchObject({
      backends: ['https://one.example', 'http://127.0.0.1:4000'],
      mode: 'parallel',
      primaryIndex: 1,
      targetsEnabled: [true, false],
      killSwitch: true,
      sampleHz: 2.5,
      ownFields: ['fuelL', 'speed'],
      spoolDir: '/races/spool',
      spoolMaxBytes: 5 * 1024 * 1024,
    });
  });

  it('in relay.env beats the environment', () => {
    const config = readRelayConfig({ RELAY_KILL_SWITCH: '0', RELAY_TOKEN: 'old' }, { RELAY_KILL_SWITCH: '1' });
    expect(config).toMatchObject({ killSwitch: true, token: 'old' });
  });

  it.each([
    ['RELAY_BACKENDS', 'one.example'],
    ['RELAY_BACKENDS', 'http://a,http://a'],
    ['RELAY_BACKEND_MODE', 'both'],
    ['RELAY_PRIMARY_INDEX', '1'],
    ['RELAY_TARGETS_ENABLED', '1,maybe'],
    ['RELAY_TARGETS_ENABLED', '1,0'],
    ['RELAY_TARGET_TIMEOUT_MS', '0'],
    ['RELAY_SEND_TIMEOUT_MS', '1.5'],
    ['RELAY_KILL_SWITCH', 'on'],
    ['RELAY_PARITY_SAMPLE_RATE', '2'],
    ['RELAY_DEBUG_PORT', '70000'],
    ['RELAY_SAMPLE_HZ', '120'],
    ['RELAY_SPOOL_MAX_MB', 'much'],
  ])('%s=%s is refused with its name, what was given and what is allowed', (name, value) => {
    expect(() => readRelayConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readRelayConfig({ [name]: value })).toThrow(
      new RegExp(`^${name} is .*${value.replaceAll('.', '\\.')}.*must be`),
    );
  });
});

describe('relay.env', () => {
  let settings: Settings | null = null;
  afterEach(() => settings?.close());

  function watched(name: string, text: string) {
    mkdirSync(inFolder(name));
    const file = join(inFolder(name), 'relay.env');
    writeFileSync(file, text);
    const said: string[] = [];
    const heard: RelayConfig[] = [];
    settings = new Settings({ environment: {}, file, cwd: '/', say: (line) => said.push(line) });
    settings.onChange((config) => heard.push(config));
    return { file, said, heard, current: () => (settings as Settings).current };
  }

  it('is in force as it stands, with or without a byte order mark, and with comments', () => {
    const { current } = watched('bom', '\uFEFF# mine\r\nRELAY_KILL_SWITCH=1 \r\nRELAY_TOKEN="a.b.c"\r\n');
    expect(current()).toMatchObject({ killSwitch: true, token: 'a.b.c' });
  });

  it('that changes is in force without a restart, however it was written', async () => {
    const { file, heard, current } = watched('change', 'RELAY_KILL_SWITCH=0\n');
    writeFileSync(file, 'RELAY_KILL_SWITCH=1\n');
    await vi.waitFor(() => expect(current().killSwitch).toBe(true), { timeout: 5_000, interval: 20 });
    // As an editor does that writes a copy and puts it in its place.
    writeFileSync(`${file}.new`, 'RELAY_KILL_SWITCH=0\n');
    renameSync(`${file}.new`, file);
    await vi.waitFor(() => expect(current().killSwitch).toBe(false), { timeout: 5_000, interval: 20 });
    rmSync(file);
    writeFileSync(file, 'RELAY_SAMPLE_HZ=5\n');
    await vi.waitFor(() => expect(current().sampleHz).toBe(5), { timeout: 5_000, interval: 20 });
    expect(heard.map(({ killSwitch, sampleHz }) => [killSwitch, sampleHz])).toEqual([
      [true, 10],
      [false, 10],
      [false, 5],
    ]);
  });

  it('that cannot be used changes nothing, and says why', async () => {
    const { file, said, heard, current } = watched('bad', 'RELAY_SAMPLE_HZ=20\n');
    writeFileSync(file, 'RELAY_SAMPLE_HZ=fast\n');
    await eventually(() => expect(said.join()).toContain('RELAY_SAMPLE_HZ is "fast"'));
    expect(current().sampleHz).toBe(20);
    expect(heard).toEqual([]);
    expect(settings?.trouble).toContain('RELAY_SAMPLE_HZ is "fast"');
    writeFileSync(file, 'RELAY_SAMPLE_HZ=20 # as before\n');
    await eventually(() => expect(settings?.trouble).toBeNull());
  });

  it('with more switches than servers changes nothing, and says why', async () => {
    const { file, said, heard, current } = watched(
      'switches',
      'RELAY_BACKENDS=http://a,http://b\nRELAY_TARGETS_ENABLED=1,0\n',
    );
    writeFileSync(file, 'RELAY_BACKENDS=http://a\nRELAY_TARGETS_ENABLED=1,0\n');
    const message = 'RELAY_TARGETS_ENABLED is "1,0"; RELAY_BACKENDS has 1, so it must be at most 1 of 1 and 0';
    await eventually(() => expect(said.join()).toContain(message));
    expect(current()).toMatchObject({ backends: ['http://a', 'http://b'], targetsEnabled: [true, false] });
    expect(heard).toEqual([]);
  });

  it('that need not be there may come later', async () => {
    mkdirSync(inFolder('later'));
    const file = join(inFolder('later'), 'relay.env');
    settings = new Settings({ environment: {}, file, cwd: '/', say: () => undefined });
    expect(settings.current.killSwitch).toBe(false);
    writeFileSync(file, 'RELAY_KILL_SWITCH=1');
    await eventually(() => expect(settings?.current.killSwitch).toBe(true));
  });
});
