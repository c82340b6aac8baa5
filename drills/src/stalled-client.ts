import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A text frame of a WebSocket, masked as a client's must be. */
function masked(text: string): Buffer {
  const body = Buffer.from(text);
  const mask = randomBytes(4);
  for (let i = 0; i < body.length; i++) body[i] = (body[i] as number) ^ (mask[i % 4] as number);
  const head =
    body.length < 126
      ? Buffer.from([0x81, 0x80 | body.length])
      : Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, mask, body]);
}

/**
 * A dashboard whose page is frozen: it has joined, its connection stands, and it does not read. It speaks Engine.IO itself,
 * since no library lets its user stop reading.
 */
export class StalledClient {
  readonly #socket: Socket;
  #calls = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async connect(url: string, token: string): Promise<StalledClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const key = randomBytes(16).toString('base64');
    socket.write(
      [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        `Host: ${hostname}:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${key}`,
        '\r\n',
      ].join('\r\n'),
    );
    const client = new StalledClient(socket);
    await client.#hears('"sid"');
    client.#send(`40${JSON.stringify({ token, clientKind: 'dashboard', surface: 'frozen' })}`);
    await client.#hears('40{"sid"');
    return client;
  }

  /** Joins a show live, and reads nothing any more. */
  async joinAndStall(show: string): Promise<void> {
    this.#ask('session:join', { show, audience: 'live', format: 'json' });
    await this.#hears('"ok":true');
    this.#socket.pause();
  }

  /**
   * Asks for the whole state, `times` over: the answers wait for it, as a night's messages would. A server answers 20 of
   * these a second, and refuses more.
   */
  askOn(times: number): void {
    for (let i = 0; i < times; i++) this.#ask('feed:resync', { epoch: 'none', seq: 0 });
  }

  /** The page thaws. */
  read(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(event: string, payload: object): void {
    this.#calls += 1;
    this.#send(`42${this.#calls}${JSON.stringify([event, payload])}`);
  }

  #send(text: string): void {
    this.#socket.write(masked(text));
  }

  #hears(words: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let heard = '';
      const listen = (bytes: Buffer) => {
        heard += bytes.toString('latin1');
        if (heard.includes('\x89') || heard.endsWith('2')) this.#send('3');
        if (!heard.includes(words)) return;
        this.#socket.off('data', listen);
        resolve();
      };
      this.#socket.on('data', listen);
      this.#socket.once('close', () =>
        reject(new Error(`The server closed the connection; heard: ${heard.slice(0, 300)}`)),
      );
    });
  }
}
