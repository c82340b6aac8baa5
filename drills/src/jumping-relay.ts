import { DrillRelay } from './drill-relay.js';

/** Between two frames, in ms. */
const STEP_MS = 200;
/** One frame in this many has a clock that has jumped, and by how much, in s. */
const EVERY = 10;
const JUMP_S = 600;

/** A relay whose sim shows another session clock now and then: every tenth frame is ten minutes ahead. */
export class JumpingRelay {
  readonly #relay: DrillRelay;
  readonly #beganAt = Date.now();
  readonly #timer: NodeJS.Timeout;

  private constructor(relay: DrillRelay) {
    this.#relay = relay;
    relay.send({
      kind: 'session',
      capturedAt: Date.now(),
      simSessionKey: '7:0',
      type: 'race',
      track: { id: '1', name: 'Drill', config: null, lengthM: 4_000, sectorStarts: [0, 0.5] },
      limit: { laps: 10, timeS: null },
      classes: [{ id: '1', name: 'GT3', color: '#ff5888' }],
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
    this.#timer = setInterval(() => this.#sendFrame(), STEP_MS);
  }

  /** Greets the server at a URL and feeds it. @throws Error where the relay is refused. */
  static async begin(url: string, token: string): Promise<JumpingRelay> {
    const hello = { relayId: 'drill-pc', source: 'iracing', sim: 'iracing', simSessionKey: '7:0' };
    return new JumpingRelay(await DrillRelay.connect(url, token, hello));
  }

  /** Says goodbye, so that its session ends, and disconnects. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#relay.finish();
  }

  #sendFrame(): void {
    const passedS = (Date.now() - this.#beganAt) / 1000;
    const { sent } = this.#relay;
    this.#relay.send({
      kind: 'frame',
      seq: sent + 1,
      capturedAt: Date.now(),
      state: 'racing',
      flags: ['green'],
      sessionTime: 100 + passedS + (sent % EVERY === EVERY - 1 ? JUMP_S : 0),
      cars: [{ car: 1, pct: (passedS / 90) % 1, lap: 1, lapsCompleted: 0, surface: 'onTrack', onPitRoad: false }],
    });
  }
}
