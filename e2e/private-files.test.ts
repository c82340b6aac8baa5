import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { freePort, okboxbox, stop, temporaryData } from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
beforeEach(() => {
  data = temporaryData();
});
afterEach(() => data.remove());

it('all that server, database and relay write is readable by their user alone', async () => {
  const spool = join(data.dir, 'spool');
  const platform = okboxbox(['up', '--port', String(await freePort()), '--data', data.dir], { RELAY_SPOOL_DIR: spool });
  try {
    const isThere = (...parts: string[]) => existsSync(join(data.dir, ...parts));
    await eventually(() => expect([isThere('database', 'PG_VERSION'), isThere('spool')]).toEqual([true, true]));
    await eventually(() => expect(readdirSync(join(data.dir, 'sessions'))).toHaveLength(1));
    await eventually(() => expect(readdirSync(spool, { recursive: true }).length).toBeGreaterThan(1));
    const open = readdirSync(data.dir, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => existsSync(path) && (lstatSync(path).mode & 0o077) !== 0);
    expect(open).toEqual([]);
  } finally {
    await stop(platform);
  }
});
