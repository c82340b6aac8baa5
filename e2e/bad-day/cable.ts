import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The cable between a relay and its server: it can be pulled, or go dead without anybody being told. */
export class Cable {
  readonly #server: Server;
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  #state: 'whole' | 'pulled' | 'dead' = 'whole';

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

  /** Nothing gets through any more, and nobody hears of it: half-open connections on both sides. */
  kill(): void {
    this.#state = 'dead';
  }

  mend(): void {
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
    this.#sockets.add(from);
    from.on('data', (bytes) => {
      isDead ||= this.#state === 'dead';
      if (!isDead) to.write(bytes);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!isDead) to.destroy();
    });
  }
}
