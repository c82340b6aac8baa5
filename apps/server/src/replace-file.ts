import { open, rename, rm } from 'node:fs/promises';

/**
 * Puts a file in the place of the one before, synced: a reader finds, at any time and after any crash, the old one
 * or the new one, whole. Only this user can read it. Fails as the file system does; the old one stays then. `suffix` is
 * put behind the name while it is written; it must differ where several processes write the same file.
 */
export async function replaceFile(
  path: string,
  content: string | readonly Uint8Array[],
  suffix = '.new',
): Promise<void> {
  const made = `${path}${suffix}`;
  try {
    const file = await open(made, 'w', 0o600);
    try {
      if (typeof content === 'string') await file.writeFile(content);
      else await file.writev(content);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(made, path);
  } catch (error) {
    // What a full disk has taken of it must not keep the room that the next try needs.
    await rm(made, { force: true }).catch(() => undefined);
    throw error;
  }
}
