import type { Track } from '@okboxbox/protocol';

/** The track of the simulated race. Places on it are fractions of a lap. */
export const TRACK: Track = {
  id: 'demo',
  name: 'Demo Ring',
  config: 'Grand Prix',
  lengthM: 5_000,
  sectorStarts: [0, 0.31, 0.67],
};
export const LENGTH_M = 5_000;

/** The pit lane leaves the track here, passes the line, and joins it again there, on the next lap. */
export const PIT_ENTRY = 0.93;
export const PIT_EXIT = 0.055;
/** Speed in the pit lane, m/s. */
export const LANE_SPEED = 22;

/** Where a car's box is: all of them before the line. */
export function boxOf(slot: number): number {
  return 0.955 + 0.0006 * slot;
}

/** Corners: where they are, how wide, how much of the speed they take, and how far they turn to the left, in radians. */
export const CORNERS: readonly (readonly [at: number, width: number, takes: number, turns: number])[] = [
  [0.08, 0.018, 0.58, -2.159],
  [0.14, 0.02, 0.35, -1.377],
  [0.24, 0.022, 0.52, 1.933],
  [0.36, 0.02, 0.44, 1.539],
  [0.43, 0.025, 0.3, -2.277],
  [0.55, 0.018, 0.6, -2.136],
  [0.61, 0.02, 0.4, 0.733],
  [0.74, 0.022, 0.5, -1.372],
  [0.83, 0.018, 0.55, -0.624],
  [0.9, 0.02, 0.38, -0.543],
];
const STEPS = 2_000;

/** Speed round the lap against the lap's mean speed, so that a lap at factor 1 takes just its lap time. */
const PROFILE = profile();

function profile(): Float64Array {
  const speeds = new Float64Array(STEPS);
  let slowness = 0;
  for (let i = 0; i < STEPS; i++) {
    const at = i / STEPS;
    let speed = 1;
    for (const [corner, width, takes] of CORNERS) {
      const away = Math.abs(at - corner);
      // Braking is shorter than getting away again.
      speed *= 1 - takes * Math.exp(-((away / (at < corner ? width * 0.7 : width * 1.5)) ** 2));
    }
    speeds[i] = speed;
    slowness += 1 / speed / STEPS;
  }
  return speeds.map((speed) => speed * slowness);
}

/** Speed at a place against the lap's mean. */
export function speedAt(fraction: number): number {
  return PROFILE[Math.floor((fraction - Math.floor(fraction)) * STEPS) % STEPS] ?? 1;
}
