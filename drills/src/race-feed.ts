import type { SourceRecord } from '@okboxbox/protocol';
import { DrillRelay } from './drill-relay.js';
import { SHOW } from './server-under-test.js';
import type { TestSystem } from './test-system.js';

/** How often a frame is sent, in ms. */
const FRAME_MS = 100;
const CARS = 6;
const LAP_S = 90;

/** A relay of a race without a sim: several of them can be in one session of the sim, as a crew's PCs are. */
export class RaceFeed {
  readonly relayId: string;
  readonly #relay: DrillRelay;
  readonly #timer: NodeJS.Timeout;

  private constructor(relayId: string, simSessionKey: string, relay: DrillRelay, beganAt: number) {
    this.relayId = relayId;
    this.#relay = relay;
    relay.send(sessionLine(simSessionKey));
    this.#timer = setInterval(() => relay.send(frame((Date.now() - beganAt) / 1_000)), FRAME_MS);
  }

  /** Starts to feed the show; relays with the same key and start are in one session. @throws Error where it is refused. */
  static async start(system: TestSystem, relayId: string, key: string, beganAt = Date.now()): Promise<RaceFeed> {
    const hello = { relayId, source: 'drill', sim: 'drill', show: SHOW, simSessionKey: key };
    const relay = await DrillRelay.connect(system.url, await system.token('relay'), hello);
    return new RaceFeed(relayId, key, relay, beganAt);
  }

  /** Says goodbye: nothing more comes from it. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    await this.#relay.finish();
  }
}

function sessionLine(simSessionKey: string): SourceRecord {
  return {
    kind: 'session',
    capturedAt: Date.now(),
    simSessionKey,
    type: 'race',
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
