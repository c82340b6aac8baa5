import { createHash, randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folder of this user's alone, for what programs keep on this machine. */
function ownFolder(): string {
  return process.env.LOCALAPPDATA ?? join(homedir(), '.cache');
}

/**
 * Puts a library that the program carries into a file, since the system loads it from one, and gives the file's path. What
 * lies there already is loaded only if it is the library to the last byte: a file of its name may be anybody's.
 * @param base folder that only this user can write to.
 * @throws the system's error where neither that folder nor a fresh one can be written.
 */
export function libraryFile(name: string, bytes: Uint8Array, base = ownFolder()): string {
  const folder = privateFolder(base);
  const file = join(folder, `${name}-${createHash('sha256').update(bytes).digest('hex')}.node`);
  if (holds(file, bytes)) return file;
  const made = join(folder, `${randomUUID()}.node`);
  writeFileSync(made, bytes, { flag: 'wx', mode: 0o600 });
  try {
    renameSync(made, file);
    return file;
  } catch {
    // Another relay uses what lies there, whatever that is: this one has a file of its own until it ends.
    process.once('exit', () => {
      try {
        rmSync(made, { force: true });
      } catch {
        // Windows keeps a library that is loaded.
      }
    });
    return made;
  }
}

/** A folder that nobody else can write to: a usual one, or a fresh one where that cannot be had. */
function privateFolder(base: string): string {
  const folder = join(base, 'okboxbox', 'lib');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    if (lstatSync(folder).isDirectory() && isOwn) return folder;
  } catch {
    // It is not a folder, or may not be made.
  }
  return mkdtempSync(join(tmpdir(), 'okboxbox-lib-'));
}

/** Whether a file is one, no link to another, and has these bytes. */
function holds(file: string, bytes: Uint8Array): boolean {
  try {
    const found = lstatSync(file);
    return found.isFile() && found.size === bytes.length && readFileSync(file).equals(bytes);
  } catch {
    return false;
  }
}
