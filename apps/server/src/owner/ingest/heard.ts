import type { Socket } from 'socket.io';
import { EDGE_CLIENT_HEADER } from '../../access/client-address.js';

/**
 * When anything came over a connection last. A packet counts when it is whole; of one that takes long on a slow
 * connection, bytes count as well, as of the moment at which they are looked at. Where an edge process passes the relay's
 * calls on, only those count: the edge answers pings itself.
 */
export class Heard {
  readonly #socket: Socket;
  readonly #now: () => number;
  #at: number;
  #bytes = 0;
  #lookedAt: number | null = null;
  readonly #isPassedOn: boolean;

  constructor(socket: Socket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
    this.#at = now();
    this.#isPassedOn = socket.handshake.headers[EDGE_CLIENT_HEADER] !== undefined;
    socket.conn.on('packet', ({ type }: { readonly type: string }) => {
      if (type === 'message' || !this.#isPassedOn) this.#at = now();
    });
  }

  get at(): number {
    if (this.#isPassedOn) return this.#at;
    const bytes = this.#socket.conn.request.socket?.bytesRead ?? 0;
    // No packet since the last look, and bytes of one.
    if (bytes > this.#bytes && this.#at === this.#lookedAt) this.#at = this.#now();
    this.#bytes = bytes;
    this.#lookedAt = this.#at;
    return this.#at;
  }
}
