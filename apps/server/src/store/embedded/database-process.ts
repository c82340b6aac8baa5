import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DataDirInUse, lockDataDir } from '../../data-dir.js';
import { diskReason } from '../../data-files.js';
import type { Standing } from './embedded-probe.js';
import { keepModesPrivate } from './private-modes.js';

/**
 * The embedded database, in a process of its own: `database-process.js FOLDER SOCKET SEED`. It sends `ready` once it
 * listens, and ends when its parent is gone: a database without a server would hold the folder for ever.
 */
process.title = 'okboxbox database';
const [folder, socket, seed] = process.argv.slice(2);
if (folder === undefined || socket === undefined) throw new Error('database-process FOLDER SOCKET [SEED]');

keepModesPrivate();
// The database of a server that was killed may still be writing what it has: two must never have one folder.
const unlock = await untilFree(`${folder}.lock`);
const db = await opened(folder);
const server = new PGLiteSocketServer({ db, path: socket, maxConnections: 4 });
await server.start();
process.send?.('ready');
// The parent asks where a statement does not end: who else is there, and does anything go on?
process.on('message', () => {
  const standing: Standing = { queued: server.getStats().queuedQueries, isInTransaction: db.isInTransaction() };
  process.send?.(standing);
});

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await server.stop().catch(() => undefined);
  await db.close().catch(() => undefined);
  await unlock().catch(() => undefined);
  process.exit(0);
}

async function opened(dataDir: string): Promise<PGlite> {
  const isNew = (await stat(join(dataDir, 'PG_VERSION')).catch(() => null)) === null;
  // A seed is a database that is made already: a first start takes a second instead of five.
  const stored = isNew && seed !== undefined ? await readFile(seed).catch(() => null) : null;
  try {
    return await PGlite.create({
      dataDir,
      ...(stored && { loadDataDir: new Blob([new Uint8Array(stored)], { type: 'application/x-gzip' }) }),
    });
  } catch (error) {
    return endWith(`The database in ${dataDir} cannot be opened: ${diskReason(error)}`);
  }
}

/** Ends the process with one line for the server's log. */
function endWith(line: string): never {
  process.stderr.write(`${line.split('\n')[0]}\n`);
  process.exit(1);
}

async function untilFree(lock: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      return await lockDataDir(lock);
    } catch (error) {
      if (!(error instanceof DataDirInUse) || !process.connected) return endWith((error as Error).message);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
process.on('SIGTERM', () => void end());
process.on('disconnect', () => void end());
// Ctrl-C goes to the whole group: the server stops this process when it has written what it has.
process.on('SIGINT', () => undefined);
