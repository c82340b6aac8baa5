import type { SessionPhase, SessionType } from '../wire/recording.js';
import type { DelayState } from './broadcast.js';
import type { Entry } from './entries.js';
import type { OnAir } from './on-air.js';
import type { FeedTopics } from './state.js';
import type { Provenance } from './vocabulary.js';

/** One lap of one car. */
export interface Lap {
  readonly car: number;
  readonly carNumber: string;
  readonly driver: string | null;
  readonly lap: number;
  /** Where nothing says how many laps a car had done when it was first seen, its laps are counted from then. */
  readonly countedFrom?: 'seen';
  /** `null` where the lap has no honest time: a tow, or a line crossed unseen. */
  readonly lapTimeMs: number | null;
  /** Lap 1 of a race counts from green, every other from the line. */
  readonly from: 'line' | 'green';
  readonly sectorsMs: readonly (number | null)[];
  /** Milliseconds on the sim's session clock. */
  readonly crossedAtMs: number;
  /** Place among the cars that have completed this lap, in the order they did. Races only. */
  readonly position: number | null;
  /** Whether the car was in the pit lane at any time during the lap. */
  readonly inPit: boolean;
  /** Whether it came into the pit lane during the lap, and whether it left it. */
  readonly inLap: boolean;
  readonly outLap: boolean;
  readonly valid: boolean;
  /** Present where the sim has struck the lap off since it was completed: its time does not count. */
  readonly deleted?: true;
  readonly provenance: Provenance;
}

/** Names of race events, past tense or a state's name, dotted (contract, section 6). */
export const RACE_EVENT_NAMES = [
  'phase.changed',
  'flag.changed',
  'lead.changed',
  'overtake',
  'pit.entered',
  'box.stopped',
  'box.left',
  'pit.left',
  'driver.changed',
  'best.session',
  'best.class',
  'best.personal',
  'off.track',
  'stopped',
  'gone',
  'returned',
  'towed',
  'retired',
  'finished',
  'penalty',
  'message',
  'lap.deleted',
  'best.withdrawn',
  'official.differs',
] as const;
export type RaceEventName = (typeof RACE_EVENT_NAMES)[number];

/** Something that happened in the race, once. */
export interface RaceEvent {
  /** Counts from 1 within the session. */
  readonly id: number;
  /** When it was captured, milliseconds since the epoch. */
  readonly at: number;
  /** Seconds on the sim's session clock. */
  readonly sessionTime: number;
  readonly name: RaceEventName;
  /** The leader's lap then. */
  readonly lap: number | null;
  readonly car?: number;
  readonly otherCar?: number;
  /** What the event says beyond its name: a phase, flags, a lap time. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** One line of the session list. */
export interface SessionSummary {
  readonly sessionId: string;
  readonly show: string;
  readonly status: 'live' | 'ended';
  readonly sim: string;
  readonly track: string;
  readonly type: SessionType;
  readonly startedAt: number;
  readonly lastFrameAt: number | null;
  /** Of a session in its public picture: where the delay of that picture stands. Absent where it is listed live, or has ended. */
  readonly delay?: DelayState;
  /** `null` while it runs, or where nobody knows any more. */
  readonly endedAt: number | null;
  /** When the newest record came that a relay had not sent before the session ended; absent where none did. */
  readonly lateAt?: number;
  readonly entryCount: number;
  /** The first of a session that has ended; empty while it runs. */
  readonly podium: readonly Placed[];
  /** By which version of the timing rules its laps, events and figures were made; absent for the public. */
  readonly rulesVersion?: number;
}

/** A car and where it came in. */
export interface Placed {
  readonly position: number;
  readonly carNumber: string;
  readonly name: string;
}

/** The answer of `GET /api/sessions/:id/timing` and the state of a `format: 'json'` join. */
export interface TimingAnswer {
  readonly sessionId: string;
  readonly at: number | null;
  readonly sessionTime: number | null;
  readonly phase: SessionPhase | null;
  readonly flags: readonly string[];
  readonly entries: readonly Entry[];
  /** What is cued, at the instant shown. */
  readonly onAir: OnAir;
  /** How many rows the logs of laps, gaps and events have, and the epoch that their chunks are asked for by. */
  readonly topics?: FeedTopics;
}

/** An RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The capability whose lack caused a refusal. */
  readonly capability?: string;
}

const NO_SUCH_CALL = 'Not found: ';

/** The `detail` of a problem for a call that the server does not have: it is of another version, or a surface is off. */
export function noSuchCall(method: string, path: string): string {
  return `${NO_SUCH_CALL}${method} ${path}.`;
}

/** Whether a problem says that the server does not have the call, rather than what was asked for. */
export function isNoSuchCall({ status, detail }: Pick<Problem, 'status' | 'detail'>): boolean {
  return status === 404 && detail.startsWith(NO_SUCH_CALL);
}
