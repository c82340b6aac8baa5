import fs from 'node:fs';

/**
 * Makes all files of this process this user's alone. The umask is not enough: PGlite gives its files the modes of
 * the archive that it is made from, and of PostgreSQL's own, by name and past the umask: 0666 and 0644. Only for a process
 * in which nothing else is done.
 */
export function keepModesPrivate(): void {
  process.umask(0o077);
  const { chmodSync, fchmodSync } = fs;
  fs.chmodSync = (path, mode) => chmodSync(path, forThisUser(mode));
  fs.fchmodSync = (fd, mode) => fchmodSync(fd, forThisUser(mode));
}

/** A mode without what it lets the group and all others do. */
function forThisUser(mode: fs.Mode): fs.Mode {
  return (typeof mode === 'string' ? Number.parseInt(mode, 8) : mode) & ~0o077;
}
