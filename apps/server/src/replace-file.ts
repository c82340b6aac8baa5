import { open, rename } from 'node:fs/promises';

/**
 * Puts a file in the place of the one before, synced: whoever reads it, and whatever happens meanwhile, finds the old one
 * or the new one, whole. Only this user can read it. Fails as the file system does; the old one stands then.
 */
export async function replaceFile(path: string, content: string | readonly Uint8Array[]): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    if (typeof content === 'string') await file.writeFile(content);
    else await file.writev(content);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
