import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../log.js';

/** The process that is started, and the seed that a new database starts from; both lie in the built package. */
const BUILT = fileURLToPath(new URL('../../../dist/store/embedded/', import.meta.url));
const PROGRAM = join(BUILT, 'database-process.js');
const SEED = join(BUILT, 'seed.tar.gz');
/** Name that PostgreSQL's clients look for in a socket's folder. */
const SOCKET_NAME = '.s.PGSQL.5432';
/** Longest address of a Unix socket. */
const LONGEST_SOCKET = 100;
const RESTART_MS = [200, 1_000, 5_000, 15_000] as const;
const STOP_MS = 5_000;

/** The embedded database's process: kept up while the server is. It is reached by a socket file, not a port. */
export class EmbeddedDatabase {
  /** Folder of the socket, as `pg` takes for a host. */
  readonly host: string;
  readonly #folder: string;
  readonly #log: Logger;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #closed = false;

  constructor(dataDir: string, log: Logger) {
    this.#folder = join(dataDir, 'database');
    this.host = socketFolder(dataDir);
    this.#log = log;
  }

  /** Starts the process; whether it listens is seen by connecting. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await mkdir(this.host, { recursive: true, mode: 0o700 });
    await rm(join(this.host, SOCKET_NAME), { force: true });
    if (this.#closed) return;
    const child = fork(PROGRAM, [this.#folder, join(this.host, SOCKET_NAME), SEED], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-2_000);
    });
    child.once('message', () => {
      this.#failures = 0;
    });
    child.on('error', (error) => this.#log.error({ err: error }, 'the process of the embedded database failed'));
    child.once('exit', (code, signal) => {
      this.#child = null;
      if (this.#closed) return;
      const wait = RESTART_MS[Math.min(this.#failures, RESTART_MS.length - 1)] ?? 0;
      this.#failures += 1;
      this.#log.error(
        { how: signal ?? `exit ${code}`, lastWords: lastWords.trim(), againInMs: wait },
        'the embedded database ended; it is started again',
      );
      this.#timer = setTimeout(() => void this.start(), wait);
    });
  }

  /** Process id, where it runs. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async stop(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(kill);
    await rm(join(this.host, SOCKET_NAME), { force: true });
  }
}

/** Whether this installation has the embedded database built in. */
export function hasEmbeddedDatabase(): boolean {
  return existsSync(PROGRAM);
}

/** Beside the data; in the system's temporary folder where that would be too long for a socket. */
function socketFolder(dataDir: string): string {
  const beside = join(dataDir, 'socket');
  if (join(beside, SOCKET_NAME).length <= LONGEST_SOCKET) return beside;
  return join(tmpdir(), `okboxbox-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
}
