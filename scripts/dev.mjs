// `npm run dev`: a race that runs while you work on it. Packages and apps are compiled as they change; the server starts
// again with what has changed, the relay goes on feeding it, and Vite brings changed components into open pages.
import { fork, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { bin, build, install, ROOT, say } from './prepare.mjs';

const { values: options } = parseArgs({
  options: {
    source: { type: 'string', default: 'demo' },
    speed: { type: 'string', default: '1' },
    port: { type: 'string', default: '3001' },
    'web-port': { type: 'string', default: '5173' },
    data: { type: 'string', default: '.okboxbox/dev' },
  },
});
const PROGRAM = join(ROOT, 'apps/cli/dist/main.js');
const DATA = join(ROOT, options.data);
const SHOW = 'local';
const IS_WINDOWS = process.platform === 'win32';
/** How long no file has changed before the server starts again, in ms: a compilation writes many. */
const QUIET_MS = 300;
/** How long a process may take to stop before it is killed, in ms. */
const STOP_MS = 8_000;
/** Wait before a relay that has come to the end of its race begins again, in ms. */
const NEXT_RACE_MS = 2_000;
/** What the relay is made of, beside the command. */
const RELAY_PARTS = ['apps/relay', 'packages/protocol', 'packages/sims'];

install();
build();
process.chdir(ROOT);
const serverUrl = `http://127.0.0.1:${options.port}`;
const env = {
  LOG_LEVEL: 'warn',
  ...process.env,
  OPS_UI_ENABLED: 'true',
  METRICS_ENABLED: 'true',
  DIAGNOSTICS_ENABLED: 'true',
  RELAY_BACKENDS: serverUrl,
  RELAY_SPOOL_DIR: join(DATA, 'spool'),
};
let stopping = false;
let server = null;
let relay = null;

const TSC = [bin('typescript', 'tsc'), '-b', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'];
// Its program starts another one: a group of its own, so that both can be ended.
const compiler = spawn(process.execPath, TSC, { stdio: ['ignore', 'inherit', 'inherit'], detached: !IS_WINDOWS });
const pages = await createServer({
  root: join(ROOT, 'apps/web'),
  logLevel: 'warn',
  server: { host: '127.0.0.1', port: Number(options['web-port']), proxy: proxyTo(serverUrl) },
});
await pages.listen();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop(0));

const ready = await startServer();
env.RELAY_TOKEN ??= relayToken();
startRelay();
restartOnChange();
const url = pages.resolvedUrls.local[0].replace(/\/$/, '');
say(`
  Sign in (once, for 10 minutes)   ${url}/#code=${ready.signInCode}
  Live timing                      ${url}/sessions/${SHOW}
  Director's desk                  ${url}/sessions/${SHOW}/director
  Public timing                    ${url}/public/${SHOW}
  Timing tower for OBS             ${url}/overlay/timing-tower?show=${SHOW}
  Operations                       ${url}/admin/ops

  The server listens on ${serverUrl}, its data is in ${DATA}.
  Another sign-in link: npx --no-install okboxbox sign-in --data ${options.data}. Ctrl-C stops everything.
`);

/** Starts the server; resolves once it listens, with what it tells the process that started it. */
function startServer() {
  const args = ['server', '--publish', SHOW, '--port', options.port, '--data', DATA];
  server = fork(PROGRAM, args, { env });
  const child = server;
  child.once('exit', (code, signal) => {
    if (stopping || child.isReplaced) return;
    say(`The server ended (${signal ?? `exit ${code}`}); it starts again when a file changes.`);
  });
  return new Promise((settle) => {
    child.once('message', settle);
    // Where it cannot start, it has said why; without a first start there is nothing to work on.
    child.once('exit', () => (env.RELAY_TOKEN === undefined && !stopping ? void stop(1) : settle(null)));
  });
}

/** A token for the relay, from the server. */
function relayToken() {
  const args = [PROGRAM, 'token', '--role', 'relay', '--show', SHOW, '--ttl', '30d', '--data', DATA];
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout.trim();
}

/** Starts the relay, and again where its race is over. */
function startRelay() {
  if (options.source === 'none') return;
  const args = ['relay', '--source', options.source, '--speed', options.speed, '--show', SHOW];
  relay = fork(PROGRAM, args, { env });
  const child = relay;
  child.once('exit', (code) => {
    if (stopping || child.isReplaced) return;
    if (code === 0) setTimeout(() => !stopping && startRelay(), NEXT_RACE_MS);
    else say(`The relay ended (exit ${code}); it starts again when a file of it changes.`);
  });
}

/** Starts the server, and the relay where it has changed, again when compiled files have. */
function restartOnChange() {
  const changed = new Set();
  let timer = null;
  let restarted = Promise.resolve();
  const restart = async () => {
    const names = [...changed];
    changed.clear();
    if (names.length === 0 || stopping) return;
    const isRelay = relay !== null && names.some((each) => RELAY_PARTS.includes(each));
    say(`${names.join(', ')} changed: the server${isRelay ? ' and the relay start' : ' starts'} again.`);
    if (isRelay) await end(relay);
    await end(server);
    await startServer();
    if (isRelay) startRelay();
  };
  const note = (part) => {
    changed.add(part);
    clearTimeout(timer);
    timer = setTimeout(() => {
      restarted = restarted.then(restart);
    }, QUIET_MS);
  };
  for (const part of parts()) {
    watch(join(ROOT, part, 'dist'), { recursive: true }, (_event, file) => {
      if (file?.endsWith('.js')) note(part);
    });
  }
}

/** Folders whose compiled files run in the server or the relay. */
function parts() {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`);
  return [...packages, 'apps/cli', 'apps/relay', 'apps/server'].filter((part) => existsSync(join(ROOT, part, 'dist')));
}

/** The server's calls, for pages that Vite serves. */
function proxyTo(target) {
  return { '/api': target, '/l/': target, '/socket.io': { target, ws: true } };
}

/** Ends a process in good order; one that takes too long is killed. */
function end(child) {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  child.isReplaced = true;
  return new Promise((settle) => {
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.once('exit', () => {
      clearTimeout(kill);
      settle();
    });
    child.kill('SIGTERM');
  });
}

async function stop(code) {
  stopping = true;
  if (IS_WINDOWS) compiler.kill();
  else process.kill(-compiler.pid, 'SIGTERM');
  await Promise.all([end(relay), pages.close()]);
  await end(server);
  process.exit(code);
}
