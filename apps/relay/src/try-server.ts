import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import { io } from 'socket.io-client';
import { shownUrl } from './shown-url.js';

const TRY_MS = 5_000;

/** Tries whether a server takes a relay with a token; `null` where it does, else why not and what to do. */
export async function tryServer(url: string, token: string): Promise<string | null> {
  const socket = io(`${url}${RELAY_NAMESPACE}`, {
    auth: { token },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    timeout: TRY_MS,
  });
  try {
    return await new Promise<string | null>((resolve) => {
      socket.on('connect', () => resolve(null));
      socket.on('connect_error', (error: Error & { data?: { code?: string }; description?: { message?: string } }) => {
        if (error.data?.code !== undefined) {
          resolve(`${shownUrl(url)} refuses this token: ${error.message}`);
          return;
        }
        const because =
          error.message === 'timeout' ? 'it does not answer' : (error.description?.message ?? error.message);
        resolve(`${shownUrl(url)} cannot be reached (${because}). Check the address and the network.`);
      });
    });
  } finally {
    socket.disconnect();
  }
}
