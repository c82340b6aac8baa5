import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ServerConfig } from '../../config.js';
import { CLOCK_EVERY_MS } from '../../link/link-messages.js';
import type { Logger } from '../../log.js';
import { StartError } from '../http/listen.js';

/** What a worker runs: built, since workers are processes of Node's own. */
const PROGRAM = fileURLToPath(new URL('../../../dist/edge/process/edge-program.js', import.meta.url));
/** A worker that has ended is replaced after so long, in ms; longer, the more often it ended soon after it began. */
const AGAIN_MS = [0, 250, 1_000, 5_000] as const;
/** A worker that ends within this after it began has failed to begin, in ms. */
const SOON_MS = 5_000;
/** A worker that does not answer so often in a row is ended: it hangs, and its viewers hear nothing. */
const UNANSWERED = Math.ceil(3_000 / CLOCK_EVERY_MS);
/** How long workers may take to let their viewers go, in ms. */
const LAST_MS = 3_000;

/** What a worker is told before it does anything. */
export interface EdgeOrder {
  readonly config: ServerConfig;
  readonly path: string;
  readonly key: string;
  readonly name: string;
  readonly webDir: string | null;
}

/** What a worker tells. */
export type EdgeWord =
  | { readonly said: 'started' }
  | { readonly said: 'listening'; readonly port: number }
  | { readonly said: 'failed'; readonly message: string; readonly isStartError: boolean };

/** What edge processes begin with. */
export interface EdgesOptions extends Omit<EdgeOrder, 'name'> {
  readonly log: Logger;
  /** How many clock messages in a row an edge has not answered. */
  readonly unanswered: (name: string) => number;
}

/** Edge processes that serve viewers. */
export interface RunningEdges {
  readonly port: number;
  /** The processes, by the name of their edge. */
  list(): readonly EdgeProcess[];
  close(): Promise<void>;
}

/** One edge process. */
export interface EdgeProcess {
  readonly name: string;
  readonly pid: number;
  /** How often a process of this name has been replaced. */
  readonly replaced: number;
}

/** Starts the edge processes of a server. */
export type StartEdges = (options: EdgesOptions) => Promise<RunningEdges>;

/**
 * Starts `config.edgeWorkers` edge processes on one port: connections go to them in turn. One that ends, or hangs, is
 * replaced; its viewers come back by themselves, to another.
 * @throws StartError where the port cannot be used
 */
export const startEdgeWorkers: StartEdges = async (options) => {
  const workers = new EdgeWorkers(options);
  try {
    await workers.start();
  } catch (error) {
    await workers.close();
    throw error;
  }
  return workers;
};

class EdgeWorkers implements RunningEdges {
  readonly #options: EdgesOptions;
  readonly #running = new Map<string, Worker>();
  /** When each was started last, in ms of this process. */
  readonly #beganAt = new Map<string, number>();
  readonly #replaced = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #looking: NodeJS.Timeout;
  #port: number;
  #isClosing = false;

  constructor(options: EdgesOptions) {
    this.#options = options;
    this.#port = options.config.port;
    cluster.setupPrimary({ exec: PROGRAM, args: [], silent: false });
    this.#looking = setInterval(() => this.#endHanging(), CLOCK_EVERY_MS);
    this.#looking.unref();
  }

  get port(): number {
    return this.#port;
  }

  /** The first alone, since it finds out whether the port can be used, and which one it is. */
  async start(): Promise<void> {
    const [first = '', ...others] = Array.from({ length: this.#options.config.edgeWorkers }, (_, i) => `edge-${i + 1}`);
    if (this.#port === 0) this.#port = await freePort(this.#options.config.host);
    this.#port = await this.#begin(first);
    await Promise.all(others.map((name) => this.#begin(name)));
  }

  list(): EdgeProcess[] {
    return [...this.#running].map(([name, worker]) => {
      return { name, pid: worker.process.pid ?? 0, replaced: this.#replaced.get(name) ?? 0 };
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#looking);
    const ends = [...this.#running.values()].map((worker) => {
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      if (worker.isConnected()) worker.send('stop');
      const late = setTimeout(() => worker.process.kill('SIGKILL'), LAST_MS);
      return ended.finally(() => clearTimeout(late));
    });
    await Promise.all(ends);
  }

  /** Starts one, and resolves with its port once it listens. */
  #begin(name: string): Promise<number> {
    const { config, path, key, webDir, log } = this.#options;
    const worker = cluster.fork();
    this.#running.set(name, worker);
    this.#beganAt.set(name, performance.now());
    const order: EdgeOrder = { config: { ...config, port: this.#port }, path, key, webDir, name };
    return new Promise((resolve, reject) => {
      worker.on('message', (word: EdgeWord) => {
        if (word.said === 'started') worker.send(order);
        else if (word.said === 'listening') resolve(word.port);
        else reject(word.isStartError ? new StartError(word.message) : new Error(word.message));
      });
      worker.once('exit', (code, signal) => {
        this.#running.delete(name);
        reject(new Error(`The edge process "${name}" ended as it started (${signal ?? `exit ${code}`}).`));
        if (!this.#isClosing) this.#replace(name, worker, signal ?? `exit ${code}`);
      });
      worker.on('error', (error) => log.error({ err: error, edge: name }, 'an edge process failed'));
    });
  }

  #replace(name: string, { process: ended }: Worker, how: string): void {
    const { log } = this.#options;
    const isSoon = performance.now() - (this.#beganAt.get(name) ?? 0) < SOON_MS;
    const failures = isSoon ? (this.#failures.get(name) ?? 0) + 1 : 0;
    this.#failures.set(name, failures);
    this.#replaced.set(name, (this.#replaced.get(name) ?? 0) + 1);
    const againInMs = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)] ?? 0;
    log.error({ edge: name, pid: ended.pid, how, againInMs }, 'an edge process ended; it is started again');
    setTimeout(() => {
      if (this.#isClosing) return;
      this.#begin(name).catch((error) => log.error({ err: error, edge: name }, 'an edge process could not be started'));
    }, againInMs);
  }

  #endHanging(): void {
    for (const [name, worker] of this.#running) {
      if (this.#options.unanswered(name) < UNANSWERED) continue;
      this.#options.log.error({ edge: name, pid: worker.process.pid }, 'an edge process does not answer; it is ended');
      worker.process.kill('SIGKILL');
    }
  }
}

/** A port that is free: workers share one only where all of them ask for it by its number. */
async function freePort(host: string): Promise<number> {
  const holding = createServer().listen(0, host);
  await once(holding, 'listening');
  const { port } = holding.address() as AddressInfo;
  holding.close();
  await once(holding, 'close');
  return port;
}
