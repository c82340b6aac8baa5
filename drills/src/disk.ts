import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Drill, SystemDrill } from './drill.js';
import type { SmallDisk } from './small-disk.js';
import type { TestSystem } from './test-system.js';

const CODE = 'DISK';
/** Little enough for a warning, and enough for everything to be stored, in bytes. */
const LITTLE_BYTES = 100_000_000;

const full: SystemDrill = {
  name: 'disk-full',
  code: CODE,
  cause: 'full',
  what: 'The disk of DATA_DIR is full while a race runs.',
  fix: 'Free space on the disk: the server stores what waits by itself.',
  on: 'system',
  like: { disk: 'own', database: 'postgresql' },
  inject: async (system) => {
    await diskOf(system).leave(0);
    return () => diskOf(system).enlarge();
  },
};

const refuses: SystemDrill = {
  name: 'disk-refuses',
  code: CODE,
  cause: 'refuses',
  what: 'Files of the server may not grow any more: a limit of its process is reached, although there is room.',
  fix: 'Raise the limit that the finding names (ulimit -f). The server stores what waits by itself.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    await limitFiles(system, '1');
    return () => limitFiles(system, 'unlimited');
  },
};

const nearlyFull: SystemDrill = {
  name: 'disk-nearly-full',
  code: CODE,
  cause: 'nearly_full',
  what: 'Little is free on the disk of DATA_DIR.',
  fix: 'Free space on the disk.',
  on: 'system',
  like: { disk: 'own', database: 'postgresql' },
  inject: async (system) => {
    await diskOf(system).leave(LITTLE_BYTES);
    return () => diskOf(system).enlarge();
  },
};

function diskOf(system: TestSystem): SmallDisk {
  if (system.disk === null) throw new Error('This system has no disk of its own.');
  return system.disk;
}

/** Sets how large files may become that the server writes; the limit that it was started with stays where it is. */
async function limitFiles({ server }: TestSystem, bytes: string): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', String(server.process.pid), `--fsize=${bytes}:unlimited`]);
}

/** The drills of a disk that does not store. */
export const DISK: readonly Drill[] = [full, refuses, nearlyFull];
