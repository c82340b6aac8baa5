import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DataDirError, lockDataDir } from '../../data-dir.js';

/**
 * The embedded database, in a process of its own: `database-process.js FOLDER SOCKET SEED`. It sends `ready` once it
 * listens, and ends when its parent is gone: a database without a server would hold the folder for ever.
 */
process.title = 'okboxbox database';
const [folder, socket, seed] = process.argv.slice(2);
if (folder === undefined || socket === undefined) throw new Error('database-process FOLDER SOCKET [SEED]');

// The database of a server that was killed may still be writing what it has: two must never have one folder.
const unlock = await untilFree(`${folder}.lock`);
const isNew = (await stat(join(folder, 'PG_VERSION')).catch(() => null)) === null;
// A seed is a database that is made already: a first start takes a second instead of five.
const stored = isNew && seed !== undefined ? await readFile(seed).catch(() => null) : null;
const db = await PGlite.create({
  dataDir: folder,
  ...(stored && { loadDataDir: new Blob([new Uint8Array(stored)], { type: 'application/x-gzip' }) }),
});
const server = new PGLiteSocketServer({ db, path: socket, maxConnections: 4 });
await server.start();
process.send?.('ready');

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await server.stop().catch(() => undefined);
  await db.close().catch(() => undefined);
  await unlock().catch(() => undefined);
  process.exit(0);
}

async function untilFree(lock: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      return await lockDataDir(lock);
    } catch (error) {
      if (!(error instanceof DataDirError) || !process.connected) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
process.on('SIGTERM', () => void end());
process.on('disconnect', () => void end());
// Ctrl-C goes to the whole group: the server stops this process when it has written what it has.
process.on('SIGINT', () => undefined);
