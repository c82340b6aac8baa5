import { randomBytes } from 'node:crypto';
import { access, constants, link, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';

/** Something in the data directory cannot be used; the message is one line: which file, what is wrong, what to do. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
}

/** What the file system's error codes mean, said of a file or folder. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not read or write it',
  EPERM: 'this user may not change it',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'it is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  ENOTEMPTY: 'it is a folder, not a file',
  ENOENT: 'it is missing',
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's disk quota is used up",
  EFBIG: 'files may not grow any more: a limit of this process (ulimit -f), or of the file system',
  EROFS: 'the disk is read-only',
  EIO: 'the disk fails to read or write it',
  ELOOP: 'it is a link that leads in a circle',
};

/** Why the file system refused something, in words, with its error code where there is one. */
export function diskReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : REASONS[code];
  return words === undefined ? message : `${words} (${code})`;
}

/** What was found in a file that belongs to the server. */
export type StoredContent<T> =
  | { readonly state: 'absent' }
  | { readonly state: 'read'; readonly value: T }
  | { readonly state: 'damaged'; readonly because: string };

/** Reads a JSON file by its schema. Never throws: what is wrong with the file is said in words. */
export async function readStored<S extends z.ZodType>(path: string, schema: S): Promise<StoredContent<z.infer<S>>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'absent' };
    return { state: 'damaged', because: diskReason(error) };
  }
  if (text.trim() === '') return { state: 'damaged', because: 'it is empty' };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { state: 'damaged', because: 'it is cut off, or is not JSON' };
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return { state: 'read', value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `"${issue.path.join('.')}"` : 'its content';
  return { state: 'damaged', because: `${where} is not as this server writes it` };
}

/** What file systems without hard links answer. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Puts a file, for this user alone, where none is yet: others find it whole or not at all. Returns false where one is
 * there. Fails as the file system does.
 */
export async function putNewFile(path: string, content: string): Promise<boolean> {
  const made = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(made, content, { mode: 0o600, flush: true });
    await link(made, path).catch(async (error: NodeJS.ErrnoException) => {
      if (!NO_LINKS.has(error.code)) throw error;
      await writeFile(path, content, { mode: 0o600, flush: true, flag: 'wx' });
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(made, { force: true });
  }
}

/**
 * Makes a folder of the data directory for this user alone, where it is not there yet.
 * @throws DataDirError where something else has its place, or this user cannot use it
 */
export async function ownFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirError(
      `The folder ${path} cannot be used: ${diskReason(error)}. ` +
        'Put it back as it was, give this user the right to use it, or move it away to begin with an empty one.',
    );
  }
}

/**
 * Makes a folder that others must not have prepared, in a place that every local user can write to.
 * @throws DataDirError where it is a link, or belongs to another user
 */
export async function ownFolderInShared(path: string): Promise<void> {
  await ownFolder(path);
  const found = await lstat(path);
  const uid = process.getuid?.();
  if (found.isDirectory() && (uid === undefined || found.uid === uid)) return;
  throw new DataDirError(
    `The folder ${path} is not this user's own. Remove it, or use a shorter path for the data directory (--data).`,
  );
}

/** An error of the file system on something in the data directory, as one line; any other error as it is. */
export function explainDiskError(error: unknown, dataDir: string): unknown {
  const { code, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const inside = [dest, path].find((each) => each !== undefined && (each === dataDir || isInside(dataDir, each)));
  if (code === undefined || inside === undefined) return error;
  return new DataDirError(
    `${inside} cannot be used: ${diskReason(error)}. Put it back as it was, make room on the disk, or move it away.`,
  );
}

function isInside(dataDir: string, path: string): boolean {
  for (let at = path; dirname(at) !== at; at = dirname(at)) if (dirname(at) === join(dataDir)) return true;
  return false;
}
