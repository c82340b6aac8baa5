import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROJECT = new URL('../../../../', import.meta.url);

/** A file of real data, which lies beside the project. */
export function sharedData(file: string): string {
  const root = new URL(`${process.env.OKBOXBOX_SHARED ?? '../shared'}/`, PROJECT);
  return fileURLToPath(new URL(`data/${file}`, root));
}

/** Whether a test that needs a file of real data is left out: never in CI, where it fails instead. */
export function isMissing(file: string): boolean {
  return process.env.CI !== 'true' && !existsSync(sharedData(file));
}
