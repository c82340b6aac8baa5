import { describe, expect, it, vi } from 'vitest';
import { startProgram } from '../../testing/start-program.js';
import { DRILLS, TestSystem } from '../src/index.js';

/** Runs the command to its end, as from a script: nobody can press Enter. */
async function okboxbox(...args: string[]): Promise<{ exit: number | string; out: string; err: string }> {
  const { ended, stdout, stderr } = startProgram(args);
  const exit = await ended;
  return { exit, out: stdout(), err: stderr() };
}

describe.concurrent('okboxbox drill', () => {
  it('lists every drill', async () => {
    const { exit, out } = await okboxbox('drill', 'list');
    expect(exit).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(DRILLS.length);
    for (const { name, code, cause } of DRILLS) expect(out).toMatch(new RegExp(`^${name} +${code}/${cause} `, 'm'));
  });

  it('runs one on a system of its own, says what is found and what repairs it, and leaves nothing', async () => {
    const { exit, out, err } = await okboxbox('drill', 'relay-refused-token');
    expect(err).toMatch(/Console +http:\/\/127\.0\.0\.1:\d+\/admin\/ops/);
    expect(err).toMatch(/\+ RELAY_NOT_CONNECTING\/refused_token \(info\): .*\n.*because: .*\n.*next: /);
    expect(err).toContain('Now repairing it: Create a token on this server');
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
      expect(away).toMatchObject({ exit: 2, err: expect.stringContaining('starts its own processes') });
    } finally {
      await system.end();
    }
  });

  it('can be stopped at any time: its system stops at once', async () => {
    // It waits for a minute before it breaks anything.
    const { process, ended, stderr } = startProgram(['drill', 'relay-never-seen']);
    // A dozen systems start at once beside it.
    await vi.waitFor(() => expect(stderr()).toContain('Now breaking it'), { timeout: 90_000 });
    process.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(stderr()).toContain('The test system has stopped.');
    expect(stderr()).toContain('relay-never-seen was stopped early.');
  });

  it('knows no other drills', async () => {
    const { exit, err } = await okboxbox('drill', 'earthquake');
    expect([exit, err]).toEqual([2, expect.stringContaining('unknown drill "earthquake"')]);
  });
});
