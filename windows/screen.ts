import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A screen that nobody sees: windows need one. */
export interface Screen {
  /** What `DISPLAY` is set to. */
  readonly display: string;
  close(): void;
}

/**
 * Starts a screen on a free number.
 * @throws Error where Xvfb is not installed, or ends before it has one
 */
export async function openScreen(): Promise<Screen> {
  const child: ChildProcess = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '640x480x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    const failed = (because: string) =>
      reject(new Error(`Xvfb did not start (${because}). It comes with the Debian package xvfb.`));
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code) => failed(`it ended with ${code}`));
    let said = '';
    (child.stdio[3] as Readable).setEncoding('utf8').on('data', (more: string) => {
      said += more;
      if (said.endsWith('\n')) resolve(said.trim());
    });
  });
  return { display: `:${number}`, close: () => void child.kill('SIGKILL') };
}
