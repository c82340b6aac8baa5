import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Its size before it is made smaller, in bytes: in memory, and only what is used of it takes any. */
const SIZE_BYTES = 4 * 1024 * 1024 * 1024;
const TRIES = 20;

/** A file system in memory that is as large as it is told to be: a disk that is full, with real errors. Linux, as root. */
export class SmallDisk {
  readonly #dir: string;
  #isMounted = false;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Mounts it. @throws Error where this user may not */
  async mount(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_BYTES},mode=700`, 'okboxbox-drill', this.#dir]);
    this.#isMounted = true;
  }

  /** Leaves only this number of bytes free. */
  async leave(bytes: number): Promise<void> {
    for (let left = TRIES; ; left--) {
      const { blocks, bfree, bsize } = await statfs(this.#dir);
      try {
        await this.#resize((blocks - bfree) * bsize + bytes);
        return;
      } catch (error) {
        // More of it was used meanwhile than it would have room for.
        if (left === 0) throw error;
      }
    }
  }

  /** Makes it as large as it was: there is room again. */
  async enlarge(): Promise<void> {
    await this.#resize(SIZE_BYTES);
  }

  async unmount(): Promise<void> {
    // A process that was killed may hold a file for a moment; then it goes with its last one.
    if (this.#isMounted) await run('umount', ['--lazy', this.#dir]);
    this.#isMounted = false;
  }

  async #resize(bytes: number): Promise<void> {
    await run('mount', ['-o', `remount,size=${bytes}`, this.#dir]);
  }
}
