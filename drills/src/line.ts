import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What is on its way in one direction before whoever sends is held up, whose system holds more. */
const HELD_BYTES = 8 * 1024;

/**
 * The line between two ends of a system: it can be cut, go dead without anybody being told, and be narrow or late in
 * the direction of the server.
 */
export class Line {
  readonly #server: Server;
  readonly #to: { readonly port: number; readonly host: string };
  readonly #sockets = new Set<Socket>();
  #state: 'whole' | 'cut' | 'dead' = 'whole';
  #lateMs = 0;
  #bytesPerS: number | null = null;

  private constructor(to: { readonly port: number; readonly host: string }) {
    this.#to = to;
    this.#server = createServer((near) => this.#join(near));
  }

  /** A line to a port, of this machine unless told. It begins on this machine. */
  static async to(port: number, host = '127.0.0.1'): Promise<Line> {
    const line = new Line({ port, host });
    await new Promise<void>((done) => line.#server.listen(0, '127.0.0.1', done));
    return line;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections break, and new ones are refused. */
  cut(): void {
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing gets through any more, and nobody hears of it. */
  goDead(): void {
    this.#state = 'dead';
  }

  /** What is sent to the server from now on arrives so much later, in order. */
  late(ms: number): void {
    this.#lateMs = ms;
  }

  /** So many bytes a second get through to the server from now on. */
  narrow(bytesPerS: number): void {
    this.#bytesPerS = bytesPerS;
  }

  /** The line is as it should be; connections that have lost something break. */
  mend(): void {
    const wasDead = this.#state === 'dead';
    this.#state = 'whole';
    this.#lateMs = 0;
    this.#bytesPerS = null;
    if (wasDead) for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.#server.close(done));
  }

  #join(near: Socket): void {
    if (this.#state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(this.#to);
    near.setNoDelay(true);
    far.setNoDelay(true);
    this.#pass(near, far, { isDisturbed: true });
    this.#pass(far, near, { isDisturbed: false });
  }

  #pass(from: Socket, to: Socket, { isDisturbed }: { readonly isDisturbed: boolean }): void {
    const onTheWay: Buffer[] = [];
    let waiting = 0;
    let freeAt = 0;
    let arrivesAt = 0;
    const arrive = () => {
      // Whichever timer fires first, the oldest arrives first.
      const bytes = onTheWay.shift() as Buffer;
      waiting -= bytes.length;
      if (waiting < HELD_BYTES) from.resume();
      if (this.#state !== 'dead' && !to.destroyed) to.write(bytes);
    };
    this.#sockets.add(from);
    from.on('data', (bytes) => {
      const now = performance.now();
      const takesMs = isDisturbed && this.#bytesPerS !== null ? (bytes.length * 1_000) / this.#bytesPerS : 0;
      freeAt = Math.max(freeAt, now) + takesMs;
      // Never before what was sent earlier, also where the line has become quicker since.
      arrivesAt = Math.max(arrivesAt, freeAt + (isDisturbed ? this.#lateMs : 0));
      onTheWay.push(bytes);
      waiting += bytes.length;
      if (arrivesAt <= now && onTheWay.length === 1) arrive();
      else setTimeout(arrive, arrivesAt - now);
      // A long line holds all that is on its way; a narrow one holds up whoever sends more.
      if (takesMs > 0 && waiting >= HELD_BYTES) from.pause();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      if (this.#state !== 'dead') to.destroy();
    });
  }
}
