import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Running, wait } from './running.js';

/** A race that goes on for as long as anybody drills. */
const SOURCE = 'demo:drill,cars=20,minutes=1440';
const PC_CLOCK = fileURLToPath(new URL('../preload/pc-clock.mjs', import.meta.url));
const NEWER_PROTOCOL = fileURLToPath(new URL('../preload/newer-protocol.mjs', import.meta.url));
const IDLE_RELAY = fileURLToPath(new URL('../dist/idle-relay.js', import.meta.url));

/** What a relay is like. */
export interface RelayLike {
  readonly token: string;
  readonly backends: string;
  /** What its PC's clock is ahead, in ms. */
  readonly aheadMs?: number;
  /** Speaks a protocol that this server does not know yet. */
  readonly isNewer?: boolean;
  /** Waits for a sim that does not run. */
  readonly isIdle?: boolean;
}

/** A relay's process, with a folder of its own for its `relay.env` and its spool. */
export class RelayProcess extends Running {
  readonly #dir: string;
  readonly #env: Record<string, string>;

  constructor(dir: string, { token, backends, aheadMs = 0, isNewer = false, isIdle = false }: RelayLike) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'relay.env'), '');
    const preloads = [PC_CLOCK, ...(isNewer ? [NEWER_PROTOCOL] : [])];
    super(isIdle ? [] : ['relay', '--source', SOURCE, '--relay-id', 'drill-pc'], {
      ...(isIdle && { program: IDLE_RELAY }),
      cwd: dir,
      env: {
        RELAY_BACKENDS: backends,
        RELAY_TOKEN: token,
        RELAY_SPOOL_DIR: join(dir, 'spool'),
        RELAY_DEBUG_PORT: '0',
        NODE_OPTIONS: preloads.map((path) => `--import ${pathToFileURL(path).href}`).join(' '),
        CLOCK_AHEAD_MS: String(aheadMs),
      },
    });
    this.#dir = dir;
    this.#env = {};
  }

  /** Puts variables into its `relay.env`, which it watches. */
  set(variables: Readonly<Record<string, string>>): void {
    Object.assign(this.#env, variables);
    const lines = Object.entries(this.#env).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(this.#dir, 'relay.env'), lines.join(''));
  }

  /** Its PC sleeps, and wakes up. */
  async sleep(ms: number): Promise<void> {
    this.process.kill('SIGSTOP');
    await wait(ms);
    this.process.kill('SIGCONT');
  }
}
