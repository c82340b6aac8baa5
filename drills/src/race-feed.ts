import { randomBytes } from 'node:crypto';
import {
  encodeRecord,
  joinBatch,
  RELAY_NAMESPACE,
  RELAY_PROTOCOL_VERSION,
  type SourceRecord,
} from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import { SHOW } from './server-under-test.js';
import type { TestSystem } from './test-system.js';

/** How often a frame is sent, in ms. */
const FRAME_MS = 100;
const CARS = 6;
const LAP_S = 90;

/** A relay that is fed by no sim: several of them can be in one session of the sim, as a crew's PCs are. */
export class RaceFeed {
  readonly relayId: string;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #seq = 0;

  private constructor(relayId: string, simSessionKey: string, socket: Socket, beganAt: number) {
    this.relayId = relayId;
    this.#socket = socket;
    this.#send(sessionLine(simSessionKey));
    this.#timer = setInterval(() => this.#send(frame((Date.now() - beganAt) / 1_000)), FRAME_MS);
  }

  /** Begins to feed the show; relays with the same key and beginning are in one session. @throws Error where it is refused */
  static async start(system: TestSystem, relayId: string, key: string, beganAt = Date.now()): Promise<RaceFeed> {
    const auth = { token: await system.token('relay') };
    const socket = io(`${system.url}${RELAY_NAMESPACE}`, { auth, transports: ['websocket'], forceNew: true });
    const hello = {
      ...{ relayId, run: randomBytes(6).toString('hex'), version: '0', protocol: RELAY_PROTOCOL_VERSION },
      ...{ source: 'drill', sim: 'drill', show: SHOW, simSessionKey: key, playback: false },
    };
    const welcome = await socket.emitWithAck('relay:hello', hello);
    if (!welcome.ok) throw new Error(`The relay ${relayId} was not let in: ${welcome.error.message}`);
    return new RaceFeed(relayId, key, socket, beganAt);
  }

  /** Says goodbye: nothing more comes of it. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    await this.#socket.emitWithAck('relay:bye', { reason: 'finished' });
    this.#socket.disconnect();
  }

  #send(record: SourceRecord): void {
    this.#seq += 1;
    this.#socket.emit('relay:frames', Buffer.from(joinBatch([encodeRecord(record, this.#seq)])), () => undefined);
  }
}

function sessionLine(simSessionKey: string): SourceRecord {
  return {
    ...{ kind: 'session', capturedAt: Date.now(), simSessionKey, type: 'race' },
    track: { name: 'Drill', lengthM: 5_000, sectorStarts: [0, 0.5] },
    classes: [],
    entries: Array.from({ length: CARS }, (_, car) => ({
      car,
      carNumber: String(car + 1),
      driver: { name: `D${car}` },
    })),
  };
}

function frame(sessionTime: number): SourceRecord {
  const cars = Array.from({ length: CARS }, (_, car) => {
    const progress = Math.max(0, sessionTime / LAP_S - car / 100);
    return { car, pct: progress % 1, lap: Math.floor(progress) + 1, lapsCompleted: Math.floor(progress) };
  });
  return { kind: 'frame', seq: 0, capturedAt: Date.now(), sessionTime, state: 'racing', flags: ['green'], cars };
}
