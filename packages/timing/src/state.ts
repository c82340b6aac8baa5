import type {
  EntryInfo,
  Lap,
  RaceEvent,
  ResultsLine,
  SessionEntry,
  SessionLine,
  SessionPhase,
} from '@okboxbox/protocol';
import type { CarState } from './car-state.js';

/** Between which fractions of a lap a line on the track must lie, as cars have shown; `high` may be above 1. */
export interface LineSpan {
  readonly low: number;
  readonly high: number;
}

/** A driver that a car has had, as the sim named them then. */
export interface CrewDriver {
  readonly id: string | null;
  readonly name: string;
}

/** What was missed of a race that was first seen when it was under way. */
export interface Joined {
  /** Whether the sim says how many laps the cars had done; else laps are counted from when each was first seen. */
  lapsKnown: boolean;
  /** When it was first seen, in s on the session clock. */
  readonly at: number;
  /** The most laps that a car had done when it was first seen: who completed them when is not known. */
  unseenLaps: number;
}

/** A car that has completed a lap before anyone else has. */
export interface LeadCrossing {
  readonly car: number;
  readonly at: number;
  readonly laps: number;
}

/** A class's best lap: seconds from the line to each hundredth of it, and how long it took. */
export interface ReferenceLap {
  readonly lapMs: number;
  readonly times: Float64Array;
}

/** What the engine knows of a session: what is folded, and nothing else. */
export interface TimingState {
  session: SessionLine | null;
  /** Seconds on the sim's session clock; `null` before the first frame. */
  sessionTime: number | null;
  /** When the newest frame was captured, milliseconds since the epoch. */
  capturedAt: number | null;
  phase: SessionPhase | null;
  flags: readonly string[];
  /** Whether the race is behind the pace car, by the flags. */
  isCaution: boolean;
  /** Whether nobody races for places: under caution, a red flag, or before a restart. */
  isNeutral: boolean;
  remainingTimeS: number | null;
  remainingLaps: number | null;
  /** Lap that the leader is on. */
  leaderLap: number | null;
  /** Completed laps of all cars, in order of crossing. */
  laps: Lap[];
  events: RaceEvent[];
  /** Frames whose session time did not advance. */
  staleFrames: number;
  /** Seconds on the session clock; `null` before green, or where it was not seen. */
  greenAt: number | null;
  /** Whether a race has begun: it has been seen under way, now or before. */
  hasBegun: boolean;
  /** What was missed of a race that was first seen under way; `null` where the start was seen. */
  joined: Joined | null;
  /** When the chequered flag was first seen; `null` before. */
  flagAt: number | null;
  /** The newest lap that a car completed before anyone else, before the race was over. */
  lead: LeadCrossing | null;
  /** The leader's lap when a caution was last out. */
  cautionLap: number | null;
  /** First seen under the chequered flag: nobody knows who has finished already. */
  joinedUnderFlag: boolean;
  /** The winner's finish: laps and time. */
  finish: { readonly at: number; readonly laps: number } | null;
  entries: Record<number, SessionEntry>;
  /** Who has driven each car so far, by car, in the order in which they first did. */
  crews: Record<number, readonly CrewDriver[]>;
  infos: readonly EntryInfo[];
  cars: CarState[];
  /** Cars by place, kept from frame to frame so that ties stay as they were. */
  order: number[];
  /** The same, but that places change hands only where a car is clearly ahead: what overtakes are told from. */
  settled: number[];
  /** Where the pit lane begins and ends. */
  pitEntry: LineSpan | null;
  pitExit: LineSpan | null;
  /** How many cars have completed each lap, by lap number. */
  completions: number[];
  /** Whether the sim has given any car's best lap in this session. */
  simGivesBests: boolean;
  bestSessionMs: number | null;
  bestSessionCar: number | null;
  /** By the class's id, which may be any text. */
  bestClass: Map<string, { ms: number; car: number }>;
  /** Best laps by class, to estimate with where nothing was measured. */
  references: Map<string, ReferenceLap>;
  /** Car in the lead at the last frame. */
  leader: number | null;
  /** The sim's newest results, the cars' order before they were official, and by car what was told of them. */
  official: ResultsLine | null;
  /** The results' own words for a car's status, by car. */
  officialStatus: Record<number, string>;
  measuredOrder: number[] | null;
  officialTold: Record<number, string>;
}

/** The state before any record. */
export function createTiming(): TimingState {
  return {
    session: null,
    sessionTime: null,
    capturedAt: null,
    phase: null,
    flags: [],
    isCaution: false,
    isNeutral: false,
    remainingTimeS: null,
    remainingLaps: null,
    leaderLap: null,
    laps: [],
    events: [],
    staleFrames: 0,
    greenAt: null,
    hasBegun: false,
    joined: null,
    flagAt: null,
    lead: null,
    cautionLap: null,
    joinedUnderFlag: false,
    finish: null,
    entries: {},
    crews: {},
    infos: [],
    cars: [],
    order: [],
    settled: [],
    pitEntry: null,
    pitExit: null,
    completions: [],
    simGivesBests: false,
    bestSessionMs: null,
    bestSessionCar: null,
    bestClass: new Map(),
    references: new Map(),
    leader: null,
    official: null,
    officialStatus: {},
    measuredOrder: null,
    officialTold: {},
  };
}

/** Whether a race has not begun: what is driven before green counts for nothing. */
export function isBeforeStart({ session, hasBegun }: TimingState): boolean {
  return session?.type === 'race' && !hasBegun;
}

/** The id of a car's class; `''` where it has none. */
export function classOf(state: TimingState, car: CarState): string {
  return state.entries[car.car]?.classId ?? '';
}
