import type { Surface } from '@okboxbox/protocol';

/** A part of a car's way at one pace. */
export interface Piece {
  /** Laps; 0 for a stand. */
  readonly length: number;
  /** Seconds that it takes where nothing presses. */
  readonly seconds: number;
  readonly surface: Surface;
}

/** Where the pit lane lies around the line, in laps, and where in it cars stand. */
export interface PitLane {
  /** Before the line. */
  readonly entry: number;
  /** Of the stalls before or after the line. */
  readonly stall: number;
  /** After the line. */
  readonly exit: number;
}

/** A stand shorter than this is none: the car drives through. */
const SHORTEST_STAND_S = 2;
/** How many times longer a way through the pit lane takes than on the track. */
const LANE_SLOWNESS = 2.5;
/** Getting up to speed from the grid. */
const LAUNCH_S = 8;
/** Seconds of coming to a stop. */
export const STOPPING_S = 8;
/** Laps; only the shortest ovals come near. */
const LONGEST_LAUNCH = 0.25;

/** The lap time, in seconds, at which a pit lane has the lengths of `LANE`; lanes are as long on other tracks. */
const LANE_LAP_S = 105;
const LANE: PitLane = { entry: 0.05, stall: 0.005, exit: 0.03 };
/** How much larger the lane's share of a lap may be on a short track. */
const WIDEST_LANE = 3;

/** The pit lane of a track where a lap takes the given time, in seconds. The chart does not know where it lies. */
export function pitLaneFor(lapSeconds: number): PitLane {
  const ratio = LANE_LAP_S / lapSeconds;
  const scale = Math.min(ratio, WIDEST_LANE);
  const exit = LANE.exit * scale;
  // The stall stays a second's drive away from the line, lest a car brake over it.
  return { entry: LANE.entry * scale, stall: Math.min(LANE.stall * ratio, exit / 2), exit };
}

/** Racing on; `pace` in seconds a lap. */
export function open(length: number, pace: number): Piece {
  return { length, seconds: length * pace, surface: 'onTrack' };
}

/** Along the pit lane. */
export function lane(length: number, pace: number): Piece {
  return { length, seconds: length * pace * LANE_SLOWNESS, surface: 'pitApproach' };
}

/** From standing on the grid up to speed; the mean speed is half of what is reached. */
export function launch(pace: number): Piece {
  const length = Math.min(LAUNCH_S / 2 / pace, LONGEST_LAUNCH);
  return { length, seconds: length * 2 * pace, surface: 'onTrack' };
}

/** From speed to a stop on the track. */
export function stopping(pace: number): Piece {
  return { length: STOPPING_S / 2 / pace, seconds: STOPPING_S, surface: 'onTrack' };
}

/** In the stall; how long is for `fit` to find. */
export const STAND: Piece = { length: 0, seconds: 0, surface: 'pitStall' };

/** Laps of pieces together. */
export function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Seconds of pieces together. */
export function secondsOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { seconds }) => sum + seconds, 0);
}

/**
 * Makes pieces take exactly the given time, in seconds: the stands take what driving leaves over, and where it leaves
 * too little the car does not stand, and all of its driving stretches or shrinks alike.
 */
export function fit(pieces: readonly Piece[], seconds: number): Piece[] {
  const driving = secondsOf(pieces);
  const stands = pieces.filter((piece) => piece.length === 0).length;
  const spare = seconds - driving;
  if (stands > 0 && spare >= SHORTEST_STAND_S * stands) {
    return pieces.map((piece) => (piece.length === 0 ? { ...piece, seconds: spare / stands } : piece));
  }
  return pieces
    .filter((piece) => piece.length > 0)
    .map((piece) => ({ ...piece, seconds: (piece.seconds * seconds) / driving }));
}

/** Makes pieces shorter, in way and time, where together they take more than the given time, in seconds. */
export function shrink(pieces: readonly Piece[], seconds: number): Piece[] {
  const scale = Math.min(1, seconds / secondsOf(pieces));
  return pieces.map((piece) => ({ ...piece, length: piece.length * scale, seconds: piece.seconds * scale }));
}
