import { readFile } from 'node:fs/promises';

/** Written by the build, beside the built package. */
const FILE = new URL('../../dist/git-sha.txt', import.meta.url);

/** The commit that was built, where the build knew one. */
export async function builtGitSha(): Promise<string | null> {
  const text = await readFile(FILE, 'utf8').catch(() => '');
  return /^[0-9a-f]{7,40}$/.exec(text.trim())?.[0] ?? null;
}
