import type { SessionPhase, SessionType } from './recording.js';

/** What a car is doing now: the one vocabulary of every page, overlay and answer. A new word comes last: rows say its place. */
export const CAR_STATUSES = [
  'running',
  'pit',
  'outLap',
  'slow',
  'stopped',
  'retired',
  'finished',
  'notInWorld',
  'disqualified',
] as const;
export type CarStatus = (typeof CAR_STATUSES)[number];

/** How a figure came about. */
export const PROVENANCES = ['measured', 'estimated', 'official'] as const;
export type Provenance = (typeof PROVENANCES)[number];

/** Figures that carry a provenance of their own. */
export const PROVEN_FIGURES = ['position', 'gap', 'interval', 'lastLap', 'bestLap', 'sectors'] as const;
export type ProvenFigure = (typeof PROVEN_FIGURES)[number];

/** Whose best a lap is: nobody's, the car's own, its class's or the session's. */
export const LAP_MARKS = ['none', 'personal', 'class', 'session'] as const;
export type LapMark = (typeof LAP_MARKS)[number];

/** What does not change from tick to tick about a car. */
export interface EntryInfo {
  readonly car: number;
  readonly carNumber: string;
  /** What a page shows first: the team in team racing, else the driver. */
  readonly name: string;
  readonly teamName: string | null;
  readonly driver: string | null;
  /** The class's id; its name and colour stand in the session. */
  readonly class: string | null;
  /** The sim's own word for the car's status in its results; `null` where it has given none. */
  readonly officialStatus: string | null;
}

/** What the timing engine says of a car at one instant. Unknown is `null`, never 0. */
export interface EntryFigures {
  readonly position: number | null;
  readonly classPosition: number | null;
  readonly status: CarStatus;
  /** The lap that the car is on, 1 the first; 0 before the start. */
  readonly lap: number | null;
  readonly lapsCompleted: number | null;
  /** Laps completed plus the fraction of the one under way; below 0 on the grid. */
  readonly progress: number | null;
  /** To the leader: either a time or whole laps, never both. */
  readonly gapMs: number | null;
  readonly gapLaps: number | null;
  /** To the car ahead. */
  readonly intervalMs: number | null;
  readonly intervalLaps: number | null;
  readonly classGapMs: number | null;
  readonly classGapLaps: number | null;
  readonly classIntervalMs: number | null;
  readonly classIntervalLaps: number | null;
  readonly lastLapMs: number | null;
  readonly bestLapMs: number | null;
  readonly lastLapMark: LapMark;
  readonly bestLapMark: LapMark;
  /** Sectors of the last completed lap, one for each sector of the track. */
  readonly sectorsMs: readonly (number | null)[];
  /** Visits to the pit lane that were stops. */
  readonly pitStops: number | null;
  /** Visits to the pit lane without standing in a box, as far as they are over. */
  readonly driveThroughs: number | null;
  /** Laps since the car last left the pit lane, or since the start. */
  readonly stintLaps: number | null;
  readonly inPit: boolean;
  /**
   * How the interval to the car ahead in class has changed since the lap before, at the same place of the track; below 0
   * the car is catching.
   */
  readonly trendMs: number | null;
  /** The battle that the car is in, by the index of the car at its head. */
  readonly battle: number | null;
  readonly provenance: Readonly<Record<ProvenFigure, Provenance | null>>;
}

/** A car as HTTP answers, `format: 'json'` feeds and the results command give it. */
export type Entry = EntryInfo & EntryFigures;

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
