import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';

/** How long calls that are being answered are waited for when a server stops, in ms. */
const LAST_CALLS_MS = 500;

/** A call that is being answered may end; a connection that is kept open for another call does not delay the stop. */
export async function closePort(http: FastifyInstance, io: Server): Promise<void> {
  const cut = setTimeout(() => http.server.closeAllConnections(), LAST_CALLS_MS);
  await io.close();
  await http.close();
  clearTimeout(cut);
}
