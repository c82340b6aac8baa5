import {
  fit,
  lane,
  launch,
  lengthOf,
  open,
  type Piece,
  type PitLane,
  STAND,
  STOPPING_S,
  secondsOf,
  shrink,
  stopping,
} from './pieces.js';
import type { ChartCar, Crossing, LapNotes } from './read-chart.js';
import { type Incident, Ride, type Run } from './ride.js';

/** How a car comes into the world. */
export type Start =
  /** Stands on the grid, this part of a lap behind the finish line, and goes at `at`. */
  | { readonly kind: 'grid'; readonly from: number; readonly at: number; readonly behind: number }
  /** Stands in the pit lane, at so much progress, from `at` on at the latest. */
  | { readonly kind: 'pits'; readonly from: number; readonly at: number; readonly progress: number }
  | { readonly kind: 'never' };

/** What a car's story is told from; times are seconds, `pace` is seconds a lap. */
export interface StoryFacts {
  readonly start: Start;
  readonly pace: number;
  /** Seconds that the slowest of the field took for a first lap without a stop. */
  readonly slowFirstLap: number;
  readonly pitLane: PitLane;
  /** Whether the car took the chequered flag; else it stopped somewhere after its last crossing. */
  readonly finished: boolean;
}

/** How a car goes on from where it is. */
type Departure =
  | { readonly kind: 'grid' }
  | { readonly kind: 'line' }
  /** In the stall, with so much of the pit lane before it. */
  | { readonly kind: 'stall'; readonly toExit: number }
  /** Over the line in the pit lane, its stall still ahead or not. */
  | { readonly kind: 'lane'; readonly stands: boolean };

/** A visit to the pits around a crossing: the stall lies before the line or after it. */
type Visit = 'standsBefore' | 'standsAfter';

/** How many times longer a lap takes for a car on its way to a stop. */
const TROUBLE_SLOWNESS = 1.05;
const RETIRING_S = 20;
const RETIRED_STAND_S = 15;
const FINISHED_S = 60;
/** A car that is on its way out stays within the lap, and must not cross the line again: its limit, in laps. */
const LONGEST_RETIRING = 0.6;
const LONGEST_COOLING = 0.8;
/** A tow: driving on up to a limit in laps, standing off the track, and a stand in the stall before that. */
const LONGEST_BEFORE_TOW = 0.6;
const TOW_STAND_S = 6;
/** Shares of the lap's time: for standing in the stall first, for driving, and until the tow has begun. */
const TOW_SHARES = { stall: 0.1, driving: 0.5, begun: 0.8 } as const;
const OFF_TRACK_S = 2;
const BLINK_S = 2;

/**
 * What a car did, made up between the crossings that its chart knows: each crossing is kept exactly, and what
 * the chart notes of a lap (pits, tow, off track, out of the world) happens somewhere in it.
 */
export function storyOf({ crossings, car }: ChartCar, facts: StoryFacts): readonly Run[] {
  const { start, pitLane } = facts;
  if (start.kind === 'never') return [];
  const runs: Run[] = [];
  let ride: Ride;
  let departure: Departure;
  if (start.kind === 'grid') {
    ride = new Ride(start.from, 'onTrack', start.at, -start.behind);
    departure = { kind: 'grid' };
  } else {
    ride = new Ride(start.from, 'pitStall', start.at, start.progress);
    departure = { kind: 'stall', toExit: crossings[0].lap + pitLane.exit - start.progress };
  }

  for (const [i, to] of crossings.slice(1).entries()) {
    if (to.notes.tow) {
      driveUntilTowed(ride, departure, to.time - ride.time, facts);
      runs.push(ride.leave());
      ride = new Ride(to.time, 'pitStall', to.time, to.lap + pitLane.stall);
      departure = { kind: 'stall', toExit: pitLane.exit - pitLane.stall };
      continue;
    }
    const next = crossings[i + 2];
    const visit = visitAt(to, departure, ride, next, facts);
    const way = legPieces(departure, visit, to.lap - ride.progress, facts);
    ride.drive(fit(way, to.time - ride.time), incidentsOf(to.notes, to.lap + car));
    ride.cross(to.time, to.lap);
    departure = visit === null ? { kind: 'line' } : { kind: 'lane', stands: visit === 'standsAfter' };
  }

  driveOut(ride, departure, facts);
  runs.push(ride.leave());
  return runs;
}

/**
 * Whether the car comes through the pits at a crossing. A lap counts as `pitted` on both sides of the line,
 * so a note on the lap that began in the pits tells of no other visit. The stall lies on the side of the line
 * on which the car lost more time.
 */
function visitAt(
  to: Crossing,
  departure: Departure,
  ride: Ride,
  next: Crossing | undefined,
  facts: StoryFacts,
): Visit | null {
  if (!to.notes.pitted || departure.kind === 'stall' || departure.kind === 'lane') return null;
  if (next === undefined) return 'standsAfter';
  // Of the lap of a tow nobody knows how long any part of it took.
  if (next.notes.tow) return 'standsBefore';
  const inLap = legPieces(departure, 'standsAfter', to.lap - ride.progress, facts);
  const outLap = legPieces({ kind: 'lane', stands: false }, null, next.lap - to.lap, facts);
  const lostBefore = to.time - ride.time - secondsOf(inLap);
  const lostAfter = next.time - to.time - secondsOf(outLap);
  return lostBefore > lostAfter ? 'standsBefore' : 'standsAfter';
}

/** The way to the next crossing, `laps` away. */
function legPieces(departure: Departure, visit: Visit | null, laps: number, facts: StoryFacts): Piece[] {
  const before = departurePieces(departure, facts);
  const after = arrivalPieces(visit, facts);
  return [...before, open(laps - lengthOf(before) - lengthOf(after), facts.pace), ...after];
}

function departurePieces(departure: Departure, { pace, pitLane }: StoryFacts): Piece[] {
  switch (departure.kind) {
    case 'grid':
      return [launch(pace)];
    case 'line':
      return [];
    case 'stall':
      return [STAND, lane(departure.toExit, pace)];
    case 'lane':
      return departure.stands
        ? [lane(pitLane.stall, pace), STAND, lane(pitLane.exit - pitLane.stall, pace)]
        : [lane(pitLane.exit, pace)];
  }
}

function arrivalPieces(visit: Visit | null, { pace, pitLane }: StoryFacts): Piece[] {
  switch (visit) {
    case null:
      return [];
    case 'standsBefore':
      return [lane(pitLane.entry - pitLane.stall, pace), STAND, lane(pitLane.stall, pace)];
    case 'standsAfter':
      return [lane(pitLane.entry, pace)];
  }
}

/** Where in a lap the chart's notes happen is made up, and spread so that not all cars leave at one corner. */
function incidentsOf(notes: LapNotes, salt: number): Incident[] {
  const spread = (salt * 0.618) % 1;
  const incidents: Incident[] = [];
  if (notes.offTrack) incidents.push({ surface: 'offTrack', at: 0.15 + 0.25 * spread, seconds: OFF_TRACK_S });
  if (notes.blink) incidents.push({ surface: 'notInWorld', at: 0.55 + 0.2 * spread, seconds: BLINK_S });
  return incidents;
}

/**
 * The pace of a car on its way to a stop. No crossing says how fast it was, so it is slow enough not to
 * overtake anyone in what is made up.
 */
function paceInTrouble(departure: Departure, { pace, slowFirstLap }: StoryFacts): number {
  const slow = pace * TROUBLE_SLOWNESS;
  return departure.kind === 'grid' ? Math.max(slow, slowFirstLap) : slow;
}

/** Drives on, stops off the track and leaves the world well before the given time, in seconds. */
function driveUntilTowed(ride: Ride, departure: Departure, seconds: number, facts: StoryFacts): void {
  const pace = paceInTrouble(departure, facts);
  const before = departurePieces(departure, { ...facts, pace }).map((piece) =>
    piece === STAND ? { ...piece, seconds: TOW_SHARES.stall * seconds } : piece,
  );
  const racing = Math.min(LONGEST_BEFORE_TOW * pace, TOW_SHARES.driving * seconds) - secondsOf(before);
  const way = [
    ...before,
    open(Math.max(racing, 1) / pace, pace),
    stopping(pace),
    { length: 0, seconds: TOW_STAND_S, surface: 'offTrack' } as const,
  ];
  ride.drive(shrink(way, TOW_SHARES.begun * seconds));
}

/** What a car does after its last crossing: cools down, or comes to a stop; then it leaves the world. */
function driveOut(ride: Ride, departure: Departure, facts: StoryFacts): void {
  const { pace, pitLane, finished } = facts;
  if (departure.kind === 'stall' || departure.kind === 'lane') {
    const way = departure.kind === 'lane' && departure.stands ? [lane(pitLane.stall, pace)] : [];
    ride.drive([...way, { ...STAND, seconds: finished ? FINISHED_S : RETIRED_STAND_S }]);
  } else if (finished) {
    const slowing = { length: (0.8 * FINISHED_S) / 3 / pace, seconds: FINISHED_S / 3, surface: 'onTrack' } as const;
    const rolling = { length: FINISHED_S / 3 / pace, seconds: (FINISHED_S / 3) * 2, surface: 'onTrack' } as const;
    ride.drive(within([slowing, rolling], LONGEST_COOLING));
  } else {
    const slow = paceInTrouble(departure, facts);
    const before = departurePieces(departure, { ...facts, pace: slow });
    const racing = RETIRING_S - STOPPING_S - secondsOf(before);
    ride.drive(within([...before, open(racing / slow, slow), stopping(slow)], LONGEST_RETIRING));
    ride.drive([{ length: 0, seconds: RETIRED_STAND_S, surface: 'offTrack' }]);
  }
}

/** The same time over a shorter way, where it would be longer than the given number of laps. */
function within(pieces: readonly Piece[], laps: number): Piece[] {
  const scale = Math.min(1, laps / lengthOf(pieces));
  return pieces.map((piece) => ({ ...piece, length: piece.length * scale }));
}
