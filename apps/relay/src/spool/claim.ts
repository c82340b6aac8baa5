import { createHash, randomUUID } from 'node:crypto';
import { link, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Which relay has a folder. The proof is a local socket that the relay listens on for as long as it lives: the system
 * closes it with the process, however that ends, and a process that is stopped still has it. Process numbers prove
 * nothing: they are used again, and differ from container to container.
 *
 * On Windows the socket is a named pipe of the folder, which only one process can make. Elsewhere it is a file in the
 * folder, `owner.N`: a relay that takes over from one that is gone puts its own in place under the next number, which
 * only one can do. The highest number counts.
 */
const CLAIM = /^owner\.(\d{1,9})$/;
/** Where relays before this version kept their process number. */
const OLD_OWNER = 'owner';
/** Longest path of a socket that every system takes, in bytes; longer ones are cut without an error. */
const MAX_SOCKET_PATH = 100;

/** A folder that this relay has, until it lets go of it or ends. */
export interface FolderClaim {
  release(): Promise<void>;
}

/** A folder that cannot be had: a relay that runs has it, or nobody can tell (`doubt` says why). */
export interface ClaimRefused {
  readonly refused: 'owned' | 'doubt';
  readonly because: string;
}

/**
 * Takes a folder, which must be there. A folder in doubt is not taken.
 * @throws the system's error where the disk takes no claim.
 */
export async function claimFolder(
  dir: string,
  places: readonly string[] = [dir, placeBeside(dir)],
): Promise<FolderClaim | ClaimRefused> {
  const refused = await refusalByOldOwner(dir, places);
  if (refused !== null) return refused;
  const claim = process.platform === 'win32' ? await claimByPipe(dir) : await claimByFile(places);
  if (!('refused' in claim)) await rm(join(dir, OLD_OWNER), { recursive: true, force: true }).catch(() => undefined);
  return claim;
}

/** Where claims lie of a folder whose disk holds no sockets, as shared folders of containers often do not. */
function placeBeside(dir: string): string {
  const user = process.platform === 'win32' ? 'user' : String(userInfo().uid);
  return join(tmpdir(), `okboxbox-owners-${user}`, createHash('sha256').update(dir).digest('hex').slice(0, 32));
}

async function claimByPipe(dir: string): Promise<FolderClaim | ClaimRefused> {
  // One folder has one name here, however its path was written.
  const name = createHash('sha256')
    .update((await realpath(dir)).toLowerCase())
    .digest('hex');
  const pipe = `\\\\.\\pipe\\okboxbox-spool-${name}`;
  const owned = { refused: 'owned', because: 'another relay that runs has it' } as const;
  // Not every system under which Windows programs run keeps a second one from making the same pipe.
  const code = await reach(pipe);
  if (code === null) return owned;
  if (code !== 'ENOENT') return { refused: 'doubt', because: `nobody can tell whether a relay has it: ${code}` };
  try {
    return claimOf(await listen(pipe));
  } catch (error) {
    const listening = (error as NodeJS.ErrnoException).code;
    if (listening !== 'EADDRINUSE' && listening !== 'EACCES') throw error;
    return owned;
  }
}

const JUST_TAKEN: ClaimRefused = { refused: 'owned', because: 'another relay has just taken it' };

async function claimByFile(places: readonly string[]): Promise<FolderClaim | ClaimRefused> {
  let failure: unknown;
  for (const place of places) {
    // Read before it is known that nobody has the folder: a claim that comes meanwhile is never passed over by a higher one.
    const before = await highestIn(place);
    const refused = await refusalIn(places, null);
    if (refused !== null) return refused;
    try {
      if (place !== places[0]) await mkdir(place, { recursive: true, mode: 0o700 });
      return await claimIn(place, before, (mine) => refusalIn(places, mine));
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** Why the folder cannot be had, by the claims that lie there beside one's own; `null` where nothing speaks against it. */
async function refusalIn(places: readonly string[], mine: string | null): Promise<ClaimRefused | null> {
  for (const place of places) {
    const number = await highestIn(place);
    const path = join(place, `owner.${number}`);
    if (number === 0 || path === mine) continue;
    const life = await lifeOf(path);
    if (life === 'runs') return { refused: 'owned', because: 'another relay that runs has it' };
    if (life !== 'gone') return { refused: 'doubt', because: `nobody can tell whether a relay has it: ${life}` };
  }
  return null;
}

/** Puts a claim in place under the number behind `before`, which was the highest when nobody had the folder. */
async function claimIn(
  place: string,
  before: number,
  look: (mine: string) => Promise<ClaimRefused | null>,
): Promise<FolderClaim | ClaimRefused> {
  const way = await shortWayTo(place);
  const made = `.${randomUUID()}`;
  const mine = join(place, `owner.${before + 1}`);
  let server: Server | null = null;
  try {
    server = await listen(join(way.path, made));
    // It is alive from the first moment that it can be seen.
    await link(join(place, made), mine);
  } catch (error) {
    server?.close();
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return JUST_TAKEN;
  } finally {
    await unlink(join(place, made)).catch(() => undefined);
    await way.leave();
  }
  // Who was slow may have put its own under one that has come since, and the highest counts, whether it still runs or not.
  const isHighest = (await highestIn(place)) === before + 1;
  const refused = isHighest ? await look(mine) : JUST_TAKEN;
  if (refused !== null) {
    await unlink(mine).catch(() => undefined);
    server.close();
    return refused;
  }
  for (const number of await numbersIn(place)) {
    if (number <= before) await rm(join(place, `owner.${number}`), { force: true }).catch(() => undefined);
  }
  return claimOf(server);
}

function claimOf(server: Server): FolderClaim {
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Listens and tells nobody anything: that it can be reached is all there is to know. */
function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      // A caller that is gone again before it was accepted is none of our trouble.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

/** Whether the process that made a claim still runs; else why that cannot be told. */
async function lifeOf(path: string): Promise<'runs' | 'gone' | (string & {})> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) return `${path} cannot be looked at (${found.code})`;
  if (!found.isSocket()) return `${path} is not the socket of a relay. Delete it if no other relay runs`;
  const way = await shortWayTo(path);
  try {
    const code = await reach(way.path);
    if (code === null) return 'runs';
    return code === 'ECONNREFUSED' ? 'gone' : `${path} cannot be reached (${code})`;
  } finally {
    await way.leave();
  }
}

/** `null` where somebody listens there, else the code of the error. */
function reach(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(null);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

interface Way {
  readonly path: string;
  leave(): Promise<void>;
}

/** A path that is short enough for a socket and leads to the same place: the path itself, or one through a link. */
async function shortWayTo(place: string): Promise<Way> {
  if (Buffer.byteLength(place) <= MAX_SOCKET_PATH - 40) return { path: place, leave: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'obb-'));
  await symlink(place, join(folder, 's'));
  return { path: join(folder, 's'), leave: () => rm(folder, { recursive: true, force: true }) };
}

async function numbersIn(place: string): Promise<number[]> {
  const names = await readdir(place).catch((error: NodeJS.ErrnoException) => {
    // Of a folder that cannot be listed nobody can tell who has it.
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
  return names.flatMap((name) => {
    const [, number] = CLAIM.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

async function highestIn(place: string): Promise<number> {
  return Math.max(0, ...(await numbersIn(place)));
}

/** A relay before this version says by its process number that it has a folder; one of now by its claim alone. */
async function refusalByOldOwner(dir: string, places: readonly string[]): Promise<ClaimRefused | null> {
  for (const place of places) if ((await highestIn(place)) > 0) return null;
  const path = join(dir, OLD_OWNER);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    return { refused: 'doubt', because: `nobody can tell whether a relay has it: ${path} cannot be read (${code})` };
  }
  const pid = Number(text);
  if (!/^\d{1,10}$/.test(text.trim()) || pid === 0) {
    return { refused: 'doubt', because: `${path} names no process. Delete it if no other relay runs` };
  }
  if (!isRunning(pid)) return null;
  return { refused: 'doubt', because: `${path} names process ${pid}, which runs. Delete it if that is not a relay` };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
