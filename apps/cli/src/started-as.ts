import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from './version.js';

/**
 * How people call the command again, from where its program lies: in a clone, in the cache of npx, in a project's
 * dependencies, or among the programs of the whole machine.
 */
export function startedAs(program = fileURLToPath(import.meta.url), exists = existsSync): string {
  const fromFolder = 'npx --no-install okboxbox';
  const [before, ...inside] = program.replaceAll('\\', '/').split('/node_modules/');
  if (before === undefined || inside.length === 0) return fromFolder;
  if (dirname(before).endsWith('/_npx')) return `npx --package ./okboxbox-${version}.tgz okboxbox`;
  return exists(join(before, 'package.json')) ? fromFolder : 'okboxbox';
}
