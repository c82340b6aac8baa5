import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataDirError, diskReason, putNewFile } from '../data-files.js';
import { replaceFile } from '../replace-file.js';
import { weaknessOfSecret } from './secret-strength.js';

const FILE = 'jwt-secret';
/** A secret as it is stored: its form's version, 48 random bytes, and the checksum of those. */
const STORED = /^1\.([A-Za-z0-9_-]{64})\.([A-Za-z0-9_-]{11})$/;
/** As earlier versions stored it: the random bytes alone. */
const STORED_BEFORE = /^[A-Za-z0-9_-]{64}$/;

/**
 * The secret that this machine's tokens are signed with: made once in the data directory, readable by its
 * owner alone (mode 0600). Two processes that start at once end up with the same one.
 * @throws DataDirError where the file is damaged or cannot be read: with another secret, all tokens would stop working
 */
export async function localSecret(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, FILE);
  // Read before anything is written: tokens can be made and checked on a disk that is full.
  const text = (await read(path)) ?? (await make(dataDir, path));
  const secret = secretOf(text);
  if (secret === null) {
    throw damaged(path, text === '' ? 'it is empty' : 'it is cut off, or is not a secret that this server made');
  }
  if (text === secret) await addChecksum(path, secret);
  return new TextEncoder().encode(secret);
}

/** Stores a secret of an earlier version with its checksum, so that later damage to it is noticed. */
async function addChecksum(path: string, secret: string): Promise<void> {
  // On a full disk the file stays as it is: the secret is good, and the next start tries again.
  await replaceFile(path, storedForm(secret), `.${randomBytes(4).toString('hex')}`).catch(() => undefined);
}

function storedForm(secret: string): string {
  return `1.${secret}.${checksumOf(secret)}\n`;
}

/** The secret in a stored text; `null` where it is not whole. */
function secretOf(text: string): string | null {
  const [, secret, checksum] = STORED.exec(text) ?? [];
  if (secret !== undefined) return checksumOf(secret) === checksum ? secret : null;
  return STORED_BEFORE.test(text) && weaknessOfSecret(text) === null ? text : null;
}

function checksumOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url').slice(0, 11);
}

async function read(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw damaged(path, diskReason(error));
  }
}

async function make(dataDir: string, path: string): Promise<string> {
  const secret = randomBytes(48).toString('base64url');
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await putNewFile(path, storedForm(secret));
  } catch (error) {
    throw new DataDirError(`The secret ${path} cannot be made: ${diskReason(error)}.`);
  }
  return (await read(path)) ?? '';
}

function damaged(path: string, because: string): DataDirError {
  return new DataDirError(
    `${path} cannot be used: ${because}. It signs this server's tokens. Put it back from a copy; or remove it, and a new ` +
      'one is made: tokens made before stop working. To use a secret of your own, set JWT_SECRET.',
  );
}
