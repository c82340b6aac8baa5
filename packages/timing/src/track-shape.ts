import type { CarSample, Frame, Track } from '@okboxbox/protocol';

/**
 * The shape of a track, learned from where its cars are. Each time that a car passes one of 200
 * points of the lap, its place there is worked out from the two samples around it; the median of several passes is the
 * point. Nothing is learned in the pits, off the track, or across a jump.
 */

/** Points of a shape, at equal steps of the lap from the line on. */
export const SHAPE_POINTS = 200;
/** The longer side of a shape, in its own units. */
export const SHAPE_SIZE = 1_000;

/** Frames are looked at no more often than this, in s: a car has not got far in less. */
const SAMPLE_S = 0.2;
/** Passes of a point for a first shape, and for the one that stays. The median of three does without one wrong. */
const FIRST_PASSES = 3;
const ALL_PASSES = 9;
/** A point that has not been passed so often while nearly all others have three times as many passes is done without. */
const NEARLY_ALL_POINTS = 0.95 * SHAPE_POINTS;
const DONE_WITHOUT = 3;
const LONGEST_HOLE = 4;
const STEPS = [FIRST_PASSES, ALL_PASSES, ALL_PASSES * DONE_WITHOUT] as const;
/** Two samples of a car that are further apart than this, as a fraction of the lap, say nothing of what is between. */
const MOST_BETWEEN = 0.04;
/** The weights of Savitzky and Golay for the middle of five points, in 35ths. */
const PARABOLA = [-3, 12, 17, 12, -3];
/** What is smaller than this from side to side is not a track, in m. */
const LEAST_SIDE_M = 100;

/** A car's newest sample on the track. */
interface Sampled {
  readonly pct: number;
  readonly x: number;
  readonly y: number;
}

/** What a shape is learned from. */
interface Passes {
  readonly newest: Map<number, Sampled>;
  /** x and y of the first passes of each point, in m. */
  readonly places: Float32Array;
  /** How many passes of each point there were, up to the last of `STEPS`. */
  readonly counts: Uint8Array;
  /** How many points have come to each of `STEPS`. */
  readonly reached: [first: number, all: number, more: number];
  /** Whether a point has come to a step since a shape was last made. */
  hasMore: boolean;
}

/** The shape of a session's track, and what is known on the way to it, as plain data. */
export interface TrackShape {
  /** Names the track; a session that goes to another one begins anew. */
  readonly track: string;
  /**
   * x and y of each point in turn, whole numbers, seen from above with y up: the middle is 0, 0 and the longer side is
   * `SHAPE_SIZE`. `null` until it is known.
   */
  points: readonly number[] | null;
  /** `null` before a car says where it is, and when nothing more is learned. */
  passes: Passes | null;
  /** Whether nothing more is learned. */
  isDone: boolean;
  /** Session time of the newest frame that was looked at, in s. */
  sampledAt: number;
}

/** A shape of which nothing is known. */
export function createShape(track = ''): TrackShape {
  return { track, points: null, passes: null, isDone: false, sampledAt: Number.NEGATIVE_INFINITY };
}

/** The shape to go on with after a session line: the same one on the same track. */
export function shapeOn(shape: TrackShape, { id, name, config }: Track): TrackShape {
  const track = JSON.stringify([id ?? name, config ?? null]);
  return shape.track === track ? shape : createShape(track);
}

/** Learns from a frame, in place. The same frames always give the same shape; it changes once after it is first known. */
export function learnShape(shape: TrackShape, { cars, sessionTime }: Frame): void {
  if (shape.isDone || sessionTime - shape.sampledAt < SAMPLE_S) return;
  for (const sample of cars) {
    if (sample.x === undefined || sample.y === undefined) continue;
    shape.sampledAt = sessionTime;
    shape.passes ??= noPasses();
    follow(shape.passes, sample, sample.x, sample.y);
  }
  const { passes } = shape;
  if (!passes?.hasMore) return;
  passes.hasMore = false;
  const [first, all, more] = passes.reached;
  if (shape.points === null && isEnough(first, all)) shape.points = shapeOf(passes, FIRST_PASSES);
  const whole = isEnough(all, more) ? shapeOf(passes, ALL_PASSES) : null;
  if (whole === null) return;
  shape.points = whole;
  shape.passes = null;
  shape.isDone = true;
}

/** Whether all points have come to a step, or nearly all to the next one. */
function isEnough(reached: number, next: number): boolean {
  return reached === SHAPE_POINTS || next >= NEARLY_ALL_POINTS;
}

function noPasses(): Passes {
  return {
    newest: new Map(),
    places: new Float32Array(SHAPE_POINTS * ALL_PASSES * 2),
    counts: new Uint8Array(SHAPE_POINTS),
    reached: [0, 0, 0],
    hasMore: false,
  };
}

/** Takes a car's sample, and with it the points that the car has passed since the one before. */
function follow(passes: Passes, sample: CarSample, x: number, y: number): void {
  const { car } = sample;
  const before = passes.newest.get(car);
  if (!isOnTrack(sample)) {
    passes.newest.delete(car);
    return;
  }
  // Some sims go a little below 0 or above 1 at the line.
  const pct = sample.pct - Math.floor(sample.pct);
  passes.newest.set(car, { pct, x, y });
  if (before === undefined) return;
  const step = pct - before.pct;
  const driven = step < -0.5 ? step + 1 : step;
  if (driven <= 0 || driven > MOST_BETWEEN) return;
  const last = Math.floor((before.pct + driven) * SHAPE_POINTS);
  for (let point = Math.floor(before.pct * SHAPE_POINTS) + 1; point <= last; point++) {
    const part = (point / SHAPE_POINTS - before.pct) / driven;
    pass(passes, point % SHAPE_POINTS, before.x + (x - before.x) * part, before.y + (y - before.y) * part);
  }
}

function pass(passes: Passes, point: number, x: number, y: number): void {
  const { places, counts } = passes;
  const count = counts[point] ?? 0;
  if (count === STEPS[2]) return;
  if (count < ALL_PASSES) {
    const at = (point * ALL_PASSES + count) * 2;
    places[at] = x;
    places[at + 1] = y;
  }
  counts[point] = count + 1;
  const step = STEPS.findIndex((passed) => passed === count + 1);
  if (step < 0) return;
  passes.reached[step] = (passes.reached[step] ?? 0) + 1;
  passes.hasMore = true;
}

function isOnTrack({ pct, surface, onPitRoad }: CarSample): boolean {
  return pct > -1 && (surface === undefined || surface === 'onTrack') && onPitRoad !== true;
}

/** The shape that passes make; `null` where a part of the lap is missing, or the cars have not gone anywhere. */
function shapeOf({ places, counts }: Passes, least: number): readonly number[] | null {
  const known: (readonly [x: number, y: number] | null)[] = Array.from(counts, (count, point) => {
    if (count < least) return null;
    const from = point * ALL_PASSES * 2;
    const axis = (of: 0 | 1) =>
      median(Array.from({ length: Math.min(count, ALL_PASSES) }, (_, i) => places[from + i * 2 + of] ?? 0));
    return [axis(0), axis(1)];
  });
  const closed = closeHoles(known);
  return closed && normalised(smoothed(closed));
}

type Point = readonly [x: number, y: number];

/** Points that are missing, on a straight line between those around them; `null` where too many in a row are. */
function closeHoles(known: readonly (Point | null)[]): readonly Point[] | null {
  const at = (point: number) => known[(point + SHAPE_POINTS) % SHAPE_POINTS] ?? null;
  const closed: Point[] = [];
  for (let point = 0; point < SHAPE_POINTS; point++) {
    let back = 0;
    let on = 0;
    while (at(point - back) === null && back <= LONGEST_HOLE) back += 1;
    while (at(point + on) === null && on <= LONGEST_HOLE) on += 1;
    const [before, behind] = [at(point - back), at(point + on)];
    if (before === null || behind === null || back + on - 1 > LONGEST_HOLE) return null;
    closed.push(on === 0 ? behind : between(before, behind, back / (back + on)));
  }
  return closed;
}

/** Takes off what the lines of single cars leave, by the parabola through each five points: a hairpin keeps its form. */
function smoothed(points: readonly Point[]): readonly Point[] {
  const at = (point: number) => points[(point + SHAPE_POINTS) % SHAPE_POINTS] as Point;
  const smooth = (i: number, axis: 0 | 1) =>
    PARABOLA.reduce((sum, weight, from) => sum + weight * at(i + from - 2)[axis], 0) / 35;
  return points.map((_, i) => [smooth(i, 0), smooth(i, 1)]);
}

function normalised(points: readonly Point[]): readonly number[] | null {
  const [left, right] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const [low, high] = [Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y))];
  const side = Math.max(right - left, high - low);
  if (!(side >= LEAST_SIDE_M)) return null;
  const scaled = (value: number, from: number, to: number) =>
    // Without a negative zero, which a JSON text does not have.
    Math.round(((value - (from + to) / 2) * SHAPE_SIZE) / side) + 0;
  return points.flatMap(([x, y]) => [scaled(x, left, right), scaled(y, low, high)]);
}

function between(from: Point, to: Point, part: number): Point {
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  const upper = values[middle] ?? 0;
  return values.length % 2 === 1 ? upper : ((values[middle - 1] ?? 0) + upper) / 2;
}
