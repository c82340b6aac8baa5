import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { weaknessOfSecret } from './secret-strength.js';

const FILE = 'jwt-secret';

/**
 * The secret that this machine's tokens are signed with: made once in the data directory, readable by its
 * owner alone (mode 0600). Two processes that start at once end up with the same one.
 */
export async function localSecret(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, FILE);
  // Read before anything is written: tokens can be made and checked on a disk that is full.
  const text = (await read(path)) ?? (await make(dataDir, path));
  const weakness = weaknessOfSecret(text);
  if (weakness !== null) {
    throw new Error(
      `${path} cannot be used: its secret must be ${weakness}. Delete the file, and a new one is made; tokens made before stop working.`,
    );
  }
  return new TextEncoder().encode(text);
}

async function read(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function make(dataDir: string, path: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const made = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(made, randomBytes(48).toString('base64url'), { mode: 0o600, flush: true });
    // A link appears whole or not at all, and never over one that is there.
    await link(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(made, { force: true });
  }
  return (await readFile(path, 'utf8')).trim();
}
