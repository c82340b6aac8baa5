import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Who listens on a port of this machine, in words, as far as the system tells: Linux lists sockets and which
 * process has them open. `null` where it cannot be known.
 */
export function portHolder(port: number): string | null {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return null;
  for (const pid of numericNames('/proc')) {
    for (const fd of names(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return `${commandOf(pid)} (process ${pid})`;
    }
  }
  return null;
}

/** /proc/net/tcp: local address and port in hex in column 2, state in column 4 (0A is listening), inode in column 10. */
function listeningInodes(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of textOf(table).split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[3] === '0A' && columns[1]?.endsWith(suffix) && columns[9]) inodes.add(columns[9]);
    }
  }
  return inodes;
}

function commandOf(pid: string): string {
  return (
    textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 120) || textOf(`/proc/${pid}/comm`).trim()
  );
}

function numericNames(dir: string): string[] {
  return names(dir).filter((name) => /^\d+$/.test(name));
}

function names(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
