import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Name of the socket file by which the commands of this machine ask a server. */
export const CONTROL_FILE = 'okboxbox.sock';
/** Name of the socket file by which a server's edge processes reach it. */
export const EDGES_FILE = 'edges.sock';
/** Longest path that a socket can be bound to on every system that has them (macOS: 104 bytes with the closing zero). */
const MAX_PATH_BYTES = 103;

/** Where the socket of a data directory is bound to and connected to. */
export interface SocketPath {
  /** What is handed to the system. */
  readonly path: string;
  /** Where it is, for people. */
  readonly shown: string;
  /** Lets go of what the path needs; call it when the connection is over, or the socket is closed. */
  readonly release: () => void;
}

/**
 * Where a server of a data directory listens for this machine alone: a socket file in the directory, or a named pipe on
 * Windows, where other users may open a pipe but not write to it. A path that is too long for a socket goes by the open
 * folder on Linux; elsewhere it is `null`.
 * @throws NodeJS.ErrnoException where the folder of a long path cannot be opened
 */
export function socketPath(
  dataDir: string,
  file: string,
  platform: NodeJS.Platform = process.platform,
): SocketPath | null {
  const shown = join(resolve(dataDir), file);
  const release = () => undefined;
  if (platform === 'win32') {
    // Windows does not tell upper from lower case in paths.
    const name = createHash('sha256').update(resolve(dataDir).toLowerCase()).digest('hex').slice(0, 32);
    const path = `\\\\.\\pipe\\okboxbox-${name}${file === CONTROL_FILE ? '' : `-${file}`}`;
    return { path, shown: path, release };
  }
  if (Buffer.byteLength(shown) <= MAX_PATH_BYTES) return { path: shown, shown, release };
  if (platform !== 'linux') return null;
  const folder = openSync(resolve(dataDir), 'r');
  return { path: `/proc/self/fd/${folder}/${file}`, shown, release: () => closeSync(folder) };
}
