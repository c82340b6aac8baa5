import { frame, sessionLine } from '../apps/server/src/testing/race.js';
import type { TestRelay } from '../apps/server/src/testing/running-server.js';
import type { SourceRecord } from '../packages/protocol/src/index.js';

const FRAME_MS = 100;
/** Where on the lap the box of the third car is. */
const BOX_AT = 0.02;
/** Length of the race, in s. */
const RACE_S = 3_600;
/** Laps of the first car: each takes this long, in s; the others are slower all the time. */
const LAP_S = [20, 20, 18, 20];

/** A race that a test feeds, ten frames a second; it says which flag is out, and may go on by seconds at once. */
export class FedRace {
  flags: readonly string[] = ['green'];
  /** Whether the third car stands in its box. */
  isInBox = false;
  /** When each whole second that is left was first sent, in ms of this machine's clock. */
  readonly sentAt = new Map<number, number>();
  readonly #rig: TestRelay;
  #next = 0;
  #seq = 1;
  #timer: NodeJS.Timeout | undefined;

  private constructor(rig: TestRelay) {
    this.#rig = rig;
  }

  static async begin(rig: TestRelay): Promise<FedRace> {
    const fed = new FedRace(rig);
    await fed.#send([sessionLine({ limit: { laps: null, timeS: RACE_S } }), fed.#frame()]);
    fed.#timer = setInterval(() => void fed.skip(FRAME_MS / 1_000), FRAME_MS);
    return fed;
  }

  /** Seconds since the race began. */
  get time(): number {
    return this.#next / 10;
  }

  /** Sends the frames of some seconds at once. */
  skip(seconds: number): Promise<void> {
    return this.#send(Array.from({ length: Math.round(seconds * 10) }, () => this.#frame()));
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #send(records: readonly SourceRecord[]): Promise<void> {
    const first = this.#seq;
    this.#seq += records.length;
    const answer = await this.#rig.send(records, first);
    if (!answer.ok) throw new Error(`The race is not taken: ${answer.error?.message}`);
  }

  #frame(): SourceRecord {
    const n = this.#next++;
    const timeS = RACE_S - n / 10;
    const second = Math.floor(timeS);
    if (!this.sentAt.has(second)) this.sentAt.set(second, Date.now());
    const cars = [0, 1, 2].map((car) => {
      const progress = car === 0 ? progressAt(n / 10) : n / 10 / 22 - 0.01 * car;
      const laps = Math.floor(progress);
      const isInBox = car === 2 && this.isInBox;
      const counts = { lap: laps + 1, lapsCompleted: laps };
      if (isInBox) return { car, pct: BOX_AT, ...counts, surface: 'pitStall' as const, onPitRoad: true };
      return { car, pct: progress - laps, ...counts, surface: 'onTrack' as const, onPitRoad: false };
    });
    return frame(n, { flags: [...this.flags], remaining: { timeS, laps: null }, cars });
  }
}

function progressAt(time: number): number {
  let left = time;
  for (const [laps, lapS] of LAP_S.entries()) {
    if (left < lapS) return laps + left / lapS;
    left -= lapS;
  }
  return LAP_S.length + left / 20;
}
