import { spawn } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { freePort, PROGRAM, temporaryData } from './okboxbox.js';

/** As npm runs a script: in a shell of its own, which does not hand a signal on. */
const AS_NPM_DOES = '"$0" "$@"; true';

it('the platform ends in good order when the npm that runs it is told to end', async () => {
  const data = temporaryData();
  const url = `http://127.0.0.1:${await freePort()}`;
  const args = ['up', '--source', 'none', '--port', new URL(url).port, '--data', data.dir];
  const shell = spawn('sh', ['-c', AS_NPM_DOES, process.execPath, PROGRAM, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, npm_lifecycle_event: 'start', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(() => {
    endGroup(shell.pid ?? 0);
    data.remove();
  });
  let said = '';
  shell.stdout.on('data', (text) => {
    said += text;
  });
  shell.stderr.on('data', (text) => {
    said += text;
  });
  const closed = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  await eventually(() => expect(said).toContain('#code='));
  expect((await fetch(`${url}/api/health`)).ok).toBe(true);

  shell.kill('SIGTERM');
  // Their output is closed when all of them are gone.
  await closed;
  expect(said).toContain('server stopped');
  await expect(fetch(`${url}/api/health`)).rejects.toThrow();
});

/** Whatever a failure has left running of a shell's own group. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
