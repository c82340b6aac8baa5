import {
  encodeRecord,
  joinBatch,
  RELAY_NAMESPACE,
  RELAY_PROTOCOL_VERSION,
  type SourceRecord,
} from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';

/** Between two frames, in ms. */
const STEP_MS = 200;
/** One frame in this many has a clock that has jumped, and by how much, in s. */
const EVERY = 10;
const JUMP_S = 600;

/** A relay of a running sim that shows another session clock now and then: every tenth frame is ten minutes ahead. */
export class JumpingRelay {
  readonly #socket: Socket;
  readonly #beganAt = Date.now();
  #sent = 0;
  #timer: NodeJS.Timeout | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('clock:ping', (_ping: unknown, answer: (pong: object) => void) => {
      const now = Date.now();
      answer({ receivedAt: now, sentAt: now, wallAt: now });
    });
  }

  /** Greets the server at a URL and feeds it. @throws Error where that refuses the relay. */
  static async begin(url: string, token: string): Promise<JumpingRelay> {
    const socket = io(`${url}${RELAY_NAMESPACE}`, { auth: { token }, transports: ['websocket'], forceNew: true });
    const relay = new JumpingRelay(socket);
    const welcome = await socket.emitWithAck('relay:hello', {
      ...{ relayId: 'drill-pc', run: `jumps-${relay.#beganAt}`, version: 'drill', protocol: RELAY_PROTOCOL_VERSION },
      ...{ source: 'iracing', sim: 'iracing', simSessionKey: '7:0', playback: false },
    });
    if (!welcome.ok) throw new Error(`The relay is not welcome: ${welcome.error.message}`);
    relay.#send({
      ...{ kind: 'session', capturedAt: Date.now(), simSessionKey: '7:0', type: 'race' },
      track: { id: '1', name: 'Drill', config: null, lengthM: 4_000, sectorStarts: [0, 0.5] },
      ...{ limit: { laps: 10, timeS: null }, classes: [{ id: '1', name: 'GT3', color: '#ff5888' }] },
      entries: [
        {
          car: 1,
          carNumber: '1',
          teamName: null,
          driver: { id: '1', name: 'One' },
          classId: '1',
          carModel: 'a',
          pace: false,
        },
      ],
    });
    relay.#timer = setInterval(() => relay.#sendFrame(), STEP_MS);
    return relay;
  }

  /** Says goodbye, so that its session ends, and goes. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#socket.timeout(5_000).emitWithAck('relay:bye', { reason: 'finished' });
    this.#socket.disconnect();
  }

  #sendFrame(): void {
    const passedS = (Date.now() - this.#beganAt) / 1000;
    this.#send({
      ...{ kind: 'frame', seq: this.#sent + 1, capturedAt: Date.now(), state: 'racing', flags: ['green'] },
      sessionTime: 100 + passedS + (this.#sent % EVERY === EVERY - 1 ? JUMP_S : 0),
      cars: [{ car: 1, pct: (passedS / 90) % 1, lap: 1, lapsCompleted: 0, surface: 'onTrack', onPitRoad: false }],
    });
  }

  #send(record: SourceRecord): void {
    this.#sent += 1;
    this.#socket.emit(
      'relay:frames',
      Buffer.from(joinBatch([encodeRecord(record, this.#sent)])),
      Date.now(),
      () => undefined,
    );
  }
}
