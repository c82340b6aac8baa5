import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A slow connection: limited bytes a second in each direction, each delayed, with a stall now and then. */
export interface SlowLine {
  readonly bytesPerS: number;
  readonly latencyMs: number;
  /** As often as a packet is lost and sent again, the line stands still for this long. */
  readonly stallMs?: number;
}

const PIECE_BYTES = 1_400;
/** Bytes that the connection holds before it holds up the sender, whose system holds more. */
const HELD_BYTES = 32 * 1024;
/** One piece in this number is lost on its way. */
const LOST_ONE_IN = 50;

/** The cable between a relay and its server: it can be pulled, be slow, or go dead without anybody being told. */
export class Cable {
  readonly #server: Server;
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  #state: 'whole' | 'pulled' | 'dead' = 'whole';
  #slow: SlowLine | null = null;

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer((inner) => this.#join(inner));
  }

  static async to(port: number): Promise<Cable> {
    const cable = new Cable(port);
    await new Promise<void>((done) => cable.#server.listen(0, '127.0.0.1', done));
    return cable;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections break, and new ones are refused. */
  pull(): void {
    this.#state = 'pulled';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Connections from now on are slow. */
  slow(line: SlowLine): void {
    this.#slow = line;
  }

  /** Nothing gets through any more, and nobody hears of it: half-open connections on both sides. */
  kill(): void {
    this.#state = 'dead';
  }

  repair(): void {
    this.#state = 'whole';
  }

  async close(): Promise<void> {
    this.pull();
    await new Promise((done) => this.#server.close(done));
  }

  #join(inner: Socket): void {
    if (this.#state === 'pulled') {
      inner.destroy();
      return;
    }
    const outer = connect(this.#to, '127.0.0.1');
    this.#pass(inner, outer);
    this.#pass(outer, inner);
  }

  #pass(from: Socket, to: Socket): void {
    // A connection that was there while the cable was dead has lost bytes: it never works again.
    let isDead = this.#state === 'dead';
    const pour = this.#slow && pouring(this.#slow, from, to);
    this.#sockets.add(from);
    from.on('data', (bytes) => {
      isDead ||= this.#state === 'dead';
      if (isDead) return;
      if (pour === null) to.write(bytes);
      else pour(bytes);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!isDead) to.destroy();
    });
  }
}

/** Hands bytes on piece by piece as a slow connection does, and holds up a faster sender. */
function pouring({ bytesPerS, latencyMs, stallMs = 0 }: SlowLine, from: Socket, to: Socket): (bytes: Buffer) => void {
  const onTheWay: Buffer[] = [];
  let waiting = 0;
  let freeAt = performance.now();
  let pieces = 0;
  const arrive = () => {
    // Whichever timer fires first, the oldest arrives first.
    const piece = onTheWay.shift() as Buffer;
    waiting -= piece.length;
    if (!to.destroyed) to.write(piece);
    if (waiting < HELD_BYTES) from.resume();
  };
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      pieces += 1;
      const stall = pieces % LOST_ONE_IN === 0 ? stallMs : 0;
      freeAt = Math.max(freeAt, performance.now()) + (piece.length * 1000) / bytesPerS + stall;
      onTheWay.push(piece);
      waiting += piece.length;
      setTimeout(arrive, freeAt + latencyMs - performance.now());
    }
    if (waiting >= HELD_BYTES) from.pause();
  };
}
