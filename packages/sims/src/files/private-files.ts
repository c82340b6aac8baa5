import { constants, type Stats } from 'node:fs';
import { lstat, open, opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** What others may do with a file, in its mode. */
const OTHERS = 0o077;
const STICKY = 0o1000;
/** Paths that a report names. */
const MOST_NAMED = 5;

/** What came of making a folder private. */
export interface PrivacyReport {
  /** Files and folders that others could use, and cannot any more. */
  readonly corrected: number;
  /** How many stay as they are since they belong to another user or are shared, or this user may not change them. */
  readonly notOurs: number;
  /** Some of those. */
  readonly notOursFirst: readonly string[];
  /** The first whose mode the file system did not change; `null` where it keeps modes. */
  readonly modeNotKept: string | null;
}

/** Makes every file that this process makes from now on readable by this user alone. Windows has no such modes. */
export function keepFilesPrivate(): void {
  process.umask(OTHERS);
}

/**
 * Takes away what others may do with a folder and all that is in it: 0700 for folders, 0600 for files. What is more closed
 * than that stays as it is. One file after another, so that a big tree takes nothing from what runs beside it. Links in
 * it are not followed, so that nothing outside is changed. Does nothing on Windows; never throws.
 */
export async function makePrivate(folder: string, signal?: AbortSignal): Promise<PrivacyReport> {
  const pass = new PrivacyPass();
  if (process.platform === 'win32') return pass.report;
  // A folder is closed before what is in it: nobody else can then exchange a file for a link meanwhile.
  const folders = [await realpath(folder).catch(() => folder)];
  for (let next = folders.pop(); next !== undefined && !signal?.aborted; next = folders.pop()) {
    if (!(await pass.correct(next))) continue;
    for await (const name of namesIn(next)) {
      if (signal?.aborted) break;
      const path = join(next, name);
      const found = await lstat(path).catch(() => null);
      if (found?.isDirectory()) folders.push(path);
      else if (found?.isFile()) await pass.correct(path);
    }
  }
  return pass.report;
}

async function* namesIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(folder)) yield name;
  } catch {
    // It was removed meanwhile, or cannot be read: others cannot use it either.
  }
}

class PrivacyPass {
  #corrected = 0;
  #notOurs = 0;
  readonly #notOursFirst: string[] = [];
  #modeNotKept: string | null = null;

  get report(): PrivacyReport {
    return {
      corrected: this.#corrected,
      notOurs: this.#notOurs,
      notOursFirst: this.#notOursFirst,
      modeNotKept: this.#modeNotKept,
    };
  }

  /** Closes one file or folder; false where it is a folder that must not be entered. */
  async correct(path: string): Promise<boolean> {
    let file: Awaited<ReturnType<typeof open>>;
    try {
      file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // It has gone, or has become a link.
      if (code === 'ENOENT' || code === 'ELOOP') return false;
      const found = await lstat(path).catch(() => null);
      if (found !== null && isOpen(found)) this.#leave(path);
      return false;
    }
    try {
      const found = await file.stat();
      if (isForeign(found)) {
        this.#leave(path);
        return false;
      }
      if (!isOpen(found)) return true;
      await file.chmod(found.isDirectory() ? 0o700 : 0o600);
      if (isOpen(await file.stat())) this.#modeNotKept ??= path;
      else this.#corrected += 1;
      return true;
    } catch {
      this.#leave(path);
      return true;
    } finally {
      await file.close();
    }
  }

  #leave(path: string): void {
    this.#notOurs += 1;
    if (this.#notOursFirst.length < MOST_NAMED) this.#notOursFirst.push(path);
  }
}

function isOpen({ mode }: Stats): boolean {
  return (mode & OTHERS) !== 0;
}

/** Another user's, or a folder such as /tmp that several users share. */
function isForeign({ uid, mode }: Stats): boolean {
  return (mode & STICKY) !== 0 || uid !== process.getuid?.();
}
