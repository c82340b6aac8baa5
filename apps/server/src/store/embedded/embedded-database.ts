import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diskReason, ownFolder, ownFolderInShared } from '../../data-files.js';
import type { Logger } from '../../log.js';
import type { Standing } from './embedded-probe.js';

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
/** How long the process may take to say how it stands, in ms. */
const STANDING_MS = 1_000;
/** Ends in a row, without having listened, after which the log says what an operator can do. */
const FAILURES_UNTIL_ADVICE = 3;

/** The embedded database's process: kept up while the server is. It is reached by a socket file, not a port. */
export class EmbeddedDatabase {
  /** Folder of the socket, as `pg` takes for a host. */
  readonly host: string;
  readonly #folder: string;
  /** Whether the socket is beside the data. */
  readonly #isBeside: boolean;
  readonly #log: Logger;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #isReady = false;
  #closed = false;
  #onStanding: (standing: Standing) => void = () => undefined;

  constructor(dataDir: string, log: Logger) {
    this.#folder = join(dataDir, 'database');
    const beside = join(dataDir, 'socket');
    this.#isBeside = join(beside, SOCKET_NAME).length <= LONGEST_SOCKET;
    // In the system's temporary folder where the address would be too long.
    const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
    this.host = this.#isBeside ? beside : join(tmpdir(), `okboxbox-${name}`);
    this.#log = log;
  }

  /**
   * Starts the process; whether it listens is seen by connecting.
   * @throws DataDirError where one of its folders cannot be used
   */
  async start(): Promise<void> {
    await ownFolder(this.#folder);
    await ownFolder(`${this.#folder}.lock`);
    await (this.#isBeside ? ownFolder(this.host) : ownFolderInShared(this.host));
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
    child.on('message', (told: 'ready' | Standing) => {
      if (told !== 'ready') {
        this.#onStanding(told);
        return;
      }
      this.#failures = 0;
      this.#isReady = true;
    });
    child.on('error', (error) => this.#log.error({ err: error }, 'the process of the embedded database failed'));
    child.once('exit', (code, signal) => {
      this.#child = null;
      this.#isReady = false;
      if (this.#closed) return;
      const wait = RESTART_MS[Math.min(this.#failures, RESTART_MS.length - 1)] ?? 0;
      this.#failures += 1;
      this.#log.error(
        { how: signal ?? `exit ${code}`, lastWords: lastWords.trim(), againInMs: wait },
        'the embedded database ended; it is started again',
      );
      if (this.#failures === FAILURES_UNTIL_ADVICE) {
        this.#log.error(
          { folder: this.#folder },
          'the embedded database cannot start: its folder may be damaged. Stop the server, move the folder aside and start ' +
            'again: a new database is made, and live timing goes on without it until then',
        );
      }
      this.#timer = setTimeout(() => void this.#startAgain(), wait);
    });
  }

  /** While the server runs, a folder that cannot be used is waited for. */
  async #startAgain(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      this.#log.error({ because: diskReason(error) }, 'the embedded database could not be started; it is tried again');
      this.#timer = setTimeout(() => void this.#startAgain(), RESTART_MS.at(-1));
    }
  }

  /** Process id, where it runs. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Whether the process has its files open, and listens. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Asks the process how it stands; `null` where it does not say in time. One question at a time. */
  standing(): Promise<Standing | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), STANDING_MS);
      this.#onStanding = (standing) => {
        clearTimeout(timer);
        resolve(standing);
      };
      if (this.#child?.connected) this.#child.send('standing', () => undefined);
    });
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
