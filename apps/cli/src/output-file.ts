import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './failures.js';
import { userFolder } from './place.js';

/**
 * The file that a command is to write, from where the user typed. What is written takes the place of what is there, so
 * it must be a file, or nothing yet: a device such as /dev/null would be gone. Its folder must be there: nothing is asked of
 * a server for a file that cannot be written.
 * @throws UsageError
 */
export function outputFile(given: string): string {
  const path = resolve(userFolder(), given);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) throw new UsageError(`${path} is not a file`);
  const folder = dirname(path);
  if (there === undefined && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`folder not found: ${folder}. Create it, or name a file in an existing folder`);
  return path;
}
