import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { DataDirError, localSecret, readConfig, type ServerConfig, tokensOfSecret } from '@okboxbox/server';
import { openSource } from '@okboxbox/sims';
import { CommandFailed, endOfSource } from '../failures.js';
import { environmentWith, PROGRAM, userFolder } from '../place.js';
import { untilStopped } from '../stopping.js';
import { banner } from './banner.js';
import type { ServerReady } from './server.js';

export interface UpOptions {
  /** What the relay reads; `none` runs no relay. */
  readonly source: string;
  /** Infinity does not wait at all. */
  readonly speed: number;
  readonly port?: string;
  readonly host?: string;
  readonly data?: string;
  readonly show: string;
}

const NO_SOURCE = 'none';
/** A server that died is started again, but not more often than this in a row without listening for a while. */
const MAX_RESTARTS = 5;
const STEADY_AFTER_MS = 30_000;
const RESTART_WAIT_MS = 300;
/** How long a child may take to stop before it is killed. */
const STOP_TIMEOUT_MS = 8_000;
const RELAY_TOKEN_TTL_S = 30 * 86_400;

/** Runs the whole platform: the server and, where there is a source, a relay, each a process of its own. */
export async function up(options: UpOptions): Promise<void> {
  const given = environmentWith({ PORT: options.port, HOST: options.host, DATA_DIR: options.data });
  const env: NodeJS.ProcessEnv = {
    ...given,
    OPS_UI_ENABLED: given.OPS_UI_ENABLED ?? 'true',
    METRICS_ENABLED: given.METRICS_ENABLED ?? 'true',
    DIAGNOSTICS_ENABLED: given.DIAGNOSTICS_ENABLED ?? 'true',
  };
  const config = configOf(env);
  if (options.source !== NO_SOURCE) await tryOpening(options.source);
  let stopping = false;
  const stopped = untilStopped().then(() => {
    stopping = true;
  });

  const server = new Supervised(['server', '--publish', options.show], { ...env, LOG_LEVEL: env.LOG_LEVEL ?? 'warn' });
  const first = await server.start();
  let relay: ChildProcess | null = null;
  if (first) {
    process.stdout.write(banner(first, options, config));
    server.onRestart = (ready) => process.stdout.write(banner(ready, options, config));
    if (options.source !== NO_SOURCE) {
      relay = await startRelay(options, config, first.url, env);
      relay.on('exit', (code, signal) => {
        if (!stopping) process.stderr.write(relayEnded(code, signal));
      });
    }
  }
  const lost = await Promise.race([stopped.then(() => null), server.lost]);
  server.keepUp = false;
  if (relay) await stopChild(relay);
  await server.stop();
  if (lost !== null) throw new CommandFailed(lost);
}

function configOf(env: NodeJS.ProcessEnv): ServerConfig {
  try {
    return readConfig(env, userFolder());
  } catch (error) {
    throw new CommandFailed((error as Error).message);
  }
}

/** A source that cannot be opened is said before anything is started. */
async function tryOpening(spec: string): Promise<void> {
  try {
    await openSource(spec, { cwd: userFolder() });
  } catch (error) {
    throw endOfSource(error);
  }
}

/** Starts the relay with a token for its show, unless the environment brings one. */
async function startRelay(
  options: UpOptions,
  config: ServerConfig,
  url: string,
  env: NodeJS.ProcessEnv,
): Promise<ChildProcess> {
  const token = env.RELAY_TOKEN ?? (await relayToken(config, options.show));
  const args = [
    'relay',
    '--source',
    options.source,
    '--speed',
    Number.isFinite(options.speed) ? String(options.speed) : 'max',
    '--show',
    options.show,
  ];
  const spoolDir = env.RELAY_SPOOL_DIR ?? join(config.dataDir, 'spool');
  return fork(PROGRAM, args, { env: { ...env, RELAY_BACKENDS: url, RELAY_TOKEN: token, RELAY_SPOOL_DIR: spoolDir } });
}

function relayEnded(code: number | null, signal: NodeJS.Signals | null): string {
  if (code === 0) return 'The source has ended. The pages stay available; Ctrl-C stops the server.\n';
  return `The relay ended (${signal ?? `exit ${code}`}). The pages stay available. Start again to feed a race.\n`;
}

async function relayToken(config: ServerConfig, show: string): Promise<string> {
  if (config.provider !== null) {
    throw new CommandFailed('JWKS_URL is set: set RELAY_TOKEN to a relay token from your identity provider.');
  }
  const secret =
    config.jwtSecret === null ? await secretIn(config.dataDir) : new TextEncoder().encode(config.jwtSecret);
  const signed = await tokensOfSecret(secret).sign?.(
    { sub: 'up:relay', role: 'relay', shows: [show] },
    RELAY_TOKEN_TTL_S,
  );
  return signed?.token ?? '';
}

async function secretIn(dataDir: string): Promise<Uint8Array> {
  try {
    return await localSecret(dataDir);
  } catch (error) {
    throw error instanceof DataDirError ? new CommandFailed(error.message) : error;
  }
}

/** The server's process: started again where it dies while it should be up. */
class Supervised {
  readonly #args: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  #restarts = 0;
  keepUp = true;
  onRestart: (ready: ServerReady) => void = () => undefined;
  /** Resolves with the reason once the server is gone for good. */
  readonly lost: Promise<string>;
  #giveUp: (reason: string) => void = () => undefined;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#args = args;
    this.#env = env;
    this.lost = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
  }

  /** Resolves once it listens; with `null` where it ended before, having said why. */
  start(): Promise<ServerReady | null> {
    return new Promise((resolve) => {
      const child = fork(PROGRAM, this.#args, { env: this.#env });
      this.#child = child;
      let steady: NodeJS.Timeout | null = null;
      let listening = false;
      child.once('message', (ready: ServerReady) => {
        listening = true;
        steady = setTimeout(() => {
          this.#restarts = 0;
        }, STEADY_AFTER_MS);
        steady.unref();
        resolve(ready);
      });
      child.once('exit', (code, signal) => {
        if (steady) clearTimeout(steady);
        this.#child = null;
        resolve(null);
        if (this.keepUp) this.#ended(listening, code, signal);
      });
    });
  }

  async stop(): Promise<void> {
    if (this.#child) await stopChild(this.#child);
  }

  #ended(listened: boolean, code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal ?? `exit ${code}`;
    this.#restarts += 1;
    if (!listened || this.#restarts > MAX_RESTARTS) {
      this.#giveUp(
        listened
          ? `The server ended ${this.#restarts} times in a row (${how}); its log says why.`
          : `The server did not start (${how}).`,
      );
      return;
    }
    process.stderr.write(`The server ended (${how}) and is restarting.\n`);
    setTimeout(() => {
      if (!this.keepUp) return;
      void this.start().then((ready) => {
        if (ready) this.onRestart(ready);
      });
    }, RESTART_WAIT_MS * this.#restarts);
  }
}

function stopChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
