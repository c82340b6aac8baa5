import { existsSync, readFileSync } from 'node:fs';
import { access, constants, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DataDirError, diskReason, putNewFile } from './data-files.js';
import { replaceFile } from './replace-file.js';

/** Another server holds the data directory. */
export class DataDirInUse extends DataDirError {}

interface LockHolder {
  readonly pid: number;
  /** When that process began, in the kernel's ticks, where it tells: a pid alone may have been given out again. */
  readonly born: string | null;
}

const LOCK = 'server.lock';

/**
 * Locks a data directory for this process, making it where needed. A lock left by a process that was killed
 * is taken over. Returns the way to unlock it.
 * @throws DataDirInUse where another server holds it
 * @throws DataDirError where it cannot be written, or its lock cannot be read: nobody knows then who holds it
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
    if (!(await putNewFile(path, JSON.stringify(self)))) await takeOver(path, self, dataDir);
  } catch (error) {
    if (error instanceof DataDirError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      throw new DataDirError(`DATA_DIR ${dataDir} is on a disk that is full. Make room on it and start again.`);
    }
    throw new DataDirError(
      `The lock ${path} cannot be used: ${diskReason(error)}. Make sure that no other server uses ${dataDir}, then remove it.`,
    );
  }
  return async () => {
    const holder = await holderOf(path).catch(() => null);
    if (holder?.pid === process.pid) await rm(path, { force: true });
  };
}

/** Node's recursive mkdir answers ENOENT to most refusals; a plain one at the first missing folder says why. */
async function makeDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    let missing = dir;
    while (!existsSync(dirname(missing))) missing = dirname(missing);
    if (missing !== dir || !existsSync(dir)) await mkdir(missing);
    throw error;
  }
}

async function takeOver(path: string, self: LockHolder, dataDir: string): Promise<void> {
  const holder = await holderOf(path);
  if (holder !== null && holder.pid !== self.pid && isAlive(holder)) throw inUse(dataDir, holder);
  await replaceFile(path, JSON.stringify(self), `.${self.pid}`);
  // Two that take over at once both rename: the later one stands, the other finds that it lost.
  const winner = await holderOf(path);
  if (winner !== null && winner.pid !== self.pid) throw inUse(dataDir, winner);
}

function inUse(dataDir: string, holder: LockHolder): DataDirInUse {
  return new DataDirInUse(
    `DATA_DIR ${dataDir} is in use by another server (process ${holder.pid}). ` +
      'Stop that one, or name another directory with --data or DATA_DIR.',
  );
}

/** Who holds a lock; `null` where it is gone, or its content is damaged, as after a power cut. Fails as the disk does. */
async function holderOf(path: string): Promise<LockHolder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { pid, born } = JSON.parse(text) as LockHolder;
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, born: typeof born === 'string' ? born : null } : null;
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
