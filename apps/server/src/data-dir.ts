import { existsSync, readFileSync } from 'node:fs';
import { access, constants, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The data directory cannot be used; the message says why and what to do. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
}

interface LockHolder {
  readonly pid: number;
  /** When that process began, in the kernel's ticks, where it tells: a pid alone may have been given out again. */
  readonly born: string | null;
}

const LOCK = 'server.lock';

/**
 * Locks a data directory for this process, making it where needed. A lock left by a process that was killed
 * is taken over. Returns the way to unlock it.
 * @throws DataDirError where another server holds it, or it cannot be written.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  try {
    await makeDir(resolve(dataDir));
    await access(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirError(
      `DATA_DIR ${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code}). ` +
        'Give this user the right to write it, or name another with --data or DATA_DIR.',
    );
  }
  const path = join(dataDir, LOCK);
  const self: LockHolder = { pid: process.pid, born: bornAt(process.pid) };
  try {
    if (!(await create(path, self))) await takeOver(path, self, dataDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new DataDirError(`DATA_DIR ${dataDir} lies on a disk that is full. Make room on it and start again.`);
  }
  return async () => {
    if ((await holderOf(path))?.pid === process.pid) await rm(path, { force: true });
  };
}

/** Node's recursive mkdir answers ENOENT to most refusals; a plain one at the first missing folder says why. */
async function makeDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (error) {
    let missing = dir;
    while (!existsSync(dirname(missing))) missing = dirname(missing);
    if (missing !== dir || !existsSync(dir)) await mkdir(missing);
    throw error;
  }
}

async function create(path: string, holder: LockHolder): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(holder));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function takeOver(path: string, self: LockHolder, dataDir: string): Promise<void> {
  const holder = await holderOf(path);
  if (holder !== null && holder.pid !== self.pid && isAlive(holder)) throw inUse(dataDir, holder);
  const mine = `${path}.${self.pid}`;
  await writeFile(mine, JSON.stringify(self), { mode: 0o600 });
  await rename(mine, path);
  // Two that take over at once both rename: the later one stands, the other finds that it lost.
  const winner = await holderOf(path);
  if (winner !== null && winner.pid !== self.pid) throw inUse(dataDir, winner);
}

function inUse(dataDir: string, holder: LockHolder): DataDirError {
  return new DataDirError(
    `DATA_DIR ${dataDir} is in use by another server (process ${holder.pid}). ` +
      'Stop that one, or name another directory with --data or DATA_DIR.',
  );
}

async function holderOf(path: string): Promise<LockHolder | null> {
  try {
    const holder: unknown = JSON.parse(await readFile(path, 'utf8'));
    const pid = (holder as LockHolder | null)?.pid;
    return typeof pid === 'number' ? (holder as LockHolder) : null;
  } catch {
    return null;
  }
}

function isAlive(holder: LockHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.born === null || bornAt(holder.pid) === holder.born;
}

/** Field 22 of Linux's /proc/PID/stat; the name in field 2 may hold spaces, so count from its closing bracket. */
function bornAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
