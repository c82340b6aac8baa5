import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CONTROL_FILE } from '../socket-path.js';

/**
 * Data directories of servers that run on this machine, as far as the system tells: Linux lists the sockets of all users.
 * Empty where it does not tell.
 */
export async function runningServers(): Promise<readonly string[]> {
  const table = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  return dataDirsIn(table);
}

/** The same from the text of the table: the path stands at the end of a line, and may hold spaces. */
export function dataDirsIn(table: string): readonly string[] {
  const paths = table.split('\n').flatMap((line) => /^\S+(?: +\S+){6} +(\/.+)$/.exec(line)?.[1] ?? []);
  const own = paths.filter((path) => path.endsWith(`/${CONTROL_FILE}`) && !path.startsWith('/proc/'));
  return [...new Set(own.map((path) => dirname(path)))];
}
