// Proves that an installed okboxbox runs a race, for `.ci/run`: starts `okboxbox up` with a recording, waits until the
// live and the public timing answer, loads the pages with all that they name, and stops it with SIGTERM.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RECORDING = join(
  resolve(ROOT, process.env.OKBOXBOX_SHARED ?? '../shared'),
  'data/iracing/portimao-driver-swap.jsonl.gz',
);
/** How long anything may take, in ms: what has not happened by then does not happen. */
const LONGEST_MS = 60_000;
const PAGES = ['/', '/sessions/local', '/public/local', '/overlay/timing-tower?show=local', '/admin/ops'];

/**
 * Runs a race with a command and its first arguments, in a working directory; resolves when all of it held.
 * @throws Error with what did not hold and all that the command printed.
 */
export async function proveRace([program, ...before], cwd) {
  const folder = mkdtempSync(join(tmpdir(), 'okboxbox-race-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = start(
    program,
    [...before, 'up', '--source', `recording:${RECORDING}`, '--port', String(port), '--data', folder],
    cwd,
  );
  try {
    await until('the server prints its sign-in link', running, () => running.printed().includes('#code='));
    await until('the public timing has cars', running, async () => {
      const { entries } = JSON.parse(await textOf(`${url}/api/public/sessions/local/timing`));
      return entries.length > 0;
    });
    const token = await outputOf(program, [...before, 'token', '--role', 'team', '--data', folder], cwd);
    const headers = { authorization: `Bearer ${token.trim()}` };
    const [{ sessionId }] = JSON.parse(await textOf(`${url}/api/sessions`, headers));
    const seen = new Set();
    await until('the live timing changes', running, async () => {
      seen.add(await textOf(`${url}/api/sessions/${sessionId}/timing`, headers));
      return seen.size > 1;
    });
    for (const page of PAGES) await loadPage(url, page);
    running.child.kill('SIGTERM');
    const code = await Promise.race([running.ended, after(LONGEST_MS, 'still running')]);
    if (code !== 0) throw new Error(`stopped with SIGTERM, it should exit 0; it is: ${code}`);
  } catch (error) {
    throw new Error(`${error.message}\n--- ${program} ${before.join(' ')} up printed:\n${running.printed()}`);
  } finally {
    running.child.kill('SIGKILL');
    await running.ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Runs a command to its end; resolves with what it printed to standard output. */
export async function outputOf(program, args, cwd) {
  const running = start(program, args, cwd);
  const code = await running.ended;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${running.printed()}`);
  return running.output();
}

function start(program, args, cwd) {
  // No variable of this environment changes how a user's first start goes.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, RELAY_DEBUG_PORT: '0' };
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    all += text;
  });
  const ended = new Promise((settle) => {
    child.once('error', (error) => settle(error.message));
    child.once('close', (code, signal) => settle(code ?? signal));
  });
  return { child, ended, output: () => output, printed: () => all };
}

async function until(what, running, condition) {
  const deadline = Date.now() + LONGEST_MS;
  let problem = '';
  while (Date.now() < deadline) {
    try {
      if (await condition()) return;
    } catch (error) {
      problem = `: ${error.message}`;
    }
    const ended = await Promise.race([running.ended, after(100, null)]);
    if (ended !== null) throw new Error(`${what}: the command ended before (${ended})`);
  }
  throw new Error(`${what}: not within ${LONGEST_MS / 1000} s${problem}`);
}

function after(ms, value) {
  return new Promise((settle) => {
    setTimeout(settle, ms, value).unref();
  });
}

/** Loads a page, and every script and style that it names. */
async function loadPage(url, page) {
  const html = await textOf(new URL(page, url), { accept: 'text/html' });
  const named = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path]) => path);
  if (named.length === 0) throw new Error(`${page} names no script: ${html.slice(0, 300)}`);
  for (const path of named) await textOf(new URL(path, new URL(page, url)));
}

async function textOf(url, headers = {}) {
  const response = await fetch(url, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text.slice(0, 300)}`);
  return text;
}

function freePort() {
  return new Promise((settle, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}
