import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command, as an operator runs it. */
const PROGRAM = fileURLToPath(new URL('../../apps/cli/bin/okboxbox.js', import.meta.url));
/** How long a process may take to stop before it is killed, in ms. */
const STOP_MS = 8_000;

const running = new Set<ChildProcess>();
/** What a drill has started does not outlive it, however it ends. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How a process is started. */
export interface RunOptions {
  /** A program of Node's in place of `okboxbox`. */
  readonly program?: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A process of ours: a server or a relay, as it runs elsewhere. */
export class Running {
  readonly process: ChildProcess;
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly ended: Promise<number | string>;
  #said = '';

  /** Starts a command. This process's environment does not leak into it beyond PATH and HOME. */
  constructor(args: readonly string[], { program = PROGRAM, cwd, env = {} }: RunOptions) {
    const { PATH, HOME } = process.env;
    this.process = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.add(this.process);
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    this.ended = new Promise((resolve) => {
      this.process.once('close', (code, signal) => {
        running.delete(this.process);
        resolve(code ?? signal ?? 'unknown');
      });
    });
  }

  /** What it has said on standard error. */
  get said(): string {
    return this.#said;
  }

  /**
   * Waits until it has said something.
   * @throws Error where it ends before, or takes too long.
   */
  async says(words: string, withinMs = 30_000): Promise<void> {
    const until = performance.now() + withinMs;
    while (!this.#said.includes(words)) {
      const { exitCode, signalCode } = this.process;
      if (exitCode !== null || signalCode !== null)
        throw new Error(`It ended (${exitCode ?? signalCode}): ${this.#said}`);
      if (performance.now() > until) throw new Error(`It did not say "${words}" within ${withinMs} ms: ${this.#said}`);
      await wait(25);
    }
  }

  /** Tells it to stop, or kills it, and waits until it has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    const kill = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(kill);
  }
}

/** Waits until something holds, and resolves with what it came to. @throws the last failure, when it took too long. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | false> | T | null | false,
  withinMs = 20_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    let last = '';
    try {
      const found = await look();
      if (found !== null && found !== false) return found;
    } catch (error) {
      last = ` (${(error as Error).message})`;
    }
    if (performance.now() > end) throw new Error(`Not within ${withinMs / 1000} s: ${what}${last}.`);
    await wait(100);
  }
}

/** Lets time pass. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
