import { randomBytes } from 'node:crypto';
import {
  encodeRecord,
  joinBatch,
  RELAY_NAMESPACE,
  RELAY_PROTOCOL_VERSION,
  type RelayHello,
  type SourceRecord,
} from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';

/** What a relay of a drill says of itself. */
export type DrillHello = Pick<RelayHello, 'relayId' | 'source' | 'sim' | 'simSessionKey' | 'show'>;

/** A relay without a sim: it greets the server, and sends the records that the drill makes. */
export class DrillRelay {
  readonly #socket: Socket;
  #sent = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('clock:ping', (_ping: unknown, answer: (pong: object) => void) => {
      const now = Date.now();
      answer({ receivedAt: now, sentAt: now, wallAt: now });
    });
  }

  /** Connects to the server at a URL and greets it. @throws Error where the relay is refused. */
  static async connect(url: string, token: string, hello: DrillHello): Promise<DrillRelay> {
    const socket = io(`${url}${RELAY_NAMESPACE}`, { auth: { token }, transports: ['websocket'], forceNew: true });
    const relay = new DrillRelay(socket);
    const welcome = await socket.emitWithAck('relay:hello', {
      ...hello,
      run: randomBytes(6).toString('hex'),
      version: 'drill',
      protocol: RELAY_PROTOCOL_VERSION,
      playback: false,
    });
    if (!welcome.ok) {
      socket.disconnect();
      throw new Error(`The relay ${hello.relayId} was refused: ${welcome.error.message}`);
    }
    return relay;
  }

  /** Records sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends a record as the next of its run. */
  send(record: SourceRecord): void {
    this.#sent += 1;
    const batch = Buffer.from(joinBatch([encodeRecord(record, this.#sent)]));
    this.#socket.emit('relay:frames', batch, Date.now(), () => undefined);
  }

  /** Says goodbye, so that its session ends, and disconnects. */
  async finish(): Promise<void> {
    await this.#socket.timeout(5_000).emitWithAck('relay:bye', { reason: 'finished' });
    this.#socket.disconnect();
  }
}
