import type { Socket } from 'socket.io';

/**
 * When anything came over a connection last. A packet counts when it is whole; of one that takes long on a slow
 * connection, bytes count as well, as of the moment at which they are looked at.
 */
export class Heard {
  readonly #socket: Socket;
  readonly #now: () => number;
  #at: number;
  #bytes = 0;
  #lookedAt: number | null = null;

  constructor(socket: Socket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
    this.#at = now();
    socket.conn.on('packet', () => {
      this.#at = now();
    });
  }

  get at(): number {
    const bytes = this.#socket.conn.request.socket?.bytesRead ?? 0;
    // No packet since the last look, and bytes of one.
    if (bytes > this.#bytes && this.#at === this.#lookedAt) this.#at = this.#now();
    this.#bytes = bytes;
    this.#lookedAt = this.#at;
    return this.#at;
  }
}
