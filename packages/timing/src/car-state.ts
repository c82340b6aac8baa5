import type { CarStatus } from '@okboxbox/protocol';
import { createHistory, type History } from './history.js';

/** Places around the lap at which the interval is taken: it is compared at the same place from lap to lap. */
export const CHASE_PLACES = 20;

/** How the lap under way began: at the line, at green, or unseen. */
export type LapBegin = { readonly from: 'line' | 'green'; readonly at: number } | null;

/** The newest sample between finish and start: its fraction, above 1, when, and how fast the car was, in laps a second. */
export interface Beyond {
  readonly pct: number;
  readonly at: number;
  readonly rate: number;
}

/** What the engine knows of one car. Times are seconds on the session clock. */
export interface CarState {
  readonly car: number;
  /** Whether it has ever been in the world, and is now. */
  seen: boolean;
  inWorld: boolean;
  /** Laps completed plus fraction; frozen while the car is away. `null` before it was seen. */
  progress: number | null;
  /** The furthest that it has been: a line counts once, however often it is crossed. */
  furthest: number;
  /** Where it was before it was towed forward to the pits: its place is by this until it drives again. */
  heldProgress: number | null;
  /** First seen near the line, where the sim's counter may be a lap out, and not yet away from it. */
  lapUnsure: boolean;
  /** Laps completed by the sim's newest count; `null` where it does not count. */
  counted: number | null;
  /** Between the finish and the start, where the two are not at one place: the fraction goes on above 1. */
  beyond: Beyond | null;
  pct: number;
  sampledAt: number;
  /** Laps a second between its last two samples. */
  rate: number;
  /** Since when it has been far slower than its class's best lap there; `null` where it is not. */
  slowSince: number | null;
  /** When it left the world; `null` while it is there. */
  goneAt: number | null;
  goneTold: boolean;
  /** Whether it left the world in its box: a driver change, and no leaving of the pits. */
  awayInBox: boolean;
  retired: boolean;
  /** First seen when the race was under way: what it did before is not known. */
  isJoined: boolean;
  /** Laps that it had completed then, by the sim's count. */
  lapsMissed: number;
  lapBegin: LapBegin;
  /** Progress at which the lap under way began. */
  lapFrom: number;
  /** The lap under way: in the pits at some time, away or moved by hand at some time, a crossing guessed. */
  lapInPit: boolean;
  lapBroken: boolean;
  lapEstimated: boolean;
  /** When each sector of the lap under way began; `null` where it was missed. */
  sectorBegins: (number | null)[];
  lastLapMs: number | null;
  lastLapMark: 'none' | 'personal';
  lastLapEstimated: boolean;
  bestLapMs: number | null;
  /** Times of its newest clean laps, in ms. */
  cleanLapsMs: number[];
  /** Whether the best lap is the sim's figure, of a lap that was not measured; else when it was completed. */
  bestIsOfficial: boolean;
  bestLapAt: number;
  /** The sim's best lap and since when it has said so; infinite where it says that there is none. */
  simBestMs: number | null;
  simBestSince: number;
  /** A best lap of the sim's from before this session, which it still gives. */
  staleBestMs: number | null;
  /** The sim's last lap, and since when it has said so; infinite where it says that it has no time. */
  simLastMs: number | null;
  simLastSince: number;
  /** Whether the sim counts the car's laps. */
  simCounts: boolean;
  /** When the slot became this entrant's, in ms on the session clock: laps before are another's. */
  entrantSinceMs: number;
  lastSectorsMs: readonly (number | null)[];
  lapsDone: number;
  onPitRoad: boolean;
  /** The visit to the pit lane under way; `null` on the track, and where standing there is no stop. */
  visit: PitVisit | null;
  /** Whether it has been on the track since the start: leaving the pits at the start is no stop. */
  hasRaced: boolean;
  pitStops: number;
  driveThroughs: number;
  /** The lap in which the stint began; `null` where that was not seen. */
  stintBeganLap: number | null;
  /** The laps in which it last came into the pit lane and left it. */
  inLap: number | null;
  outLap: number | null;
  /** Who drove it in. */
  inDriver: string | null;
  /** When it last moved by more than a crawl, and where; whether its standing still was told. */
  movedAt: number;
  movedFrom: number;
  stoppedTold: boolean;
  /** When it was last seen off the track. */
  offTrackAt: number | null;
  /** When its driver got in: first seen, or the last driver change. */
  driverSince: number | null;
  finish: { readonly at: number; readonly laps: number } | null;
  /** When the last lap was completed; ranks cars that completed the same. */
  crossedAt: number | null;
  history: History;
  simPosition: number | null;
  /** Figures that the sim says of the car, by name; absent where it has said none. */
  simFigures?: Record<string, unknown>;
  /** What the sim's results say of it, as a status; `null` where they say nothing that is known. */
  resultStatus: CarStatus | null;
  /** Laps by the sim's results: what places a car that was never seen. */
  simLaps: number | null;
  startPlace: number | null;
  /** Its place in the order at green; `null` where that was not seen. */
  greenPlace: number | null;
  /** Its place in the line-up behind the pace car, row and then line; `null` where it has none. */
  linePlace: number | null;
  /** The distance that it is placed by while it has one. */
  linedUpProgress: number | null;
  /** The fight with the car ahead in its class, lap by lap. */
  readonly chase: Chase;
}

/** A car in the pit lane. Times are seconds on the session clock. */
export interface PitVisit {
  /** When it came in; `null` where that was not seen. */
  readonly enteredAt: number | null;
  /** Since when it has been standing in its box, and whether that was told. */
  standingSince: number | null;
  boxTold: boolean;
  /** Time that it has stood in its box before, in this visit. */
  boxMs: number;
  /** Whether it has stood in its box, or may have unseen: else it drives through. */
  hasStood: boolean;
  /** Where it came to rest, within a trembling, and since when; and its newest sample that was still. */
  rest: { readonly pct: number; readonly at: number } | null;
  stillAt: number | null;
}

/** How a car has come closer to the car ahead of it in its class, or not. */
export interface Chase {
  /** By place around the lap: the interval there in ms (NaN where unknown), to which car, and in which lap. */
  readonly intervals: Float64Array;
  readonly rivals: Int32Array;
  readonly laps: Int32Array;
  /** The place that was passed last, counted on from lap to lap. */
  last: number | null;
  /** The change of the interval since the lap before, in ms, below 0 where it has become shorter. */
  trendMs: number | null;
  /** Places in a row at which the two were close, how close at the last, and the car fought with. */
  close: number;
  intervalMs: number;
  rival: number | null;
  /** From which place on a fight may begin: until then the start or a caution has the field together. */
  notBefore: number;
}

/** A car of which nothing is known yet but its index in the sim. */
export function createCar(car: number): CarState {
  return {
    car,
    seen: false,
    inWorld: false,
    progress: null,
    furthest: 0,
    heldProgress: null,
    lapUnsure: false,
    counted: null,
    beyond: null,
    pct: -1,
    sampledAt: 0,
    rate: 0,
    slowSince: null,
    goneAt: null,
    goneTold: false,
    awayInBox: false,
    retired: false,
    isJoined: false,
    lapsMissed: 0,
    lapBegin: null,
    lapFrom: 0,
    lapInPit: false,
    lapBroken: false,
    lapEstimated: false,
    sectorBegins: [],
    lastLapMs: null,
    lastLapMark: 'none',
    lastLapEstimated: false,
    bestLapMs: null,
    cleanLapsMs: [],
    bestIsOfficial: false,
    bestLapAt: 0,
    simBestMs: null,
    simBestSince: 0,
    staleBestMs: null,
    simLastMs: null,
    simLastSince: 0,
    simCounts: false,
    entrantSinceMs: 0,
    lastSectorsMs: [],
    lapsDone: 0,
    onPitRoad: false,
    visit: null,
    hasRaced: false,
    pitStops: 0,
    driveThroughs: 0,
    stintBeganLap: 0,
    inLap: null,
    outLap: null,
    inDriver: null,
    movedAt: 0,
    movedFrom: 0,
    stoppedTold: false,
    offTrackAt: null,
    driverSince: null,
    finish: null,
    crossedAt: null,
    history: createHistory(),
    simPosition: null,
    resultStatus: null,
    simLaps: null,
    startPlace: null,
    greenPlace: null,
    linePlace: null,
    linedUpProgress: null,
    chase: createChase(),
  };
}

function createChase(): Chase {
  return {
    intervals: new Float64Array(CHASE_PLACES).fill(Number.NaN),
    rivals: new Int32Array(CHASE_PLACES).fill(-1),
    laps: new Int32Array(CHASE_PLACES),
    last: null,
    trendMs: null,
    close: 0,
    intervalMs: 0,
    rival: null,
    notBefore: CHASE_PLACES,
  };
}
