import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';

/** The built command, as an operator runs it: found beside this package, in a clone as where it is installed. */
export const PROGRAM = createRequire(import.meta.url).resolve('@okboxbox/cli/program');

const running = new Set<ChildProcess>();
/** No process outlives the one that started it, however that ends. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How a program is started. */
export interface StartOptions {
  /** A script for Node in place of the `okboxbox` command. */
  readonly program?: string;
  readonly cwd?: string;
  /** Its environment beyond PATH and HOME: nothing else of this process's environment reaches it. */
  readonly env?: Readonly<Record<string, string>>;
  /** `ignore` by default: nobody can type. */
  readonly stdin?: 'ignore' | 'pipe';
}

/** A program that was started, with what it has printed so far. */
export interface StartedProgram {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts a program of ours in a process of its own. */
export function startProgram(args: readonly string[], options: StartOptions = {}): StartedProgram {
  const { program = PROGRAM, cwd, env = {}, stdin = 'ignore' } = options;
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  running.add(child);
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  return { process: child, stdout: () => out, stderr: () => err, ended };
}
