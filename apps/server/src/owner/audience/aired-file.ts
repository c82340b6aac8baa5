import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Picture } from '@okboxbox/protocol';

/** In a session's folder: the newest instant of it that has aired in each picture. */
const AIRED_FILES: Readonly<Record<Picture, string>> = { graphics: 'aired', public: 'aired-public' };
/** Always the same number of bytes, so that they are written in place: a full disk has room for that. */
const WIDTH = 16;

/** Notes the instant of a session that is on air in a picture. Fails as the file system does. */
export async function writeAired(dir: string, picture: Picture, at: number): Promise<void> {
  const path = join(dir, AIRED_FILES[picture]);
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
export async function readAired(dir: string, picture: Picture): Promise<number | null> {
  const text = await readFile(join(dir, AIRED_FILES[picture]), 'utf8').catch(() => '');
  return /^ *\d+$/.test(text) ? Number(text) : null;
}
