import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^support-pack-[0-9a-f]{24}\.tmp$/;
/** Bytes that are read at once when the file is sent. */
const CHUNK_BYTES = 64 * 1024;

/** A pack's file cannot be made or written; the message says why. */
export class FileError extends Error {
  override readonly name = 'FileError';

  constructor(error: unknown) {
    super(`The pack could not be written (${(error as NodeJS.ErrnoException).code ?? 'failed'}).`, { cause: error });
  }
}

/** A stretch of the file that is one part of a pack. */
export interface Stretch {
  readonly from: number;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * What a pack is made in: a file that only this user can read, without a name from the moment on where the system
 * allows that, and gone when it is closed. Nothing of a pack is ever whole in memory.
 */
export class PackFile {
  readonly #file: FileHandle;
  readonly #path: string;
  #end = 0;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /**
   * Makes one in the data folder, or where that cannot be written in the system's folder for such files.
   * @throws FileError
   */
  static async make(dataDir: string): Promise<PackFile> {
    try {
      return await makeIn(dataDir);
    } catch {
      try {
        return await makeIn(tmpdir());
      } catch (error) {
        throw new FileError(error);
      }
    }
  }

  /** Makes one by its path, where there must be none. */
  static async at(path: string): Promise<PackFile> {
    const file = await open(path, 'wx+', 0o600);
    // An open file needs no name; where it does (Windows), its name goes when it is closed.
    await rm(path, { force: true }).catch(() => undefined);
    return new PackFile(file, path);
  }

  /** Begins a part; what was begun before and not kept is written over. */
  begin(): PartWriter {
    return new PartWriter(this.#file, this.#end);
  }

  /** Keeps a part that has been written. */
  keep({ from, bytes }: Stretch): void {
    this.#end = from + bytes;
  }

  /** The bytes of a part, in pieces. */
  async *read({ from, bytes }: Stretch): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes; ) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes - at));
      const { bytesRead } = await this.#file.read(chunk, 0, chunk.length, from + at);
      if (bytesRead === 0) throw new Error(`The pack's file ends ${bytes - at} bytes before it should.`);
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  /** Closes the file, which is gone then. Can be called again. */
  async close(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}

/** Writes one part of a pack, and counts and hashes it. */
export class PartWriter {
  readonly #file: FileHandle;
  readonly #from: number;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(file: FileHandle, from: number) {
    this.#file = file;
    this.#from = from;
  }

  /** @throws FileError */
  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    try {
      for (let done = 0; done < chunk.length; ) {
        const at = this.#from + this.#bytes + done;
        done += (await this.#file.write(chunk, done, chunk.length - done, at)).bytesWritten;
      }
    } catch (error) {
      throw new FileError(error);
    }
    this.#bytes += chunk.length;
  }

  end(): Stretch {
    return { from: this.#from, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

function makeIn(folder: string): Promise<PackFile> {
  return PackFile.at(join(folder, `support-pack-${randomBytes(12).toString('hex')}.tmp`));
}

/** Removes files that a process left which was killed while it made a pack. Returns how many. */
export async function removeLeftovers(dataDir: string): Promise<number> {
  const names = (await readdir(dataDir).catch(() => [])).filter((name) => NAME.test(name));
  for (const name of names) await rm(join(dataDir, name), { force: true });
  return names.length;
}
