import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In a session's folder: the instant of its newest picture that the public has seen. */
const AIRED_FILE = 'aired';
/** Always the same number of bytes, so that they are written in place: a full disk has room for that. */
const WIDTH = 16;

/** Notes the instant of a session's picture that is on air. Fails as the file system does. */
export async function writeAired(dir: string, at: number): Promise<void> {
  const path = join(dir, AIRED_FILE);
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return open(path, 'w', 0o600);
    throw error;
  });
  try {
    await file.write(String(Math.floor(at)).padStart(WIDTH), 0);
  } finally {
    await file.close();
  }
}

/** The instant that was noted last, by the clock of then; `null` where none was, or it cannot be read. */
export async function readAired(dir: string): Promise<number | null> {
  const text = await readFile(join(dir, AIRED_FILE), 'utf8').catch(() => '');
  return /^ *\d+$/.test(text) ? Number(text) : null;
}
