import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Role } from '@okboxbox/protocol';
import { localSecret, tokensOfSecret } from '@okboxbox/server';
import { type StartedProgram, startProgram } from '../testing/start-program.js';

export { freePort } from '../testing/free-port.js';
export { PROGRAM } from '../testing/start-program.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** How long the tokens of tests last, in seconds. */
const TOKEN_TTL_S = 8 * 3_600;

/** Folder of the recordings that tests read. */
export const SHARED = resolve(ROOT, process.env.OKBOXBOX_SHARED ?? '../shared');
export const MONZA = join(SHARED, 'data/iracing/monza-f3.lapchart.json');
export const PORTIMAO = join(SHARED, 'data/iracing/portimao-driver-swap.jsonl.gz');

/** Whether a test that needs the shared data can be skipped: never in CI, where it must fail instead. */
export const WITHOUT_DATA = !existsSync(MONZA) && process.env.CI !== 'true';

/** Spools of relays that are given no folder of their own; gone with this process. */
const SPOOLS = join(tmpdir(), `okboxbox-spools-${process.pid}`);
process.once('exit', () => rmSync(SPOOLS, { recursive: true, force: true }));

export type { StartedProgram as Running } from '../testing/start-program.js';

/** Starts the command in the project's folder, with a spool of this process's own. */
export function okboxbox(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin: 'ignore' | 'pipe' = 'ignore',
): StartedProgram {
  return startProgram(args, { cwd: ROOT, env: { RELAY_SPOOL_DIR: SPOOLS, RELAY_DEBUG_PORT: '0', ...env }, stdin });
}

/** Runs the command to its end. */
export async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ exit: number | string; out: string; err: string }> {
  const running = okboxbox(args, env);
  const exit = await running.ended;
  return { exit, out: running.stdout(), err: running.stderr() };
}

/** Stops a command that still runs, and waits until it has ended. */
export async function stop(running: StartedProgram, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
  if (running.process.exitCode === null && running.process.signalCode === null) running.process.kill(signal);
  return running.ended;
}

/** A new data folder, and the way to throw it away. */
export function temporaryData(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'okboxbox-'));
  // The database of a server that was killed takes some seconds to notice, and writes until then.
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) };
}

/** A token of a data folder, also before its server runs; `more` may limit it to a show (`--show SLUG`). */
export async function tokenOf(dir: string, role: string, ...more: string[]): Promise<string> {
  const shows = more.filter((word) => word !== '--show');
  const claims = { sub: `test:${role}`, role: role as Role, ...(shows.length > 0 && { shows }) };
  const signed = await tokensOfSecret(await localSecret(dir)).sign?.(claims, TOKEN_TTL_S);
  return signed?.token ?? '';
}

/** Reads JSON from a server with a token. */
export async function getJson<T>(url: string, token: string): Promise<T> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
