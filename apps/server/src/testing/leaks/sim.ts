import type { Frame, SessionLine, SessionPhase, SessionType, SourceRecord } from '@okboxbox/protocol';
import type { Random } from './random.js';
import { SECRET, type ShowTruth, trueNow } from './show-truth.js';

/** A lap of the leader, in seconds of the sim's clock. */
export const LAP_S = 4;
/** What a session lasts by its own clock, in s: what remains tells the time, too. */
export const REMAINING_S = 100_000;
const CARS = 6;
const TYPES = ['practice', 'qualify', 'race'] as const satisfies readonly SessionType[];

/**
 * A sim that goes from one session to the next. All that it says can be read back to when it was said: its texts carry
 * marks, its clock and its cars are noted with the truth. What is private in it says so.
 */
export class Sim {
  readonly #truth: ShowTruth;
  readonly #random: Random;
  #number = 0;
  #beganAt = trueNow();
  /** Instants at which its clock stood, and for how long. */
  #stood = 0;
  #standsSince: number | null = null;

  constructor(truth: ShowTruth, random: Random) {
    this.#truth = truth;
    this.#random = random;
  }

  /** The sim's name for its session: never 0, so that relays of it meet in one session. */
  get key(): string {
    return `4711:${this.#number}`;
  }

  get type(): SessionType {
    return TYPES[this.#number % TYPES.length] as SessionType;
  }

  /** Goes on to the next session. */
  next(): void {
    this.#number += 1;
    this.#beganAt = trueNow();
    this.#stood = 0;
    this.#standsSince = null;
    this.#truth.wentOn(this.key, this.#beganAt);
  }

  /** Stops its clock, or lets it go on. */
  toggle(): void {
    const now = trueNow();
    if (this.#standsSince === null) {
      this.#standsSince = now;
    } else {
      this.#stood += now - this.#standsSince;
      this.#standsSince = null;
    }
  }

  sessionTimeAt(at: number): number {
    return Math.max(0, ((this.#standsSince ?? at) - this.#beganAt - this.#stood) / 1000);
  }

  /** Captures a frame now; `capturedAt` is what the relay stamps it with. */
  frame(at: number, capturedAt: number): Frame {
    const sessionTime = this.sessionTimeAt(at);
    this.#truth.captured(this.key, sessionTime * 1000, at);
    return {
      kind: 'frame',
      seq: 1,
      capturedAt,
      sessionTime,
      state: this.#phase(sessionTime),
      flags: ['green', this.#truth.mark(at)],
      remaining: { timeS: REMAINING_S - sessionTime, laps: null, note: SECRET },
      cars: Array.from({ length: CARS }, (_, car) => {
        const progress = Math.max(0, sessionTime / LAP_S - 0.03 * car);
        return {
          car,
          pct: progress - Math.floor(progress),
          lap: Math.floor(progress) + 1,
          lapsCompleted: Math.floor(progress),
          surface: 'onTrack' as const,
          onPitRoad: false,
          tyre: SECRET,
          x: 600 * Math.cos(progress * 2 * Math.PI),
          y: 400 * Math.sin(progress * 2 * Math.PI),
        };
      }),
      own: { car: 0, fuelL: 31.4, setup: SECRET },
      stewards: SECRET,
    };
  }

  /** What it says beside its frames: crews that change, messages, results. */
  line(at: number, capturedAt: number): SourceRecord {
    const what = this.#random.next();
    if (what < 0.6) return this.session(at, capturedAt);
    if (what < 0.8) {
      const sessionTime = this.sessionTimeAt(at);
      return { kind: 'message', capturedAt, sessionTime, what: 'stewards', text: SECRET, car: 1 };
    }
    const rows = Array.from({ length: CARS }, (_, car) => ({ car, position: car + 1, note: SECRET }));
    return { kind: 'results', capturedAt, official: false, rows };
  }

  session(at: number, capturedAt: number): SessionLine {
    const mark = this.#truth.mark(at);
    return {
      kind: 'session',
      capturedAt,
      simSessionKey: this.key,
      type: this.type,
      track: { id: SECRET, name: `Track ${mark}`, config: null, lengthM: 4_000, sectorStarts: [0, 0.5], note: SECRET },
      limit: { laps: null, timeS: REMAINING_S },
      classes: [{ id: 'a', name: `Class ${mark}`, color: '#ff5888', note: SECRET }],
      entries: Array.from({ length: CARS }, (_, car) => ({
        car,
        carNumber: String(car + 11),
        teamName: `Team ${mark}`,
        driver: { id: SECRET, name: `Driver ${mark}`, licence: SECRET },
        classId: 'a',
        carModel: `Model ${mark}`,
        pace: false,
        stewards: SECRET,
      })),
      stewards: SECRET,
    };
  }

  #phase(sessionTime: number): SessionPhase {
    return sessionTime < 1 ? 'grid' : 'racing';
  }
}
