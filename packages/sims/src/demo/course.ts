import { CORNERS, LENGTH_M } from './track.js';

/** Where the track runs, worked out from its corners: straight ahead, and turning at each of them. */
const STEPS = 1_000;
const STEP_M = LENGTH_M / STEPS;
/** How much of a corner's width it turns in. */
const TURN_WIDTH = 0.8;

interface CoursePoint {
  readonly x: number;
  readonly y: number;
  /** Direction of travel, in radians from the x axis to the left. */
  readonly heading: number;
}

const COURSE = course();

function course(): readonly CoursePoint[] {
  const turns = new Float64Array(STEPS);
  for (const [at, width, , angle] of CORNERS) {
    const weights = Array.from({ length: STEPS }, (_, i) =>
      Math.exp(-(((i / STEPS - at) / (width * TURN_WIDTH)) ** 2)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [i, weight] of weights.entries()) turns[i] = (turns[i] ?? 0) + (angle * weight) / sum;
  }
  const points: CoursePoint[] = [];
  let [x, y, heading] = [0, 0, 0];
  for (const turn of turns) {
    points.push({ x, y, heading });
    x += STEP_M * Math.cos(heading + turn / 2);
    y += STEP_M * Math.sin(heading + turn / 2);
    heading += turn;
  }
  // The corners are written down to a thousandth: what is missing to the line is a few metres, and shared out over the lap.
  return points.map((point, i) => ({ ...point, x: point.x - (x * i) / STEPS, y: point.y - (y * i) / STEPS }));
}

/**
 * Where a place on the lap is, in m, seen from above with y up: the line is at 0, 0. `asideM` is how far to the left of the
 * middle of the track.
 */
export function courseAt(fraction: number, asideM = 0): { readonly x: number; readonly y: number } {
  const at = (fraction - Math.floor(fraction)) * STEPS;
  const from = COURSE[Math.floor(at) % STEPS] as CoursePoint;
  const to = COURSE[(Math.floor(at) + 1) % STEPS] as CoursePoint;
  const part = at - Math.floor(at);
  return {
    x: from.x + (to.x - from.x) * part - asideM * Math.sin(from.heading),
    y: from.y + (to.y - from.y) * part + asideM * Math.cos(from.heading),
  };
}
