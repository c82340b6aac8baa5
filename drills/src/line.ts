import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Bytes that wait to leave on a narrow line before the sender is held up; its system holds more. */
const HELD_BYTES = 8 * 1024;
/** A narrow line carries one packet after another. */
const PACKET_BYTES = 1_400;

/**
 * The line between two ends of a system: it can be cut, go dead without anybody being told, be late in each
 * direction, and be narrow in that of the server.
 */
export class Line {
  readonly #server: Server;
  readonly #to: { readonly port: number; readonly host: string };
  readonly #sockets = new Set<Socket>();
  #state: 'whole' | 'cut' | 'dead' = 'whole';
  #lateMs = 0;
  #lateBackMs = 0;
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

  /** What is sent to the server from now on arrives this much later, in order; and what it sends back, where that is told. */
  late(ms: number, backMs = 0): void {
    this.#lateMs = ms;
    this.#lateBackMs = backMs;
  }

  /** Limits the bytes a second that get through to the server from now on. */
  narrow(bytesPerS: number): void {
    this.#bytesPerS = bytesPerS;
  }

  /** The line is as it should be; connections that have lost something break. */
  repair(): void {
    const wasDead = this.#state === 'dead';
    this.#state = 'whole';
    this.#lateMs = 0;
    this.#lateBackMs = 0;
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
    this.#pass(near, far, { isToServer: true });
    this.#pass(far, near, { isToServer: false });
  }

  #pass(from: Socket, to: Socket, { isToServer }: { readonly isToServer: boolean }): void {
    const onTheWay: Buffer[] = [];
    let freeAt = 0;
    let arrivesAt = 0;
    const arrive = () => {
      // Whichever timer fires first, the oldest arrives first.
      const bytes = onTheWay.shift() as Buffer;
      if (this.#state !== 'dead' && !to.destroyed) to.write(bytes);
    };
    const carry = (bytes: Buffer, now: number, bytesPerS: number | null) => {
      freeAt = Math.max(freeAt, now) + (bytesPerS === null ? 0 : (bytes.length * 1_000) / bytesPerS);
      // Never before what was sent earlier, also where the line has become quicker since.
      arrivesAt = Math.max(arrivesAt, freeAt + (isToServer ? this.#lateMs : this.#lateBackMs));
      onTheWay.push(bytes);
      if (arrivesAt <= now && onTheWay.length === 1) arrive();
      else setTimeout(arrive, arrivesAt - now);
    };
    this.#sockets.add(from);
    from.on('data', (bytes) => {
      const now = performance.now();
      const bytesPerS = isToServer ? this.#bytesPerS : null;
      const step = bytesPerS === null ? bytes.length : PACKET_BYTES;
      for (let at = 0; at < bytes.length; at += step) carry(bytes.subarray(at, at + step), now, bytesPerS);
      if (bytesPerS === null) return;
      // What has not left yet holds up the sender; what is on its way does not, however long the line is.
      const heldMs = freeAt - now - (HELD_BYTES * 1_000) / bytesPerS;
      if (heldMs <= 0) return;
      from.pause();
      setTimeout(() => from.resume(), heldMs).unref();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      if (this.#state !== 'dead') to.destroy();
    });
  }
}
