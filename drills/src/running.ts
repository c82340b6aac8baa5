import type { ChildProcess } from 'node:child_process';
import { type StartOptions, startProgram } from './start-program.js';

/** How long a process may take to stop before it is killed, in ms. */
const STOP_MS = 8_000;

/** A process of ours: a server or a relay, as it runs elsewhere. */
export class Running {
  readonly process: ChildProcess;
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly #stderr: () => string;

  /** Starts a command. */
  constructor(args: readonly string[], options: StartOptions) {
    const { process, ended, stderr } = startProgram(args, options);
    this.process = process;
    this.ended = ended;
    this.#stderr = stderr;
  }

  /** What it has said on standard error. */
  get said(): string {
    return this.#stderr();
  }

  /**
   * Waits until it has said something.
   * @throws Error where it ends before, or takes too long.
   */
  async says(words: string, withinMs = 30_000): Promise<void> {
    const until = performance.now() + withinMs;
    while (!this.said.includes(words)) {
      const { exitCode, signalCode } = this.process;
      if (exitCode !== null || signalCode !== null)
        throw new Error(`It ended (${exitCode ?? signalCode}): ${this.said}`);
      if (performance.now() > until) throw new Error(`It did not say "${words}" within ${withinMs} ms: ${this.said}`);
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
