import type { FastifyInstance } from 'fastify';
import { portHolder } from '../../port-holder.js';

/** The server cannot start; the message names the thing and the way out. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * Connections that may wait until they are accepted: a crowd comes within one turn of the event loop, and each of those that
 * find no place tries again a second later at the earliest, then two, then four. Linux takes the lesser of this and
 * net.core.somaxconn (4,096 since 5.4).
 */
export const BACKLOG = 16_384;

/**
 * Listens, and returns the port.
 * @throws StartError where the port or address cannot be used
 */
export async function listen(http: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await http.listen({ host, port, backlog: BACKLOG });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      const holder = portHolder(port) ?? 'another program';
      throw new StartError(`Port ${port} is in use by ${holder}. Stop it, or choose another port with --port or PORT.`);
    }
    if (code === 'EACCES') {
      throw new StartError(`Port ${port} may not be opened by this user. Choose one above 1023 with --port or PORT.`);
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(`HOST ${host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all.`);
    }
    throw error;
  }
  const address = http.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * Listens at a socket file, or a named pipe, that only the user of this process can open.
 * @throws StartError where it cannot be made
 */
export async function listenAtPath(http: FastifyInstance, path: string): Promise<void> {
  await http.ready();
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) => {
      reject(
        new StartError(`The socket file ${path} cannot be made: ${error.message}. Look at the rights of DATA_DIR.`),
      );
    };
    http.server.once('error', failed);
    // The file is made within this call: nobody else can open it, not even for a moment.
    const mask = process.umask(0o177);
    try {
      http.server.listen({ path }, () => {
        http.server.off('error', failed);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}

/** A host as it stands in a URL: nobody can connect to `0.0.0.0`, and IPv6 addresses need brackets. */
export function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
