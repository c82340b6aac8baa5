// `node scripts/record-data-dir.mjs [CHECKOUT]`: records a small data folder as that checkout's version writes it, into
// apps/server/src/testing/data-dirs/VERSION/, for the tests of upgrades. It uses only what the contract promises, so that
// it runs with checkouts of any version. A folder that is there already is never written again: a release is a release.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { io } from 'socket.io-client';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const checkout = resolve(process.argv[2] ?? ROOT);
const program = join(checkout, 'apps/cli/bin/okboxbox.js');
const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
const target = join(ROOT, 'apps/server/src/testing/data-dirs', version);
if (existsSync(target)) {
  console.error(`${target} exists: what a released version wrote is not recorded again.`);
  process.exit(1);
}
const shared = process.env.OKBOXBOX_SHARED ?? join(ROOT, '..', 'shared');
const race = join(shared, 'data/cases/driver-left-the-list/race.jsonl.gz');

const dir = mkdtempSync(join(tmpdir(), 'okboxbox-data-'));
const port = 20_000 + (process.pid % 20_000);
const url = `http://127.0.0.1:${port}`;
const env = { PATH: process.env.PATH, HOME: dir, DATA_DIR: dir, LOG_LEVEL: 'warn' };
const run = (args, more = {}) =>
  spawn(process.execPath, [program, ...args], {
    cwd: dir,
    env: { ...env, ...more },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
const token = (...args) =>
  execFileSync(process.execPath, [program, 'token', '--data', dir, ...args], {
    cwd: dir,
    env,
    encoding: 'utf8',
  }).trim();
const idOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString()).jti;

async function until(look, what) {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    await wait(100);
  }
  throw new Error(`waited 30 s for ${what}`);
}
const get = (path, jwt) =>
  fetch(url + path, { headers: { authorization: `Bearer ${jwt}` } }).then((answer) => answer.json());

const server = run(['server', '--port', String(port), '--data', dir]);
process.on('exit', () => server.kill('SIGKILL'));
await until(async () => (await fetch(`${url}/api/health/ready`)).ok, 'the server');
// As long as any version gives; tests set their clock to when this was recorded.
const long = ['--ttl', '366d'];
const admin = token('--role', 'admin', ...long);
const relay = token('--role', 'relay', '--show', 'cup', ...long);
const viewer = token('--role', 'viewer', '--show', 'cup', ...long);
const revoked = token('--role', 'team', '--show', 'cup', ...long);
const revoking = await fetch(`${url}/api/tokens/revoke`, {
  method: 'POST',
  headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
  body: JSON.stringify({ jti: idOf(revoked) }),
});
if (!revoking.ok) throw new Error(`revoke: ${await revoking.text()}`);

// One race to its end.
const first = run(['relay', '--source', `recording:${race}`, '--speed', 'max', '--show', 'cup', '--relay-id', 'pc-1'], {
  RELAY_BACKENDS: url,
  RELAY_TOKEN: relay,
});
await once(first, 'exit');
const [ended] = await until(async () => {
  const sessions = await get('/api/sessions', admin);
  return sessions.some(({ status }) => status === 'ended') && sessions;
}, 'the end of the first race');

// The director's settings.
const director = token('--role', 'director', '--show', 'cup', ...long);
const socket = io(url, { transports: ['websocket'], auth: { token: director, clientKind: 'director' } });
await once(socket, 'connect');
const call = async (event, input) => {
  const answer = await socket.timeout(5_000).emitWithAck(event, input);
  if (!answer.ok) throw new Error(`${event}: ${JSON.stringify(answer)}`);
  return answer;
};

// Another race, which is still running when the server stops. The next version goes on with it.
const second = run(['relay', '--source', `recording:${race}`, '--speed', '1', '--show', 'cup', '--relay-id', 'pc-1'], {
  RELAY_BACKENDS: url,
  RELAY_TOKEN: relay,
});
const running = await until(async () => {
  const sessions = await get('/api/sessions', admin);
  return sessions.find(({ status, entryCount }) => status === 'live' && entryCount > 0);
}, 'the second race');
const sessionId = running.sessionId;
await call('session:join', { sessionId, audience: 'live' });
await call('broadcast:delay:set', { sessionId, delayMs: 30_000, mode: 'jump' });
await call('broadcast:publish', { sessionId, published: true });
const made = await call('link:create', { sessionId, kind: 'overlay', label: 'OBS' });
const link = made.code ?? made.link?.code;
await wait(4_000);
const timing = await get(`/api/sessions/${ended.sessionId}/timing`, admin);
const laps = await get(`/api/sessions/${ended.sessionId}/laps`, admin);
socket.close();
second.kill('SIGKILL');
server.kill('SIGTERM');
await once(server, 'exit');

// The files, as they lie there, but for what only a running process needs.
mkdirSync(target, { recursive: true });
for (const name of ['server.lock', 'database.lock', 'socket'])
  rmSync(join(dir, name), { recursive: true, force: true });
const archive = execFileSync(
  'tar',
  ['-C', dir, '--sort=name', '--mtime=2026-01-01', '--exclude=./.okboxbox', '-cf', '-', '.'],
  {
    maxBuffer: 1e9,
  },
);
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
writeFileSync(join(target, 'data-dir.tar.br'), brotliCompressSync(archive, { params }));
const expected = {
  version,
  recordedAt: Date.now(),
  ended: ended.sessionId,
  running: sessionId,
  show: 'cup',
  delayMs: 30_000,
  published: true,
  link,
  tokens: { admin, viewer, revoked },
  classification: timing.entries.map(({ carNumber, name, position, lapsCompleted, bestLapMs }) => ({
    carNumber,
    name,
    position,
    lapsCompleted,
    bestLapMs,
  })),
  laps: laps.length,
};
writeFileSync(join(target, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
rmSync(dir, { recursive: true, force: true });
console.log(`recorded ${target}`);
process.exit(0);
