import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DRILLS, TestSystem } from '../src/index.js';

const PROGRAM = fileURLToPath(new URL('../../apps/cli/bin/okboxbox.js', import.meta.url));

/** Runs the command to its end, as from a script: nobody can press Enter. */
function okboxbox(...args: string[]): Promise<{ exit: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.once('close', (exit) => resolve({ exit, out, err })));
}

describe.concurrent('okboxbox drill', () => {
  it('lists every drill', async () => {
    const { exit, out } = await okboxbox('drill', 'list');
    expect(exit).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(DRILLS.length);
    for (const { name, code, cause } of DRILLS) expect(out).toMatch(new RegExp(`^${name} +${code}/${cause} `, 'm'));
  });

  it('runs one on a system of its own, says what is found and what mends it, and leaves nothing', async () => {
    const { exit, out, err } = await okboxbox('drill', 'relay-refused-token');
    expect(err).toMatch(/Console +http:\/\/127\.0\.0\.1:\d+\/admin\/ops/);
    expect(err).toMatch(/\+ RELAY_NOT_CONNECTING\/refused_token \(info\): .*\n.*because: .*\n.*next: /);
    expect(err).toContain('Now it is mended: Make a token here');
    expect(out).toMatch(
      /^relay-refused-token: RELAY_NOT_CONNECTING\/refused_token found after [\d.]+ s, cleared after/,
    );
    expect(exit).toBe(0);
  });

  it('runs one on a test server, with its token', async () => {
    const system = await TestSystem.start();
    try {
      const server = ['--server', system.url, '--token', await system.token('admin')];
      const ran = await okboxbox('drill', 'broadcast-overlay-in-live-room', ...server);
      expect(ran.err).toContain('+ BROADCAST_DELAY_NOT_WORKING/overlay_in_live_room');
      expect(ran.exit).toBe(0);
      const away = await okboxbox('drill', 'relay-gone', ...server);
      expect(away).toMatchObject({ exit: 2, err: expect.stringContaining('needs processes of its own') });
    } finally {
      await system.end();
    }
  });

  it('can be stopped at any time: its system is taken down at once', async () => {
    // It waits for a minute before it breaks anything.
    const child = spawn(process.execPath, [PROGRAM, 'drill', 'relay-never-seen'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let err = '';
    const ended = new Promise((resolve) => child.once('close', resolve));
    await new Promise<void>((breaks) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text;
        if (err.includes('Now it breaks')) breaks();
      });
    });
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(err).toContain('taken down');
    expect(err).toContain('relay-never-seen was stopped before its end.');
  });

  it('knows no other drills', async () => {
    const { exit, err } = await okboxbox('drill', 'earthquake');
    expect([exit, err]).toEqual([2, expect.stringContaining('there is no drill "earthquake"')]);
  });
});
