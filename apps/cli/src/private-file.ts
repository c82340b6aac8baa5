import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { CommandFailed, UsageError } from './failures.js';
import { outputFile } from './output-file.js';

/**
 * The file that a command is to write, where there is none yet or `--force` was said.
 * @throws UsageError
 */
export function newOutputFile(given: string, isForced: boolean): string {
  const path = outputFile(given);
  if (existsSync(path) && !isForced)
    throw new UsageError(`${path} exists. Name another file, or use --force to overwrite it`);
  return path;
}

/** Writes a file that only this user can read: whole, or not at all. @throws CommandFailed */
export async function writePrivateFile(
  path: string,
  body: AsyncIterable<Uint8Array> | Iterable<string>,
  isForced: boolean,
): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.part`;
  let file: FileHandle | null = null;
  try {
    file = await open(partial, 'wx', 0o600);
    for await (const chunk of body) await file.writeFile(chunk);
    await file.close();
    // A link never takes the place of a file that has come meanwhile.
    if (isForced) await rename(partial, path);
    else await link(partial, path);
  } catch (error) {
    await file?.close().catch(() => undefined);
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(`${path} could not be written: ${(error as Error).message}`);
  } finally {
    await rm(partial, { force: true });
  }
}
